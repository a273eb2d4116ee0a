"""What commands remove, or may remove, of what is to be copied."""

from __future__ import annotations

import pytest

from dockerslim_rewrite.outcome import Outcome, Refused, Rewritten
from dockerslim_rewrite.pipeline import rewrite
from tests.support import MemoryContext

FILES = {"a.py": "", "site/a.html": "a", "a.txt": ""}
MAYBE = "if [ -e /x ]; then rm -rf {0}; fi"


def outcome_of(lines: str) -> Outcome:
    text = f'FROM python:3.12\nWORKDIR /app\nCOPY a.py .\n{lines}\nCMD ["python", "a.py"]\n'
    return rewrite(text, MemoryContext(FILES))


def text_of(lines: str) -> str:
    outcome = outcome_of(lines)
    assert isinstance(outcome, Rewritten), outcome
    return outcome.text


@pytest.mark.parametrize(
    ("lines", "made"),
    [
        (f"RUN {MAYBE.format('/opt/site')}", True),
        (f"RUN {MAYBE.format('/opt/sit?')}", True),
        (f"RUN {MAYBE.format('/opt')}", True),
        (f"RUN {MAYBE.format('/opt/other')}", False),
        (f"RUN {MAYBE.format('/opt/site')}\nCOPY site /opt/site", False),
        ("RUN cd /opt && make x", False),
    ],
)
def test_a_directory_that_may_be_gone_is_made_again(lines: str, made: bool) -> None:
    text = text_of(f"COPY site /opt/site\n{lines}")
    assert ("RUN mkdir -p /opt/site\n" in text) is made
    assert "COPY --from=builder /opt/site /opt/site\n" in text


def test_the_directory_is_made_below_the_last_command_that_decides_about_it() -> None:
    maybe = MAYBE.format("/opt/site")
    text = text_of(f"COPY site /opt/site\nRUN {maybe}\nRUN pip install x\nUSER nobody")
    assert f"RUN {maybe}\nRUN mkdir -p /opt/site\nRUN pip install" in text
    later = text_of(f"COPY site /opt/site\nRUN {maybe}\nRUN make -C /tmp x\nRUN pip install x\nUSER nobody")
    assert "make -C /tmp x\nRUN mkdir -p /opt/site\nRUN pip" in later


def test_a_directory_that_a_command_elsewhere_may_fill_again_is_made() -> None:
    """The language has named it; one that commands wrote themselves is gone with them."""
    rest = "RUN rm -rf /srv/x\nRUN {0}\nRUN true"
    work = "WORKDIR /srv/x\nRUN touch b\nWORKDIR /app\n"
    text = text_of(work + rest.format("make x"))
    assert "RUN make x\nRUN mkdir -p /srv/x\nRUN true\n" in text and "COPY --from=builder /srv/x /srv/x\n" in text
    assert "from=builder /srv/x" not in text_of(work + rest.format("pip install x"))
    assert "from=builder /opt/x" not in text_of("RUN mkdir /opt/x && rm -rf /opt/x\nRUN make x")


def test_the_reason_is_told() -> None:
    outcome = outcome_of(f'COPY ["site", "/opt/a b"]\nRUN {MAYBE.format("/opt/*")}')
    assert isinstance(outcome, Rewritten)
    assert "\nRUN mkdir -p '/opt/a b'\n" in outcome.text
    (decision,) = [item for item in outcome.plan.decisions if "in any case" in item.summary]
    summary = "/opt/a b exists in any case: a command removes it, or may do so"
    assert (decision.code, decision.summary) == ("D09", summary)
    assert [str(item) for item in decision.evidence] == ["Dockerfile:5: RUN if [ -e /x ]; then rm -rf /opt/*; fi"]


def test_a_file_that_may_be_gone_cannot_be_copied() -> None:
    outcome = outcome_of(f"COPY a.txt /opt/\nRUN {MAYBE.format('/opt/a.txt')}")
    assert isinstance(outcome, Refused)
    (blocker,) = outcome.blockers
    message = "whether /opt/a.txt is removed is not known before the build"
    assert (blocker.code, blocker.line, blocker.message) == ("D09", 5, message)
    assert "builder /opt" not in text_of("COPY a.txt /opt/\nRUN rm /opt/a.txt")


def test_what_lies_in_a_copied_directory_needs_no_care() -> None:
    text = text_of(f"COPY site /opt/site\nCOPY a.txt /opt/site/\nRUN {MAYBE.format('/opt/site/a.txt')}")
    assert "mkdir" not in text and "COPY --from=builder /opt/site /opt/site\n" in text


@pytest.mark.parametrize("lines", ["RUN rm {0}", "RUN echo > {0} && rm {0}", "RUN ln -s /x {0} && rm {0}"])
def test_what_is_copied_below_the_removal_is_there(lines: str) -> None:
    copy = "COPY a.txt /etc/q7x.conf"
    removal = lines.format("/etc/q7x.conf")
    assert "COPY --from=builder /etc/q7x.conf /etc/q7x.conf\n" in text_of(f"{removal}\n{copy}")
    assert "from=builder /etc" not in text_of(f"{copy}\n{removal}")


def test_what_is_gone_is_no_decision() -> None:
    text = 'FROM python:3.12\nWORKDIR /src\nCOPY . .\nRUN pip install .\nWORKDIR /app\nRUN {0}\nCMD ["relay"]\n'
    files = {"setup.py": "from setuptools import setup\nsetup()\n"}
    for command, gone in (("pip install x", False), ("rm -rf /src && pip install x", True)):
        outcome = rewrite(text.format(command), MemoryContext(files))
        assert isinstance(outcome, Rewritten), outcome
        assert any("/src" in item.summary for item in outcome.plan.decisions) is not gone
        assert ("COPY --from=builder /src /src" in outcome.text) is not gone
