"""Rules that import-linter cannot hold."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dockerslim_rewrite.cli.later import MODULES as LATER
from tests.support import ROOT, plain_environment

PACKAGE = ROOT / "dockerslim_rewrite"
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = ("jinja2", "rich", "libcst", "yaml", "pygls", "lsprotocol", "docker", "pydantic", "hypothesis")


def test_templates_hold_layout_only() -> None:
    """Loops over prepared values and nothing else: no conditions, filters, assignments, calls or arithmetic."""
    for template in sorted((ROOT / "templates").glob("*.j2")):
        text = template.read_text(encoding="utf-8")
        for statement in re.findall(r"{%-?\s*(.*?)\s*-?%}", text, re.DOTALL):
            assert re.fullmatch(r"for \w+ in [\w.]+|endfor", statement), f"{template.name}: {statement}"
        for expression in re.findall(r"{{-?\s*(.*?)\s*-?}}", text, re.DOTALL):
            assert re.fullmatch(r"[\w.]+", expression), f"{template.name}: {expression}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_and_functions_are_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 350
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            # a command's signature lists its options and its docstring is its help: the rest is what must stay small
            body = node.body[1:] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body
            length = (node.end_lineno or 0) - body[0].lineno + 1
            assert length <= 40, f"{path.name}:{node.lineno} {node.name}"


def test_nothing_is_left_unfinished() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    found = [str(path) for path in MODULES if words.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_importing_the_command_line_imports_nothing_heavy() -> None:
    """`rewrite --help` and a refusal must not pay for what they do not use."""
    code = "import sys, dockerslim_rewrite.cli.rewrite, dockerslim_rewrite.cli.run; print(*sorted(sys.modules))"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, env=plain_environment()).stdout.split()
    assert [name for name in HEAVY if name in loaded] == []
    assert [name for name in loaded if name.startswith("tree_sitter")] == []


@pytest.mark.parametrize("fixture", ["go/alpine", "node/article"])
def test_a_rewrite_imports_only_what_the_file_needs(fixture: str) -> None:
    """`python -m benchmarks cold` measures what this is about."""
    code = (
        "import sys; before = set(sys.modules)\n"
        "import dockerslim_rewrite.cli.rewrite, pathlib; from dockerslim_rewrite.cli.run import Call, run\n"
        "run(Call(pathlib.Path(sys.argv[1]), quiet=True))\n"
        "loaded = {name for name, module in sys.modules.items() if type(module).__name__ != 'Later'}\n"
        "print(*(loaded - before), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, str(ROOT / "fixtures" / fixture / "Dockerfile")]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, env=plain_environment()).stderr.split()
    unneeded = {"rich", "yaml", "libcst", "pathspec", "nodesemver", "asyncio", "multiprocessing", "tomllib"}
    unneeded |= {f"dockerslim_rewrite.languages.{name}" for name in ("go", "node", "python") if name not in fixture}
    unneeded |= LATER.keys()
    assert "jinja2" in loaded
    assert unneeded & set(loaded) == set()


def test_records_are_declared_in_one_way() -> None:
    """A record is a msgspec.Struct: dataclasses cost most of the cold start (ARCHITECTURE.md, Records)."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert "dataclasses" not in names, f"{path}: declare the record as class X(Struct, frozen=True)"


def test_only_the_context_and_the_edges_read_files() -> None:
    """Project files are read through a Context; cli, verify, knowledge and emit read their own."""
    allowed = {"context", "cli", "verify", "knowledge", "emit", "lsp", "discovery", "config"}
    for path in MODULES:
        if path.relative_to(PACKAGE).parts[0] in allowed:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {"os", "subprocess", "socket", "shutil", "glob"} & {name.split(".")[0] for name in names}, path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "open", path
