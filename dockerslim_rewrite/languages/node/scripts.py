"""Follows package.json scripts, runners and prefixes down to the programs that really start."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase

from msgspec import Struct

from dockerslim_rewrite.analysis.files import ImageFiles
from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.languages.node.commands import PackageCommand, read_package_command
from dockerslim_rewrite.languages.node.manifest import Manifest, read_manifest
from dockerslim_rewrite.languages.node.tasks import (
    RUNNERS,
    TaskRun,
    nx_is_explicit,
    nx_projects,
    nx_targets,
    read_task_run,
    wanted_packages,
    wanted_tasks,
)
from dockerslim_rewrite.languages.node.workspaces import find_workspace, workspace_packages

MAX_DEPTH = 12
MAX_COMMANDS = 400
_SERIES = frozenset({"run-s", "npm-run-all", "run-p", "concurrently"})

Env = tuple[tuple[str, str], ...]


class Leaf(Struct, frozen=True):
    """A program that starts. `argv` and `cwd` as in `Process`; `env` are assignments before it; `local` when it is
    looked up in node_modules/.bin first; `command` when it is a package manager's own command that is not a script."""

    argv: tuple[str | None, ...]
    cwd: str
    env: Env
    evidence: Evidence
    local: bool = False
    command: PackageCommand | None = None

    @property
    def program(self) -> str:
        """Return the program's base name."""
        return posixpath.basename(self.argv[0] or "") if self.argv else ""


class Expansion(Struct):
    """What a command comes down to. `managers` and `wrappers` are programs passed on the way; `plain` is False when
    hooks, several commands, prefixes or variables stand between the command and a single program. `commands` counts
    what was followed, `running` are the scripts that are open: `(directory, name)`."""

    leaves: list[Leaf] = []
    managers: list[str] = []
    wrappers: list[str] = []
    manifests: list[Manifest] = []
    unknown: list[Evidence] = []
    plain: bool = True
    commands: int = 0
    running: list[tuple[str, str]] = []


class ScriptReader:
    """Expands command lines with the manifests of one image."""

    def __init__(self, context: Context, files: ImageFiles) -> None:
        self._context = context
        self._files = files

    def manifest_for(self, cwd: str) -> Manifest | None:
        """Return the package.json that npm would use in an image directory: there or above."""
        while True:
            path = self._files.to_context(posixpath.join(cwd, "package.json"))
            if path is not None:
                return read_manifest(self._context, posixpath.dirname(path))
            if cwd in ("/", ""):
                return None
            cwd = posixpath.dirname(cwd)

    def image_directory(self, manifest: Manifest, near: str) -> str:
        """Return where a manifest's directory is in the image; `near` decides between several copies."""
        found = self._files.to_image(manifest.path)
        directories = [posixpath.dirname(path) for path in found]
        above = [path for path in directories if near == path or near.startswith(path.rstrip("/") + "/")]
        return (above or directories or [near])[-1]

    def expand(self, argv: tuple[str | None, ...], cwd: str, env: Env, evidence: Evidence) -> Expansion:
        """Follow one command line."""
        expansion = Expansion()
        self._expand(argv, cwd, env, evidence, expansion, 0, local=False)
        return expansion

    def expand_script(self, manifest: Manifest, name: str, cwd: str, evidence: Evidence) -> Expansion:
        """Follow one script of a manifest without its hooks, as a lifecycle event runs it."""
        expansion = Expansion()
        if name in manifest.scripts:
            self._text(manifest, name, (), cwd, (), evidence, expansion, 0)
        return expansion

    def _expand(
        self,
        argv: tuple[str | None, ...],
        cwd: str,
        env: Env,
        evidence: Evidence,
        out: Expansion,
        depth: int,
        *,
        local: bool,
    ) -> None:
        out.commands += 1
        if depth > MAX_DEPTH or out.commands > MAX_COMMANDS or not argv or argv[0] is None:
            out.unknown.append(evidence)
            return
        name = posixpath.basename(argv[0])
        command = read_package_command(argv, cwd)
        if command is not None:
            self._package_command(command, argv, cwd, env, evidence, out, depth)
        elif name in ("cross-env", "cross-env-shell", "env-cmd", "dotenv", "dotenvx"):
            self._prefix(name, argv, cwd, env, evidence, out, depth)
        elif name in RUNNERS and (run := read_task_run(name, [word or "" for word in argv[1:]])) is not None:
            self._tasks(name, run, cwd, env, evidence, out, depth)
        elif name in _SERIES:
            self._series(name, argv, cwd, env, evidence, out, depth)
        else:
            out.leaves.append(Leaf(argv, cwd, env, evidence, local))

    def _package_command(
        self,
        command: PackageCommand,
        argv: tuple[str | None, ...],
        cwd: str,
        env: Env,
        evidence: Evidence,
        out: Expansion,
        depth: int,
    ) -> None:
        out.managers.append(posixpath.basename(argv[0] or ""))
        target = command.cwd or cwd
        if command.kind == "tool" and command.arguments[:1] == (command.manager,):
            out.leaves.append(Leaf(command.arguments, target, env, evidence))  # bun runs a file itself
            return
        if command.kind == "tool" and command.arguments:
            self._expand(command.arguments, target, env, evidence, out, depth + 1, local=True)
            return
        if command.kind != "script":
            out.leaves.append(Leaf(argv, target, env, evidence, command=command))
            return
        manifest = self.manifest_for(target)
        if manifest is not None and command.workspace:
            manifest = find_workspace(self._context, manifest, command.workspace)
        name, arguments = command.arguments[0], command.arguments[1:]
        if manifest is None:
            out.unknown.append(evidence)
            return
        if command.everywhere:
            self._members(manifest, TaskRun((name,), ()), target, env, evidence, out, depth)
            return
        self._script(
            manifest, name, arguments, self.image_directory(manifest, target), env, evidence, out, depth, command
        )

    def _script(
        self,
        manifest: Manifest,
        name: str,
        arguments: tuple[str, ...],
        cwd: str,
        env: Env,
        evidence: Evidence,
        out: Expansion,
        depth: int,
        command: PackageCommand,
    ) -> None:
        out.manifests.append(manifest)
        if name not in manifest.scripts:
            if name == "start" and command.manager == "npm":
                out.leaves.append(Leaf(("node", "server.js"), cwd, env, evidence, local=True))
            elif command.manager in ("yarn", "pnpm", "bun"):
                self._expand((name, *arguments), cwd, env, evidence, out, depth + 1, local=True)
            else:
                out.unknown.append(Evidence(manifest.path, 0, f'there is no script "{name}"'))
            return
        # yarn 2 and later run no pre and post hooks; taking them as run errs on the side of keeping what they need.
        for hook in (f"pre{name}", name, f"post{name}"):
            if hook in manifest.scripts:
                out.plain &= hook == name
                self._text(manifest, hook, arguments if hook == name else (), cwd, env, evidence, out, depth)

    def _tasks(
        self, runner: str, run: TaskRun, cwd: str, env: Env, evidence: Evidence, out: Expansion, depth: int
    ) -> None:
        """Follow a task runner into the scripts of the packages, or the executors of nx."""
        out.wrappers.append(runner)
        out.plain = False
        manifest = self.manifest_for(cwd)
        if manifest is None:
            out.unknown.append(evidence)
            return
        run = TaskRun(wanted_tasks(self._context, manifest.directory, run), run.packages)
        # nx may know more of a workspace than its package.json files say
        projects = nx_projects(self._context, manifest.directory) if runner != "turbo" else {}
        explicit = runner == "turbo" or nx_is_explicit(self._context, manifest.directory)
        more = bool(projects) or not explicit
        if runner != "nx" or not more:
            if more:
                out.unknown.append(evidence)
            self._members(manifest, run, cwd, env, evidence, out, depth)
            return
        here = self.image_directory(manifest, cwd)
        for task in run.tasks:
            targets = nx_targets(projects, run, task) if explicit else None
            if targets is None:
                out.unknown.append(evidence)
            for target in targets or ():
                words = (target.executor, *(f"--{name}={value}" for name, value in sorted(target.options.items())))
                out.leaves.append(Leaf(words, here, env, evidence, local=True))

    def _members(
        self, manifest: Manifest, run: TaskRun, cwd: str, env: Env, evidence: Evidence, out: Expansion, depth: int
    ) -> None:
        """Run scripts in packages of a workspace, wherever they have them."""
        out.plain = False
        members = {item.name: item for item in workspace_packages(self._context, manifest)}
        packages = wanted_packages(members, run)
        having = [(item, name) for item in packages or () for name in run.tasks if name in item.scripts]
        if not having:
            out.unknown.append(evidence)
        for item, name in having:
            command = PackageCommand("script", "npm", cwd, (name,))
            self._script(item, name, (), self.image_directory(item, cwd), env, evidence, out, depth + 1, command)

    def _text(
        self,
        manifest: Manifest,
        name: str,
        arguments: tuple[str, ...],
        cwd: str,
        env: Env,
        evidence: Evidence,
        out: Expansion,
        depth: int,
    ) -> None:
        from dockerslim_rewrite.shell.parse import parse_script, unwrap

        text = manifest.scripts[name]
        here = Evidence(manifest.path, manifest.line(name), f'"{name}": "{text}"')
        if depth > MAX_DEPTH or (manifest.directory, name) in out.running:
            out.unknown.append(here)
            return
        out.running.append((manifest.directory, name))
        script = parse_script(text, variables={}, workdir=cwd)
        out.unknown.extend(Evidence(here.file, here.line, item.reason) for item in script.opaque)
        commands = [unwrap(item) for item in script.simple]
        out.plain &= len(commands) == 1 and "npm_" not in text and not (commands and commands[0].assignments)
        for number, item in enumerate(commands):
            added = tuple((entry.name, entry.value.value or "") for entry in item.assignments)
            if not item.words or item.name in ("cd", "exit", "true", ":", "echo", "export", "set", "exec"):
                continue
            argv = item.argv + (arguments if number == len(commands) - 1 else ())
            self._expand(argv, item.cwd or cwd, env + added, here, out, depth + 1, local=True)
        out.running.pop()

    def _prefix(
        self,
        name: str,
        argv: tuple[str | None, ...],
        cwd: str,
        env: Env,
        evidence: Evidence,
        out: Expansion,
        depth: int,
    ) -> None:
        """Take cross-env and the like off; they are programs that must be there too."""
        out.wrappers.append(name)
        out.plain = False
        rest = list(argv[1:])
        added: list[tuple[str, str]] = []
        while rest and rest[0] is not None:
            word = rest[0]
            if word == "--":
                rest.pop(0)
                break
            if word in ("-e", "-f", "-p", "-r", "--environments", "--file") and len(rest) > 1:
                rest = rest[2:]
            elif word.startswith("-"):
                rest.pop(0)
            elif "=" in word and "/" not in word.split("=", 1)[0]:
                variable, _, value = word.partition("=")
                added.append((variable, value))
                rest.pop(0)
            elif name == "env-cmd" and word.startswith("."):
                rest.pop(0)
            else:
                break
        self._expand(tuple(rest), cwd, (*env, *added), evidence, out, depth + 1, local=True)

    def _series(
        self,
        name: str,
        argv: tuple[str | None, ...],
        cwd: str,
        env: Env,
        evidence: Evidence,
        out: Expansion,
        depth: int,
    ) -> None:
        """Run the scripts that npm-run-all or concurrently names."""
        out.wrappers.append(name)
        out.plain = False
        manifest = self.manifest_for(cwd)
        for word in argv[1:]:
            if word is None or manifest is None:
                out.unknown.append(evidence)
                return
            if word.startswith("-"):
                continue
            wanted = (
                word.removeprefix("npm:").removeprefix("npm run ") if name == "concurrently" else word.split(" ")[0]
            )
            scripts = list(_matching(manifest, wanted))
            if not scripts:
                out.unknown.append(evidence)
            for script in scripts:
                run = PackageCommand("script", "npm", cwd, (script,))
                self._script(manifest, script, (), cwd, env, evidence, out, depth + 1, run)


def _matching(manifest: Manifest, pattern: str) -> Iterator[str]:
    if pattern in manifest.scripts:
        yield pattern
    elif "*" in pattern:
        yield from (name for name in manifest.scripts if fnmatchcase(name, pattern))
