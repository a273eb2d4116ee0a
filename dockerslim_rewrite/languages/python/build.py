"""What the RUN commands do with Python: installs and where they land, environments, and programs that run."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from msgspec import Struct

from dockerslim_rewrite.analysis.model import Evidence, Step
from dockerslim_rewrite.analysis.removals import covers, removal_patterns
from dockerslim_rewrite.knowledge.python_packages import names, normalise
from dockerslim_rewrite.languages.model import Project
from dockerslim_rewrite.languages.python.commands import PythonCommand, is_python, read_command
from dockerslim_rewrite.languages.python.requirements import (
    Requirement,
    pinned,
    read_file,
    read_project,
    read_requirement,
    read_table,
)
from dockerslim_rewrite.shell.model import SimpleCommand
from dockerslim_rewrite.shell.parse import unwrap

SYSTEM = "/usr/local"
# They install for the interpreter that runs them, which PATH finds: VIRTUAL_ENV is nothing to them.
_INTERPRETERS_OWN = ("pip", "setup.py", "easy_install")
_TRUE = frozenset({"1", "true", "yes", "on"})
SYSTEM_PROGRAMS = ("/usr/local/bin", "/usr/bin", "/bin")


class Install(Struct, frozen=True):
    """An install. `site` is the absolute prefix that it lands in: /usr/local is Python's own, the home's `.local` a
    user's, any other a virtual environment, a target directory, or a manager's own place. `asked` are the distributions
    as far as the files say, `complete` when none is missing."""

    command: PythonCommand
    site: str
    cwd: str
    asked: tuple[Requirement, ...]
    complete: bool
    step: int
    user: str
    evidence: Evidence


class Run(Struct, frozen=True):
    """A program or module of Python that a RUN starts: `words` are its own words, `home` its user's home directory."""

    command: PythonCommand
    words: tuple[str, ...]
    cwd: str
    home: str
    step: int
    env: Mapping[str, str]
    evidence: Evidence


class BuildFacts(Struct):
    """All that RUN does with Python. `covered` as in `Findings`; `environments` the author's own virtual environments,
    by absolute path, with the commands that make them; `uv` that tool's commands, with all their words."""

    installs: list[Install] = []
    runs: list[Run] = []
    uv: list[Run] = []
    unknown: list[Evidence] = []
    conda: list[Evidence] = []
    environments: dict[str, Evidence] = {}
    covered: dict[tuple[int, int], tuple[str, ...] | None] = {}

    @property
    def asked(self) -> tuple[Requirement, ...]:
        """Return every distribution that is asked for."""
        return tuple(item for install in self.installs for item in install.asked)


def read_build(project: Project) -> BuildFacts:
    """Read every RUN of a stage. What is removed again is not there: a COPY of it would end the build."""
    reader = _Reader(project)
    for step in project.facts.steps:
        reader.activated = ""
        for number, command in enumerate(step.script.commands if step.script is not None else ()):
            if isinstance(command, SimpleCommand):
                reader.command(step, number, command)
                reader.remove(step, number)
    return reader.build


def home_of(user: str, env: Mapping[str, str]) -> str:
    """Return a user's home directory: HOME, or the usual place."""
    if env.get("HOME"):
        return env["HOME"]
    name = user.split(":", 1)[0]
    return "/root" if name in ("", "root", "0") else f"/home/{name}"


def is_set(env: Mapping[str, str], name: str) -> bool:
    """Tell whether a variable switches something on."""
    return env.get(name, "").lower() in _TRUE


def _stated_site(command: PythonCommand, cwd: str, env: Mapping[str, str]) -> str:
    """Return the directory that an option or a setting of pip names, "" for none.

    A root holds all the others; `/` is the one that there is in any case.
    Source: https://pip.pypa.io/en/stable/topics/configuration/
    """
    stated = dict(option.split("=", 1) for option in command.options if "=" in option)
    for name in ("root", "target", "prefix", "home"):
        value = stated.get(f"--{name}") or (env.get(f"PIP_{name.upper()}") if command.tool == "pip" else "")
        place = posixpath.normpath(posixpath.join(cwd, value)) if value else ""
        if place and (name, place) != ("root", "/"):
            return place
    return ""


class _Reader:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._config: list[tuple[str, ...]] = []
        self._removals = {(item.step, item.command): removal_patterns([item]) for item in project.effects}
        self.build = BuildFacts()
        self.activated = ""

    def command(self, step: Step, number: int, command: SimpleCommand) -> None:
        inner = unwrap(command)
        name = posixpath.basename(inner.name or "")
        if not name:
            return
        evidence = Evidence(
            "Dockerfile", step.instruction.line, f"RUN {' '.join(word.text for word in inner.words)}"[:120]
        )
        if name in names("conda", "programs"):
            self.build.conda.append(evidence)
        python = read_command(inner.argv)
        if python is None:
            self._program(step, number, inner, name, evidence)
            return
        env = {
            **step.before.variables,
            **{item.name: item.value.value or "" for item in (*inner.exported, *inner.assignments)},
        }
        cwd = inner.cwd or step.before.workdir
        home = home_of(step.before.user, env)
        if python.tool == "uv":
            words = tuple(word or "" for word in inner.argv)
            words = words[[posixpath.basename(word) for word in words].index("uv") + 1 :]
            self.build.uv.append(Run(python, words, cwd, home, step.index, env, evidence))
        if python.kind == "environment":
            self.build.environments[posixpath.normpath(posixpath.join(cwd, python.target))] = evidence
        elif python.kind == "activate":
            self.activated = posixpath.normpath(posixpath.join(cwd, python.target))
        elif python.kind == "inert":
            self._config.append(tuple(word for word in python.operands if not word.startswith("-")))
        elif python.kind == "unknown":
            self.build.unknown.append(evidence)
        elif python.kind == "install":
            self._install(step, python, cwd, env, evidence)
        else:
            self.build.runs.append(Run(python, python.operands, cwd, home, step.index, env, evidence))
        self.build.covered[step.index, number] = self._writes(python, cwd)

    def _writes(self, command: PythonCommand, cwd: str) -> tuple[str, ...] | None:
        """Return where the command that was read last may write, None for anywhere: a program of somebody's runs, or uv
        fetches a Python."""
        if command.kind in ("run", "unknown") or command.tool == "uv":
            return None
        if command.kind == "install":  # what is built in its own directory leaves files there
            return (self.build.installs[-1].site, cwd)
        return (posixpath.join(cwd, command.target),) if command.kind == "environment" else ()

    def remove(self, step: Step, number: int) -> None:
        """Forget the environments and packages that a command removes."""
        if patterns := self._removals.get((step.index, number)):
            made = self.build.environments.items()
            self.build.environments = {path: evidence for path, evidence in made if not covers(patterns, path)}
            self.build.installs = [item for item in self.build.installs if not covers(patterns, item.site)]

    def _program(self, step: Step, number: int, inner: SimpleCommand, name: str, evidence: Evidence) -> None:
        """A script of the context that Python runs, or a console script of an installed distribution."""
        argv = tuple(word or "" for word in inner.argv)
        cwd = inner.cwd or step.before.workdir
        is_script = "/" in argv[0] and self._is_python_script(
            posixpath.normpath(posixpath.join(cwd, argv[0])), step.index
        )
        asked = {item.name for item in self.build.asked}
        known = names("builds", "programs") | names("browsers", "programs") | asked
        if not is_script and name not in known and normalise(name) not in asked:
            return
        self.build.covered[step.index, number] = None
        words = argv if is_script else ("-m", name, *argv[1:])
        command = PythonCommand("run", "python", argv[0], words)
        env = step.before.variables
        self.build.runs.append(Run(command, words, cwd, home_of(step.before.user, env), step.index, env, evidence))

    def _is_python_script(self, path: str, step: int) -> bool:
        source = self._project.files.to_context(path, before=step)
        text = self._project.context.read_text(source) if source is not None else None
        return text is not None and text.startswith("#!") and "python" in text.split("\n", 1)[0]

    def _install(
        self, step: Step, command: PythonCommand, cwd: str, env: Mapping[str, str], evidence: Evidence
    ) -> None:
        site = self._site(step, command, cwd, env)
        asked, complete = self._asked(step, command, cwd)
        self.build.installs.append(
            Install(command, site, cwd, tuple(asked), complete, step.index, step.before.user, evidence)
        )

    def _site(self, step: Step, command: PythonCommand, cwd: str, env: Mapping[str, str]) -> str:
        """Return the prefix that an install lands in."""
        home = home_of(step.before.user, env)
        if stated := _stated_site(command, cwd, env):
            return stated
        active = self._active(command, cwd, env)
        if command.tool in _INTERPRETERS_OWN:
            if active:
                return active
            is_user = "--user" in command.options or env.get("PIP_USER", "") not in ("", "0", "no", "false")
            own = env.get("PYTHONUSERBASE") or f"{home}/.local"
            return own if is_user or home_of(step.before.user, {}) != "/root" else SYSTEM
        return self._managed_site(command, cwd, env, home, active)

    def _managed_site(self, command: PythonCommand, cwd: str, env: Mapping[str, str], home: str, active: str) -> str:
        tool, options = command.tool, command.options
        project = posixpath.join(cwd, ".venv")
        if tool == "uv":
            return posixpath.normpath(posixpath.join(cwd, env.get("UV_PROJECT_ENVIRONMENT", ".venv")))
        if tool == "uv pip":
            is_system = "--system" in options or is_set(env, "UV_SYSTEM_PYTHON")
            return SYSTEM if is_system else active or (project if project in self.build.environments else SYSTEM)
        settings = self._settings(cwd, env)
        if (tool == "pipenv" and "--system" in options) or (tool == "poetry" and settings["create"] == "false"):
            return active or SYSTEM
        if active and active != SYSTEM:
            return active
        if tool == "pdm" or settings["in-project"] == "true":
            return project
        return posixpath.join(home, ".cache/pypoetry/virtualenvs" if tool == "poetry" else ".local/share/virtualenvs")

    def _settings(self, cwd: str, env: Mapping[str, str]) -> dict[str, str]:
        """Return `create` and `in-project` as poetry.toml, `poetry config` and the environment say, each over the last.

        Source: https://python-poetry.org/docs/configuration/
        """
        settings = {"create": "", "in-project": ""}
        path = self._project.files.to_context(posixpath.join(cwd, "poetry.toml"))
        table = read_table(self._project.context, path, "virtualenvs") if path is not None else {}
        for name in settings:
            if name in table:
                settings[name] = str(table[name]).lower()
            for words in self._config:
                if f"virtualenvs.{name}" in words:
                    settings[name] = words[-1].lower()
            variable = f"POETRY_VIRTUALENVS_{name.upper().replace('-', '_')}"
            if env.get(variable):
                settings[name] = "true" if is_set(env, variable) else "false"
        if is_set(env, "PIPENV_VENV_IN_PROJECT"):
            settings["in-project"] = "true"
        return settings

    def _active(self, command: PythonCommand, cwd: str, env: Mapping[str, str]) -> str:
        """Return the author's environment that a command works in, "" for Python's own."""
        directory = posixpath.dirname(command.program)
        if (
            directory
            and directory not in SYSTEM_PROGRAMS
            and (command.tool in ("pip", "setup.py") or is_python(command.program))
        ):
            return posixpath.normpath(posixpath.join(cwd, directory, ".."))
        if self.activated:
            return self.activated
        named = posixpath.normpath(posixpath.join(cwd, env["VIRTUAL_ENV"])) if env.get("VIRTUAL_ENV") else ""
        if named and command.tool not in _INTERPRETERS_OWN:
            return named
        for place in env.get("PATH", "").split(":"):
            if place in SYSTEM_PROGRAMS:
                break
            if posixpath.dirname(place) in {named, *self.build.environments}:
                return posixpath.dirname(place)
        return ""

    def _asked(self, step: Step, command: PythonCommand, cwd: str) -> tuple[list[Requirement], bool]:
        found: list[Requirement] = []
        complete = True
        context, files = self._project.context, self._project.files
        for name in command.files:
            path = files.to_context(posixpath.normpath(posixpath.join(cwd, name)), before=step.index)
            complete &= path is not None and context.is_file(path)
            found.extend(read_file(context, path) if path is not None else ())
        projects = (
            [] if command.tool in ("pip", "uv pip", "easy_install") and (command.operands or command.files) else ["."]
        )
        for word in command.operands:
            names_found = read_requirement(word)
            is_path = word.startswith((".", "/")) or (not names_found and "://" not in word)
            if is_path:
                projects.append(word.split("[", 1)[0])
            elif names_found:
                line = step.instruction.line
                found.extend(Requirement(name, "Dockerfile", line, pinned(word)) for name in names_found)
            else:
                complete = False
        for word in projects:
            path = files.to_context(posixpath.normpath(posixpath.join(cwd, word)), before=step.index)
            if path is None and word == ".":
                path = self._copied_manifest(cwd, step.index)
            complete &= path is not None
            found.extend(read_project(context, path) if path is not None else ())
        return found, complete

    def _copied_manifest(self, cwd: str, before: int) -> str | None:
        """Return the context directory of manifests that were copied by name: `COPY pyproject.toml ./`."""
        for name in ("pyproject.toml", "Pipfile", "setup.py"):
            path = self._project.files.to_context(posixpath.join(cwd, name), before=before)
            if path is not None:
                return posixpath.dirname(path)
        return None
