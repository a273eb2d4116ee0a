"""What a program's own sources ask of the system: files, other programs, zones, certificates, users."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.knowledge.go_calls import (
    default_file,
    feature_calls,
    file_calls,
    file_methods,
    interesting_names,
    is_serving_method,
    mime_methods,
    program_calls,
    source_relative_calls,
)
from dockerslim_rewrite.languages.go.program import Place, Program, Source, line, text, walk
from dockerslim_rewrite.languages.go.syntax_values import UNKNOWN, Value, arguments_of
from dockerslim_rewrite.languages.go.values import Evaluator

if TYPE_CHECKING:
    from tree_sitter import Node

DIRECTORY_CALLS = frozenset({"net/http.Dir", "os.DirFS"})
SHELLS = frozenset({"sh", "bash", "ash", "dash"})


@dataclass(frozen=True, slots=True)
class Access:
    """A file or directory that the program reads. `base` is the directory that a relative value is taken from, None for
    the working directory. `is_tree`: everything below is served or read."""

    value: Value
    evidence: Evidence
    base: str | None = None
    is_tree: bool = False


@dataclass(frozen=True, slots=True)
class Launch:
    """A program that is started. `script` is the text of `sh -c`, None for another program."""

    value: Value
    evidence: Evidence
    script: Value | None = None


@dataclass(slots=True)
class Uses:
    """All that was found; `features` maps a feature to the first place that needs it."""

    accesses: list[Access] = field(default_factory=list)
    launches: list[Launch] = field(default_factory=list)
    features: dict[str, Evidence] = field(default_factory=dict)


class CallReader:
    """Reads one program."""

    def __init__(self, program: Program, evaluator: Evaluator) -> None:
        self._program = program
        self._evaluator = evaluator
        self._uses = Uses()
        self._config_names: list[tuple[Value, Evidence]] = []
        self._config_paths: list[tuple[Value, Evidence]] = []

    def read(self) -> Uses:
        """Return what the program uses."""
        pattern = interesting_names()
        for source in self._program.sources:
            if not pattern.search(source.file.text):
                continue
            root = self._program.root(source)
            if root is None:
                why = Evidence(source.file.label, 0, "the file is too large to be read")
                self._uses.accesses.append(Access(UNKNOWN, why))
                continue
            for node in walk(root):
                self._node(Place(node, source))
        self._config_files()
        return self._uses

    def _node(self, place: Place) -> None:
        kind = place.node.type
        if kind == "call_expression":
            self._call(place)
        elif kind in ("selector_expression", "qualified_type"):
            self._feature(place)

    def _feature(self, place: Place) -> None:
        first, _, rest = text(place.node).partition(".")
        package = place.source.aliases.get(first)
        feature = feature_calls().get(f"{package}.{rest}") if package else None
        if feature is not None:
            self._uses.features.setdefault(feature, _evidence(place.source, place.node))

    def _call(self, call: Place) -> None:
        name = self._evaluator.called(call)
        arguments = arguments_of(call.node)
        if name in program_calls():
            self._launch(call, arguments, program_calls()[name])
            return
        method = name.rpartition(".")[2]
        if name in file_calls():
            positions = file_calls()[name]
        elif method in file_methods() and "." in name and not _is_standard_function(name):
            positions = file_methods()[method]
            if is_serving_method(method) and not self._is_text(call, arguments, positions[0]):
                return
        else:
            positions = None
        if method in mime_methods():
            self._uses.features.setdefault("mime-types", _evidence(call.source, call.node))
        if method == "SetConfigName" and arguments:
            self._config_names.extend(self._values(call, arguments[0]))
        if positions is not None:
            self._access(call, name, method, arguments, positions)

    def _is_text(self, call: Place, arguments: list[Node], position: int) -> bool:
        return position < len(arguments) and any(
            value.text or value.complete for value in self._evaluator.evaluate(call.at(arguments[position]))
        )

    def _access(self, call: Place, name: str, method: str, arguments: list[Node], positions: tuple[int, ...]) -> None:
        evidence = _evidence(call.source, call.node)
        default = default_file(name) if not arguments else None
        if default is not None:
            self._uses.accesses.append(Access(Value(default), evidence))
            return
        chosen = [arguments[place] for place in positions if place < len(arguments)] if positions else arguments
        for argument in chosen:
            if name in source_relative_calls():
                for value in self._evaluator.evaluate(call.at(argument)):
                    self._uses.accesses.append(Access(value, evidence, call.source.package.directory, is_tree=True))
            elif method == "AddConfigPath":
                self._config_paths.extend(self._values(call, argument))
            elif argument.type == "variadic_argument":
                self._uses.accesses.append(Access(UNKNOWN, evidence))
            else:
                is_tree = name in DIRECTORY_CALLS or is_serving_method(method)
                for value, where in self._values(call, argument):
                    self._uses.accesses.append(Access(value, where, is_tree=is_tree))

    def _values(self, call: Place, argument: Node) -> Iterator[tuple[Value, Evidence]]:
        evidence = _evidence(call.source, call.node)
        return ((value, evidence) for value in self._evaluator.evaluate(call.at(argument)))

    def _launch(self, call: Place, arguments: list[Node], position: int) -> None:
        evidence = _evidence(call.source, call.node)
        if position >= len(arguments):
            self._uses.launches.append(Launch(UNKNOWN, evidence))
            return
        rest = arguments[position + 1 :]
        for value in self._evaluator.evaluate(call.at(arguments[position])):
            if (
                posixpath.basename(value.text) in SHELLS
                and value.complete
                and len(rest) >= 2
                and '"-c"' in text(rest[0])
            ):
                for script in self._evaluator.evaluate(call.at(rest[1])):
                    self._uses.launches.append(Launch(value, evidence, script))
            else:
                self._uses.launches.append(Launch(value, evidence))

    def _config_files(self) -> None:
        """viper looks for NAME with any known suffix in each path that it was given."""
        for path, evidence in self._config_paths:
            for name, _ in self._config_names or [(Value("config"), evidence)]:
                if not path.complete or not name.complete:
                    self._uses.accesses.append(Access(UNKNOWN, evidence))
                elif not path.text.startswith("$"):
                    joined = posixpath.join(path.text, f"{name.text}.*")
                    self._uses.accesses.append(Access(Value(joined), evidence))


def _is_standard_function(name: str) -> bool:
    """Tell whether a name is a function of a package that the table lists otherwise: its methods are not meant."""
    package = name.rpartition(".")[0]
    return bool(package) and "." not in package.split("/")[0]


def _evidence(source: Source, node: Node) -> Evidence:
    return Evidence(source.file.label, line(node), " ".join(text(node).split())[:100])
