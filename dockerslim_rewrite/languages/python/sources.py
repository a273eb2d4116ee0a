"""What the application's sources import and start, read with Python's own parser.

Only files that mention a name that matters are parsed; one that it cannot read (Python 2, a syntax newer than the
Python that runs this, one nested without sense) counts as importing every such name that its text holds: kept on doubt.
"""

from __future__ import annotations

import ast
import posixpath
import re
import warnings
from collections.abc import Iterator

from msgspec import Struct

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.knowledge.python_packages import noted_modules
from dockerslim_rewrite.languages.model import Project

MAX_PARSED_CHARACTERS = 1_500_000
MAX_FILE_CHARACTERS = 400_000
_STARTERS = ("subprocess", "os.system", "os.popen", "popen", "Popen", "execvp", "create_subprocess", "which(")
_SHELL_CALLS = frozenset(
    {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell"}
)
_EXEC_CALLS = frozenset(
    {
        "os.execv",
        "os.execvp",
        "os.execvpe",
        "os.spawnlp",
        "os.spawnvp",
        "os.execlp",
        "shutil.which",
        "asyncio.create_subprocess_exec",
    }
)
_RUN_CALLS = frozenset({f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen")})


class SourceFacts(Struct):
    """`modules`: noted modules that are imported; `programs`: names of programs that are started; `shells`: where a
    command runs through a shell; `unknown`: where the program is not static; `unread`: files that are not in a grammar
    that is known, or beyond the bound."""

    modules: dict[str, Evidence] = {}
    programs: dict[str, Evidence] = {}
    shells: list[Evidence] = []
    unknown: list[Evidence] = []
    unread: list[str] = []


def read_sources(project: Project) -> SourceFacts:
    """Read every Python file that is copied into the image."""
    facts = SourceFacts()
    pattern = re.compile("|".join(map(re.escape, (*sorted(noted_modules()), *_STARTERS))))
    budget = MAX_PARSED_CHARACTERS
    for path in _python_files(project):
        text = project.context.read_text(path)
        if text is None or pattern.search(text) is None:
            continue
        if len(text) > min(budget, MAX_FILE_CHARACTERS):
            _on_doubt(path, text, facts)
            continue
        budget -= len(text)
        _read(path, text, facts)
    return facts


def output_directories(project: Project, setting: str) -> Iterator[tuple[str, Evidence]]:
    """Yield the absolute directories that a setting names in a literal: `STATIC_ROOT = "/var/www/static"`."""
    for path in _python_files(project):
        text = project.context.read_text(path)
        if text is None or setting not in text or len(text) > MAX_FILE_CHARACTERS:
            continue
        module = _parse(text)
        for node in _nodes(module) if module is not None else ():
            if not isinstance(node, ast.Assign) or [dotted(item) for item in node.targets] != [setting]:
                continue
            value = literal(node.value)
            if value and value.startswith("/") and value.strip("/"):
                yield posixpath.normpath(value), Evidence(path, node.lineno, f"{setting} = {value}")


def _python_files(project: Project) -> Iterator[str]:
    seen: set[str] = set()
    for tree in project.files.trees:
        for path in project.context.walk(tree.context_path) if tree.is_dir else (tree.context_path,):
            if path not in seen and (path.endswith((".py", ".pyw")) or _is_script(project, path)):
                seen.add(path)
                yield path


def _is_script(project: Project, path: str) -> bool:
    """A file without suffix whose first line names Python."""
    if posixpath.splitext(path)[1] or not project.context.is_executable(path):
        return False
    text = project.context.read_text(path)
    return text is not None and text.startswith("#!") and "python" in text.split("\n", 1)[0]


def _on_doubt(path: str, text: str, facts: SourceFacts) -> None:
    facts.unread.append(path)
    for module in noted_modules():
        match = re.search(rf"^[ \t]*+(?:import|from)\s+{re.escape(module)}\b", text, re.MULTILINE)
        if match is not None:
            facts.modules.setdefault(module, Evidence(path, text.count("\n", 0, match.end()) + 1, f"imports {module}"))


def _read(path: str, text: str, facts: SourceFacts) -> None:
    module = _parse(text)
    if module is None:
        _on_doubt(path, text, facts)
    else:
        _Reader(path, facts).walk(module)


def _parse(text: str) -> ast.Module | None:
    """Return the syntax tree, or None when there is none. Python's parser bounds the nesting."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the application's authors, not of our users
        try:
            return ast.parse(text.removeprefix("\ufeff"))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _nodes(module: ast.Module) -> Iterator[ast.AST]:
    """Yield all nodes in the order of the text."""
    stack: list[ast.AST] = [module]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(list(ast.iter_child_nodes(node))))


class _Reader:
    """Walks one module. Names are resolved by the imports seen so far."""

    def __init__(self, path: str, facts: SourceFacts) -> None:
        self._path = path
        self._facts = facts
        self._names: dict[str, str] = {}

    def walk(self, module: ast.Module) -> None:
        for node in _nodes(module):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self._imports(alias.name, alias.asname, node.lineno)
            elif isinstance(node, ast.ImportFrom):
                self._import_from(node)
            elif isinstance(node, ast.Call):
                self._call(node)

    def _import_from(self, node: ast.ImportFrom) -> None:
        if node.module is None or node.level:
            return
        self._imports(node.module, None, node.lineno)
        for alias in node.names:
            self._names[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def _imports(self, name: str, alias: str | None, line: int) -> None:
        top = name.split(".", 1)[0]
        self._names[alias or top] = name if alias else top
        if top in noted_modules():
            self._facts.modules.setdefault(top, Evidence(self._path, line, f"imports {top}"))

    def _call(self, node: ast.Call) -> None:
        name = dotted(node.func)
        first, dot, rest = name.partition(".")
        full = self._names.get(first, first) + dot + rest
        if full not in _SHELL_CALLS | _EXEC_CALLS | _RUN_CALLS:
            return
        argument = next(iter((*node.args, *(keyword.value for keyword in node.keywords))), None)
        text = literal(argument) if argument is not None else None
        shell = full in _SHELL_CALLS or (full in _RUN_CALLS and any(is_true(item, "shell") for item in node.keywords))
        evidence = Evidence(self._path, node.lineno, f"{name}({text or '...'})"[:80])
        if shell:
            self._facts.shells.append(evidence)
            self._shell(text, evidence)
        elif text and (words := text.split()):
            self._program(words[0] if full in _RUN_CALLS else text, evidence)
        else:
            self._facts.unknown.append(evidence)

    def _shell(self, text: str | None, evidence: Evidence) -> None:
        from dockerslim_rewrite.shell.parse import parse_script, unwrap

        if not text:
            self._facts.unknown.append(evidence)
            return
        for command in parse_script(text, variables={}, workdir=None).simple:
            if (name := unwrap(command).name) is not None:
                self._program(name, evidence)

    def _program(self, name: str, evidence: Evidence) -> None:
        self._facts.programs.setdefault(name, evidence)


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` for a chain of names, "" for any other expression."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ast.Name) else ""


def literal(node: ast.expr) -> str | None:
    """Return a string literal, the first item of a list of them, or the literal start of an f-string."""
    while isinstance(node, ast.List | ast.Tuple) and node.elts:
        node = node.elts[0]
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        start = literal(node.values[0]) if node.values else None
        return start if start and (" " in start.strip() or start.endswith(" ")) else None
    if not isinstance(node, ast.BinOp):
        return None
    while isinstance(node, ast.BinOp):
        node = node.left
    start = literal(node)
    return start if start and " " in start else None


def is_true(keyword: ast.keyword, name: str) -> bool:
    """Tell whether a call's argument is `name=True`."""
    return keyword.arg == name and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
