"""What build programs write, and which sources a compiled file came from."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dockerslim_rewrite.analysis.files import ImageFiles
from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.context.jsonc import parse_object
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.knowledge.node_packages import build_tool, names
from dockerslim_rewrite.languages.node.scripts import Leaf
from dockerslim_rewrite.languages.node.sources import config_values
from dockerslim_rewrite.languages.node.tsconfig import TsConfig, read_tsconfig

_COPIES = frozenset({"cp", "cpx", "cpx2", "cpy", "copyfiles", "ncp", "shx", "mv", "copy-files-from-to"})
_HARMLESS = frozenset(
    {"rm", "mkdir", "ls", "touch", "chmod", "test", "[", "cat", "printf", "sleep", "env", "which", "git"}
)


@dataclass(frozen=True, slots=True)
class Output:
    """A path that a build writes, absolute in the image. `sources` is the context directory that it is compiled from
    file by file, None when it is not (a bundle, a copy)."""

    path: str
    sources: str | None
    evidence: Evidence


@dataclass(slots=True)
class Outputs:
    """All outputs of a build; `unknown` are programs whose output is not known. `standalone` is a next.js build that
    brings its own node_modules."""

    found: list[Output] = field(default_factory=list)
    unknown: list[Evidence] = field(default_factory=list)


def find_outputs(leaves: Iterable[Leaf], context: Context, files: ImageFiles) -> Outputs:
    """Return what the programs of a build write."""
    reader = _Reader(context, files)
    for leaf in leaves:
        reader.read(leaf)
    return reader.outputs


class _Reader:
    def __init__(self, context: Context, files: ImageFiles) -> None:
        self._context = context
        self._files = files
        self.outputs = Outputs()

    def read(self, leaf: Leaf) -> None:
        words = [word for word in leaf.argv[1:] if word is not None]
        operands = [word for word in words if not word.startswith("-")]
        program = leaf.program.removesuffix(".js")
        first = operands[0] if operands else ""
        if program in ("tsc", "ttsc", "tspc"):
            self._tsc(leaf, words)
        elif program == "nest" and first == "build":
            self._nest(leaf, words)
        elif program == "ng" and first in ("build", "b"):
            self._angular(leaf)
        elif program in _COPIES:
            self._copy(leaf, operands)
        elif program in names("no_output", "programs") or program in _HARMLESS:
            return
        else:
            self._tool(leaf, program, words, operands)

    def _add(self, leaf: Leaf, path: str, sources: str | None = None) -> None:
        absolute = posixpath.normpath(posixpath.join(leaf.cwd, path))
        self.outputs.found.append(Output(absolute, sources, leaf.evidence))

    def _unknown(self, leaf: Leaf) -> None:
        self.outputs.unknown.append(leaf.evidence)

    def _tsc(self, leaf: Leaf, words: list[str]) -> None:
        if "--noEmit" in words or "--version" in words or "-v" in words:
            return
        out_dir = _option(words, ("--outDir",))
        project = _option(words, ("-p", "--project")) or _build_project(words) or "tsconfig.json"
        path = self._files.to_context(posixpath.normpath(posixpath.join(leaf.cwd, project)))
        config = read_tsconfig(self._context, path) if path is not None else None
        if out_dir is not None:
            self._add(leaf, out_dir, self._roots(config, leaf))
        else:
            self._project(leaf, config, set())

    def _project(self, leaf: Leaf, config: TsConfig | None, seen: set[str]) -> None:
        if config is None or (config.emits and config.out_dir is None and not config.references):
            self._unknown(leaf)  # compiled beside the sources
            return
        if config.path in seen:
            return
        seen.add(config.path)
        if config.emits and config.out_dir is not None:
            for image in self._files.to_image(config.out_dir):
                self.outputs.found.append(Output(image, self._roots(config, leaf), leaf.evidence))
        for reference in config.references:
            self._project(leaf, read_tsconfig(self._context, reference), seen)

    def _roots(self, config: TsConfig | None, leaf: Leaf) -> str:
        if config is not None and config.root_dir is not None:
            return config.root_dir
        return posixpath.dirname(config.path) if config is not None else self._files.to_context(leaf.cwd) or ""

    def _nest(self, leaf: Leaf, words: list[str]) -> None:
        options = parse_object(self._read(leaf.cwd, "nest-cli.json"))
        if options.get("monorepo") is True or options.get("projects"):
            self._add(leaf, "dist")
            return
        compiler = options.get("compilerOptions")
        project = _option(words, ("-p", "--path", "--tsc-path")) or ""
        if isinstance(compiler, dict) and isinstance(compiler.get("tsConfigPath"), str):
            project = compiler["tsConfigPath"]
        for name in (project, "tsconfig.build.json", "tsconfig.json"):
            path = self._files.to_context(posixpath.join(leaf.cwd, name)) if name else None
            config = read_tsconfig(self._context, path) if path is not None else None
            if config is not None and config.out_dir is not None:
                for image in self._files.to_image(config.out_dir):
                    self.outputs.found.append(Output(image, self._roots(config, leaf), leaf.evidence))
                return
        self._unknown(leaf)

    def _angular(self, leaf: Leaf) -> None:
        projects = parse_object(self._read(leaf.cwd, "angular.json")).get("projects")
        paths = list(_output_paths(projects, 0))
        if not paths:
            self._unknown(leaf)
        for path in paths:
            self._add(leaf, path)

    def _copy(self, leaf: Leaf, operands: list[str]) -> None:
        if leaf.program == "shx" and operands[:1] not in (["cp"], ["mv"]):
            return
        if len(operands) < 2 or any(word is None for word in leaf.argv):
            self._unknown(leaf)
        else:
            self._add(leaf, operands[-1])

    def _tool(self, leaf: Leaf, program: str, words: list[str], operands: list[str]) -> None:
        tool = build_tool(program, operands[0] if operands else "")
        if tool is None:
            self._unknown(leaf)
            return
        named = _option(words, tool.options)
        if named is None and tool.operand is not None and len(operands) > tool.operand:
            named = operands[tool.operand]
        if named is not None:
            file_option = any(word.startswith(("--outfile", "--out-file", "--output")) for word in words)
            sources = operands[0] if program in ("babel", "swc") and operands and not file_option else None
            self._add(leaf, named, self._files.to_context(posixpath.join(leaf.cwd, sources)) if sources else None)
            return
        paths = self._configured(leaf, tool.config, tool.property) if tool.property else tool.paths
        if not (paths or tool.paths):
            self._unknown(leaf)
        for path in tool.paths if paths == () else paths or ():
            self._add(leaf, path)
        if paths is None:
            self._unknown(leaf)

    def _configured(self, leaf: Leaf, config: tuple[str, ...], key: str) -> tuple[str, ...] | None:
        """Return the paths that a configuration file sets, () when it sets none, None when it is not static."""
        for name in config:
            text = self._read(leaf.cwd, name)
            if text is None:
                continue
            values = config_values(name, text, frozenset({key}))
            if key not in values:
                return ()
            value = values[key]
            return (value.path,) if value is not None and value.complete else None
        return ()

    def _read(self, cwd: str, name: str) -> str | None:
        path = self._files.to_context(posixpath.join(cwd, name))
        return self._context.read_text(path) if path is not None else None


def _option(words: list[str], options: tuple[str, ...]) -> str | None:
    for number, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in options:
            return value if equals else (words[number + 1] if number + 1 < len(words) else None)
    return None


def _build_project(words: list[str]) -> str | None:
    """Return the project of `tsc -b DIR`."""
    if not {"-b", "--build"} & set(words):
        return None
    return next((word for word in words if not word.startswith("-")), None)


def _output_paths(value: object, depth: int) -> Iterator[str]:
    """Yield every `outputPath` of angular.json; its object form has a `base`."""
    if not isinstance(value, dict) or depth > 8:
        return
    for key, item in value.items():
        if key == "outputPath":
            base = item.get("base") if isinstance(item, dict) else item
            if isinstance(base, str):
                yield base
        else:
            yield from _output_paths(item, depth + 1)
