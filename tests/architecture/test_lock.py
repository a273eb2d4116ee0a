"""What CI installs: requirements-ci.txt, renewed by `make lock`."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support import ROOT

ENTRY = re.compile(r"^(?P<pin>[A-Za-z0-9][^\\\n]*?)(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})*)$", re.MULTILINE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements-ci.txt").read_text("utf-8")
PINNED = {canonicalize_name(pin.name): pin for found in ENTRY.finditer(LOCK) if (pin := Requirement(found["pin"]))}
EXTRAS = PROJECT["project"]["optional-dependencies"]
WANTED = [
    *PROJECT["build-system"]["requires"],
    *PROJECT["project"]["dependencies"],
    *(line for line in EXTRAS["dev"] if not line.startswith("dockerslim-rewrite[")),
    *EXTRAS["lsp"],
]


@pytest.mark.parametrize("line", WANTED)
def test_the_lock_holds_a_version_that_the_range_allows(line: str) -> None:
    wanted = Requirement(line)
    pinned = PINNED.get(canonicalize_name(wanted.name))
    assert pinned is not None, "run `make lock`"
    (exact,) = pinned.specifier
    assert exact.operator == "=="
    assert wanted.specifier.contains(exact.version, prereleases=True), "run `make lock`"


def test_every_line_of_the_lock_has_hashes_and_names_no_place() -> None:
    assert [found["pin"] for found in ENTRY.finditer(LOCK) if not found["hashes"]] == []
    rest = [line for line in ENTRY.sub("", LOCK).splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert rest == []
    assert "://" not in LOCK


def test_nothing_is_installed_but_by_the_lock() -> None:
    """Both lines of the Makefile: what is not in the lock cannot come in, not even what builds the package."""
    installs = re.findall(r"pip install (.*)", (ROOT / "Makefile").read_text("utf-8").split("$(STAMP): ", 1)[1])
    assert len(installs) == 2
    assert "--no-deps --require-hashes --only-binary :all: --requirement $(LOCK)" in installs[0]
    assert "--no-deps --no-build-isolation --editable ." in installs[1]
    assert "pip install" not in (ROOT / ".ci" / "run").read_text("utf-8")
