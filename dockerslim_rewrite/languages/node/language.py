"""Node's answer to the planner."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator
from fnmatch import fnmatchcase

from dockerslim_rewrite.analysis.model import Applicability, Confidence, Evidence, Inference
from dockerslim_rewrite.knowledge import node_packages
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.languages.model import (
    AppendInstruction,
    Artifact,
    Detection,
    Dropped,
    Findings,
    NeedInterpreter,
    NeedProgram,
    NeedShell,
    Note,
    Project,
    ReplaceStart,
    Suggestion,
    libc_of,
)
from dockerslim_rewrite.languages.node.bases import runtime_options
from dockerslim_rewrite.languages.node.build import BuildFacts, installed_globals
from dockerslim_rewrite.languages.node.caches import left_caches
from dockerslim_rewrite.languages.node.corepack import corepack_suggestions
from dockerslim_rewrite.languages.node.globals import brought_by_corepack, global_suggestions, left_globals
from dockerslim_rewrite.languages.node.launch import NODE
from dockerslim_rewrite.languages.node.layout import Layout
from dockerslim_rewrite.languages.node.native import Native
from dockerslim_rewrite.languages.node.obstacles import (
    carried_token,
    find_obstacles,
    last_building_step,
    layout_obstacles,
)
from dockerslim_rewrite.languages.node.optimize import improve_builder, improvement_notes
from dockerslim_rewrite.languages.node.parts import lay_out_roots
from dockerslim_rewrite.languages.node.prune import Prune, Unpruned
from dockerslim_rewrite.languages.node.study import Study, study, with_globals
from dockerslim_rewrite.languages.services import service_needs

_STARTERS = NODE | {"npm", "npx", "yarn", "yarnpkg", "pnpm", "pm2", "pm2-runtime"}


class NodeLanguage:
    """Node.js: applications on an image that has node, or with packages of npm."""

    name = "node"

    def detect(self, project: Project) -> Detection | None:
        """Recognise a node base image, or an install with a package manager of Node."""
        base = project.facts.base
        is_node = base is not None and base.family == "node"
        main = project.start.main
        program = posixpath.basename(main.argv[0] or "") if main is not None else ""
        owns = is_node or program in _STARTERS
        if is_node:
            evidence = Evidence("Dockerfile", project.facts.stage.from_.line, f"FROM {project.facts.base_text}")
            return Detection(self.name, (evidence,), owns)
        installs = [
            Evidence("Dockerfile", step.instruction.line, f"{command.name} runs")
            for step in project.facts.steps
            for command in step.simple
            if posixpath.basename(command.name or "") in ("npm", "yarn", "pnpm")
        ]
        return Detection(self.name, tuple(installs[:1]), owns) if installs else None

    def infer(self, project: Project) -> Findings:
        """Return everything that is known about the stage's Node side."""
        facts = study(project)
        base = project.facts.base
        if base is None or base.family != "node":
            # another language owns the image: it names what it reads of what npm builds here
            return Findings(covered_commands=facts.build.covered)
        layouts = lay_out_roots(facts)
        native = _carried_native(facts, layouts)
        suggestions = (
            *_artifacts(facts, layouts),
            *_prune(facts, layouts),
            *_secrets(facts, layouts),
            *_base_needs(facts, native),
            *_program_needs(facts),
            *global_suggestions(facts),
            *corepack_suggestions(project, brought_by_corepack(facts)),
            *_exec_form(facts),
        )
        return Findings(
            suggestions=improve_builder(facts, suggestions),
            obstacles=(*find_obstacles(facts), *layout_obstacles(facts, layouts)),
            options=runtime_options(project, facts.launch),
            notes=(*_notes(facts, layouts, native), *improvement_notes(facts)),
            covered_commands=facts.build.covered,
            dropped=tuple(_dropped(facts, layouts)),
            roots=facts.roots,
            programs_known=_programs_known(facts),
            unstarted=_unstarted(facts),
        )


def _artifacts(facts: Study, layouts: tuple[Layout, ...]) -> Iterator[Suggestion]:
    for layout in layouts:
        for artifact in layout.artifacts:
            yield Suggestion(
                _artifact_code(artifact, facts),
                f"{artifact.path}: {artifact.needed_by}",
                artifact,
                (_start_evidence(facts),),
                Confidence.LOW if layout.whole or artifact.needed_by == "kept on doubt" else Confidence.HIGH,
            )


def _artifact_code(artifact: Artifact, facts: Study) -> str:
    if artifact.path.endswith("/node_modules"):
        return "N03"
    if facts.workspaces:
        return "N10"
    return "N06" if any(artifact.path == output.path for output in facts.outputs.found) else "N07"


def _start_evidence(facts: Study) -> Evidence:
    main = facts.project.start.main
    if main is not None:
        return main.evidence
    return Evidence("Dockerfile", facts.project.facts.stage.from_.line, f"FROM {facts.project.facts.base_text}")


def _carries_dependencies(facts: Study, layouts: tuple[Layout, ...]) -> bool:
    """Tell whether the pruned node_modules reaches the runtime at all."""
    directory = facts.install.directory if facts.install is not None else ""
    path = posixpath.join(directory, "node_modules")
    return any(
        item.path == path or (item.is_dir and path.startswith(item.path.rstrip("/") + "/"))
        for layout in layouts
        for item in layout.artifacts
    )


def _prune(facts: Study, layouts: tuple[Layout, ...]) -> Iterator[Suggestion]:
    if isinstance(facts.prune, Prune) and _carries_dependencies(facts, layouts):
        effect = AppendInstruction(facts.prune.after, facts.prune.text)
        yield Suggestion("N03", "development dependencies are removed before the copy", effect, facts.prune.evidence)


def _secrets(facts: Study, layouts: tuple[Layout, ...]) -> Iterator[Suggestion]:
    """A directory that is copied as a whole must not bring a token along."""
    for layout in layouts:
        evidence = carried_token(facts, layout)
        if evidence is not None:
            last = last_building_step(facts)
            effect = AppendInstruction(last, f"RUN rm -f {shlex.quote(posixpath.join(layout.root, '.npmrc'))}")
            yield Suggestion("N20", "a token is not copied to the runtime stage", effect, (evidence,))


def _carried_native(facts: Study, layouts: tuple[Layout, ...]) -> Inference[Native]:
    """Leave out what a static server does not need: the packages that built the files which it serves."""
    launch = facts.launch
    if not launch.is_static_server or any(layout.whole for layout in layouts) or _carries_dependencies(facts, layouts):
        return facts.native
    nothing: Inference[Native] = Inference("none", tuple(evidence for _, evidence in launch.served))
    return with_globals(facts.build, nothing)


def _base_needs(facts: Study, native: Inference[Native]) -> Iterator[Suggestion]:
    base = facts.project.facts.base
    major = base.major if base is not None else None
    if base is not None and base.family == "node" and major is not None:
        need = NeedInterpreter("node", major)
        yield Suggestion("N01", f"node {major} runs the program", need, (_start_evidence(facts),))
    if native.value != "none" and base is not None:
        libc = libc_of(base, cxx=True)
        what = "packages hold compiled code" if native.value == "some" else "packages may hold compiled code"
        yield Suggestion("N01", what, libc, native.evidence, native.confidence)


def _program_needs(facts: Study) -> Iterator[Suggestion]:
    start = (_start_evidence(facts),)
    installed = {name for name, _ in installed_globals(facts.build)}
    brought = brought_by_corepack(facts)
    for manager in dict.fromkeys(facts.launch.managers):
        if manager not in installed and manager not in brought:
            yield Suggestion("N05", f"{manager} starts the program", NeedProgram(manager), start)
        yield Suggestion("N05", f"{manager} runs scripts through a shell", NeedShell(), start)
    for service in facts.launch.services:
        what = f"compose's {service.evidence.text}: node is on PATH"
        yield Suggestion("D22", what, NeedProgram("node"), (service.evidence,))
        yield from service_needs(service)
    yield from _child_needs(facts)
    for package, evidence in facts.reached.packages.items():
        for name in node_packages.started_programs(package):
            yield Suggestion("N19", f"{package} starts {name}", NeedProgram(name), (evidence,))
    for name, evidence in facts.launch.system:
        if _is_of_the_system(name, facts):
            yield Suggestion("N19", f"the start command runs {name}", NeedProgram(name), (evidence,))
    if "@prisma/client" in facts.reached.packages:
        evidence = facts.reached.packages["@prisma/client"]
        yield Suggestion("N16", "prisma's engine needs OpenSSL", NeedProgram("openssl"), (evidence,))
    for name, evidence in facts.launch.programs:
        # a program of npm is a script whose first line is `#!/usr/bin/env node`
        yield Suggestion("N05", f"{name} needs node on PATH", NeedProgram("node"), (evidence,))
        yield Suggestion("N05", f"{name} is started through /usr/bin/env", NeedShell(), (evidence,))


def _child_needs(facts: Study) -> Iterator[Suggestion]:
    """Yield what the sources start with child_process and its like."""
    for name, shell, evidence in facts.reached.programs:
        if name is not None and not name.startswith("."):
            yield Suggestion("N19", f"the program starts {name}", NeedProgram(name), (evidence,))
        if shell:
            yield Suggestion("N19", "the program starts commands through a shell", NeedShell(), (evidence,))
        elif name is None:
            what = "a program whose name is not static is started: a base with a shell and its tools is kept"
            yield Suggestion("N19", what, NeedShell(), (evidence,), Confidence.LOW)


def _is_of_the_system(name: str, facts: Study) -> bool:
    """Tell whether a program comes from the base or an OS package: not from the project, nor from a global package."""
    if "/" in name:
        return posixpath.dirname(name) in system_paths("programs")
    base = facts.project.facts.base
    from_base = base is not None and name in base.programs
    return from_base or not any(True for _ in installed_globals(facts.build))


def _exec_form(facts: Study) -> Iterator[Suggestion]:
    """Offer `node X` in place of a package manager: signals arrive, and one process less runs."""
    main, contract = facts.launch.main, facts.project.facts.contract
    if main is None or not main.managers or not main.plain or len(main.leaves) != 1:
        return
    leaf = main.leaves[0]
    if leaf.program not in NODE or leaf.env or None in leaf.argv or leaf.cwd != contract.workdir:
        return
    if contract.own_entrypoint is not None:
        return
    argv = tuple(word or "" for word in leaf.argv)
    text = " ".join(argv)
    yield Suggestion(
        "N05",
        f"start `{text}` itself in place of {main.managers[0]}: signals arrive",
        ReplaceStart(None, argv),
        (leaf.evidence,),
        applicability=Applicability.UNSAFE,
        changes=("cmd",),
    )


def _notes(facts: Study, layouts: tuple[Layout, ...], native: Inference[Native]) -> Iterator[Note]:
    line = facts.project.facts.stage.from_.line
    if isinstance(facts.prune, Unpruned) and _carries_dependencies(facts, layouts):
        message = f"development dependencies stay: {facts.prune.reason} ({facts.prune.evidence})"
        yield Note("N04", line, message)
    for layout in layouts:
        if layout.whole:
            message = f"{layout.root} is copied as a whole: {layout.whole}; sources and tests come along"
            together = f", all in one layer: {layout.one_layer}" if layout.one_layer not in ("", layout.whole) else ""
            yield Note("N07", line, message + together)
    if native.value == "unknown":
        yield Note("N01", line, f"packages may hold compiled code: {native.evidence[0]}")
    for step in facts.project.facts.steps:
        if step.instruction.keyword in ("ARG", "ENV") and "NPM_TOKEN" in step.instruction.value:
            message = "a token in ARG or ENV stays in the image's history: use a secret mount"
            yield Note("N20", step.instruction.line, message)


def _dropped(facts: Study, layouts: tuple[Layout, ...]) -> Iterator[Dropped]:
    if isinstance(facts.prune, Prune) or (facts.install is not None and not _carries_dependencies(facts, layouts)):
        yield Dropped("development dependencies")
    for layout in layouts:
        for name in layout.left:
            yield Dropped(posixpath.join(layout.root, name), weighs=False)
    yield from (Dropped(name) for name in left_globals(facts))
    yield from left_caches(facts)


def _programs_known(facts: Study) -> bool:
    """Packages of npm start programs that no lock file tells of; only a program without packages is known whole."""
    named = all(name is not None for name, _, _ in facts.reached.programs)
    return named and not facts.reached.doubts and not facts.missing and not _has_packages(facts.build, facts)


def _unstarted(facts: Study) -> frozenset[str]:
    """Return Python, which node-gyp runs to build addons: nothing else does where the lock file tells of every package,
    none of them is for Python, and so is no program, script or file of the application."""
    reached, launch = facts.reached, facts.launch
    python = node_packages.names("python", "programs")
    started = {name and posixpath.basename(name) for name, _, _ in reached.programs}
    if facts.lock is None or reached.doubts or facts.missing or launch.unknown or started & {None, *python}:
        return frozenset()
    if len({install.directory for install in facts.build.installs}) > 1:
        return frozenset()
    packages = [package.name for package in facts.lock.packages if not package.dev]
    packages += [name for name, _ in installed_globals(facts.build)]
    patterns = node_packages.names("python", "packages")
    if any(fnmatchcase(name, pattern) for name in packages for pattern in patterns):
        return frozenset()
    context = facts.project.context
    trees = [tree.context_path for tree in facts.project.files.trees if tree.is_dir]
    has_files = any(path.endswith(".py") for tree in trees for path in context.walk(tree))
    return frozenset() if has_files else python


def _has_packages(build: BuildFacts, facts: Study) -> bool:
    return bool(build.installs and facts.manifest is not None and facts.manifest.production)
