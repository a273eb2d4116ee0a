"""No name in a fixture means anything to the code: with modules, directories and binaries renamed, each Go fixture
gives the approved text with the same names replaced, by the same decisions."""

import re
from pathlib import Path

import pytest

from dockerslim_rewrite.context.local import LocalContext
from dockerslim_rewrite.outcome import Rewritten
from dockerslim_rewrite.pipeline import rewrite
from tests.golden.test_golden import EXPECTED, name_of, options_of
from tests.support import FIXTURES, copy_project

# Names with a meaning of their own: of Go, of Linux, of tools, and of directories that the decisions speak about.
MEANT = re.compile(
    "bin|build|ca-certificates|certs|cmd|data|dist|docs|etc|git|go|home|install|internal|lib|local|log|main|opt|output|"
    "pkg|python|run|sbin|share|src|srv|ssl|testdata|tmp|usr|var|vendor|www-data"
)
_PATH = re.compile(r"(?:^WORKDIR |-o[ =])(\S+)", re.MULTILINE)
_STANDARD = re.compile(r'^\s*(?:_ |\w+ )?"([a-z0-9/]+)"$', re.MULTILINE)


def names_in(folder: Path) -> list[str]:
    """Return the elements of module paths, working directories and outputs, and the names of directories."""
    texts = {path: path.read_text("utf-8", "replace") for path in folder.rglob("*") if path.is_file()}
    paths = _PATH.findall(texts[folder / "Dockerfile"])
    paths += [
        line.split()[1] for path, text in texts.items() if path.name == "go.mod" for line in text.splitlines()[:1]
    ]
    paths += [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_dir()]
    imported = {word for text in texts.values() for name in _STANDARD.findall(text) for word in name.split("/")}
    words = {word for path in paths for word in path.split("/")[(1 if "." in path.split("/")[0] else 0) :]}
    words = {word for word in words - imported if re.fullmatch(r"[a-z][a-z-]{2,}", word)}
    return sorted(word for word in words if not MEANT.fullmatch(word))


# one fixture's only name is that of a package of Go
FOLDERS = [folder for path in sorted(FIXTURES.glob("go/*/Dockerfile")) if names_in(folder := path.parent)]


def renamer(words: list[str]) -> re.Pattern[str]:
    return re.compile(r"(?<![A-Za-z0-9_])(" + "|".join(map(re.escape, words)) + r")(?![A-Za-z0-9_-])")


def rename_tree(folder: Path, pattern: re.Pattern[str]) -> None:
    for path in sorted(folder.rglob("*"), key=lambda path: -len(path.parts)):
        if path.is_file() and not path.is_symlink():
            text = path.read_bytes().decode("utf-8", "surrogateescape")
            path.write_bytes(pattern.sub(r"\g<1>0", text).encode("utf-8", "surrogateescape"))
        path.rename(path.with_name(pattern.sub(r"\g<1>0", path.name)))


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_renamed(folder: Path, tmp_path: Path) -> None:
    original = copy_project(folder, tmp_path / "original")
    copy = copy_project(folder, tmp_path / "renamed")
    words = names_in(copy)
    pattern = renamer(words)
    rename_tree(copy, pattern)
    outcomes = [
        rewrite(
            (place / "Dockerfile").read_bytes().decode("utf-8", "surrogateescape"),
            LocalContext(place, place / "Dockerfile"),
            options_of(folder),
        )
        for place in (original, copy)
    ]
    assert all(isinstance(outcome, Rewritten) for outcome in outcomes), words
    before, after = (outcome for outcome in outcomes if isinstance(outcome, Rewritten))
    golden = (EXPECTED / f"{name_of(folder)}.Dockerfile").read_bytes().decode("utf-8", "surrogateescape")
    assert after.text == pattern.sub(r"\g<1>0", golden), words
    assert [item.code for item in after.plan.decisions] == [item.code for item in before.plan.decisions]
