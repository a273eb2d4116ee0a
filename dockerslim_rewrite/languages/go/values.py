"""Static values of Go expressions: what a path or program name can be, as far as the sources tell."""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from dockerslim_rewrite.languages.go.program import Place, Program, declared, enclosing_function, text, walk
from dockerslim_rewrite.languages.go.syntax_values import (
    UNKNOWN,
    Value,
    arguments_of,
    concatenate,
    is_literal_parameter,
    join,
    parameter_names,
    parameter_position,
    string_literal,
)
from dockerslim_rewrite.patterns import pattern

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_DEPTH = 12
MAX_VALUES = 32
_VERB = pattern(r"%[-+# 0-9.*]*[a-zA-Z%]")
_FLAG_PACKAGES = ("flag", "github.com/spf13/pflag", "github.com/namsral/flag", "github.com/peterbourgon/ff")
_KEEPING = frozenset({"Clean", "Abs", "ToSlash", "FromSlash", "EvalSymlinks"})
_PATHS = ("path/filepath", "path")


class Scope(Struct, frozen=True):
    """What the parameters of the function at hand are bound to; empty when any caller may have called it."""

    bindings: Mapping[str, tuple[Place, Scope]]


NOBODY = Scope({})


class Surroundings(Struct, frozen=True):
    """What the process finds when it starts: its working directory, its own path, environment, and arguments."""

    cwd: str
    executable: str
    env: Mapping[str, str]
    argv: tuple[str | None, ...]

    def flag(self, name: str) -> str | None:
        """Return the value that the arguments give to a flag."""
        for position, word in enumerate(self.argv):
            if word is None or not word.startswith("-"):
                continue
            key, equals, value = word.lstrip("-").partition("=")
            if key == name:
                return value if equals else (self.argv[position + 1 : position + 2] or (None,))[0]
        return None


class Evaluator:
    """Evaluates string expressions of one program."""

    def __init__(self, program: Program, surroundings: Surroundings) -> None:
        self._program = program
        self._around = surroundings

    def evaluate(self, place: Place, scope: Scope = NOBODY, depth: int = 0) -> tuple[Value, ...]:
        """Return all values that the expression may have; at least one, UNKNOWN among them when it may be anything."""
        if depth > MAX_DEPTH:
            return (UNKNOWN,)
        found = self._node(place, scope, depth + 1)
        values = tuple(dict.fromkeys(found))
        return (*values[:MAX_VALUES], UNKNOWN) if len(values) > MAX_VALUES else values or (UNKNOWN,)

    def _node(self, place: Place, scope: Scope, depth: int) -> Sequence[Value]:
        node = place.node
        kind = node.type
        if kind in ("interpreted_string_literal", "raw_string_literal"):
            return [Value(string_literal(node))]
        if kind in ("parenthesized_expression", "unary_expression"):
            return self.evaluate(place.at(node.named_children[0]), scope, depth) if node.named_children else [UNKNOWN]
        if kind == "binary_expression":
            return self._sum(place, scope, depth)
        if kind == "identifier":
            return self._identifier(place, scope, depth)
        if kind == "selector_expression":
            return self._selector(place, depth)
        if kind == "call_expression":
            return self._call(place, scope, depth)
        if kind == "type_conversion_expression" and (operand := node.child_by_field_name("operand")) is not None:
            return self.evaluate(place.at(operand), scope, depth)
        if kind == "index_expression" and text(node) == "os.Args[0]":
            return [Value(self._around.executable)]
        if kind == "composite_literal":
            return self._elements(place, scope, depth)
        return [UNKNOWN]

    def _elements(self, place: Place, scope: Scope, depth: int) -> Sequence[Value]:
        body = place.node.child_by_field_name("body")
        elements = [child for child in (body.named_children if body is not None else []) if child.type != "comment"]
        found: list[Value] = []
        for element in elements[:MAX_VALUES]:
            inner = element.named_children[-1] if element.named_children else element
            if element.type == "keyed_element" and inner.named_children:
                inner = inner.named_children[-1]
            found.extend(self.evaluate(place.at(inner), scope, depth))
        return found

    def _sum(self, place: Place, scope: Scope, depth: int) -> Sequence[Value]:
        left, right = place.node.child_by_field_name("left"), place.node.child_by_field_name("right")
        operator = place.node.child_by_field_name("operator")
        if left is None or right is None or operator is None or text(operator) != "+":
            return [UNKNOWN]
        lefts, rights = self.evaluate(place.at(left), scope, depth), self.evaluate(place.at(right), scope, depth)
        return [concatenate((one, two)) for one, two in itertools.product(lefts, rights)]

    def _identifier(self, place: Place, scope: Scope, depth: int) -> Sequence[Value]:
        name = text(place.node)
        function = enclosing_function(place.node)
        if is_literal_parameter(place.node, name):
            return [UNKNOWN]
        if function is not None:
            found = self._locals(place, function, name, scope, depth)
            if found:
                return found
            position = parameter_position(function, name)
            if position is not None:
                return self._parameter(place.at(function), name, position, scope, depth)
        return self._package_value(place.source.package.path, name, depth)

    def _package_value(self, package: str, name: str, depth: int) -> Sequence[Value]:
        values = [
            value
            for found in self._program.package_values(package, name)
            for value in self.evaluate(found, NOBODY, depth)
        ]
        for source in self._program.mentioning(name):
            if source.package.path == package and (root := self._program.root(source)) is not None:
                for node in walk(root):
                    values.extend(self._stored(Place(node, source), name, NOBODY, depth, own=False))
        return values or [UNKNOWN]

    def _locals(self, place: Place, function: Node, name: str, scope: Scope, depth: int) -> list[Value]:
        found: list[Value] = []
        for node in walk(function):
            found.extend(self._stored(place.at(node), name, scope, depth, own=True))
        return found

    def _stored(self, place: Place, name: str, scope: Scope, depth: int, *, own: bool) -> Sequence[Value]:
        """Return the values that a statement gives to a variable. `own` is False when a package's variable is meant:
        a declaration inside of a function makes another one."""
        node = place.node
        if node.type == "assignment_statement" or (own and node.type == "short_var_declaration"):
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is None or right is None:
                return ()
            names = [text(child) for child in left.named_children]
            if name not in names:
                return ()
            values, position = right.named_children, names.index(name)
            if len(values) == len(names):
                return self.evaluate(place.at(values[position]), scope, depth)
            return self._result(place.at(values[0]), position, scope, depth) if values else [UNKNOWN]
        if own and node.type == "var_declaration":
            return [
                value
                for key, at in declared(node)
                if key == name
                for value in self.evaluate(place.at(at), scope, depth)
            ]
        if node.type == "range_clause":
            return self._ranged(place, name, scope, depth)
        if node.type == "call_expression":
            return self._flag_variable(place, name, scope, depth)
        return ()

    def _ranged(self, place: Place, name: str, scope: Scope, depth: int) -> Sequence[Value]:
        left, right = place.node.child_by_field_name("left"), place.node.child_by_field_name("right")
        if left is None or right is None or name not in [text(child) for child in left.named_children]:
            return ()
        if text(left.named_children[-1]) != name or len(left.named_children) < 2:
            return [UNKNOWN]
        return self.evaluate(place.at(right), scope, depth)

    def _result(self, call: Place, position: int, scope: Scope, depth: int) -> Sequence[Value]:
        """Return one result of a call with several."""
        name = self.called(call)
        if (
            name in ("os.Executable", "path/filepath.Abs", "path/filepath.EvalSymlinks", "os.Getwd", "os.LookupEnv")
            and not position
        ):
            return self.evaluate(call, scope, depth)
        if name == "runtime.Caller" and position == 1:
            return [Value(call.source.image_path)]
        if name == "os/exec.LookPath" and position == 0:
            first = arguments_of(call.node)
            return self.evaluate(call.at(first[0]), scope, depth) if first else [UNKNOWN]
        return self._returned(call, position, scope, depth)

    def _flag_variable(self, place: Place, name: str, scope: Scope, depth: int) -> Sequence[Value]:
        """`flag.StringVar(&name, "flag", "default", ...)`; any other call that gets the address may store anything."""
        function = place.node.child_by_field_name("function")
        label = text(function).rsplit(".", 1)[-1] if function is not None else ""
        arguments = arguments_of(place.node)
        if not label.startswith("StringVar"):
            return [UNKNOWN] if any(text(argument) == f"&{name}" for argument in arguments) else ()
        if len(arguments) < 3 or text(arguments[0]).lstrip("&").rsplit(".", 1)[-1] != name:
            return ()
        default = arguments[3 if label.endswith("P") and len(arguments) > 3 else 2]
        return self._flag(place, arguments[1], default, scope, depth)

    def _flag(self, place: Place, name: Node, default: Node, scope: Scope, depth: int) -> Sequence[Value]:
        given = [
            self._around.flag(value.text) for value in self.evaluate(place.at(name), scope, depth) if value.complete
        ]
        stated = [Value(word, chosen=True) for word in given if word is not None]
        return stated or [replace(value, chosen=True) for value in self.evaluate(place.at(default), scope, depth)]

    def _parameter(self, function: Place, name: str, position: int, scope: Scope, depth: int) -> Sequence[Value]:
        if name in scope.bindings:
            bound, outer = scope.bindings[name]
            return self.evaluate(bound, outer, depth)
        label = function.node.child_by_field_name("name")
        found: list[Value] = []
        for use, is_call in self._program.calls(text(label)) if label is not None else ():
            arguments = arguments_of(use.node) if is_call else []
            if position >= len(arguments):
                return [UNKNOWN]
            found.extend(self.evaluate(use.at(arguments[position]), NOBODY, depth))
        return found or [UNKNOWN]

    def _selector(self, place: Place, depth: int) -> Sequence[Value]:
        operand, member = place.node.child_by_field_name("operand"), place.node.child_by_field_name("field")
        if operand is None or member is None:
            return [UNKNOWN]
        package = place.source.aliases.get(text(operand))
        if package is not None:
            return self._package_value(package, text(member), depth)
        return [UNKNOWN]

    def called(self, call: Place) -> str:
        """Return `import/path.Function` of a call, `.Method` when the receiver is a value, "" for anything else."""
        function = call.node.child_by_field_name("function")
        if function is None:
            return ""
        if function.type == "identifier":
            return text(function)
        operand, member = function.child_by_field_name("operand"), function.child_by_field_name("field")
        if operand is None or member is None:
            return ""
        package = call.source.aliases.get(text(operand)) if operand.type == "identifier" else None
        return f"{package}.{text(member)}" if package is not None else f".{text(member)}"

    def _call(self, call: Place, scope: Scope, depth: int) -> Sequence[Value]:
        name = self.called(call)
        package, _, function = name.rpartition(".")
        arguments = arguments_of(call.node)
        if package in _PATHS:
            return self._path_call(call, function, arguments, scope, depth)
        if name == "fmt.Sprintf" and arguments:
            return self._sprintf(call, arguments, scope, depth)
        if name == "os.Executable":
            return [Value(self._around.executable)]
        if name == "os.Getwd":
            return [Value(self._around.cwd)]
        if name in ("os.Getenv", "os.LookupEnv") and arguments:
            return self._environment(call, arguments[0], scope, depth)
        if function in ("String", "StringP") and package in _FLAG_PACKAGES and len(arguments) >= 2:
            default = arguments[2 if function == "StringP" and len(arguments) > 2 else 1]
            return self._flag(call, arguments[0], default, scope, depth)
        if name in ("string", "net/http.Dir") and arguments:
            return self.evaluate(call.at(arguments[0]), scope, depth)
        if name.startswith(("strings.Trim", "strings.ToLower")):
            return [UNKNOWN]
        return self._returned(call, 0, scope, depth)

    def _environment(self, call: Place, argument: Node, scope: Scope, depth: int) -> Sequence[Value]:
        found: list[Value] = []
        for value in self.evaluate(call.at(argument), scope, depth):
            known = self._around.env.get(value.text) if value.complete else None
            found.append(Value(known, chosen=True) if known else UNKNOWN)
        return found

    def _path_call(
        self, call: Place, function: str, arguments: list[Node], scope: Scope, depth: int
    ) -> Sequence[Value]:
        parts = [self.evaluate(call.at(argument), scope, depth) for argument in arguments]
        if function == "Join" and parts:
            return [join(combination) for combination in itertools.islice(itertools.product(*parts), MAX_VALUES)]
        if function == "Dir" and len(parts) == 1:
            return [
                replace(value, text=posixpath.dirname(value.text) or ".") if value.complete else UNKNOWN
                for value in parts[0]
            ]
        if function == "Base" and len(parts) == 1:
            return [
                replace(value, text=posixpath.basename(value.text)) if value.complete else UNKNOWN for value in parts[0]
            ]
        if function in _KEEPING and len(parts) == 1:
            return parts[0]
        return [UNKNOWN]

    def _sprintf(self, call: Place, arguments: list[Node], scope: Scope, depth: int) -> Sequence[Value]:
        found: list[Value] = []
        for layout in self.evaluate(call.at(arguments[0]), scope, depth):
            pieces: list[tuple[Value, ...]] = []
            rest = list(arguments[1:])
            at = 0
            for verb in _VERB.finditer(layout.text):
                pieces.append((Value(layout.text[at : verb.start()]),))
                at = verb.end()
                if verb[0] == "%%":
                    pieces.append((Value("%"),))
                elif rest and verb[0] in ("%s", "%v"):
                    pieces.append(self.evaluate(call.at(rest.pop(0)), scope, depth))
                else:
                    rest = rest[1:]
                    pieces.append((UNKNOWN,))
            pieces.append((Value(layout.text[at:], layout.complete),))
            found.extend(concatenate(some) for some in itertools.islice(itertools.product(*pieces), MAX_VALUES))
        return found

    def _returned(self, call: Place, position: int, scope: Scope, depth: int) -> Sequence[Value]:
        """Return what a function of the program returns at a position, its parameters bound to this call's."""
        function = call.node.child_by_field_name("function")
        if function is None:
            return [UNKNOWN]
        label = function.child_by_field_name("field") if function.type == "selector_expression" else function
        declarations = self._program.functions(text(label)) if label is not None else []
        arguments = arguments_of(call.node)
        found: list[Value] = []
        for declaration in declarations:
            names = parameter_names(declaration.node)
            bound = Scope({name: (call.at(node), scope) for name, node in zip(names, arguments, strict=False)})
            for node in walk(declaration.node):
                if node.type == "return_statement" and node.named_children:
                    values = node.named_children[0].named_children
                    if position < len(values):
                        found.extend(self.evaluate(declaration.at(values[position]), bound, depth))
        return found or [UNKNOWN]
