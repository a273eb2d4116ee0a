"""Every part of the run-time contract counts, and what means the same is no change."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dockerslim_rewrite.analysis.model import Command, RuntimeContract
from dockerslim_rewrite.checks.contract import contract_changes

SH = ("/bin/sh", "-c")
BASH = ("/bin/bash", "-c")
PLAIN = RuntimeContract(
    env={"PATH": "/bin", "A": "1"}, workdir="/app", user="", entrypoint=None, cmd=Command(("./x",), None, 3),
    expose=("80/tcp",), volumes=("/data",), labels={"v": "1"}, stop_signal="SIGINT", healthcheck="CMD true", shell=SH,
)  # fmt: skip
SHELL_FORM = replace(PLAIN, cmd=Command((), "./x", 3))


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"env": {"PATH": "/bin", "A": "2"}}, ("env:A",)),
        ({"env": {"PATH": "/bin"}}, ("env:A",)),
        ({"env": {"PATH": "/bin", "A": "1", "B": ""}}, ("env:B",)),
        ({"env": {}}, ("env:A", "env:PATH")),
        ({"workdir": "/"}, ("workdir",)),
        ({"user": "app"}, ("user",)),
        ({"expose": ()}, ("expose",)),
        ({"volumes": ()}, ("volumes",)),
        ({"labels": {}}, ("labels",)),
        ({"stop_signal": None}, ("stop_signal",)),
        ({"healthcheck": "NONE"}, ("healthcheck",)),
        ({"healthcheck": None, "user": "1"}, ("user", "healthcheck")),
        ({"entrypoint": Command(("/tini",), None, 1)}, ("entrypoint",)),
        ({"cmd": Command(("./y",), None, 3)}, ("cmd",)),
        ({"cmd": Command((), "./x", 3)}, ("cmd",)),
        ({"cmd": None}, ("cmd",)),
    ],
)
def test_changes(changed: dict[str, object], names: tuple[str, ...]) -> None:
    assert contract_changes(PLAIN, replace(PLAIN, **changed)) == names


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"user": "root"},
        {"user": "0"},
        {"cmd": Command(("./x",), None, None)},
        {"entrypoint": Command((), None, 1)},
        {"shell": BASH},
    ],
)
def test_what_means_the_same(changed: dict[str, object]) -> None:
    assert contract_changes(PLAIN, replace(PLAIN, **changed)) == ()


@pytest.mark.parametrize(
    "original",
    [SHELL_FORM, replace(PLAIN, entrypoint=Command((), "./x", 1)), replace(SHELL_FORM, entrypoint=PLAIN.cmd)],
)
def test_the_shell_counts_where_a_command_is_for_it(original: RuntimeContract) -> None:
    assert contract_changes(original, replace(original, shell=BASH)) == ("shell",)
    assert contract_changes(original, original) == ()
