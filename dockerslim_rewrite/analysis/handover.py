"""What a start script hands over: arguments that it sets itself, and those that its option loop leaves."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from dockerslim_rewrite.patterns import pattern
from dockerslim_rewrite.shell.builtins import shell_facts
from dockerslim_rewrite.shell.model import SimpleCommand
from dockerslim_rewrite.shell.wrappers import shell_call

Arguments = tuple[str | None, ...]

ALL_ARGUMENTS = ('"$@"', "$@", '"${@}"', "${@}", "$*", '"$*"')
# The branch of an option loop that ends it: `--) shift; CLI=("$@"); break ;;`.
_END_OF_OPTIONS = pattern(r"""^[ \t]*\(?["']?--["']?[ \t]*\)(.*?);;""", re.MULTILINE | re.DOTALL)
_SHIFT = pattern(r"(?:^|[;\s])shift(?:[ \t]+1)?[ \t]*(?:;|$|\n|&&)")
_BREAK = pattern(r"(?:^|[;\s])break[ \t]*(?:;|$|\n)")


def after_options(text: str, arguments: Arguments) -> Arguments:
    """Return what a script's option loop leaves of its arguments: those after `--` where such a branch takes it away
    and ends the loop; all of them in a script without one, or when they hold no `--`."""
    branch = _END_OF_OPTIONS.search(text)
    if branch is None or "--" not in arguments or not (_SHIFT.search(branch[1]) and _BREAK.search(branch[1])):
        return arguments
    return arguments[arguments.index("--") + 1 :]


def set_arguments(command: SimpleCommand, arguments: Arguments) -> Arguments:
    """Return the arguments after `set -- node server.js "$@"`: scripts give a default to a start without arguments, or
    with options alone; or after a `shift` that is always reached."""
    words = command.words
    if command.name == "shift" and not command.conditional and command.depth == 0:
        count = words[1].value or "" if len(words) > 1 else "1"
        return arguments[int(count) :] if count.isdecimal() else (None,)
    if command.name != "set" or len(words) < 3 or words[1].value != "--" or (arguments and arguments[0] is None):
        return arguments
    if arguments and not (arguments[0] or "").startswith("-"):
        return arguments
    found: list[str | None] = []
    for word in words[2:]:
        found.extend(arguments if word.text in ALL_ARGUMENTS else (word.value,))
    return tuple(found)


def keep_arguments(command: SimpleCommand, arguments: Arguments, kept: Mapping[str, Arguments]) -> dict[str, Arguments]:
    """Return what holds all arguments, by how it is written: `CLI=("$@")` makes `"${CLI[@]}"`, `cmd="$@"` `$cmd`."""
    held = dict(kept)
    for item in command.assignments if not command.words else ():
        value = item.value.text.strip()
        inner = value[1:-1].strip() if value.startswith("(") and value.endswith(")") else ""
        arrays = (f'"${{{item.name}[@]}}"', f"${{{item.name}[@]}}")
        plain = (f"${item.name}", f"${{{item.name}}}")
        for text in (*arrays, *plain):
            held.pop(text, None)
        if inner in ALL_ARGUMENTS or value in ALL_ARGUMENTS:
            held.update(dict.fromkeys(arrays if inner else plain, arguments))
    return held


def expand(command: SimpleCommand, arguments: Arguments, kept: Mapping[str, Arguments]) -> Arguments:
    """Return a command's words with the arguments that it passes on in place of `"$@"` and of arrays that hold them."""
    found: list[str | None] = []
    for word in command.words:
        if word.text in ALL_ARGUMENTS:
            found.extend(arguments)
        elif word.text in kept:
            found.extend(kept[word.text])
        else:
            found.append(word.value)
    return tuple(found)


def runs_itself(command: SimpleCommand) -> bool:
    """Tell whether a script starts itself, perhaps through a wrapper whose options are not static (`timeout $T $0`)."""
    texts = [word.text for word in command.words]
    at = next((number for number, text in enumerate(texts) if text in ("$0", '"$0"')), None)
    if at is None:
        return False
    wrapper = shell_facts().wrappers.get(posixpath.basename(command.name or ""))
    return at == 0 or (wrapper is not None and at <= wrapper.operands + 2)


def with_text(command: SimpleCommand, argv: Arguments) -> Arguments:
    """Put in the text that a shell is given where only the values of its variables are not known."""
    call = shell_call(command)
    if call is None or len(argv) != len(command.words):
        return argv
    pairs = zip(command.words, argv, strict=True)
    return tuple(call.text.value if value is None and word.span == call.text.span else value for word, value in pairs)
