"""What stays in the builder."""

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
