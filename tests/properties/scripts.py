"""Hypothesis strategies for shell scripts whose commands are known: `c1`, `c2` ..., each name once."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

_ARGUMENTS = st.sampled_from(
    [
        "x",
        "-y",
        "'single ; quoted && c0'",
        '"double | quoted $X"',
        "back\\ slash\\;",
        "$X",
        '"${X:-other}"',
        "${X%%/*}",
        "$((1 + 2))",
        "a=b",
        "{a,b}",
        "*.txt",
        "2>/dev/null",
        ">out",
        "</dev/null",
        "2>&1",
        "é",
        "\\\n  next",
        "'a\nb'",
        "x#no-comment",
    ]
)


@dataclass(frozen=True)
class Written:
    """A script's text and the names of the commands that run in it."""

    text: str
    names: tuple[str, ...]


@st.composite
def scripts(draw: st.DrawFn) -> Written:
    """Return lists of commands with pipes, groups, conditions, loops, functions, substitutions and heredocs."""
    count = 0

    def name() -> str:
        nonlocal count
        count += 1
        return f"c{count}"

    def simple() -> Written:
        own = name()
        words = [own, *draw(st.lists(_ARGUMENTS, max_size=3))]
        before = draw(st.sampled_from(["", "", "A=1 ", 'B="x y" ']))
        return Written(before + " ".join(words), (own,))

    def command(depth: int) -> Written:
        forms = [simple, simple, simple]
        if depth < 3:
            forms += [
                lambda: wrapped(depth, "( {0} )"),
                lambda: wrapped(depth, "{{ {0}; }}"),
                lambda: wrapped(depth, "! {0}"),
                lambda: wrapped(depth, "if {0}; then {1}; else {2}; fi", 3),
                lambda: wrapped(depth, "if {0}\nthen\n  {1}\nfi", 2),
                lambda: wrapped(depth, "for i in 1 2 $X; do {0}; done"),
                lambda: wrapped(depth, "while {0}; do {1}; done", 2),
                lambda: wrapped(depth, "case $X in a|b) {0};; *) {1};; esac", 2),
                lambda: wrapped(depth, "{{ f() {{ {0}; }}; f; }}"),
                lambda: wrapped(depth, "cat <<EOF | {0}\nnot c0; a command\nEOF\n"),
                lambda: wrapped(depth, '{0} "$({1})"', 2, plain=True),
                lambda: wrapped(depth, "V=$({0})", plain=True),
                lambda: wrapped(depth, "{0} `{1}`", 2, plain=True),
            ]
        return forms[draw(st.integers(0, len(forms) - 1))]()

    def wrapped(depth: int, form: str, parts: int = 1, *, plain: bool = False) -> Written:
        inner = [Written(own := name(), (own,)) if plain else command(depth + 1) for _ in range(parts)]
        names = tuple(name for part in inner for name in part.names)
        return Written(form.format(*(part.text for part in inner)), names)

    parts = [command(0) for _ in range(draw(st.integers(1, 4)))]
    text = parts[0].text
    for part in parts[1:]:
        text += draw(st.sampled_from([" && ", " || ", "; ", " | ", "\n", " && \\\n    ", "\n# a comment; c0\n"]))
        text += part.text
    return Written(text, tuple(name for part in parts for name in part.names))
