from __future__ import annotations

from pathlib import Path

import pytest

from dockerslim_rewrite.verify.case import Case, CaseError, load_case, unmet
from dockerslim_rewrite.verify.config import read_config
from dockerslim_rewrite.verify.observe import Answer, Observation

FIXTURES = Path(__file__).parents[2] / "fixtures"


def _load(tmp_path: Path, text: str) -> Case:
    path = tmp_path / "go" / "app" / "case.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return load_case(path)


def test_defaults_are_a_program_that_ends_with_zero(tmp_path: Path) -> None:
    case = _load(tmp_path, "")
    assert (case.name, case.exit_code, case.conditions.is_service) == ("go/app", 0, False)


def test_a_case_asks_for_edits_of_the_builder(tmp_path: Path) -> None:
    assert _load(tmp_path / "a", "").optimize is False
    assert _load(tmp_path / "b", "[rewrite]\noptimize = true\n").optimize is True
    with pytest.raises(CaseError, match="optimize must be true or false"):
        _load(tmp_path / "c", '[rewrite]\noptimize = "yes"\n')


def test_http_case(tmp_path: Path) -> None:
    case = _load(
        tmp_path,
        """
        [build]
        args = { V = "1" }
        [run]
        port = 80
        timeout = 5
        env = { A = "b" }
        [[http]]
        path = "/x"
        method = "POST"
        headers = { accept = "text/plain" }
        send = "hi"
        status = 201
        body = ["made"]
        [expect]
        max_ratio = 1
        """,
    )
    assert case.args == {"V": "1"}
    assert case.conditions.port == 80
    assert case.conditions.timeout == 5
    assert case.conditions.start.env == (("A", "b"),)
    assert str(case.checks[0].request) == "POST /x"
    assert case.checks[0].status == 201
    assert case.max_ratio == 1.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[run]\nprot = 80\n", "unknown key prot: did you mean port?"),
        ("[runn]\n", "unknown key runn: did you mean run?"),
        ("[build]\nxyz = 1\n", "known are args, images"),
        ('[run]\nport = "80"\n', "port must be a whole number"),
        ("[run]\nport = true\n", "port must be a whole number"),
        ("[run]\nstdout = [1]\n", "stdout must be a list of strings"),
        ("[run]\nenv = { A = 1 }\n", "env must hold strings"),
        ('[[http]]\npath = "/"\n', "needs a port"),
        ("[run\n", "case.toml"),
    ],
)
def test_errors_name_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CaseError, match=message.replace("?", r"\?")):
        _load(tmp_path, text)


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/*/case.toml")), ids=lambda path: "/".join(path.parts[-3:-1]))
def test_every_fixture_is_readable(path: Path) -> None:
    case = load_case(path)
    assert (path.parent / "Dockerfile").is_file()
    says_something = case.checks or case.stdout or case.stdout_equal is not None or case.conditions.ready
    assert says_something, "a case without an expectation proves nothing"


def _seen(**fields: object) -> Observation:
    return Observation("image", read_config({}), 1, **fields)  # type: ignore[arg-type]


def test_unmet_expectations_of_a_program(tmp_path: Path) -> None:
    case = _load(tmp_path, '[run]\nstdout = ["yes"]\nstdout_equal = "yes\\n"\nexit_code = 2\n')
    assert unmet(case, _seen(exit_code=2, stdout="yes\n")) == []
    problems = unmet(case, _seen(exit_code=1, stdout="no", stderr="it broke"))
    assert len(problems) == 3
    assert "it broke" in problems[0]


def test_unmet_expectations_of_a_service(tmp_path: Path) -> None:
    case = _load(tmp_path, '[run]\nport = 80\n[[http]]\nbody = ["yes"]\n')
    assert unmet(case, _seen(ready=True, answers=(Answer(200, "text/plain", "yes"),))) == []
    assert "status 500" in unmet(case, _seen(ready=True, answers=(Answer(500, "text/plain", "yes"),)))[0]
    assert "lacks 'yes'" in unmet(case, _seen(ready=True, answers=(Answer(200, "text/plain", "no"),)))[0]
    assert "not ready" in unmet(case, _seen(ready=False))[0]
