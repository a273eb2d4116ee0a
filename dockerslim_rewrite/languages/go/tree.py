"""The image's directories before the build: what COPY brought, seen through links and copies that RUN made."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import lru_cache

from dockerslim_rewrite.analysis.files import CopiedTree
from dockerslim_rewrite.analysis.paths import absolute, upwards
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.knowledge.system import system_paths
from dockerslim_rewrite.languages.go.header import Header, read_header
from dockerslim_rewrite.languages.go.module import Module, parse_go_mod
from dockerslim_rewrite.languages.model import Project
from dockerslim_rewrite.shell.model import SimpleCommand

MAX_ALIAS_DEPTH = 8
MAX_DIRECTORIES = 20_000
ONBUILD_SOURCES = "/go/src/app"


# Both are the same for each Dockerfile of a folder, however many there are.
@lru_cache(maxsize=256)
def _entries(place: str, names: tuple[str, ...]) -> dict[str, str]:
    return {name: f"{place}/{name}".lstrip("/") for name in names}


@lru_cache(maxsize=256)
def _go_names(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        name
        for name in names
        if name.endswith(".go") and not name.endswith("_test.go") and not name.startswith(("_", "."))
    )


class Tree:
    """Files by absolute image path. Several COPY instructions may fill one directory; the last one wins.

    `aliases` are directories that RUN linked, moved or copied: new path to old path. Modules made by
    `go mod init NAME` in RUN count as go.mod files.
    """

    def __init__(self, project: Project) -> None:
        self.context: Context = project.context
        self._trees: tuple[CopiedTree, ...] = project.files.trees
        if project.facts.base is not None and project.facts.base.onbuild:
            self._trees = (CopiedTree("", ONBUILD_SOURCES, True, -1), *self._trees)
        self._headers: dict[str, Header] = {}
        self._names: dict[str, dict[str, str]] = {}
        self.aliases: dict[str, str] = {}
        self._initialised: dict[str, str] = {}
        self._made: dict[str, int] = dict.fromkeys(system_paths("shared"), -1)
        for step in project.facts.steps:
            self._make(step.before.workdir, step.index)
            for command in step.simple:
                self._note(command, step.index)

    @property
    def known(self) -> bool:
        """Tell whether the context can be read."""
        return self.context.known

    @property
    def roots(self) -> tuple[CopiedTree, ...]:
        """Return what COPY brought, in order."""
        return self._trees

    def _make(self, path: str, step: int) -> None:
        while path not in self._made:
            self._made[path] = step
            path = posixpath.dirname(path)

    def is_directory(self, path: str, step: int) -> bool:
        """Tell whether a directory stands at a path when a step runs: of the base, by COPY, WORKDIR or mkdir."""
        return self._made.get(path, step + 1) <= step or (path not in self.aliases and self.is_dir(path))

    def _note(self, command: SimpleCommand, step: int) -> None:
        name, argv = command.name, command.argv
        if name == "mkdir" and command.cwd is not None:
            for word in argv[1:]:
                if word is not None and not word.startswith("-"):
                    self._make(absolute(word, command.cwd), step)
        if name == "go" and argv[1:3] == ("mod", "init") and len(argv) > 3 and argv[3] and command.cwd:
            self._initialised[command.cwd] = argv[3]
        if name not in ("ln", "mv", "cp") or command.cwd is None:
            return
        operands = [word for word in argv[1:] if word is None or not word.startswith("-")]
        flags = "".join(word for word in argv[1:] if word is not None and word.startswith("-"))
        if len(operands) != 2 or operands[0] is None or operands[1] is None:
            return
        base = posixpath.dirname(posixpath.join(command.cwd, operands[1])) if name == "ln" else command.cwd
        old = posixpath.normpath(posixpath.join(base, operands[0]))
        new = posixpath.normpath(posixpath.join(command.cwd, operands[1]))
        if name == "cp" and not any(letter in flags for letter in "rRa"):
            return
        if not self.is_dir(old) or new == old:
            return
        if operands[1].endswith("/") or self.is_directory(new, step):
            whole = operands[0].endswith("/.") or (name == "cp" and operands[0] == ".")
            new = new if whole else posixpath.join(new, posixpath.basename(old))
        if not (old + "/").startswith(new + "/"):
            self.aliases[new] = old

    def resolve(self, path: str) -> str:
        """Return an image path with links and copies of directories followed."""
        for _ in range(MAX_ALIAS_DEPTH):
            for new, old in self.aliases.items():
                if path == new or path.startswith(new + "/"):
                    path = old + path[len(new) :]
                    break
            else:
                return path
        return path

    def names(self, directory: str) -> dict[str, str]:
        """Return the entries of an image directory: name to context path."""
        directory = self.resolve(directory)
        if directory not in self._names:
            found: dict[str, str] = {}
            prefix = directory.rstrip("/") + "/"
            for tree in self._trees:
                if tree.is_dir and (
                    directory == tree.image_path or directory.startswith(tree.image_path.rstrip("/") + "/")
                ):
                    inner = directory[len(tree.image_path) :].strip("/")
                    place = posixpath.join(tree.context_path, inner) if inner else tree.context_path
                    found.update(_entries(place, self.context.list_dir(place)))
                elif tree.image_path.startswith(prefix):
                    name = tree.image_path[len(prefix) :]
                    if "/" not in name:
                        found[name] = tree.context_path
            self._names[directory] = found
        return self._names[directory]

    def folders(self, directory: str) -> list[str]:
        """Return the names in an image directory that are no regular files."""
        return [name for name, source in self.names(directory).items() if not self.context.is_file(source)]

    def to_context(self, path: str) -> str | None:
        """Return the context path behind an image file or directory, or None when COPY brought none."""
        path = self.resolve(path)
        if path == "/":
            return None
        exact = self.names(posixpath.dirname(path)).get(posixpath.basename(path))
        if exact is not None and (self.context.is_file(exact) or self.context.is_dir(exact)):
            return exact
        roots = [tree.context_path for tree in self._trees if tree.is_dir and tree.image_path == path]
        return roots[-1] if roots else None

    def is_file(self, path: str) -> bool:
        """Tell whether COPY brought a regular file to this path."""
        source = self.to_context(path)
        return source is not None and self.context.is_file(source)

    def is_dir(self, path: str) -> bool:
        """Tell whether COPY brought a directory to this path, or something below it."""
        path = self.resolve(path)
        source = self.to_context(path)
        if source is not None and self.context.is_dir(source):
            return True
        return any(tree.image_path == path and tree.is_dir for tree in self._trees) or bool(self.names(path))

    def read(self, path: str) -> str | None:
        """Return the text of an image file, or None."""
        source = self.to_context(path)
        return self.context.read_text(source) if source is not None else None

    def walk(self, directory: str, skip: frozenset[str] = frozenset({".git", "node_modules"})) -> Iterator[str]:
        """Yield the image paths of all files below a directory, sorted, depth first. Bounded."""
        budget = MAX_DIRECTORIES
        stack = [directory]
        while stack and budget:
            budget -= 1
            current = stack.pop()
            below = []
            for name, source in sorted(self.names(current).items()):
                path = posixpath.join(current, name)
                if self.context.is_file(source):
                    yield path
                elif name not in skip and self.context.is_dir(source) and self.context.link_target(source) is None:
                    below.append(path)
            stack.extend(reversed(below))

    def header(self, source: str) -> Header:
        """Return the head of a Go file of the context."""
        if source not in self._headers:
            self._headers[source] = read_header(self.context.read_text(source) or "")
        return self._headers[source]

    def has_file(self, directory: str, endings: tuple[str, ...]) -> bool:
        """Tell whether a file with one of some endings lies anywhere below an image directory."""
        return any(file.endswith(endings) for file in self.walk(directory))

    def go_files(self, directory: str) -> dict[str, str]:
        """Return the Go files of a directory without tests: name to context path."""
        names = self.names(directory)
        return {name: names[name] for name in _go_names(tuple(names))}

    def module_at(self, directory: str) -> Module | None:
        """Return the module whose go.mod lies in exactly this image directory."""
        text = self.read(posixpath.join(directory, "go.mod"))
        if text is not None:
            return parse_go_mod(text, directory)
        name = self._initialised.get(directory)
        return Module(name, directory, "", (), ()) if name else None

    def find_module(self, directory: str) -> Module | None:
        """Return the module that holds an image directory, or None outside of modules."""
        return next((module for folder in upwards(directory) if (module := self.module_at(folder)) is not None), None)
