"""Hypothesis strategies for Dockerfiles: plausible ones, and hostile text made of what has a meaning to the parser."""

from __future__ import annotations

from hypothesis import strategies as st

_WORDS = st.sampled_from(
    [
        "a",
        "echo",
        "$X",
        "${X:-y}",
        '"two words"',
        "'$q'",
        "b\\ c",
        "-x",
        "--y",
        "&&",
        "|",
        ";",
        "#",
        "x=1",
        "/a/b",
        ".",
        "é",
    ]
)
_BLANKS = st.sampled_from([" ", " ", " ", "  ", "\t", " \t "])
_KEYWORDS = ("RUN", "CMD", "ENTRYPOINT", "COPY", "ADD", "ENV", "LABEL", "ARG", "EXPOSE", "VOLUME", "USER", "WORKDIR")
_FLAGS = {
    "RUN": ("--mount=type=cache,target=/c", "--network=none"),
    "COPY": ("--chown=a:b", "--link"),
    "ADD": ("--chmod=644",),
}
_FRAGMENTS = st.one_of(
    st.sampled_from(
        ["FROM", "RUN", "run ", "COPY", "ADD", "ENV", "ONBUILD ", "HEALTHCHECK", "CMD", "SHELL", "AS", "NONE"]
    ),
    st.sampled_from(
        ["\n", "\n", "\r\n", "\r", " ", "\t", "\\\n", "`\n", "\\", "`", "\ufeff", "\u00a0", "\x85", "\x1c", "\u2028"]
    ),
    st.sampled_from(
        ["# ", "#", "# escape=`\n", "# syntax=x\n", "# check=y\n", "--", "-", "--a=b", "=", "a", "b=c", "é"]
    ),
    st.sampled_from(["<<EOF", "<<-EOF", "<<'EOF'", "EOF", "EOF\n", "<<", "<", "$X", "${", "}", "'", '"', "{{", "{%"]),
    st.sampled_from(["[", "]", '["a"]', '["a", 1]', ","]),
)

words = _WORDS
hostile_text = st.lists(_FRAGMENTS, max_size=40).map("".join)
any_text = st.one_of(st.text(max_size=200), hostile_text)


@st.composite
def instructions(draw: st.DrawFn, escape: str = "\\", newline: str = "\n") -> str:
    """Return an instruction that is no FROM, with continuations, comments inside, exec form and heredocs at times."""
    keyword = draw(st.sampled_from(_KEYWORDS))
    parts = [draw(st.sampled_from([keyword, keyword, keyword.lower()]))]
    parts += draw(st.lists(st.sampled_from(_FLAGS.get(keyword, ("",))), max_size=2, unique=True))
    heredoc = ""
    if keyword in ("RUN", "CMD", "ENTRYPOINT", "VOLUME", "COPY") and draw(st.booleans()):
        parts.append(draw(st.sampled_from(['["a", "b c"]', "['a']", '["a",]', '["é\\n", "#"]', '[ "a" ] x'])))
    else:
        parts += draw(st.lists(_WORDS, min_size=1, max_size=6))
        if keyword in ("RUN", "COPY", "ADD") and draw(st.integers(0, 3)) == 0:
            heredoc = draw(_heredocs(newline))
            parts.insert(draw(st.integers(1, len(parts))), heredoc.split(newline, 1)[0])
            heredoc = heredoc.split(newline, 1)[1]
    joints = [draw(_joints(escape, newline)) for _ in parts[1:]]
    line = parts[0] + "".join(joint + part for joint, part in zip(joints, parts[1:], strict=True))
    return line + draw(st.sampled_from(["", " ", "\t"])) + newline + heredoc


@st.composite
def dockerfiles(draw: st.DrawFn) -> str:
    """Return a Dockerfile of one or two stages with comments, blank lines, directives and either kind of line end."""
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    escape = draw(st.sampled_from(["\\", "\\", "`"]))
    head = draw(st.sampled_from(["", "\ufeff"]))
    if escape == "`":
        head += f"# escape=`{newline}"
    parts = [head, draw(st.sampled_from(["", f"ARG V=1{newline}", f"# note{newline}{newline}"]))]
    for stage in range(draw(st.integers(1, 2))):
        parts.append(draw(st.sampled_from(["FROM a:1", f"from --platform=linux/amd64 b AS s{stage}"])) + newline)
        body = st.one_of(instructions(escape, newline), st.sampled_from([newline, f"  # note{newline}"]))
        parts += draw(st.lists(body, max_size=6))
    text = "".join(parts)
    return text if draw(st.booleans()) else text.removesuffix(newline)


@st.composite
def _heredocs(draw: st.DrawFn, newline: str) -> str:
    """Return a marker, a line end, and the body with its terminator."""
    name = draw(st.sampled_from(["EOF", "a.txt", "RUN"]))
    dash = draw(st.sampled_from(["", "-"]))
    quote = draw(st.sampled_from(["", '"', "'"]))
    body = draw(st.lists(st.sampled_from(["x", "\ty", "# z", "", "FROM a", " EOF", "a \\", "$X"]), max_size=4))
    end = draw(st.sampled_from(["", "\t"])) if dash else ""
    return newline.join([f"<<{dash}{quote}{name}{quote}", *body, end + name, ""])


@st.composite
def _joints(draw: st.DrawFn, escape: str, newline: str) -> str:
    """Return what stands between two words: blanks, or a continuation with comments and blank lines after it."""
    blanks = draw(_BLANKS)
    if draw(st.integers(0, 3)):
        return blanks
    between = draw(st.lists(st.sampled_from(["", "  ", "# note", "\t# note"]), max_size=2))
    tail = draw(st.sampled_from(["", " ", "\t"]))
    return blanks + escape + tail + newline + "".join(line + newline for line in between) + blanks
