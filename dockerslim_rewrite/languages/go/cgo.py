"""Whether a program needs cgo: decided from the packages that it really imports."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from dockerslim_rewrite.analysis.model import Confidence, Evidence, Inference
from dockerslim_rewrite.knowledge.go_modules import ModuleFact, module_fact, standard_cgo
from dockerslim_rewrite.languages.go.imports import Closure, Importer, Package
from dockerslim_rewrite.languages.go.module import Module, go_version

Answer = Literal["needed", "not_needed", "unknown"]
FIRST_COMPLETE_GO_MOD = (1, 17)  # since then go.mod lists every module that a package of the build comes from


class Cgo(Struct, frozen=True):
    """The answer. `cxx` when C++ is linked, or may be."""

    answer: Answer
    cxx: bool = False


def decide_cgo(closure: Closure, module: Module | None, importer: Importer, *, sources_known: bool) -> Inference[Cgo]:
    """Decide from a program's imports.

    `sources_known` is False when the program's own sources cannot be read. The answer is "not_needed" only when every
    package is read, or comes from a module of which that is known.
    """
    if not sources_known:
        why = Evidence("Dockerfile", 0, "the Go sources are not at hand, so what they import is not known")
        return Inference(Cgo("unknown", cxx=True), (why,), Confidence.LOW)
    needed = [found for package in closure.packages.values() if (found := _package_needs(package)) is not None]
    facts = {path: module_fact(path) for path in closure.external}
    by_fact = [(path, fact) for path, fact in facts.items() if fact is not None and fact.cgo == "needed"]
    if "plugin" in closure.standard:
        needed.append((closure.standard["plugin"], False))
    if needed or by_fact:
        evidence = (*(place for place, _ in needed), *(_fact_evidence(closure, path, fact) for path, fact in by_fact))
        cxx = any(flag for _, flag in needed) or any(fact.cxx for _, fact in by_fact)
        return Inference(Cgo("needed", cxx or _mentions_cxx(closure)), evidence[:8])
    doubts = [_unread(closure, path) for path, fact in facts.items() if fact is None]
    if closure.external:
        doubts.extend(_unreached(module, closure, importer))
    if closure.truncated:
        doubts.append(Evidence("go.mod", 0, "the program imports more packages than are followed"))
    if doubts:
        return Inference(Cgo("unknown", cxx=True), tuple(doubts[:8]), Confidence.LOW)
    return Inference(Cgo("not_needed"), _all_pure(closure, facts))


def _package_needs(package: Package) -> tuple[Evidence, bool] | None:
    """Return where a package imports C and whether it is C++, or None. A module with a pure form does not need it."""
    for file in package.files:
        if file.header.cgo_line:
            fact = module_fact(package.path) if package.origin != "local" else None
            if fact is not None and fact.cgo == "optional":
                return None
            cxx = "stdc++" in file.header.preamble or (fact is not None and fact.cxx)
            return Evidence(file.label, file.header.cgo_line, 'import "C"'), cxx
    return None


def _mentions_cxx(closure: Closure) -> bool:
    return any(
        "c++" in flag
        for package in closure.packages.values()
        for file in package.files
        if file.header.cgo_line
        for flag in file.header.linker_flags
    )


def _fact_evidence(closure: Closure, path: str, fact: ModuleFact) -> Evidence:
    place = closure.external[path]
    return Evidence(place.file, place.line, f'import "{path}": {fact.path} {fact.reason}')


def _unread(closure: Closure, path: str) -> Evidence:
    place = closure.external[path]
    return Evidence(place.file, place.line, f'import "{path}": its sources are not at hand')


def _unreached(module: Module | None, closure: Closure, importer: Importer) -> list[Evidence]:
    """Return the required modules of which nothing is known: an unread package may import them."""
    if module is None:
        return []
    version = go_version(module.go)
    if version is None or version < FIRST_COMPLETE_GO_MOD:
        why = f"go {module.go or '(none)'}: go.mod does not list indirect modules completely"
        listed = set(importer.sums)
        if not listed:
            return [Evidence("go.mod", 0, why)]
    else:
        listed = {item.path for item in module.requires}
    read = {found[0] for path in closure.packages if (found := importer.module_of(path)) is not None}
    doubts = []
    for path in sorted(listed - read):
        fact = module_fact(path)
        if fact is None or fact.cgo == "needed":
            line = next((item.line for item in module.requires if item.path == path), 0)
            doubts.append(Evidence("go.mod", line, f"{path} may be imported by a module whose sources are not at hand"))
    return doubts


def _all_pure(closure: Closure, facts: dict[str, ModuleFact | None]) -> tuple[Evidence, ...]:
    own = len(closure.own())
    found = [Evidence("go.mod", 0, f"no imported package imports C ({own} own, {len(closure.packages) - own} other)")]
    if facts:
        found.append(Evidence("go_modules.toml", 0, f"{len(facts)} packages of modules without C"))
    pure = sorted(standard_cgo() & closure.standard.keys())
    found.extend(
        Evidence(closure.standard[path].file, closure.standard[path].line, f"{path} has a pure Go form")
        for path in pure
    )
    return tuple(found)
