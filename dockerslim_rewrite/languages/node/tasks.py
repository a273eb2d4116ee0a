"""Task runners of monorepos: which scripts and executors `turbo run`, `lerna run` and `nx` come down to.

Sources: https://turborepo.com/docs/reference/run, https://lerna.js.org/docs/api-reference/commands (run), and
https://nx.dev/docs/reference/nx-commands
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct

from dockerslim_rewrite.analysis.words import option_values
from dockerslim_rewrite.context.jsonc import parse_object
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.knowledge.node_packages import names
from dockerslim_rewrite.languages.node.locks.model import as_texts
from dockerslim_rewrite.languages.node.manifest import Manifest

RUNNERS = frozenset({"turbo", "lerna", "nx"})
Projects: TypeAlias = Mapping[str, tuple[str, Mapping[str, object]]]
MAX_PROJECTS = 500
_FILTERS = {"turbo": ("--filter", "-F"), "lerna": ("--scope",), "nx": ("--projects", "-p", "--project")}
_NARROWS = ("--since", "--affected", "--ignore", "--exclude", "--cwd")  # what runs then depends on more than is read


class TaskRun(Struct, frozen=True):
    """A call of a task runner. `tasks` are the names of scripts or targets, `packages` the names of the packages that
    they run in, with those that these depend on; empty for all."""

    tasks: tuple[str, ...]
    packages: tuple[str, ...]


class Target(Struct, frozen=True):
    """What a target of an nx project runs: an executor with its static options, in the context directory `project`."""

    project: str
    executor: str
    options: Mapping[str, str]


def read_task_run(runner: str, words: list[str]) -> TaskRun | None:
    """Take the words behind `turbo`, `lerna` or `nx` apart; None when it is no run of tasks, or not understood."""
    options = [word for word in words if word.startswith("-")]
    if any(word.partition("=")[0] in _NARROWS for word in options):
        return None
    filters = tuple(option_values(words, _FILTERS[runner]))
    stated = tuple(option_values(words, ("-t", "--target", "--targets")))
    packages = tuple(_names(filters))
    targets = tuple(_names(stated)) if runner == "nx" else ()
    taken = {*packages, *targets, *filters, *stated}
    operands = [word for word in words if not word.startswith("-") and word not in taken]
    if runner == "nx" and operands[:1] in (["serve"], ["dev"]):
        return None  # its server for development
    if any(not _is_plain(name) for name in packages):
        return None
    if runner != "nx":
        tasks = operands[1:] if operands[:1] == ["run"] else operands if runner == "turbo" else []
        return TaskRun(tuple(tasks), packages) if tasks else None
    return _nx_run(operands, targets, packages)


def _nx_run(operands: list[str], targets: tuple[str, ...], packages: tuple[str, ...]) -> TaskRun | None:
    """`nx run-many -t TARGET`, `nx run PROJECT:TARGET[:CONFIGURATION]`, `nx TARGET PROJECT`."""
    if operands[:1] == ["run-many"] and targets:
        return TaskRun(targets, packages)
    if operands[:1] == ["run"] and len(operands) == 2 and ":" in operands[1]:
        project, target = operands[1].split(":")[:2]
        return TaskRun((target,), (project,))
    if len(operands) == 2 and operands[0] not in ("run", "run-many", "affected", "generate", "g", "exec"):
        return TaskRun((operands[0],), (operands[1],))
    return None


def _names(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from (part.removesuffix("...").lstrip("^") for part in value.replace(" ", ",").split(",") if part)


def _is_plain(name: str) -> bool:
    return not any(mark in name for mark in "*!{}[]$.") or (name.startswith("./") and "*" not in name)


def wanted_tasks(context: Context, root: str, run: TaskRun) -> tuple[str, ...]:
    """Return the tasks of a run with those that turbo.json and nx.json let run before them."""
    turbo = parse_object(context.read_text(posixpath.join(root, "turbo.json")))
    nx = parse_object(context.read_text(posixpath.join(root, "nx.json")))
    tables = [table for table in (turbo.get("tasks"), turbo.get("pipeline"), nx.get("targetDefaults")) if table]
    found = list(run.tasks)
    for name in found:
        for table in tables:
            needs = as_texts(_table(_table(table).get(name)).get("dependsOn"))
            found += [task for need in needs if (task := need.lstrip("^").rpartition("#")[2]) not in found]
    return tuple(found)


def wanted_packages(packages: Mapping[str, Manifest], run: TaskRun) -> tuple[Manifest, ...] | None:
    """Return the packages of a run with those of the workspace that they depend on; None when one is not there."""
    if not run.packages:
        return tuple(packages.values())
    by_directory = {"./" + item.directory: item.name for item in packages.values()}
    found = [by_directory.get(name.rstrip("/"), name) for name in run.packages]
    if any(name not in packages for name in found):
        return None
    for name in found:
        needs = {**packages[name].production, **packages[name].dev_dependencies}
        found += [need for need in needs if need in packages and need not in found]
    return tuple(packages[name] for name in found)


def nx_targets(found: Projects, run: TaskRun, task: str) -> tuple[Target, ...] | None:
    """Return the executors of a task in nx projects; None when a project has no such target, or one not static."""
    having = {name: _target(*found[name], task) for name in found if task in _targets(found[name][1])}
    # what these depend on is built as well: all of it has to lie in one directory
    tops = {item.options.get("outputPath", "").split("/", 1)[0] for item in having.values() if item is not None}
    wanted = [having.get(name) for name in run.packages or having]
    if not wanted or None in wanted or len(tops) > 1:
        return None
    return tuple(item for item in wanted if item is not None)


def nx_is_explicit(context: Context, root: str) -> bool:
    """Tell whether no plugin of nx finds targets by itself that build something."""
    plugins = parse_object(context.read_text(posixpath.join(root, "nx.json"))).get("plugins")
    rows = plugins if isinstance(plugins, list) else []
    found = [str(row.get("plugin")) if isinstance(row, dict) else str(row) for row in rows]
    return all(name in names("nx_checks", "plugins") for name in found)


def nx_projects(context: Context, root: str) -> Projects:
    """Return the projects that a project.json describes, by name: their directories, and what the files say."""
    places = [path for path in context.walk(root) if posixpath.basename(path) == "project.json"]
    read = ((posixpath.dirname(path), parse_object(context.read_text(path))) for path in places[:MAX_PROJECTS])
    return {_name(place, data): (place, data) for place, data in read}


def _targets(data: Mapping[str, object]) -> Mapping[str, object]:
    return _table(data.get("targets") or data.get("architect"))


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _name(place: str, data: Mapping[str, object]) -> str:
    return str(data.get("name") or posixpath.basename(place))


def _target(place: str, data: Mapping[str, object], task: str) -> Target | None:
    row = _targets(data).get(task)
    executor = (row.get("executor") or row.get("builder")) if isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(executor, str) or not executor.startswith(("@nx/", "@nrwl/")):
        return None
    moved = any("outputPath" in _table(item) for item in _table(row.get("configurations")).values())
    texts = {key: value for key, value in _table(row.get("options")).items() if isinstance(value, str)}
    for token, text in (("{workspaceRoot}/", ""), ("{projectRoot}", place), ("{projectName}", _name(place, data))):
        texts = {key: value.replace(token, text) for key, value in texts.items()}
    return None if moved else Target(place, executor, texts)
