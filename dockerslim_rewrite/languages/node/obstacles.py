"""Why a Node stage cannot be rewritten."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.knowledge import node_packages
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.languages.model import Obstacle
from dockerslim_rewrite.languages.node.corepack import corepack_obstacles
from dockerslim_rewrite.languages.node.globals import brought_by_corepack, global_obstacles
from dockerslim_rewrite.languages.node.launch import NODE
from dockerslim_rewrite.languages.node.layout import Layout
from dockerslim_rewrite.languages.node.locks.text import load_yaml
from dockerslim_rewrite.languages.node.study import Study, is_berry
from dockerslim_rewrite.languages.obstacles import installs_at_start, no_program, start_line, unread_triggers


def find_obstacles(study: Study) -> tuple[Obstacle, ...]:
    """Return every reason that forbids a rewrite."""
    return (
        *unread_triggers(study.project),
        *installs_at_start(study.project, study.launch.installs),
        *_idle(study),
        *_mounted(study),
        *_browsers(study),
        *_development(study),
        *_plug_and_play(study),
        *global_obstacles(study),
        *corepack_obstacles(study.project, brought_by_corepack(study)),
    )


def _idle(study: Study) -> Iterator[Obstacle]:
    """A shell, a prompt or a sleep: people use what is installed."""
    main = study.launch.main
    leaf = main.leaves[0] if main is not None and len(main.leaves) == 1 else None
    if leaf is None or leaf.evidence in study.project.start.unknown:
        return
    prompt = leaf.program in NODE and len(leaf.argv) == 1
    if prompt or leaf.program in node_packages.names("idle", "programs"):
        text = " ".join(word or "?" for word in leaf.argv)
        message = f"the container starts `{text}`, not a program: the toolchain is the product"
        yield no_program(study.project, leaf.evidence, leaf.argv, message)


def _mounted(study: Study) -> Iterator[Obstacle]:
    """The program is not in the image at all: it comes with a volume, and what it needs is not known."""
    context = study.project.context
    if (
        study.missing
        and context.known
        and not study.build.installs
        and not study.build.leaves
        and not study.build.unknown
    ):
        evidence = study.missing[0]
        message = f"what starts is not in the image ({evidence}): it comes with a volume"
        yield Obstacle("D17", start_line(study.project, evidence), message, "copy the program into the image")


def _development(study: Study) -> Iterator[Obstacle]:
    for evidence in study.launch.development[:1]:
        yield Obstacle(
            "N17",
            start_line(study.project, evidence),
            f"a development server or a test runner starts ({evidence}): the toolchain is the product",
            "start the built program instead, or keep this file for development",
        )


def _browsers(study: Study) -> Iterator[Obstacle]:
    """A browser needs libraries that no rule here knows; on a base that stays nothing would be won safely."""
    manifest = study.manifest
    installed = dict(manifest.production) if manifest is not None else {}
    for name in sorted(
        node_packages.names("browsers", "packages") & (installed.keys() | study.reached.packages.keys())
    ):
        where = study.reached.packages.get(name)
        line = start_line(study.project, where or Evidence("package.json", 0, name))
        message = f"{name} runs a browser, which needs libraries of the base image that are not known here"
        yield Obstacle("N15", line, message, "keep this file as it is")
        return


def _plug_and_play(study: Study) -> Iterator[Obstacle]:
    """yarn 4 keeps PnP packages in a cache outside the project unless it is told otherwise."""
    install = study.install
    if install is None or install.command.manager != "yarn" or not is_berry(study):
        return
    settings = load_yaml(study.project.context.read_text(".yarnrc.yml") or "")
    linker = settings.get("nodeLinker", "pnp")
    if linker in ("node-modules", "pnpm"):
        return
    if settings.get("enableGlobalCache") is not False:
        message = "yarn keeps the packages of Plug'n'Play in a cache outside the project"
        yield Obstacle(
            "N14", start_line(study.project, install.evidence), message, "set enableGlobalCache: false in .yarnrc.yml"
        )


def token_in(study: Study, directory: str) -> Evidence | None:
    """Return where the .npmrc of a directory names a token."""
    context = study.project.context
    path = study.project.files.to_context(posixpath.join(directory, ".npmrc"))
    text = context.read_text(path) if path is not None else None
    if path is None or text is None or "_auth" not in text:
        return None
    return Evidence(path, text.count("\n", 0, text.find("_auth")) + 1, "names a token")


def carried_token(study: Study, layout: Layout) -> Evidence | None:
    """Return where a .npmrc that would be copied with its whole directory names a token."""
    together = any(item.path == layout.root for item in layout.artifacts)
    return token_in(study, layout.root) if layout.whole and together else None


def last_building_step(study: Study) -> int:
    """Return the last RUN, COPY or ADD, -1 when there is none."""
    steps = study.project.facts.steps
    return max((step.index for step in steps if step.instruction.keyword in ("RUN", "COPY", "ADD")), default=-1)


def layout_obstacles(study: Study, layouts: tuple[Layout, ...]) -> tuple[Obstacle, ...]:
    """Refuse what cannot be copied: all of `/`, or a directory with a token in it."""
    line = study.project.facts.stage.from_.line
    whole_root = tuple(
        Obstacle("N07", line, f"the application lies in / and cannot be taken apart: {layout.whole}", "use a WORKDIR")
        for layout in layouts
        if layout.whole and layout.root == "/"
    )
    return (*whole_root, *_among_the_base(line, layouts), *_token_obstacles(study, layouts))


def _among_the_base(line: int, layouts: tuple[Layout, ...]) -> Iterator[Obstacle]:
    for layout in layouts:
        for path in (layout.root, *(item.path for item in layout.artifacts if item.is_dir)):
            if path in system_paths("system"):
                message = f"the application lies in {path}, among files of the base image"
                yield Obstacle("N07", line, message, "use a WORKDIR of its own")
                return


def _token_obstacles(study: Study, layouts: tuple[Layout, ...]) -> tuple[Obstacle, ...]:
    """Refuse where only another user could remove the token."""
    last = last_building_step(study)
    user = study.project.facts.steps[last].before.user if last >= 0 else ""
    found = [evidence for layout in layouts if (evidence := carried_token(study, layout)) is not None]
    if not found or user in ("", "root", "0"):
        return ()
    line = study.project.facts.steps[last].instruction.line
    message = f"{found[0].file} names a token and lies in a directory that is copied as a whole"
    return (Obstacle("N20", line, message, "remove it in the RUN that installs, or use a secret mount"),)
