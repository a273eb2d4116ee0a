"""What builtins change in the shell that runs them."""

from __future__ import annotations

from collections.abc import Callable

from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.shell.builtins import shell_facts
from dockerslim_rewrite.shell.model import Assignment, Word
from dockerslim_rewrite.shell.scope import NOWHERE, Scope

Arguments = tuple[Word, ...]
NAME = pattern(r"[A-Za-z_][A-Za-z0-9_]*")


def apply_builtin(name: str, arguments: Arguments, scope: Scope, *, conditional: bool) -> None:
    """Change the scope as the builtin `name` would; other commands change nothing."""
    if name in ("exit", "return", "exec") and conditional:
        scope.left |= not _fails(name, arguments)
        return
    effect = _EFFECTS.get(name)
    if effect:
        effect(arguments, scope)


def _fails(name: str, arguments: Arguments) -> bool:
    """Tell whether the script surely fails here: then what follows has run wherever the build succeeds."""
    if name == "exec":
        return not arguments  # only redirections
    return bool(arguments) and (arguments[0].value or "0").strip("0") != ""


def _cd(arguments: Arguments, scope: Scope) -> None:
    operands = [word for word in arguments if word.value not in ("-L", "-P", "-e", "--")]
    if not operands:
        scope.change_directory(scope.lookup("HOME"))
    elif len(operands) > 1 or operands[0].glob or operands[0].value == "-":
        scope.change_directory(None)
    else:
        scope.change_directory(operands[0].value)


def _pushd(arguments: Arguments, scope: Scope) -> None:
    if arguments:
        _cd(arguments, scope)
    else:
        scope.change_directory(None)  # it swaps with the directory on the stack


def _popd(arguments: Arguments, scope: Scope) -> None:
    scope.change_directory(None)


def _forget_names(arguments: Arguments, scope: Scope) -> None:
    for word in arguments:
        if word.value is None:
            scope.forget_all()  # any name may be meant
        elif match := NAME.match(word.value):
            _set(scope, match.group(), None)


def _printf(arguments: Arguments, scope: Scope) -> None:
    if len(arguments) > 1 and arguments[0].value == "-v":
        _forget_names(arguments[1:2], scope)


def _set_options(arguments: Arguments, scope: Scope) -> None:
    if any(word.value is None or not word.value.startswith(("-", "+")) or word.value == "--" for word in arguments):
        # `set -o pipefail` has a word that is no argument; what it might cost is knowing "$1"
        scope.positional = None


def _shift(arguments: Arguments, scope: Scope) -> None:
    if scope.positional is None:
        return
    count = arguments[0].value if arguments else "1"
    if count is None or not count.isdecimal() or len(count) > 4:
        scope.positional = None
        return
    dropped = scope.positional[: int(count)]
    many = any(word.value is None and ("@" in word.text or "*" in word.text) for word in dropped)
    scope.positional = None if many else scope.positional[int(count) :]


def _source(arguments: Arguments, scope: Scope) -> None:
    path = (arguments[0].value if arguments else None) or ""
    for end, names in shell_facts().sourced.items():
        if path.endswith(end):
            for name in names:
                _set(scope, name, None)
            return
    scope.forget_all()


def _unset(arguments: Arguments, scope: Scope) -> None:
    for word in arguments:
        if word.value is None:
            scope.forget_all()
        else:
            scope.forget(word.value)
            scope.functions.pop(word.value, None)


def _set(scope: Scope, name: str, value: str | None) -> None:
    scope.assign(Assignment(name, Word("", value, NOWHERE)))


_EFFECTS: dict[str, Callable[[Arguments, Scope], None]] = {
    "cd": _cd,
    "pushd": _pushd,
    "popd": _popd,
    "read": _forget_names,
    "getopts": _forget_names,
    "mapfile": _forget_names,
    "readarray": _forget_names,
    "let": _forget_names,
    "printf": _printf,
    "set": _set_options,
    "shift": _shift,
    ".": _source,
    "source": _source,
    "unset": _unset,
}
