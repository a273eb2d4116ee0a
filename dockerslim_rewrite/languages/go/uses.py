"""What a program reaches out for at run time: files, other programs, zones, certificates."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.analysis.paths import absolute, is_glob
from dockerslim_rewrite.knowledge import go_calls
from dockerslim_rewrite.languages.go.embedded import Embedded
from dockerslim_rewrite.languages.go.program import Place, Program, Source, line, text, walk
from dockerslim_rewrite.languages.go.syntax_values import Value, arguments_of
from dockerslim_rewrite.languages.go.values import Evaluator, Surroundings
from dockerslim_rewrite.patterns import pattern

if TYPE_CHECKING:
    from tree_sitter import Node


_LITERAL = pattern(r'"([^"\\\n]{2,200})"|`([^`\n]{2,200})`')


class Uses(Struct):
    """`files` are absolute image paths (a directory for a pattern or an unknown name in it); `doubts` are reads of
    files that cannot be told; `programs` are names or paths; `program_doubts` starts of unknown ones; `features`
    lead to the first place that needs them. `literals` are known paths that a string of the sources names, whatever it
    is used for. `places` are directories in which the program makes files.
    """

    files: list[tuple[str, Evidence]] = []
    doubts: list[Evidence] = []
    programs: list[tuple[str, Evidence]] = []
    program_doubts: list[Evidence] = []
    features: dict[str, Evidence] = {}
    literals: list[tuple[str, Evidence]] = []
    places: list[tuple[str, Evidence]] = []

    def add(self, other: Uses) -> None:
        """Take over what another program of the image reaches out for."""
        self.files += other.files
        self.doubts += other.doubts
        self.programs += other.programs
        self.program_doubts += other.program_doubts
        self.features = {**other.features, **self.features}
        self.literals += other.literals
        self.places += other.places


def find_uses(program: Program, around: Surroundings, known: Callable[[str], bool]) -> Uses:
    """Read every own source file that mentions a call of go_calls.toml, and the strings of all of them.

    `known` tells whether an absolute image path is worth carrying: something stands there, or next to it.
    """
    finder = _Finder(program, around)
    embedded = Embedded(program)
    for source in program.sources:
        if go_calls.may_call(source.file.text):
            finder.file(source)
        found = _literals(source, around.cwd, known)
        finder.uses.literals.extend(item for item in found if not embedded.holds(item[0]))
    return finder.uses


def _literals(source: Source, cwd: str, known: Callable[[str], bool]) -> Iterator[tuple[str, Evidence]]:
    """Yield known paths that a string names: sql.Open("sqlite", "data.db") reads a file as well."""
    for match in _LITERAL.finditer(source.file.text):
        written = (match[1] or match[2]).removeprefix("file:").removeprefix("//").split("?", 1)[0]
        if written.strip("./") and "://" not in written and "\0" not in written:
            path = absolute(written, cwd)
            if known(path):
                number = source.file.text.count("\n", 0, match.start()) + 1
                yield path, Evidence(source.file.label, number, match[0])


class _Finder:
    def __init__(self, program: Program, around: Surroundings) -> None:
        self.uses = Uses()
        self._program = program
        self._around = around
        self._evaluator = Evaluator(program, around)

    def file(self, source: Source) -> None:
        root = self._program.root(source)
        if root is None:
            self.uses.doubts.append(Evidence(source.file.label, 0, "the file is too large to be read"))
            return
        for node in walk(root):
            if node.type == "call_expression":
                self._call(Place(node, source))
            elif node.type in ("selector_expression", "qualified_type"):
                self._feature(Place(node, source))

    def _evidence(self, place: Place) -> Evidence:
        shown = " ".join(text(place.node).split())
        return Evidence(place.source.file.label, line(place.node), shown if len(shown) <= 80 else shown[:77] + "...")

    def _feature(self, place: Place) -> None:
        first, second = ("operand", "field") if place.node.type == "selector_expression" else ("package", "name")
        package, name = place.node.child_by_field_name(first), place.node.child_by_field_name(second)
        if package is None or name is None:
            return
        path = place.source.aliases.get(text(package))
        feature = go_calls.feature_calls().get(f"{path}.{text(name)}") if path else None
        if feature is not None:
            self.uses.features.setdefault(feature, self._evidence(place))

    def _call(self, call: Place) -> None:
        name = self._evaluator.called(call)
        arguments = arguments_of(call.node)
        if name in go_calls.program_calls():
            self._program_call(call, arguments, go_calls.program_calls()[name])
            return
        method = name.rpartition(".")[2]
        if self._only_writes(call, name, arguments):
            return
        if name in go_calls.file_calls():
            self._file_call(call, name, arguments, go_calls.file_calls()[name])
        elif "." in name and method in go_calls.file_methods() and not self._is_standard(name):
            positions = go_calls.file_methods()[method]
            if go_calls.is_serving_method(method) and not self._has_text(call, arguments, positions):
                return
            self._file_call(call, name, arguments, positions)
        if "." in name and method in go_calls.mime_methods():
            self.uses.features.setdefault("mime-types", self._evidence(call))

    def _only_writes(self, call: Place, name: str, arguments: Sequence[Node]) -> bool:
        """Note where a call makes a file or directory; False for a call that may read one."""
        names_directory = name in go_calls.directory_calls()
        position = go_calls.directory_calls().get(name, go_calls.write_calls().get(name))
        if name == "os.OpenFile" and len(arguments) > 1 and "O_WRONLY" in text(arguments[1]):
            position = 0
        if position is None:
            return False
        for value in self._evaluator.evaluate(call.at(arguments[position])) if position < len(arguments) else ():
            folder = value.text if names_directory else value.text.rpartition("/")[0]
            if folder:
                self.uses.places.append((absolute(folder, self._around.cwd), self._evidence(call)))
        return True

    @staticmethod
    def _is_standard(name: str) -> bool:
        """A function of the standard library that shares a method's name (http.FileServer) has an entry of its own."""
        package = name.rpartition(".")[0]
        return bool(package) and "." not in package.split("/")[0]

    def _has_text(self, call: Place, arguments: Sequence[Node], positions: Sequence[int]) -> bool:
        return any(
            value.text
            for position in positions
            if position < len(arguments)
            for value in self._evaluator.evaluate(call.at(arguments[position]))
        )

    def _file_call(self, call: Place, name: str, arguments: Sequence[Node], positions: Sequence[int]) -> None:
        evidence = self._evidence(call)
        if not arguments:
            default = go_calls.default_file(name)
            if default is not None:
                self._path(Value(default), self._around.cwd, evidence)
            return
        base = self._around.cwd
        if name in go_calls.source_relative_calls():
            base = posixpath.dirname(call.source.image_path)
        chosen = [arguments[place] for place in positions if place < len(arguments)] if positions else arguments
        for argument in chosen:
            for value in self._evaluator.evaluate(call.at(argument)):
                self._path(value, base, evidence)

    def _path(self, value: Value, base: str, evidence: Evidence) -> None:
        written = value.text.removeprefix("file://")
        if "://" in written:
            return  # a URL: nothing of the file system
        if not value.complete:
            folder = written.rpartition("/")[0]
            if folder:
                self.uses.files.append((absolute(folder, base), evidence))
            else:
                self.uses.doubts.append(evidence)
            return
        if not written:
            return
        parts = written.split("/")
        plain = list(_before_pattern(parts))
        path = "/".join(plain) if plain else "."
        self.uses.files.append((absolute(path or "/", base), evidence))

    def _program_call(self, call: Place, arguments: Sequence[Node], position: int) -> None:
        evidence = self._evidence(call)
        if position >= len(arguments):
            return
        for value in self._evaluator.evaluate(call.at(arguments[position])):
            if value.complete and value.text:
                self.uses.programs.append((value.text, evidence))
                self._shell_text(call, value.text, arguments[position + 1 :], evidence)
            else:
                self.uses.program_doubts.append(evidence)

    def _shell_text(self, call: Place, program: str, rest: Sequence[Node], evidence: Evidence) -> None:
        """`sh -c TEXT` starts the programs of its text."""
        from dockerslim_rewrite.shell.builtins import is_builtin
        from dockerslim_rewrite.shell.parse import parse_script

        if posixpath.basename(program) not in ("sh", "bash", "ash") or len(rest) < 2:
            return
        for value in self._evaluator.evaluate(call.at(rest[1])):
            script = parse_script(value.text, variables=self._around.env, workdir=self._around.cwd)
            if not value.complete or script.opaque:
                self.uses.program_doubts.append(evidence)
            for command in script.simple:
                if command.name and not is_builtin(command.name):
                    self.uses.programs.append((command.name, evidence))


def _before_pattern(parts: Iterable[str]) -> Iterable[str]:
    for part in parts:
        if is_glob(part):
            return
        yield part
