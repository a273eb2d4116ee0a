"""From the entry files through require and import to the packages, files and programs that running code uses."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from msgspec import Struct

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.context.jsonc import parse_object
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.knowledge import node_packages
from dockerslim_rewrite.languages.node.commands import package_name
from dockerslim_rewrite.languages.node.manifest import Manifest, read_manifest
from dockerslim_rewrite.languages.node.sources import GRAMMARS, FileUse, SourceFacts, read_source
from dockerslim_rewrite.languages.node.tsconfig import TsConfig, read_tsconfig

MAX_FILES = 3000
MAX_BYTES = 16_000_000
_EXTENSIONS = (*GRAMMARS, ".json", ".node")
_SUFFIXES = ("", *_EXTENSIONS, *(f"/index{extension}" for extension in GRAMMARS))
# Written with the compiled extension, found with the source's.
_COMPILED = {".js": (".ts", ".tsx", ".jsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}


class Reach(Struct):
    """What running code reaches. Paths are context paths.

    `packages` are external packages with the place that asks first; `mentions` all path segments in texts; `doubts`
    say what could not be followed and might be any package; `everything` when all sources were read because an entry
    was not found or local files are loaded by pattern.
    """

    packages: dict[str, Evidence] = {}
    uses: list[tuple[str, FileUse]] = []
    programs: list[tuple[str | None, bool, Evidence]] = []
    mentions: set[str] = set()
    doubts: list[Evidence] = []
    files: set[str] = set()
    everything: bool = False


def reach(
    context: Context,
    root: str,
    entries: Iterable[str],
    workspaces: Mapping[str, Manifest],
    *,
    everything: bool = False,
) -> Reach:
    """Follow the entries (context paths) below `root`; `everything`, no entries, or loading by pattern, means all
    sources there."""
    walker = _Walker(context, root, workspaces)
    known = list(entries)
    walker.follow([*known])
    if everything or not known or walker.by_pattern:
        walker.result.everything = True
        walker.follow(list(_all_sources(context, root)))
    return walker.result


def compiled_from(context: Context, relative: str, roots: Iterable[str]) -> str | None:
    """Return the source of a compiled file: `relative` is its path in the output directory."""
    stem, extension = posixpath.splitext(relative)
    for root in roots:
        for base in (root, posixpath.join(root, "src"), posixpath.join(root, "lib"), posixpath.join(root, "app")):
            for candidate in (*_COMPILED.get(extension, ()), extension or ".ts"):
                path = posixpath.join(base, stem + candidate)
                if context.is_file(path):
                    return path
    return None


def _all_sources(context: Context, root: str) -> Iterator[str]:
    """Yield the sources that may run: no tests, no configuration of tools, no declarations."""
    only_build = node_packages.patterns("entries") | node_packages.patterns("build_config")
    for number, path in enumerate(context.walk(root)):
        if number > 20 * MAX_FILES:
            return
        if posixpath.splitext(path)[1] not in GRAMMARS or path.endswith((".d.ts", ".min.js")):
            continue
        parts = posixpath.relpath("/" + path, "/" + root).split("/")
        if any(fnmatchcase(part, pattern) for part in (parts[0], parts[-1]) for pattern in only_build):
            continue
        name = parts[-1]
        if not (".test." in name or ".spec." in name or ".stories." in name or "__tests__" in parts):
            yield path


class _Walker:
    def __init__(self, context: Context, root: str, workspaces: Mapping[str, Manifest]) -> None:
        self._context = context
        self._root = root
        self._workspaces = workspaces
        self._bytes = 0
        self._configs: dict[str, TsConfig | None] = {}
        self._manifest = read_manifest(context, root)
        self.by_pattern = False
        self.result = Reach()

    def follow(self, queue: list[str]) -> None:
        while queue:
            path = queue.pop()
            if path in self.result.files:
                continue
            self.result.files.add(path)
            if posixpath.splitext(path)[1] not in GRAMMARS:
                continue
            text = self._context.read_text(path)
            self._bytes += len(text or "")
            if text is None or len(self.result.files) > MAX_FILES or self._bytes > MAX_BYTES:
                self.result.doubts.append(Evidence(path, 0, "too large or too many files to read"))
                return
            facts = read_source(path, text)
            if not any(item.specifier in node_packages.names("build_modules", "modules") for item in facts.imports):
                queue.extend(self._file(path, facts))

    def _file(self, path: str, facts: SourceFacts) -> Iterator[str]:
        result = self.result
        if facts.broken:
            result.doubts.append(Evidence(path, 0, "not all of the file is understood"))
        result.doubts.extend(Evidence(path, line, "loads a module whose name is not static") for line in facts.dynamic)
        result.mentions |= facts.segments
        result.uses.extend((path, use) for use in facts.uses)
        self.by_pattern |= any(use.reader == "require" for use in facts.uses)
        result.programs.extend(
            (item.name, item.shell, Evidence(path, item.line, "starts a program")) for item in facts.programs
        )
        config = self._config(posixpath.dirname(path)) if path.endswith((".ts", ".tsx", ".mts", ".cts")) else None
        for item in facts.imports:
            if item.types_only and config is not None and not config.metadata:
                continue
            local = self._resolve(path, item.specifier, config)
            if local is not None:
                yield local
            elif not item.specifier.startswith((".", "/")) and not node_packages.is_builtin(item.specifier):
                yield from self._package(item.specifier, Evidence(path, item.line, f"loads {item.specifier}"))

    def _package(self, specifier: str, evidence: Evidence) -> Iterator[str]:
        name = package_name(specifier)
        workspace = self._workspaces.get(name)
        if workspace is not None:
            self.result.packages.setdefault(name, evidence)
            yield from _all_sources(self._context, workspace.directory)
        elif name and not name.startswith(("#", "~", "@/", "virtual:", "data:", "http:", "https:")) and name != "@":
            self.result.packages.setdefault(name, evidence)

    def _config(self, directory: str) -> TsConfig | None:
        """Return the tsconfig.json that governs a directory."""
        if directory not in self._configs:
            config = read_tsconfig(self._context, posixpath.join(directory, "tsconfig.json"))
            if config is None and directory:
                config = self._config(posixpath.dirname(directory))
            self._configs[directory] = config
        return self._configs[directory]

    def _resolve(self, importer: str, specifier: str, config: TsConfig | None) -> str | None:
        if specifier.startswith("."):
            return self._probe(posixpath.join(posixpath.dirname(importer), specifier))
        if specifier.startswith("#"):
            return self._subpath(specifier)
        if specifier.startswith("/") or config is None:
            return None
        for pattern, targets in config.paths.items():
            matched = _match(pattern, specifier)
            for target in targets if matched is not None else ():
                found = self._probe(target.replace("*", matched or ""))
                if found is not None:
                    return found
        return self._probe(posixpath.join(config.base_url, specifier)) if config.base_url is not None else None

    def _subpath(self, specifier: str) -> str | None:
        """Resolve `#name` through the `imports` map of package.json."""
        imports = self._manifest.data.get("imports") if self._manifest is not None else None
        for pattern, target in imports.items() if isinstance(imports, dict) else ():
            matched = _match(str(pattern), specifier)
            if isinstance(target, dict):
                target = target.get("node", target.get("import", target.get("default")))
            if matched is not None and isinstance(target, str):
                found = self._probe(posixpath.join(self._root, target.replace("*", matched)))
                return found or self._probe(posixpath.join(self._root, "src", posixpath.basename(target)))
        return None

    def _probe(self, path: str) -> str | None:
        path = posixpath.normpath(path)
        if path.startswith(".."):
            return None
        path = "" if path == "." else path
        for suffix in _SUFFIXES:
            if self._context.is_file(path + suffix):
                return path + suffix
        stem, extension = posixpath.splitext(path)
        for other in _COMPILED.get(extension, ()):
            if self._context.is_file(stem + other):
                return stem + other
        if self._context.is_file(posixpath.join(path, "package.json")):
            main = parse_object(self._context.read_text(posixpath.join(path, "package.json"))).get("main")
            if isinstance(main, str) and main not in (".", "./", ""):
                return self._probe(posixpath.join(path, main))
        return None


def _match(pattern: str, text: str) -> str | None:
    """Return what `*` stands for when the text fits the pattern ("" for a pattern without one)."""
    before, star, after = pattern.partition("*")
    if not star:
        return "" if pattern == text else None
    if text.startswith(before) and text.endswith(after) and len(text) >= len(before) + len(after):
        return text[len(before) : len(text) - len(after)]
    return None
