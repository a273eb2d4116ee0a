"""What a Go program needs beside its files: programs, time zones, certificates, file types."""

from __future__ import annotations

from collections.abc import Iterator

from dockerslim_rewrite.analysis.model import Confidence, Evidence
from dockerslim_rewrite.analysis.paths import absolute
from dockerslim_rewrite.knowledge.go_calls import embeds_zones
from dockerslim_rewrite.languages.go.available import Available
from dockerslim_rewrite.languages.go.binary import Binary
from dockerslim_rewrite.languages.go.linking import Linker
from dockerslim_rewrite.languages.go.tree import Tree
from dockerslim_rewrite.languages.go.uses import Uses
from dockerslim_rewrite.languages.model import Feature, NeedFeature, NeedProgram, NeedShell, Project, Suggestion

_CODES = {"tzdata": "G04", "ca-certificates": "G05"}


def runtime_needs(
    project: Project, tree: Tree, linker: Linker, binaries: tuple[Binary, ...], uses: Uses | None
) -> list[Suggestion]:
    """Return the needs of the started binaries; `uses` is None when sources cannot be read."""
    if uses is None:
        return _unread_needs(project, binaries[0].process.evidence)
    found = [*_programs(project, tree, binaries, uses), *_unknown_programs(uses)]
    base = project.facts.base
    features: dict[Feature, Evidence] = {}
    for feature, evidence in (*_used(uses), *_unread_modules(project, linker, binaries)):
        # Go reads /etc/mime.types where it exists: nothing is lost when the old base had none
        if feature != "mime-types" or (base is not None and feature in base.features):
            features.setdefault(feature, evidence)
    if binaries and all(_brings_zones(binary, linker) for binary in binaries):
        features.pop("tzdata", None)
    return found + [_feature(feature, evidence) for feature, evidence in features.items()]


def _brings_zones(binary: Binary, linker: Linker) -> bool:
    """Tell whether a binary holds the time zone database itself."""
    if binary.build is None or binary.output is None:
        return False
    closure = linker.closure(binary.build, binary.output)
    return embeds_zones(frozenset(closure.standard), binary.build.command.tags)


def _unread_needs(project: Project, start: Evidence) -> list[Suggestion]:
    """Sources that cannot be read may use all that the old base has and a small one can have, too."""
    unread = Evidence(start.file, start.line, f"{start.text}: the sources cannot be read")
    features: tuple[Feature, ...] = ("ca-certificates", "tzdata")
    base = project.facts.base
    if base is not None and "mime-types" in base.features:
        features += ("mime-types",)
    found = [_feature(name, unread) for name in features]
    what = "what the program starts is not known: a base with a shell and its tools is kept"
    return [*found, Suggestion("G11", what, NeedShell(), (unread,), Confidence.LOW)]


def _programs(project: Project, tree: Tree, binaries: tuple[Binary, ...], uses: Uses) -> Iterator[Suggestion]:
    available = Available(project) if uses.programs else None
    for name, evidence in uses.programs:
        path = absolute(name, project.facts.contract.workdir)
        own = any(name in (binary.process.argv[0], binary.path) for binary in binaries)
        possible = available is not None and available.may_have(name)
        if possible and not own and not ("/" in name and tree.is_file(path)):
            yield Suggestion("G11", f"the program starts {name}", NeedProgram(name), (evidence,))


def _unknown_programs(uses: Uses) -> Iterator[Suggestion]:
    """A program whose name is not static is started: a base with a shell and its tools is kept."""
    for evidence in uses.program_doubts[:1]:
        what = "a program whose name is not known is started: a base with a shell and its tools is kept"
        yield Suggestion("G11", what, NeedShell(), (evidence,), Confidence.LOW)


def _used(uses: Uses) -> Iterator[tuple[Feature, Evidence]]:
    features: tuple[Feature, ...] = ("tzdata", "ca-certificates", "mime-types")
    for feature in features:
        if feature in uses.features:
            yield feature, uses.features[feature]


def _unread_modules(
    project: Project, linker: Linker, binaries: tuple[Binary, ...]
) -> Iterator[tuple[Feature, Evidence]]:
    """Modules whose sources are not at hand may use TLS and time zones; so does TZ."""
    for binary in binaries:
        if binary.build is None or binary.output is None:
            continue
        closure = linker.closure(binary.build, binary.output)
        outside = next(iter(closure.external.values()), None)
        tls = closure.standard.get("net/http") or closure.standard.get("crypto/tls") or outside
        if tls is not None:
            yield "ca-certificates", tls
        if outside is not None:
            yield "tzdata", outside
    if "TZ" in project.facts.contract.env:
        line = project.facts.stage.from_.line
        yield "tzdata", Evidence("Dockerfile", line, f"TZ={project.facts.contract.env['TZ']}")


def _feature(name: Feature, evidence: Evidence) -> Suggestion:
    return Suggestion(_CODES.get(name, "G06"), f"{name} may be used at run time", NeedFeature(name), (evidence,))
