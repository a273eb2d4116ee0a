"""The start command's processes as Node sees them: entry files, programs of packages, servers of static files."""

from __future__ import annotations

import posixpath

from msgspec import Struct

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.analysis.start import Service
from dockerslim_rewrite.context.jsonc import parse_object
from dockerslim_rewrite.knowledge import node_packages
from dockerslim_rewrite.languages.model import Project
from dockerslim_rewrite.languages.node.configs import config_values
from dockerslim_rewrite.languages.node.scripts import Expansion, Leaf, ScriptReader

NODE = frozenset({"node", "nodejs"})
_MODULE_OPTIONS = frozenset({"-r", "--require", "--import", "--loader", "--experimental-loader"})
_VALUE_OPTIONS = frozenset(
    {"--max-old-space-size", "--env-file", "-C", "--conditions", "--inspect-port", "--title", "--icu-data-dir"}
)
_EVALUATE = frozenset({"-e", "--eval", "-p", "--print", "-pe", "-i", "--interactive"})
_PROCESS_MANAGERS = frozenset({"pm2", "pm2-runtime", "pm2-docker", "forever", "pm2-dev"})


class Launch(Struct):
    """What starts.

    `entries` are `(absolute image path, evidence)` of the files that Node runs; `packages` those whose programs or
    preloads are used; `programs` are programs of packages, `system` all others; `served` directories given to a static
    server; `frameworks` programs that find their own files, `servers` those of them that read the output of a build,
    with their directory (next start). `runs_sources` when a runner compiles them;
    `leaves` are all programs, `main` what the main process comes down to; `installs` are those of packages; `services`
    are those of compose that run the image with commands of their own, which are among the rest.
    """

    entries: list[tuple[str, Evidence]] = []
    packages: dict[str, Evidence] = {}
    programs: list[tuple[str, Evidence]] = []
    system: list[tuple[str, Evidence]] = []
    served: list[tuple[str, Evidence]] = []
    frameworks: list[Evidence] = []
    servers: list[tuple[node_packages.BuildServer, str]] = []
    unknown: list[Evidence] = []
    development: list[Evidence] = []
    managers: list[str] = []
    leaves: list[Leaf] = []
    installs: list[Evidence] = []
    main: Expansion | None = None
    services: list[Service] = []
    runs_sources: bool = False

    @property
    def is_static_server(self) -> bool:
        """Tell whether all that starts is a static server, which reads the directories that it is given."""
        return bool(self.served) and not (self.entries or self.frameworks or self.unknown or self.managers)


def read_launch(project: Project, scripts: ScriptReader) -> Launch:
    """Follow every process of the start command and of the health check."""
    reader = _Reader(project, scripts)
    main = project.start.main
    for process in project.start.processes:
        argv = process.argv
        if process is main and _means_node(project, argv):
            argv = ("node", *argv)
        expansion = scripts.expand(argv, process.cwd, process.env, process.evidence)
        if process is main:
            reader.launch.main = expansion
        reader.main = process is main
        reader.take(expansion, depth=0)
    reader.main = False
    for process in project.health.processes if project.health is not None else ():
        if posixpath.basename(process.argv[0] or "") in NODE:
            reader.take(scripts.expand(process.argv, process.cwd, process.env, process.evidence), depth=0)
    for service in project.services:
        _take_service(service, project, scripts, reader)
    return reader.launch


def _take_service(service: Service, project: Project, scripts: ScriptReader, reader: _Reader) -> None:
    """Add what a compose service runs, when all of it is known and it is no development server."""
    trial = _Reader(project, scripts)
    expansions = []
    for process in service.start.processes:
        argv = ("node", *process.argv) if _means_node(project, process.argv) else process.argv
        expansions.append(scripts.expand(argv, process.cwd, process.env, process.evidence))
        trial.take(expansions[-1], depth=0)
    if trial.launch.development or trial.launch.unknown or service.start.unknown:
        return
    for expansion in expansions:
        reader.take(expansion, depth=0)
    reader.launch.services.append(service)


def _means_node(project: Project, argv: tuple[str | None, ...]) -> bool:
    """Tell whether docker-entrypoint.sh of the official image puts `node` in front: for a flag and for a file that is
    no program. Source: https://github.com/nodejs/docker-node, docker-entrypoint.sh"""
    base, entrypoint = project.facts.base, project.facts.contract.entrypoint
    if base is None or base.family != "node" or entrypoint is None or entrypoint.step is not None or not argv:
        return False
    first = argv[0] or ""
    return first.startswith("-") or (first.endswith((".js", ".mjs", ".cjs", ".ts")) and not first.startswith("/"))


class _Reader:
    def __init__(self, project: Project, scripts: ScriptReader) -> None:
        self._project = project
        self._scripts = scripts
        self.main = False
        self.launch = Launch()

    def take(self, expansion: Expansion, depth: int) -> None:
        self.launch.unknown.extend(expansion.unknown)
        self.launch.managers.extend(expansion.managers)
        for wrapper in expansion.wrappers:
            evidence = expansion.leaves[0].evidence if expansion.leaves else Evidence("package.json", 0, wrapper)
            self.launch.packages.setdefault(node_packages.package_of_program(wrapper), evidence)
        for leaf in expansion.leaves:
            self.launch.leaves.append(leaf)
            self._leaf(leaf, depth)

    def _leaf(self, leaf: Leaf, depth: int) -> None:
        program = leaf.program
        words = [word or "" for word in leaf.argv[1:]]
        if leaf.command is not None:
            self.launch.unknown.append(leaf.evidence)  # a package manager that does something else at start
            if leaf.command.kind in ("install", "global"):
                self.launch.installs.append(leaf.evidence)
        elif program in NODE:
            self._node(leaf, words)
        elif _is_development(program, words):
            self._package(program, leaf)
            self.launch.development.append(leaf.evidence)
        elif program in _PROCESS_MANAGERS:
            self._manager(leaf, words, depth)
        elif node_packages.runner_needs(program) is not None:
            self._runner(leaf, program, words)
        elif program in node_packages.names("static_servers", "programs"):
            self._server(leaf, program, words)
        elif program.endswith((".js", ".mjs", ".cjs")):
            self._entry(leaf.argv[0] or "", leaf)
        else:
            self._program(leaf, program, words)

    def _package(self, program: str, leaf: Leaf) -> None:
        self.launch.packages.setdefault(node_packages.package_of_program(program), leaf.evidence)

    def _program(self, leaf: Leaf, program: str, words: list[str]) -> None:
        in_path = leaf.local and program not in node_packages.names("system", "programs")
        if in_path or program in node_packages.known_programs() or "node_modules/" in (leaf.argv[0] or ""):
            self._package(program, leaf)
            self.launch.frameworks.append(leaf.evidence)
            server = node_packages.build_server(program, words[0] if words else "")
            if server is not None:
                self.launch.servers.append((server, leaf.cwd))
            if program == "nest" and words[:1] == ["start"]:
                self.launch.packages.setdefault("typescript", leaf.evidence)
                self.launch.runs_sources = True
            self.launch.programs.append((leaf.argv[0] or program, leaf.evidence))
        elif leaf.local or self.main:  # the planner sees to what a start script calls by itself
            self.launch.system.append((leaf.argv[0] or program, leaf.evidence))

    def _node(self, leaf: Leaf, words: list[str]) -> None:
        at = 0
        while at < len(words) and words[at].startswith("-") and words[at] != "-":
            option, _, value = words[at].partition("=")
            if option in ("--watch", "--watch-path"):
                self.launch.development.append(leaf.evidence)
                return
            if option in _EVALUATE:
                self.launch.unknown.append(leaf.evidence)
                return
            takes = option in _MODULE_OPTIONS | _VALUE_OPTIONS and not value
            if takes and at + 1 < len(words):
                at += 1
                value = words[at]
            if option in _MODULE_OPTIONS and value:
                self._preload(value, leaf)
            at += 1
        if at >= len(words) or not words[at]:
            self.launch.unknown.append(leaf.evidence)
            return
        self._entry(words[at], leaf)

    def _preload(self, module: str, leaf: Leaf) -> None:
        from dockerslim_rewrite.languages.node.commands import package_name

        if module.startswith((".", "/")):
            self._entry(module, leaf)
            return
        if node_packages.is_builtin(module):
            return
        name = package_name(module)
        for needed in (name, *node_packages.register_needs(name)):
            self.launch.packages.setdefault(needed, leaf.evidence)
        self.launch.runs_sources |= name in node_packages.registers() or name.startswith(("ts-node", "tsx"))

    def _entry(self, path: str, leaf: Leaf) -> None:
        absolute = posixpath.normpath(posixpath.join(leaf.cwd, path))
        if "/node_modules/" in absolute:
            from dockerslim_rewrite.languages.node.commands import package_name

            inside = absolute.rpartition("/node_modules/")[2]
            if inside.startswith(".bin/"):
                self._program(leaf, posixpath.basename(inside), [])
            else:
                self.launch.packages.setdefault(package_name(inside), leaf.evidence)
                self.launch.frameworks.append(leaf.evidence)
            return
        self.launch.entries.append((absolute, leaf.evidence))

    def _runner(self, leaf: Leaf, program: str, words: list[str]) -> None:
        if "--watch" in words or "watch" in words[:1] or "--respawn" in words or "--hot" in words:
            self.launch.development.append(leaf.evidence)
            return
        self._package(program, leaf)
        for needed in node_packages.runner_needs(program) or ():
            self.launch.packages.setdefault(needed, leaf.evidence)
        self.launch.runs_sources = True
        if program == "bun":
            self.launch.programs.append(("bun", leaf.evidence))
        at = 0
        while at < len(words) and (words[at].startswith("-") or words[at] in ("bun", "run")):
            if words[at] in ("-r", "--require", "--import") and at + 1 < len(words):
                self._preload(words[at + 1], leaf)
            at += (
                2
                if words[at] in ("-r", "--require", "--import", "-P", "--project", "--tsconfig", "-O", "--loader")
                else 1
            )
        if at < len(words) and words[at]:
            self._entry(words[at], leaf)
        else:
            self.launch.unknown.append(leaf.evidence)

    def _server(self, leaf: Leaf, program: str, words: list[str]) -> None:
        self._package(program, leaf)
        self.launch.programs.append((leaf.argv[0] or program, leaf.evidence))
        operands: list[str] = []
        takes_value = False
        for word in words:
            if not word.startswith("-") and not takes_value:
                operands.append(word)
            takes_value = word in (
                "-l",
                "--listen",
                "-p",
                "--port",
                "-a",
                "-c",
                "--config",
                "-d",
                "-C",
                "-K",
                "-S",
                "-t",
                "--proxy",
                "-P",
            )
        directory = operands[0] if operands and not operands[0].isdigit() else "."
        if directory == "start" and program == "sirv":
            directory = operands[1] if len(operands) > 1 else "."
        self.launch.served.append((posixpath.normpath(posixpath.join(leaf.cwd, directory)), leaf.evidence))

    def _manager(self, leaf: Leaf, words: list[str], depth: int) -> None:
        """pm2 and forever run a script file, an ecosystem file, or `npm -- start`."""
        self._package(leaf.program, leaf)
        self.launch.programs.append((leaf.argv[0] or leaf.program, leaf.evidence))
        operands = [word for word in words if not word.startswith("-")]
        if operands[:1] == ["start"]:
            operands = operands[1:]
        if "--watch" in words or leaf.program == "pm2-dev":
            self.launch.development.append(leaf.evidence)
        elif not operands or depth > 4:
            self.launch.unknown.append(leaf.evidence)
        elif operands[0] in ("npm", "yarn", "pnpm"):
            rest = words[words.index("--") + 1 :] if "--" in words else operands[1:]
            self.take(self._scripts.expand((operands[0], *rest), leaf.cwd, leaf.env, leaf.evidence), depth + 1)
        elif "ecosystem" in operands[0] or operands[0].endswith(
            (".json", ".yml", ".yaml", ".config.js", ".config.cjs")
        ):
            self._ecosystem(leaf, operands[0])
        else:
            self._entry(operands[0], leaf)

    def _ecosystem(self, leaf: Leaf, name: str) -> None:
        """Read `script` of each app. Source: https://pm2.keymetrics.io/docs/usage/application-declaration/"""
        path = self._project.files.to_context(posixpath.normpath(posixpath.join(leaf.cwd, name)))
        text = self._project.context.read_text(path) if path is not None else None
        found: list[str] = []
        if text is not None and name.endswith(".json"):
            apps = parse_object(text).get("apps")
            rows = apps if isinstance(apps, list) else [parse_object(text)]
            found = [str(row["script"]) for row in rows if isinstance(row, dict) and isinstance(row.get("script"), str)]
        elif text is not None and text.count("script") == 1:
            value = config_values(name, text, frozenset({"script"})).get("script")
            found = [value.path] if value is not None and value.complete else []
        if not found or not all(item.endswith((".js", ".mjs", ".cjs", ".ts")) for item in found):
            self.launch.unknown.append(leaf.evidence)
        for item in found:
            self._entry(item, leaf)


def _is_development(program: str, words: list[str]) -> bool:
    commands = node_packages.development_commands(program)
    if commands is None:
        return False
    if not commands:
        return True
    first = next((word for word in words if not word.startswith("-")), "")
    return first in commands or any(word in commands for word in words if word.startswith("-"))
