"""Where `go build`, `go install` and `go get` write their binaries. Source: cmd/go/internal/work and load, Go 1.26."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from msgspec import Struct

from dockerslim_rewrite.analysis.paths import absolute
from dockerslim_rewrite.languages.go.command import GoCommand
from dockerslim_rewrite.languages.go.constraints import Tags
from dockerslim_rewrite.languages.go.module import Module, go_version
from dockerslim_rewrite.languages.go.tree import Tree

LAST_GET_THAT_INSTALLS = (1, 17)
DEFAULT_GOPATH = "/root/go"


class Output(Struct, frozen=True):
    """A binary that a build writes.

    `path` is absolute, or None when its name is unknown: then any name in `directory` may be it. `package` is the image
    directory of the main package, None for one from elsewhere; `files` are the Go files of a `go build a.go b.go`.
    `imported` is the import path where it is known. `kind` is "exe", or the -buildmode of a library.
    """

    path: str | None
    directory: str
    package: str | None
    files: tuple[str, ...] = ()
    imported: str | None = None
    kind: str = "exe"


class Target(Struct, frozen=True):
    """A package that an operand names, before it is known to be a main package."""

    imported: str | None
    directory: str | None
    files: tuple[str, ...] = ()


def default_name(imported: str, modules: bool = True) -> str:
    """Return the binary's name for an import path: its last element, or the one before a `/vN`."""
    parts = imported.rstrip("/").split("/")
    last = parts[-1]
    if modules and len(parts) > 1 and _is_version(last):
        return parts[-2]
    return last


def _is_version(element: str) -> bool:
    return len(element) >= 2 and element[0] == "v" and element[1:].isdecimal() and element[1] != "0" and element != "v1"


class Outputs:
    """Computes the outputs of go commands. `is_directory` tells about directories of the image."""

    def __init__(self, tree: Tree, is_directory: Callable[[str], bool], version: str) -> None:
        self._tree = tree
        self._is_directory = is_directory
        self._version = go_version(version)

    def of(self, command: GoCommand) -> tuple[Output, ...]:
        """Return what the command writes; () when it writes no binary, or when nothing can be said."""
        if command.cwd is None:
            return ()
        if command.verb == "build":
            return tuple(self._build(command, command.cwd))
        if command.verb == "install" or (command.verb == "get" and self._get_installs(command)):
            return tuple(self._install(command, command.cwd))
        return ()

    def _get_installs(self, command: GoCommand) -> bool:
        if command.on("d"):
            return False
        if self._version is None:
            # newer versions fail outside of a module: an image that still builds has an old one
            return self._tree.find_module(command.cwd or "/") is None
        return self._version <= LAST_GET_THAT_INSTALLS or not self.modules_on(command)

    def modules_on(self, command: GoCommand) -> bool:
        """Tell whether the command works in module mode."""
        setting = command.env.get("GO111MODULE") or ""
        if setting in ("on", "off"):
            return setting == "on"
        if self._version is None or self._version >= (1, 16):
            return setting != "auto" or self._tree.find_module(command.cwd or "/") is not None
        if self._version < (1, 11):
            return False
        has_module = self._tree.find_module(command.cwd or "/") is not None
        inside = any((command.cwd or "").startswith(posixpath.join(path, "src")) for path in gopath(command))
        return has_module and (self._version >= (1, 13) or not inside)

    def _build(self, command: GoCommand, cwd: str) -> Iterator[Output]:
        flags = command.flags
        out = flags.get("o")
        kind = command.flag("buildmode") or "exe"
        kind = "exe" if kind in ("default", "pie") else kind
        if kind == "archive" or out == "/dev/null" or ("o" in flags and out is None):
            return
        targets = self.targets(command, cwd)
        mains = [target for target in targets if self.is_main(target)]
        if out:
            yield from self._named(out, cwd, mains or targets[:1], kind, self.modules_on(command))
        elif len(targets) == 1 and mains:
            yield self._output(mains[0], cwd, kind, self.modules_on(command))

    def _named(self, out: str, cwd: str, targets: list[Target], kind: str, modules: bool) -> Iterator[Output]:
        path = absolute(out, cwd)
        if out.endswith("/") or self._is_directory(path):
            for target in targets:
                yield self._output(target, path, kind, modules)
            return
        for target in targets:
            yield Output(path, posixpath.dirname(path), target.directory, target.files, target.imported, kind)

    def _output(self, target: Target, directory: str, kind: str, modules: bool) -> Output:
        name = self.name(target, modules)
        if name is not None and kind != "exe":
            name += {"plugin": ".so", "shared": ".so", "c-archive": ".a"}.get(kind, "")
        path = posixpath.join(directory, name) if name else None
        return Output(path, directory, target.directory, target.files, target.imported, kind)

    @staticmethod
    def name(target: Target, modules: bool = True) -> str | None:
        """Return the binary's default name, None when the import path is unknown."""
        if target.files:
            return posixpath.basename(target.files[0]).removesuffix(".go")
        return default_name(target.imported, modules) if target.imported else None

    def _install(self, command: GoCommand, cwd: str) -> Iterator[Output]:
        bin_directory = command.env.get("GOBIN") or posixpath.join(gopath(command)[0], "bin")
        for target in self.targets(command, cwd):
            if self.is_main(target):
                yield self._output(target, bin_directory, "exe", self.modules_on(command))

    def is_main(self, target: Target) -> bool:
        """Tell whether a target is a main package; one that cannot be read may be."""
        if target.files or target.directory is None or not self._tree.known:
            return True
        files = self._tree.go_files(target.directory)
        if not files:
            return target.imported is None or not self._tree.is_dir(target.directory)
        headers = [(name, self._tree.header(source)) for name, source in files.items()]
        included = [header for name, header in headers if header.included(name, Tags())]
        packages = [header.package for header in included if header.package != "documentation"]
        return "main" in packages

    def targets(self, command: GoCommand, cwd: str) -> list[Target]:
        """Return the packages that the operands name; none for an operand that is not static."""
        operands = command.operands or (".",)
        if None in operands:
            return []
        words = [word for word in operands if word is not None]
        if words[0].endswith(".go"):
            paths = [absolute(word, cwd) for word in words]
            return [Target(None, posixpath.dirname(paths[0]), tuple(self._globbed(paths)))]
        return [target for word in words for target in self._target(word, cwd, command)]

    def _globbed(self, paths: list[str]) -> Iterator[str]:
        from fnmatch import fnmatchcase

        for path in paths:
            base = posixpath.basename(path)
            if "*" in base:
                directory = posixpath.dirname(path)
                names = sorted(name for name in self._tree.names(directory) if fnmatchcase(name, base))
                yield from (posixpath.join(directory, name) for name in names)
            else:
                yield path

    def _target(self, word: str, cwd: str, command: GoCommand) -> Iterator[Target]:
        word, at, _ = word.partition("@")
        if at:
            yield Target(word, None)
            return
        is_local = word in (".", "..") or word.startswith(("./", "../", "/"))
        if "..." in word:
            prefix = word.split("...", 1)[0].rstrip("/") or "."
            start = absolute(prefix, cwd) if is_local else self._import_directory(prefix, cwd, command)
            yield from self._below(start, command) if start is not None else ()
            return
        if is_local:
            directory = absolute(word, cwd)
            yield Target(self.import_path(directory, command), directory)
        else:
            yield Target(word, self._import_directory(word, cwd, command))

    def _below(self, start: str, command: GoCommand) -> Iterator[Target]:
        """Yield what `...` matches below a directory: not vendor, testdata, hidden directories, other modules."""
        if not self._tree.known:
            yield Target(None, None)  # any number of packages of any name
            return
        stack = [start]
        while stack:
            directory = stack.pop()
            if self._tree.go_files(directory):
                yield Target(self.import_path(directory, command), directory)
            for name in sorted(self._tree.folders(directory), reverse=True):
                path = posixpath.join(directory, name)
                skipped = name.startswith((".", "_")) or name in ("testdata", "vendor", "node_modules")
                if not skipped and self._tree.is_dir(path) and not self._tree.is_file(posixpath.join(path, "go.mod")):
                    stack.append(path)

    def _import_directory(self, path: str, cwd: str, command: GoCommand) -> str | None:
        """Return where the sources of an import path lie in the image, None when they are elsewhere."""
        module = self._module(command, cwd)
        if module is not None:
            if path == module.path or path.startswith(module.path + "/"):
                return absolute(path[len(module.path) :].lstrip("/"), module.directory)
            return None
        for root in gopath(command):
            directory = posixpath.join(root, "src", path)
            if self._tree.is_dir(directory):
                return directory
        return None

    def _module(self, command: GoCommand, cwd: str) -> Module | None:
        return self._tree.find_module(cwd) if self.modules_on(command) else None

    def import_path(self, directory: str, command: GoCommand) -> str | None:
        """Return the import path of a local package, None when nothing names it."""
        module = self._module(command, directory)
        if module is not None:
            rest = posixpath.relpath(directory, module.directory)
            return module.path if rest == "." else f"{module.path}/{rest}"
        for root in gopath(command):
            source = posixpath.join(root, "src") + "/"
            if directory.startswith(source):
                return directory[len(source) :]
        if self.modules_on(command):
            return None  # go.mod is not in the context: the name cannot be told
        return posixpath.basename(directory) or None


def gopath(command: GoCommand) -> tuple[str, ...]:
    """Return the directories of GOPATH."""
    paths = (command.env.get("GOPATH") or "").split(":")
    return tuple(absolute(path, "/") for path in paths if path) or (DEFAULT_GOPATH,)
