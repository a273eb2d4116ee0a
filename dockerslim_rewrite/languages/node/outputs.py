"""What build programs write, and which sources a compiled file came from."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from dockerslim_rewrite.analysis.files import ImageFiles
from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.context.jsonc import parse_object
from dockerslim_rewrite.context.model import Context
from dockerslim_rewrite.knowledge.node_packages import BuildTool, build_tool, names
from dockerslim_rewrite.languages.node.commands import package_name
from dockerslim_rewrite.languages.node.configs import config_values, listed_outputs
from dockerslim_rewrite.languages.node.paths import PathValue
from dockerslim_rewrite.languages.node.scripts import Leaf
from dockerslim_rewrite.languages.node.sources import read_source
from dockerslim_rewrite.languages.node.tsconfig import TsConfig, read_tsconfig
from dockerslim_rewrite.patterns import pattern

_COPIES = frozenset({"cp", "cpx", "cpx2", "cpy", "copyfiles", "ncp", "shx", "mv", "copy-files-from-to"})
_HARMLESS = frozenset(
    {"rm", "mkdir", "ls", "touch", "chmod", "test", "[", "cat", "printf", "sleep", "env", "which", "git"}
)
# Modules of Node with which a configuration writes no files.
_PURE = frozenset({"module", "os", "path", "process", "url"})
# A quoted path, or anything else (an environment variable). Source: https://www.prisma.io/docs/orm/reference
_PRISMA_OUTPUT = pattern(r'\s*output\s*=\s*(?:"([^"$]+)"\s*(?://.*)?$)?')


class Output(Struct, frozen=True):
    """A path that a build writes, absolute in the image. `sources` is the context directory that it is compiled from
    file by file, None when it is not (a bundle, a copy). `inlined` is a bundle's entry (context path) that brings the
    packages which it imports; None when packages stay outside. `tool` is set for the output of a framework, which
    compiles the project below the context directory `project`; `complete` when that output brings its packages."""

    path: str
    sources: str | None
    evidence: Evidence
    inlined: str | None = None
    tool: BuildTool | None = None
    project: str = ""
    complete: bool = False


class Outputs(Struct):
    """All outputs of a build; `unknown` are programs whose output is not known."""

    found: list[Output] = []
    unknown: list[Evidence] = []


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
        elif program == "rollup":
            self._rollup(leaf, words)
        elif program == "prisma":
            self._prisma(leaf, words)
        elif {program, f"{program} {first}"} & (names("no_output", "programs") | _HARMLESS):
            return
        else:
            self._tool(leaf, program, words, operands)

    def _add(self, leaf: Leaf, path: str, sources: str | None = None, inlined: str | None = None) -> None:
        absolute = posixpath.normpath(posixpath.join(leaf.cwd, path))
        self.outputs.found.append(Output(absolute, sources, leaf.evidence, inlined))

    def _add_configured(self, leaf: Leaf, config: TsConfig, image_file: str) -> None:
        """Add a tsconfig's outDir, which is relative to the file that stands at `image_file` in the image."""
        relative = posixpath.relpath("/" + (config.out_dir or ""), "/" + posixpath.dirname(config.path))
        absolute = posixpath.normpath(posixpath.join(posixpath.dirname(image_file), relative))
        self.outputs.found.append(Output(absolute, self._roots(config, leaf), leaf.evidence))

    def _unknown(self, leaf: Leaf) -> None:
        self.outputs.unknown.append(leaf.evidence)

    def _tsc(self, leaf: Leaf, words: list[str]) -> None:
        if "--noEmit" in words or "--version" in words or "-v" in words:
            return
        out_dir = _option(words, ("--outDir",))
        project = _option(words, ("-p", "--project")) or _build_project(words) or "tsconfig.json"
        image_file, config = self._config(leaf.cwd, project)
        if out_dir is not None:
            self._add(leaf, out_dir, self._roots(config, leaf))
        else:
            self._project(leaf, config, image_file, set())

    def _config(self, directory: str, project: str) -> tuple[str, TsConfig | None]:
        """Return a tsconfig's absolute image path and its content."""
        image = posixpath.normpath(posixpath.join(directory, project))
        path = self._files.to_context(image)
        config = read_tsconfig(self._context, path) if path is not None else None
        if config is not None and config.path != path:
            image = posixpath.join(image, posixpath.basename(config.path))
        return image, config

    def _project(self, leaf: Leaf, config: TsConfig | None, image_file: str, seen: set[str]) -> None:
        if config is None or (config.emits and config.out_dir is None and not config.references):
            self._unknown(leaf)  # compiled beside the sources
            return
        if config.path in seen:
            return
        seen.add(config.path)
        if config.emits and config.out_dir is not None:
            self._add_configured(leaf, config, image_file)
        here = posixpath.dirname(config.path)
        for reference in config.references:
            relative = posixpath.relpath("/" + reference, "/" + here)
            image, other = self._config(posixpath.dirname(image_file), relative)
            self._project(leaf, other, image, seen)

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
            image, config = self._config(leaf.cwd, name) if name else ("", None)
            if config is not None and config.out_dir is not None:
                self._add_configured(leaf, config, image)
                return
        self._unknown(leaf)

    def _angular(self, leaf: Leaf) -> None:
        projects = parse_object(self._read(leaf.cwd, "angular.json")).get("projects")
        paths = list(_output_paths(projects, 0))
        if not paths:
            self._unknown(leaf)
        for path in paths:
            self._add(leaf, path)

    def _prisma(self, leaf: Leaf, words: list[str]) -> None:
        """`prisma generate` writes into node_modules, or where the generators of its schema say."""
        named = _option(words, ("--schema",))
        for name in (named,) if named is not None else ("prisma/schema.prisma", "schema.prisma"):
            schema = self._read(leaf.cwd, name)
            if schema is None:
                continue
            for line in schema.splitlines():
                found = _PRISMA_OUTPUT.match(line)
                if found is not None and found[1]:
                    self._add(leaf, posixpath.join(posixpath.dirname(name), found[1]))
                elif found is not None:
                    self._unknown(leaf)
            return
        self._unknown(leaf)

    def _rollup(self, leaf: Leaf, words: list[str]) -> None:
        """A bundle's directory is the output: chunks, maps and assets lie beside it."""
        tool = build_tool("rollup", "")
        assert tool is not None
        named = _option(words, tool.options)
        has_config = any(word.partition("=")[0] in ("-c", "--config") for word in words)
        found = self._bundled(leaf, tool, words) if has_config else [named or ""]
        if named is not None:
            found = [named for _ in found]  # it moves what the configuration names
        places = [posixpath.dirname(path) if posixpath.splitext(path)[1] else path for path in found]
        if not places or any(posixpath.normpath(place or ".").startswith(".") for place in places):
            self._unknown(leaf)
            return
        for place in dict.fromkeys(places):
            self._add(leaf, place)

    def _bundled(self, leaf: Leaf, tool: BuildTool, words: list[str]) -> list[str]:
        """Return the outputs in a bundler's configuration; none where they, or what plugins write, are not known."""
        given = _option(words, ("-c", "--config")) or "-"
        names = tool.config if given.startswith("-") else (given,)
        name, text = next(
            ((name, text) for name in names if (text := self._read(leaf.cwd, name)) is not None), ("", "")
        )
        facts = read_source(name, text)
        loaded = [item.specifier for item in facts.imports if not item.specifier.endswith("package.json")]
        plugged = [word for word in (_option(words, ("-p", "--plugin")),) if word is not None]
        known = all(
            item.removeprefix("node:") in _PURE or package_name(item) in tool.plugins for item in (*loaded, *plugged)
        )
        places = listed_outputs(name, text, frozenset({"file", "dir"})) if known and not facts.dynamic else None
        here = posixpath.dirname(name)
        return [posixpath.join(here, place.path) if place.origin == "module" else place.path for place in places or ()]

    def _copy(self, leaf: Leaf, operands: list[str]) -> None:
        if leaf.program == "shx" and operands[:1] not in (["cp"], ["mv"]):
            return
        if len(operands) < 2 or any(word is None for word in leaf.argv):
            self._unknown(leaf)
        else:
            self._add(leaf, operands[-1])

    def _tool(self, leaf: Leaf, program: str, words: list[str], operands: list[str]) -> None:
        tool = build_tool(program, operands[0] if operands else "", self._packages(leaf.cwd))
        if tool is None:
            self._unknown(leaf)
            return
        operands, doubtful = _plain_operands(words)
        if tool.root is not None and any(self._files.is_directory(posixpath.join(leaf.cwd, item)) for item in doubtful):
            self._unknown(leaf)  # an option's value, or the project's directory after a switch
            return
        named = _option(words, tool.options)
        if named is None and tool.operand is not None and len(operands) > tool.operand:
            named = operands[tool.operand]
        root = operands[tool.root] if tool.root is not None and len(operands) > tool.root else "."
        if named is not None:
            sources, inlined = self._sources_of(leaf, tool, program, words, operands)
            self._add(leaf, posixpath.join(root, named), sources, inlined)
            return
        paths = self._configured(leaf, tool, root)
        if not paths:
            self._unknown(leaf)
        for path in paths or ():
            if tool.compiles:
                self._add_framework(leaf, tool, root, path)
            else:
                self._add(leaf, path)

    def _add_framework(self, leaf: Leaf, tool: BuildTool, root: str, path: str) -> None:
        absolute = posixpath.normpath(posixpath.join(leaf.cwd, path))
        project = self._files.to_context(posixpath.normpath(posixpath.join(leaf.cwd, root)))
        settings = [self._read(posixpath.join(leaf.cwd, root), name) or "" for name in tool.config]
        plain = not any(word in text for text in settings for word in tool.complete_unless)
        complete = plain and any(path == posixpath.join(root, item) for item in tool.complete)
        known = tool if project is not None else None
        self.outputs.found.append(Output(absolute, None, leaf.evidence, None, known, project or "", complete))

    def _packages(self, cwd: str) -> tuple[str, ...]:
        """Return the packages that the project's own package.json names."""
        data = parse_object(self._read(cwd, "package.json"))
        tables = [data.get("dependencies"), data.get("devDependencies")]
        return tuple(name for table in tables if isinstance(table, dict) for name in table)

    def _sources_of(
        self, leaf: Leaf, tool: BuildTool, program: str, words: list[str], operands: list[str]
    ) -> tuple[str | None, str | None]:
        """Return the directory that is compiled file by file, or the entry of a bundle that inlines packages."""
        source = self._files.to_context(posixpath.normpath(posixpath.join(leaf.cwd, operands[0]))) if operands else None
        if program in ("babel", "swc"):
            is_file = any(word.startswith(("--out-file", "-o")) for word in words)
            return (None if is_file else source), None
        outside = any(word.startswith(("--packages=external", "--external", "-e")) for word in words)
        bundles = program != "esbuild" or "--bundle" in words
        return None, source if tool.inlines and bundles and not outside and len(operands) == 1 else None

    def _configured(self, leaf: Leaf, tool: BuildTool, root: str) -> tuple[str, ...] | None:
        """Return the outputs relative to the working directory: defaults, or as set in a configuration file; None when
        that is not static."""
        defaults = tuple(posixpath.join(root, path) for path in tool.paths)
        for name in tool.config:
            text = self._read(posixpath.join(leaf.cwd, root), name)
            if text is None:
                continue
            if tool.moves:
                return _moved(tool, root, config_values(name, text, frozenset(tool.moves)))
            values = config_values(name, text, frozenset({tool.property, tool.root_property}))
            own_root = values.get(tool.root_property, PathValue("text", "."))
            value = values.get(tool.property, PathValue("text", tool.paths[0] if tool.paths else ""))
            if own_root is None or value is None or not own_root.complete or not value.complete or not value.path:
                return None
            if own_root.path == "." and tool.property not in values:
                return defaults
            if value.origin in ("absolute", "module"):
                return (posixpath.join(root, value.path),)
            return (posixpath.join(root, own_root.path, value.path),)
        return defaults

    def _read(self, cwd: str, name: str) -> str | None:
        path = self._files.to_context(posixpath.normpath(posixpath.join(cwd, name)))
        return self._context.read_text(path) if path is not None else None


def _moved(tool: BuildTool, root: str, values: Mapping[str, PathValue | None]) -> tuple[str, ...] | None:
    """Return a tool's outputs, some of which properties of its configuration move; None when that is not static."""
    defaults = {default: PathValue("text", default) for default in tool.paths}
    places = [values.get(name, defaults[default]) for name, default in tool.moves.items()]
    known = [value for value in places if value is not None and value.complete and value.path.strip("./")]
    return tuple(posixpath.join(root, value.path) for value in known) if len(known) == len(places) else None


def _option(words: list[str], options: tuple[str, ...]) -> str | None:
    for number, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in options:
            return value if equals else (words[number + 1] if number + 1 < len(words) else None)
    return None


def _plain_operands(words: list[str]) -> tuple[list[str], list[str]]:
    """Part words without a dash in operands and those behind an option, which may be its value."""
    operands: list[str] = []
    doubtful: list[str] = []
    for number, word in enumerate(words):
        if not word.startswith("-"):
            after_option = number > 0 and words[number - 1].startswith("-") and "=" not in words[number - 1]
            (doubtful if after_option else operands).append(word)
    return operands, doubtful


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
