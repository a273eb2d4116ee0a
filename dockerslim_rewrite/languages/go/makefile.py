"""Makefiles, read as GNU make reads them as far as that needs no run. Source: the GNU make manual, 4.4.

A value that only a run can tell (`$(shell git describe)`) is the character `UNKNOWN`; in a recipe it becomes a shell
variable that is never set, so that the shell parser takes its word for unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from dockerslim_rewrite.languages.go.command import UNSET
from dockerslim_rewrite.languages.go.make_functions import UNKNOWN, Expander
from dockerslim_rewrite.patterns import pattern

MAX_INCLUDES = 50
_ASSIGNMENT = pattern(
    r"(?P<export>export\s++|override\s++|unexport\s++)*(?P<name>[^\s:#=+?!]++)\s*+(?P<operator>::?:?=|\+=|\?=|!=|=)\s*(?P<value>.*)",
    re.DOTALL,
)
_CONDITION = pattern(r"(ifeq|ifneq|ifdef|ifndef)\b\s*(.*)")


class Rule(Struct, frozen=True):
    """A rule's explicit or pattern target. `recipe` holds 1-based line numbers and unexpanded lines."""

    target: str
    prerequisites: tuple[str, ...]
    recipe: tuple[tuple[int, str], ...]
    line: int


class Makefile(Struct):
    """What a Makefile says. `problems` are `(line, reason)` of what was not understood."""

    variables: dict[str, str] = {}
    simple: set[str] = set()
    exported: set[str] = set()
    export_all: bool = False
    rules: dict[str, Rule] = {}
    target_variables: dict[str, dict[str, str]] = {}
    first: str | None = None
    problems: list[tuple[int, str]] = []

    @property
    def default(self) -> str | None:
        """Return the default goal."""
        goal = self.variables.get(".DEFAULT_GOAL", "").strip()
        return goal or self.first

    def rule(self, target: str) -> tuple[Rule, str] | None:
        """Return the rule for a target and the stem that its `%` matched."""
        if target in self.rules:
            return self.rules[target], ""
        for target_pattern, rule in self.rules.items():
            before, percent, after = target_pattern.partition("%")
            long_enough = len(target) > len(before) + len(after)
            if percent and long_enough and target.startswith(before) and target.endswith(after):
                return rule, target[len(before) : len(target) - len(after)]
        return None


class MakefileReader:
    """Reads one Makefile and what it includes.

    `read` gives the text of an included file, `names` the entries of a directory (both relative to make's directory);
    `overrides` are `VAR=value` of the command line, `environment` what make inherits.
    """

    def __init__(
        self,
        environment: Mapping[str, str | None],
        overrides: Mapping[str, str],
        directory: str,
        read: Callable[[str], str | None],
        names: Callable[[str], list[str]],
    ) -> None:
        self._file = Makefile()
        self._overrides = overrides
        self._read = read
        self._includes = 0
        self._conditions: list[bool | None] = []
        self._open: list[Rule] = []
        inherited = {
            name: UNKNOWN if value is None else value.replace("$", "$$") for name, value in environment.items()
        }
        self._file.variables.update(inherited)
        self._file.variables.update({"CURDIR": directory, "MAKE": "make", "PWD": directory, "SHELL": "/bin/sh"})
        self._file.variables.update(overrides)
        self.expander = Expander(self._file.variables, names, directory)

    def parse(self, text: str) -> Makefile:
        """Read a text; call it once."""
        self._text(text)
        return self._file

    def _text(self, text: str) -> None:
        define: str | None = None
        for number, line in _logical_lines(text):
            words = line.split()
            if define is not None:
                if words[:1] == ["endef"]:
                    self._file.variables[define], define = UNKNOWN, None
                continue
            if line.startswith("\t") and self._open:
                if self._active is not False:
                    self._add_recipe(number, line[1:])
                continue
            stripped = _without_comment(line).strip()
            if not stripped:
                continue
            if self._condition(stripped) or self._active is False:
                continue
            if words[0] == "define" and len(words) > 1:
                define = words[1]
                continue
            self._statement(number, stripped)

    @property
    def _active(self) -> bool | None:
        if False in self._conditions:
            return False
        return None if None in self._conditions else True

    def _condition(self, line: str) -> bool:
        """Follow a conditional directive; True when the line is one."""
        match = _CONDITION.match(line)
        if match:
            self._conditions.append(self._test(match[1], match[2]) if self._active is not False else False)
            return True
        if line == "else" or line.startswith("else "):
            if self._conditions:
                before = self._conditions.pop()
                self._conditions.append(None if before is None else not before)
                inner = _CONDITION.match(line[4:].strip())
                if inner and self._conditions[-1] is not False:
                    self._conditions[-1] = self._test(inner[1], inner[2])
            return True
        if line == "endif":
            if self._conditions:
                self._conditions.pop()
            return True
        return False

    def _test(self, directive: str, text: str) -> bool | None:
        if directive in ("ifdef", "ifndef"):
            value = self._file.variables.get(text.strip(), "")
            return None if UNKNOWN in value else bool(value) == (directive == "ifdef")
        left, right = _condition_sides(text)
        left, right = self.expander.expand(left).strip(), self.expander.expand(right).strip()
        if UNKNOWN in left or UNKNOWN in right:
            return None
        return (left == right) == (directive == "ifeq")

    def _statement(self, number: int, line: str) -> None:
        first = line.split()[0]
        if first in ("include", "-include", "sinclude"):
            self._open = []
            self._include(number, line[len(first) :], required=first == "include")
            return
        if first in ("export", "unexport") and not _ASSIGNMENT.fullmatch(line):
            names = self.expander.expand(line[len(first) :]).split()
            self._file.exported.update(names)
            self._file.export_all |= not names
            return
        if first in ("vpath", "undefine", "override") and not _ASSIGNMENT.fullmatch(line):
            return
        match = _ASSIGNMENT.fullmatch(line)
        if match and ":" not in match["name"]:
            self._open = []
            self._assign(self._file.variables, match)
        elif ":" in line:
            self._rule(number, line)
        elif not line.startswith("$("):
            self._file.problems.append((number, f"make does not read this line without a run: {line[:60]}"))

    def _assign(self, variables: dict[str, str], match: re.Match[str]) -> None:
        name, operator, value = self.expander.expand(match["name"]), match["operator"], match["value"]
        if "export" in (match[0].split()[0],):
            self._file.exported.add(name)
        if name in self._overrides or (operator == "?=" and name in variables):
            return
        if self._active is None or operator == "!=":
            variables[name] = UNKNOWN
        elif operator in (":=", "::=", ":::="):
            variables[name] = self.expander.expand(value).replace("$", "$$")
        elif operator == "+=" and name in variables:
            variables[name] = f"{variables[name]} {value}"
        else:
            variables[name] = value

    def _rule(self, number: int, line: str) -> None:
        head, _, rest = line.partition(":")
        rest = rest.removeprefix(":")
        targets = self.expander.expand(head).split()
        variable = _ASSIGNMENT.fullmatch(rest.strip())
        if variable and targets:
            for target in targets:
                own = self._file.target_variables.setdefault(target, {})
                scope = {**self._file.variables, **own}
                self._assign(scope, variable)
                own[variable["name"]] = scope.get(variable["name"], "")
            return
        needs, semicolon, inline = rest.partition(";")
        expanded = self.expander.expand(needs).replace("|", " ").split()
        self._open = []
        for target in targets:
            old = self._file.rules.get(target)
            before = old.prerequisites if old else ()
            recipe = ((number, inline.strip()),) if semicolon else (old.recipe if old else ())
            rule = Rule(target, (*before, *expanded), recipe, number)
            self._file.rules[target] = rule
            self._open.append(rule)
            if self._file.first is None and not target.startswith(".") and "%" not in target:
                self._file.first = target

    def _add_recipe(self, number: int, line: str) -> None:
        for place, rule in enumerate(self._open):
            fresh = rule.recipe if all(old >= rule.line for old, _ in rule.recipe) else ()
            grown = Rule(rule.target, rule.prerequisites, (*fresh, (number, line)), rule.line)
            self._file.rules[rule.target] = self._open[place] = grown

    def _include(self, number: int, text: str, *, required: bool) -> None:
        for name in self.expander.expand(text).split():
            content = self._read(name) if UNKNOWN not in name and self._includes < MAX_INCLUDES else None
            if content is not None:
                self._includes += 1
                self._text(content)
            elif required:
                self._file.problems.append(
                    (number, f"the included file {name.replace(UNKNOWN, '?')} is not in the context")
                )


def recipe_lines(
    makefile: Makefile, expander: Expander, rule: Rule, target: str, stem: str
) -> Iterator[tuple[int, str]]:
    """Yield line number and shell text of a rule's recipe for a target, expanded, prefixes (`@`, `-`, `+`) removed."""
    automatic = {
        "@": target,
        "<": rule.prerequisites[0].replace("%", stem) if rule.prerequisites else "",
        "^": " ".join(name.replace("%", stem) for name in rule.prerequisites),
        "*": stem or target.rpartition(".")[0],
        "?": UNKNOWN,
        "@D": target.rpartition("/")[0] or ".",
        "@F": target.rpartition("/")[2],
    }
    scope = expander.with_variables({**makefile.target_variables.get(target, {}), **automatic})
    for number, line in rule.recipe:
        text = scope.expand(line).lstrip(" \t@-+")
        yield number, text.replace(UNKNOWN, UNSET)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines with continuations joined: in a recipe the backslash stays, the shell reads it."""
    lines = text.replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(lines):
        number, line = at + 1, lines[at]
        while line.endswith("\\") and not line.endswith("\\\\") and at + 1 < len(lines):
            at += 1
            following = lines[at]
            if line.startswith("\t"):
                line += "\n" + following.removeprefix("\t")
            else:
                line = f"{line[:-1].rstrip()} {following.strip()}"
        yield number, line
        at += 1


def _without_comment(line: str) -> str:
    at = line.find("#")
    while at > 0 and line[at - 1] == "\\":
        at = line.find("#", at + 1)
    return line if at < 0 else line[:at]


def _condition_sides(text: str) -> tuple[str, str]:
    """Return the two sides of `(a,b)`, `"a" "b"` or `'a' 'b'`."""
    text = text.strip()
    if text.startswith("(") and text.endswith(")"):
        depth = 0
        for at, letter in enumerate(text):
            depth += {"(": 1, ")": -1}.get(letter, 0)
            if letter == "," and depth == 1:
                return text[1:at], text[at + 1 : -1]
        return text, ""
    sides = re.findall(r'"([^"]*)"|\'([^\']*)\'', text)
    values = [one or two for one, two in sides]
    return (values[0], values[1]) if len(values) == 2 else (text, UNKNOWN)
