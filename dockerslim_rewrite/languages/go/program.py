"""A program's own Go sources, parsed when they are asked for, with an index of their names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from dockerslim_rewrite.languages.go.imports import Closure, Package, SourceFile
from dockerslim_rewrite.syntax.grammar import parse_bounded

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

FUNCTIONS = frozenset({"function_declaration", "method_declaration"})
MAX_PARSED_BYTES = 2 * 1024 * 1024


@cache
def _parser() -> Parser:
    import tree_sitter_go
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_go.language()))


class Source(Struct, frozen=True):
    """One file with its package; `aliases` maps the names that its imports have in it to import paths."""

    package: Package
    file: SourceFile
    aliases: dict[str, str]

    @property
    def image_path(self) -> str:
        """Return the file's absolute path in the image."""
        return posixpath.join(self.package.directory, self.file.name)


class Place(Struct, frozen=True):
    """A syntax node with the file that it stands in."""

    node: Node
    source: Source

    def at(self, node: Node) -> Place:
        """Return another node of the same file."""
        return Place(node, self.source)


class Program:
    """The own packages of a built binary."""

    def __init__(self, closure: Closure) -> None:
        self.closure = closure
        self.sources: tuple[Source, ...] = tuple(
            Source(package, file, _aliases(file, closure)) for package in closure.own() for file in package.files
        )
        self._roots: dict[str, Node | None] = {}
        self._globals: dict[str, dict[str, list[Place]]] = {}
        self._functions: dict[str, list[Place]] | None = None

    def root(self, source: Source) -> Node | None:
        """Return a file's syntax tree, None for a file that is too large or takes too many steps to parse."""
        if source.file.label not in self._roots:
            code = source.file.text.encode("utf-8", "surrogatepass")
            tree = parse_bounded(_parser(), code) if len(code) <= MAX_PARSED_BYTES else None
            self._roots[source.file.label] = tree.root_node if tree is not None else None
        return self._roots[source.file.label]

    def mentioning(self, name: str) -> Iterator[Source]:
        """Yield the files whose text holds a word."""
        pattern = re.compile(rf"\b{re.escape(name)}\b")
        return (source for source in self.sources if pattern.search(source.file.text))

    def package_values(self, package: str, name: str) -> list[Place]:
        """Return the initial values of a package-level constant or variable."""
        if package not in self._globals:
            found: dict[str, list[Place]] = {}
            for source in self.sources:
                root = self.root(source) if source.package.path == package else None
                for child in root.named_children if root is not None else ():
                    if child.type in ("const_declaration", "var_declaration"):
                        for key, value in declared(child):
                            found.setdefault(key, []).append(Place(value, source))
            self._globals[package] = found
        return self._globals[package].get(name, [])

    def functions(self, name: str) -> list[Place]:
        """Return the declarations of functions and methods with a name."""
        if self._functions is None:
            self._functions = {}
            for source in self.sources:
                root = self.root(source)
                for child in root.named_children if root is not None else ():
                    if child.type in FUNCTIONS and (label := child.child_by_field_name("name")) is not None:
                        self._functions.setdefault(text(label), []).append(Place(child, source))
        return self._functions.get(name, [])

    def calls(self, name: str) -> Iterator[tuple[Place, bool]]:
        """Yield each use of a function's name: the call, and whether it is one (a value that is passed on is not)."""
        for source in self.mentioning(name):
            root = self.root(source)
            for node in walk(root) if root is not None else ():
                if node.type in ("identifier", "field_identifier") and text(node) == name:
                    use = _use(node)
                    if use is not None:
                        yield Place(use, source), use.type == "call_expression"


def _aliases(file: SourceFile, closure: Closure) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in file.header.imports:
        if item.alias:
            found[item.alias] = item.path
            continue
        package = closure.packages.get(item.path)
        declared_name = package.files[0].header.package if package is not None and package.files else ""
        found[declared_name or default_package_name(item.path)] = item.path
    return found


def default_package_name(path: str) -> str:
    """Guess a package's name from its import path: `/v2`, `.v1`, `go-` and `-go` are no part of it."""
    last = path.rstrip("/").rsplit("/", 1)[-1]
    if re.fullmatch(r"v\d+", last) and "/" in path:
        last = path.rsplit("/", 2)[-2]
    last = re.sub(r"\.v\d+$", "", last)
    return last.removeprefix("go-").removeprefix("go.").removesuffix("-go").removesuffix("-golang").replace("-", "")


def _use(node: Node) -> Node | None:
    """Return what a name is used in: the call of it, or the expression when it is only passed on; None for a
    declaration, a parameter or a key."""
    parent = node.parent
    expression = node
    if parent is not None and parent.type == "selector_expression":
        expression, parent = parent, parent.parent
    if parent is None or parent.type in FUNCTIONS or parent.type in ("parameter_declaration", "field_declaration"):
        return None
    if parent.type == "call_expression" and parent.child_by_field_name("function") == expression:
        return parent
    if parent.type in ("argument_list", "literal_element", "expression_list"):
        return expression
    return None


def declared(declaration: Node) -> Iterator[tuple[str, Node]]:
    """Yield names and values of a const or var declaration."""
    for spec in walk(declaration):
        if spec.type in ("const_spec", "var_spec"):
            names = spec.children_by_field_name("name")
            value = spec.child_by_field_name("value")
            values = value.named_children if value is not None else []
            yield from zip((text(name) for name in names if name.type == "identifier"), values, strict=False)


def text(node: Node) -> str:
    """Return a node's source text."""
    return (node.text or b"").decode("utf-8", "replace")


def line(node: Node) -> int:
    """Return the 1-based line where a node starts."""
    return node.start_point[0] + 1


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, in order."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(current.named_children))


def enclosing_function(node: Node) -> Node | None:
    """Return the declared function or method that a node stands in."""
    current = node.parent
    while current is not None:
        if current.type in FUNCTIONS:
            return current
        current = current.parent
    return None
