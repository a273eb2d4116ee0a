"""The packages that a built package really imports, transitively."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.analysis.paths import absolute, upwards
from dockerslim_rewrite.context.module_cache import ModuleCache
from dockerslim_rewrite.languages.go.constraints import Tags
from dockerslim_rewrite.languages.go.header import Header, read_header
from dockerslim_rewrite.languages.go.module import Module, read_go_sum
from dockerslim_rewrite.languages.go.tree import Tree

Origin = Literal["local", "vendor", "cache"]
MAX_PACKAGES = 5_000


class SourceFile(Struct, frozen=True):
    """A file that takes part in the build. `label` names it in evidence: its context path, or `module@version/file`."""

    name: str
    label: str
    text: str
    header: Header


class Package(Struct, frozen=True):
    """A package with the files that the build includes. `directory` is an image path ("" for the module cache)."""

    path: str
    directory: str
    origin: Origin
    files: tuple[SourceFile, ...]


class Closure(Struct):
    """Packages by import path, and those whose sources are not at hand, each with the first import that names it."""

    packages: dict[str, Package] = {}
    external: dict[str, Evidence] = {}
    standard: dict[str, Evidence] = {}
    truncated: bool = False

    def own(self) -> tuple[Package, ...]:
        """Return the packages of the project itself."""
        return tuple(package for package in self.packages.values() if package.origin == "local")


class Importer:
    """Follows imports through local modules, vendor/, GOPATH and the module cache."""

    def __init__(
        self, tree: Tree, module: Module | None, tags: Tags, cache: ModuleCache, gopath: Iterable[str]
    ) -> None:
        self._tree = tree
        self._module = module
        self._tags = tags
        self._cache = cache
        self._sources = tuple(posixpath.join(path, "src") for path in gopath)
        self.sums = read_go_sum(tree.read(posixpath.join(module.directory, "go.sum")) or "") if module else {}
        self._locals = self._local_modules()

    def _local_modules(self) -> list[tuple[str, str]]:
        """Return module path and image directory of the modules whose sources are in the image, longest path first."""
        if self._module is None:
            return []
        found = [(self._module.path, self._module.directory)]
        for item in self._module.replaces:
            if item.new_version is None:
                found.append((item.old, absolute(item.new, self._module.directory)))
        found.extend((module.path, module.directory) for module in self._workspace(self._module.directory))
        return sorted(dict.fromkeys(found), key=lambda entry: -len(entry[0]))

    def _workspace(self, directory: str) -> list[Module]:
        works = ((folder, self._tree.read(posixpath.join(folder, "go.work"))) for folder in upwards(directory))
        directory, text = next(((folder, text) for folder, text in works if text is not None), ("", ""))
        words = [line.split("//")[0].removeprefix("use").strip(" \t()") for line in text.splitlines()]
        places = (absolute(word.strip('"'), directory) for word in words if word)
        return [module for place in places if (module := self._tree.module_at(place)) is not None]

    def closure(self, directories: Iterable[str], files: Iterable[str] = ()) -> Closure:
        """Return everything that the packages in these image directories import; `files` are single Go files."""
        closure = Closure()
        queue: list[tuple[str, str]] = []
        for directory in directories:
            self._add(closure, Package(directory, directory, "local", self._local_files(directory)), queue)
        names = tuple(files)
        if names:
            found = tuple(self._file(path) for path in names if self._tree.is_file(path))
            self._add(closure, Package("command-line-arguments", posixpath.dirname(names[0]), "local", found), queue)
        while queue:
            if len(closure.packages) > MAX_PACKAGES:
                closure.truncated = True
                break
            path, importer = queue.pop()
            if path not in closure.packages:
                package = self._load(path, importer)
                if package is not None:
                    self._add(closure, package, queue)
        self._settle(closure)
        return closure

    def _add(self, closure: Closure, package: Package, queue: list[tuple[str, str]]) -> None:
        closure.packages[package.path] = package
        for file in package.files:
            for item in file.header.imports:
                if item.path == "C":
                    continue
                evidence = Evidence(file.label, item.line, f'import "{item.path}"')
                if self._is_standard(item.path):
                    closure.standard.setdefault(item.path, evidence)
                elif item.path not in closure.packages:
                    closure.external.setdefault(item.path, evidence)
                    queue.append((item.path, package.directory))

    @staticmethod
    def _settle(closure: Closure) -> None:
        for path in closure.packages:
            closure.external.pop(path, None)

    def _is_standard(self, path: str) -> bool:
        """The standard library's paths have no dot in their first element; a local module's path wins."""
        first = path.split("/", 1)[0]
        if "." in first:
            return False
        if any(path == name or path.startswith(name + "/") for name, _ in self._locals if name):
            return False
        return not any(self._tree.go_files(posixpath.join(source, path)) for source in self._sources)

    def _load(self, path: str, importer: str) -> Package | None:
        if path.startswith(("./", "../")):
            return self._local(path, absolute(path, importer), "local")
        for name, directory in self._locals:
            if path == name or path.startswith(name + "/"):
                found = self._local(path, posixpath.join(directory, path[len(name) :].lstrip("/")), "local")
                if found is not None:
                    return found
        return self._vendored(path, importer) or self._in_gopath(path) or self._cached(path)

    def _vendored(self, path: str, importer: str) -> Package | None:
        place = importer if self._module is None or not importer else self._module.directory
        while place not in ("", "/"):
            found = self._local(path, posixpath.join(place, "vendor", path), "vendor")
            if found is not None:
                return found
            place = posixpath.dirname(place)
        return None

    def _in_gopath(self, path: str) -> Package | None:
        if self._module is not None:
            return None
        found = (self._local(path, posixpath.join(source, path), "local") for source in self._sources)
        return next((package for package in found if package is not None), None)

    def _local(self, path: str, directory: str, origin: Origin) -> Package | None:
        files = self._local_files(directory)
        return Package(path, directory, origin, files) if files else None

    def _local_files(self, directory: str) -> tuple[SourceFile, ...]:
        files = (self._source(name, source) for name, source in sorted(self._tree.go_files(directory).items()))
        return tuple(file for file in files if file.header.included(file.name, self._tags))

    def _file(self, path: str) -> SourceFile:
        return self._source(posixpath.basename(path), self._tree.to_context(path) or path.lstrip("/"))

    def _source(self, name: str, source: str) -> SourceFile:
        return SourceFile(name, source, self._tree.context.read_text(source) or "", self._tree.header(source))

    def module_of(self, path: str) -> tuple[str, str] | None:
        """Return module path and version that provide an import path, replacements applied."""
        if self._module is None:
            return None
        for require in self._module.by_length:
            if path == require.path or path.startswith(require.path + "/"):
                return self._replaced(require.path, require.version)
        listed = [name for name in self.sums if path == name or path.startswith(name + "/")]
        if listed:
            longest = max(listed, key=len)
            return self._replaced(longest, self.sums[longest])
        return None

    def _replaced(self, path: str, version: str) -> tuple[str, str]:
        item = self._module.replacement(path, version) if self._module else None
        return (item.new, item.new_version) if item is not None and item.new_version else (path, version)

    def _cached(self, path: str) -> Package | None:
        found = self.module_of(path)
        if found is None or self._module is None:
            return None
        module, version = found
        # a replacement has another path than the one that is imported: the rest behind the module's own path counts
        own = next((item.old for item in self._module.replaces if item.new == module and item.new_version), module)
        rest = path[len(own) :].lstrip("/") if path == own or path.startswith(own + "/") else ""
        texts = self._cache.go_files(module, version, rest)
        if texts is None:
            return None
        files = (
            SourceFile(name, f"{module}@{version}/{rest}/{name}".replace("//", "/"), text, read_header(text))
            for name, text in texts.items()
        )
        return Package(path, "", "cache", tuple(file for file in files if file.header.included(file.name, self._tags)))
