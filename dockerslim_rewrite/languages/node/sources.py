"""What one JavaScript or TypeScript file imports, reads and starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.knowledge.node_packages import file_readers, process_starters
from dockerslim_rewrite.languages.memo import Memo
from dockerslim_rewrite.languages.node.embedded import EXTENSIONS, scripts_in
from dockerslim_rewrite.languages.node.paths import Names, PathValue, evaluate, node_text, short_text, string_value
from dockerslim_rewrite.syntax.grammar import captured, parse_bounded

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Query

GRAMMARS = {
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    **dict.fromkeys(EXTENSIONS, "typescript"),
}
MAX_CHARACTERS = 2_000_000
MAX_ERROR_PARTS = 1_000
_QUERY = """
(import_statement) @import
(export_statement source: (string) @export)
(call_expression) @call
(new_expression) @call
(variable_declarator name: (identifier) @name value: (_) @value)
(string_fragment) @text
(identifier) @identifier
(shorthand_property_identifier) @identifier
"""


class Import(Struct, frozen=True):
    """A module that a file asks for. `types_only` when nothing of it is used as a value; `line` is 1-based."""

    specifier: str
    line: int
    types_only: bool = False


class FileUse(Struct, frozen=True):
    """A path that a file names for reading, with the 1-based line and the function that reads it ("" when unclear)."""

    path: PathValue
    line: int
    reader: str


class Program(Struct, frozen=True):
    """A program that a file starts; `name` is None when it is not static. `shell` when it runs through /bin/sh."""

    name: str | None
    line: int
    shell: bool


class SourceFacts(Struct, frozen=True):
    """Everything found in one file. `dynamic` are lines of `require(x)` and `import(x)` with an unknown module;
    `segments` are all
    its texts but import specifiers, and their path segments; `broken` when the grammar did not understand all of it."""

    imports: tuple[Import, ...] = ()
    dynamic: tuple[int, ...] = ()
    uses: tuple[FileUse, ...] = ()
    programs: tuple[Program, ...] = ()
    segments: frozenset[str] = frozenset()
    broken: bool = False


def grammar_of(path: str) -> str | None:
    """Return the grammar that reads a file, by its extension, or None when it is no source."""
    return GRAMMARS.get("." + path.rpartition(".")[2]) if "." in path else None


def read_source(path: str, text: str) -> SourceFacts:
    """Read one source file. Never raises: what is not understood makes the result `broken`."""
    grammar = grammar_of(path)
    return SourceFacts(broken=True) if grammar is None else _read(grammar, scripts_in(path, text))


@Memo
def _read(grammar: str, text: str) -> SourceFacts:
    parsed = parse_source(grammar, text)
    if parsed is None:
        return SourceFacts(broken=True)
    root, _, query = parsed
    return _Reader(captured(query, root), root.has_error).facts()


def parse_source(grammar: str, text: str) -> tuple[Node, Language, Query] | None:
    """Return the syntax tree of a source, its language and this module's query; None when too large or garbled."""
    if len(text) > MAX_CHARACTERS:
        return None
    from tree_sitter import Parser

    language, query = _grammar(grammar)
    tree = parse_bounded(Parser(language), text.encode("utf-8", "replace"))
    return None if tree is None or _is_garbled(tree.root_node) else (tree.root_node, language, query)


def _is_garbled(root: Node) -> bool:
    """Tell whether an error has so many parts that a query, which counts siblings for each, takes for ever."""
    stack = [root] if root.has_error else []
    while stack:
        node = stack.pop()
        if node.is_error and node.child_count > MAX_ERROR_PARTS:
            return True
        stack.extend(child for child in node.children if child.has_error)
    return False


@cache
def _grammar(name: str) -> tuple[Language, Query]:
    from tree_sitter import Language, Query

    if name == "javascript":
        import tree_sitter_javascript

        language = Language(tree_sitter_javascript.language())
    else:
        import tree_sitter_typescript

        pointer = tree_sitter_typescript.language_tsx if name == "tsx" else tree_sitter_typescript.language_typescript
        language = Language(pointer())
    return language, Query(language, _QUERY)


def initial_names(found: Mapping[str, list[Node]]) -> Names:
    """Return the names that are initialised once; one that is set twice has no static value."""
    names: dict[str, Node] = {}
    twice: set[str] = set()
    for value in found.get("value", []):
        declarator = value.parent
        name = declarator.child_by_field_name("name") if declarator is not None else None
        if name is not None and name.type == "identifier":
            text = node_text(name)
            if text in names:
                twice.add(text)
            names[text] = value
    return Names({name: value for name, value in names.items() if name not in twice})


def _line(node: Node) -> int:
    return node.start_point[0] + 1


class _Reader:
    """Turns the captures of one file into facts."""

    def __init__(self, found: Mapping[str, list[Node]], broken: bool) -> None:
        self._found = found
        self._broken = broken
        self._names = initial_names(found)
        self._origins: dict[str, str] = {}
        self._imports: list[Import] = []
        self._dynamic: list[int] = []
        self._uses: list[FileUse] = []
        self._programs: list[Program] = []

    def facts(self) -> SourceFacts:
        used = [node_text(node) for node in self._found.get("identifier", [])]
        for node in self._found.get("import", []):
            self._import(node, used)
        for node in self._found.get("export", []):
            self._imports.append(Import(string_value(node) or "", _line(node), _is_type(node.parent)))
        starters = self._starters()
        for node in self._found.get("call", []):
            self._call(node, starters)
        texts = (node_text(node) for node in self._found.get("text", []) if not _is_import(node))
        segments = (part for text in texts for part in (text, *text.split("/")))
        return SourceFacts(
            tuple(sorted((item for item in self._imports if item.specifier), key=lambda item: item.line)),
            tuple(self._dynamic),
            tuple(self._uses),
            tuple(self._programs),
            frozenset(segments),
            self._broken,
        )

    def _import(self, node: Node, used: list[str]) -> None:
        clause = next((child for child in node.named_children if child.type.startswith("import_")), None)
        source = node.child_by_field_name("source") or (clause and clause.child_by_field_name("source"))
        specifier = string_value(source) if source is not None else None
        if specifier is None:
            return
        names = list(_bound_names(clause)) if clause is not None else []
        # Each name stands once in the clause itself; TypeScript drops an import that is used in types alone.
        types_only = _is_type(node) or bool(names and all(used.count(name) < 2 for name in names))
        self._imports.append(Import(specifier, _line(node), types_only))

    def _starters(self) -> dict[str, str]:
        """Return the names under which functions that start programs are known in this file."""
        modules = process_starters()
        specifiers = {item.specifier.removeprefix("node:") for item in self._imports}
        specifiers |= {
            (string_value(arguments.named_children[0]) or "").removeprefix("node:")
            for node in self._found.get("call", [])
            if _called(node) == "require" and (arguments := _arguments(node)) is not None and arguments.named_children
        }
        found = {name: how for module in specifiers & modules.keys() for name, how in modules[module].items()}
        for name, value in self._names.items():
            text = short_text(value)
            if "promisify(" in text:
                inner = text.rpartition("promisify(")[2].rstrip("); \n").rpartition(".")[2]
                if inner in found:
                    found[name] = found[inner]
        return found

    def _starts(self, called: str, starters: Mapping[str, str]) -> str | None:
        """Return how a called function starts a program, or None: `re.exec(text)` starts none."""
        owner, _, function = called.rpartition(".")
        if owner and not any(module in self._origin(owner) for module in process_starters()):
            return None
        return starters.get(function)

    def _origin(self, name: str) -> str:
        """Return the text that a name comes from: its import statement or its initial value. Found once a name."""
        if name not in self._origins:
            self._origins[name] = self._find_origin(name)
        return self._origins[name]

    def _find_origin(self, name: str) -> str:
        if name in self._names:
            return node_text(self._names[name])
        for node in self._found.get("import", []):
            if name in _bound_names(node):
                return node_text(node)
        return name

    def _call(self, node: Node, starters: Mapping[str, str]) -> None:
        called, arguments = _called(node), _arguments(node)
        first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        if called in ("require", "require.resolve", "import"):
            specifier = string_value(first) if first is not None else None
            if specifier is not None:
                self._imports.append(Import(specifier, _line(node)))
            elif first is not None:
                self._require_path(node, first)
            return
        last = called.rpartition(".")[2]
        self._paths(node, last, arguments.named_children if arguments is not None else [])
        how = self._starts(called, starters)
        if how is not None and first is not None:
            self._program(node, first, shell=how == "shell")

    def _require_path(self, node: Node, first: Node) -> None:
        value = evaluate(first, self._names)
        if value is None or (value.origin == "text" and not value.complete and not value.path.startswith(".")):
            self._dynamic.append(_line(node))
        elif value.complete and value.origin == "module":
            self._imports.append(Import("./" + value.path, _line(node)))
        elif value.complete and value.origin == "text":
            self._imports.append(Import(value.path, _line(node)))
        elif value.origin == "text":
            self._uses.append(FileUse(replace(value, origin="module"), _line(node), "require"))
        else:
            self._uses.append(FileUse(value, _line(node), "require"))

    def _paths(self, node: Node, function: str, arguments: list[Node]) -> None:
        reader = function if function in file_readers() else ""
        own = evaluate(node, self._names)
        if own is not None and own.origin != "text":
            self._uses.append(FileUse(own, _line(node), ""))
        for argument in arguments:
            value = evaluate(argument, self._names)
            if value is None or (value.origin == "text" and not reader):
                continue
            self._uses.append(FileUse(value, _line(node), reader))

    def _program(self, node: Node, first: Node, *, shell: bool) -> None:
        value = evaluate(first, self._names)
        text = node_text(first)
        if text in ("process.execPath", "process.argv[0]"):
            self._programs.append(Program("node", _line(node), False))
            return
        words = value.path.split() if value is not None and (value.complete or " " in value.path) else []
        name = (words[0] if shell else value.path) if value is not None and words else None
        shell = shell or "shell: true" in node_text(node)
        self._programs.append(Program(name, _line(node), shell))


def _is_type(node: Node | None) -> bool:
    return node is not None and any(child.type in ("type", "typeof") for child in node.children)


def _is_import(text: Node) -> bool:
    statement = text.parent.parent if text.parent is not None else None
    return statement is not None and statement.type in ("import_statement", "export_statement", "import_require_clause")


def _bound_names(clause: Node) -> Iterator[str]:
    stack = [clause]
    while stack:
        node = stack.pop()
        if node.type == "import_specifier":
            name = node.child_by_field_name("alias") or node.child_by_field_name("name")
            if name is not None and not _is_type(node):
                yield node_text(name)
        elif node.type == "identifier":
            yield node_text(node)
        else:
            stack.extend(node.named_children)


def _called(node: Node) -> str:
    function = node.child_by_field_name("function") or node.child_by_field_name("constructor")
    return short_text(function) if function is not None else ""


def _arguments(node: Node) -> Node | None:
    return node.child_by_field_name("arguments")
