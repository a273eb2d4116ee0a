"""What stays in the builder."""

import pytest

from dockerslim_rewrite.context.local import NoContext
from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite


def builder_of(text: str) -> str:
    outcome = rewrite(text, NoContext())
    assert isinstance(outcome, Rewritten), outcome
    assert "COPY --from=builder /site /site" in outcome.text
    return outcome.text.split("\nFROM ")[0]


def test_a_workdir_that_alone_makes_a_copied_directory_stays() -> None:
    text = 'FROM node:20\nRUN npm install -g serve\nWORKDIR /\nWORKDIR site\nVOLUME /site\nCMD ["serve"]\n'
    assert "WORKDIR site" in builder_of(text)


def test_a_workdir_of_a_directory_that_a_copy_makes_moves() -> None:
    text = 'FROM node:20\nRUN npm install -g serve\nCOPY . /site\nWORKDIR /site\nCMD ["serve"]\n'
    assert "WORKDIR" not in builder_of(text)


def test_a_variable_above_its_arg_stays_empty() -> None:
    text = 'FROM node:20\n{0}WORKDIR /site\nCOPY . .\nRUN npm ci\nCMD ["node", "a.js"]\n'
    above = rewrite(text.format("EXPOSE 80 $PORT\nARG PORT=81\n"), NoContext())
    below = rewrite(text.format("ARG PORT=81\nEXPOSE 80 $PORT\n"), NoContext())
    assert isinstance(above, Rewritten)
    assert isinstance(below, Rewritten)
    assert "ARG PORT" not in above.text.split("\nFROM ")[1]
    assert "ARG PORT=81" in below.text.split("\nFROM ")[1]


MOVED = 'FROM node:20\nWORKDIR /a\nCOPY . .\nRUN npm ci\n{0}CMD ["node", "a.js"]\n'


def parts(lines: str) -> tuple[str, str]:
    """Return what stands in the builder below the build, and in the runtime stage without its COPY lines."""
    outcome = rewrite(MOVED.format(lines), NoContext())
    assert isinstance(outcome, Rewritten)
    builder, runtime = outcome.text.split("\nFROM ")
    return builder.split("RUN npm ci\n")[1], "".join(
        line for line in runtime.splitlines(keepends=True)[1:] if not line.startswith("COPY")
    )


def test_comments_go_with_what_they_stand_above() -> None:
    start = 'WORKDIR /a\n{0}CMD ["a.js"]\n'
    assert parts("# why\nEXPOSE 80\n") == ("", start.format("# why\nEXPOSE 80\n"))
    assert parts("# of the build\n\n# why\nEXPOSE 80\n") == ("# of the build\n", start.format("# why\nEXPOSE 80\n"))
    assert parts("EXPOSE 80\n# why\n\nRUN true\n")[0] == "# why\n\nRUN true\n"
    assert parts("EXPOSE 80\n\nRUN true\n")[0] == "\nRUN true\n"
    assert parts("\nEXPOSE 80\n\nRUN true\n")[0] == "\nRUN true\n"
    assert parts("RUN true\n\nEXPOSE 80\n\n\nUSER node\n")[0] == "RUN true\n"
    assert parts("RUN true\nEXPOSE 80\n\nRUN false\n")[0] == "RUN true\n\nRUN false\n"


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ("RUN true\nEXPOSE 80\n\n\nRUN false\n", "RUN true\n\n\nRUN false\n"),
        ("RUN true\n\nEXPOSE 80\n\nRUN false\n", "RUN true\n\nRUN false\n"),
        ("RUN true\n\nEXPOSE 80\n# c\n\nRUN false\n", "RUN true\n\n# c\n\nRUN false\n"),
        ("RUN true\n\nRUN true\n\nRUN false\n", "RUN true\n\nRUN true\n\nRUN false\n"),
    ],
)
def test_blank_lines_around_what_moves(lines: str, left: str) -> None:
    assert parts(lines)[0] == left


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ("EXPOSE 80\n\n", "\n"),
        ("EXPOSE 80\n\nLABEL a=b\n\n", "\n"),
        ("LABEL a=b\nRUN true\n\nEXPOSE 80\n\n", "RUN true\n\n"),
    ],
)
def test_blank_lines_below_from(lines: str, left: str) -> None:
    outcome = rewrite(f'FROM node:20\n{lines}WORKDIR /a\nCOPY . .\nRUN npm ci\nCMD ["node", "a.js"]\n', NoContext())
    assert isinstance(outcome, Rewritten)
    assert outcome.text.startswith(f"FROM node:20 AS builder\n{left}WORKDIR /a\n")
