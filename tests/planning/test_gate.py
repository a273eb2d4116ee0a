"""What keeps a stage from being planned at all."""

import pytest

from dockerslim_rewrite.outcome import Outcome, Refused, Rewritten
from dockerslim_rewrite.pipeline import rewrite
from tests.support import MemoryContext


def with_line(line: str) -> Outcome:
    return rewrite(f'FROM node:20\n{line}\nCOPY . .\nCMD ["node", "a.js"]\n', MemoryContext({"a.js": ""}))


@pytest.mark.parametrize("line", ['WORKDIR "/it\'s"', 'LABEL a="it\'s"', "ENV A='x y'", "# it's", 'RUN echo "it\'s"'])
def test_quotes_that_are_closed_are_no_reason(line: str) -> None:
    assert isinstance(with_line(line), Rewritten)


@pytest.mark.parametrize("line", ['WORKDIR bin:$PATH"', "WORKDIR it's", 'USER "app', "ENV A=${B", "EXPOSE 80'"])
def test_a_line_that_cannot_be_expanded_is_refused(line: str) -> None:
    outcome = with_line(line)
    assert isinstance(outcome, Refused)
    assert [(item.code, item.line) for item in outcome.blockers] == [("D06", 2)]
