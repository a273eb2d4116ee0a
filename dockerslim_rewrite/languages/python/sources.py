"""What the application's sources import and start, read with libcst.

Only files that mention a name that matters are parsed; one that cannot be read (Python 2, nested without sense) counts
as importing every such name that its text holds: kept on doubt.
"""

from __future__ import annotations

import ast
import posixpath
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from dockerslim_rewrite.analysis.model import Evidence
from dockerslim_rewrite.knowledge.python_packages import names, noted_modules
from dockerslim_rewrite.languages.model import Project

if TYPE_CHECKING:
    import libcst

MAX_PARSED_CHARACTERS = 500_000
MAX_FILE_CHARACTERS = 200_000
MAX_DEPTH = 100
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

    modules: dict[str, Evidence] = field(default_factory=dict)
    programs: dict[str, Evidence] = field(default_factory=dict)
    shells: list[Evidence] = field(default_factory=list)
    unknown: list[Evidence] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


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


def finds_libraries(project: Project) -> bool:
    """Tell whether the application looks for shared libraries by name, itself or through what it imports."""
    words = names("libraries", "finders")
    texts = (project.context.read_text(path) for path in _python_files(project))
    return any(word in text for text in texts if text is not None for word in words)


def output_directories(project: Project, setting: str) -> Iterator[tuple[str, Evidence]]:
    """Yield the absolute directories that a setting names in a literal: `STATIC_ROOT = "/var/www/static"`."""
    for path in _python_files(project):
        text = project.context.read_text(path)
        if text is None or setting not in text or len(text) > MAX_FILE_CHARACTERS:
            continue
        module = _parse(text)
        if module is None:
            continue
        import libcst
        from libcst import matchers

        target = matchers.AssignTarget(matchers.Name(setting))
        for node in matchers.findall(module, matchers.Assign(targets=[target])):
            value = literal(node.value) if isinstance(node, libcst.Assign) else None
            if value and value.startswith("/") and value.strip("/"):
                line = text.count("\n", 0, text.find(setting)) + 1
                yield posixpath.normpath(value), Evidence(path, line, f"{setting} = {value}")


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
        _Reader(path, text, facts).walk(module)


def _parse(text: str) -> libcst.Module | None:
    """Return the syntax tree, or None when there is none.

    libcst's parser is native and recurses without a bound: some 3,000 brackets end the process. So Python's own, which
    has one, looks at the nesting first.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the application's authors, not of our users
        try:
            tree = ast.parse(text.removeprefix("\ufeff"))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    if _is_deep(tree):
        return None
    import libcst

    try:
        return libcst.parse_module(text)
    except (libcst.ParserSyntaxError, RecursionError, ValueError):
        return None


def _is_deep(tree: ast.AST) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True


class _Reader:
    """Walks one module. Names are resolved by the imports seen so far."""

    def __init__(self, path: str, text: str, facts: SourceFacts) -> None:
        self._path = path
        self._text = text
        self._facts = facts
        self._names: dict[str, str] = {}

    def walk(self, module: libcst.Module) -> None:
        import libcst

        for node in _calls_and_imports(module):
            if isinstance(node, libcst.Import):
                for alias in node.names:
                    self._imports(alias.evaluated_name, alias.evaluated_alias)
            elif isinstance(node, libcst.ImportFrom):
                self._import_from(node)
            elif isinstance(node, libcst.Call):
                self._call(node)

    def _import_from(self, node: libcst.ImportFrom) -> None:
        import libcst

        if node.module is None or node.relative:
            return
        source = dotted(node.module)
        self._imports(source, None)
        for alias in () if isinstance(node.names, libcst.ImportStar) else node.names:
            self._names[alias.evaluated_alias or alias.evaluated_name] = f"{source}.{alias.evaluated_name}"

    def _evidence(self, pattern: str, what: str) -> Evidence:
        """Name the first line that the text has it on; libcst's own positions would double the time."""
        match = re.search(pattern, self._text)
        return Evidence(self._path, self._text.count("\n", 0, match.end()) + 1 if match else 0, what)

    def _imports(self, name: str, alias: str | None) -> None:
        top = name.split(".", 1)[0]
        self._names[alias or top] = name if alias else top
        if top in noted_modules():
            evidence = self._evidence(rf"(?m)^\s*(?:import|from)\b.*\b{re.escape(top)}\b", f"imports {top}")
            self._facts.modules.setdefault(top, evidence)

    def _call(self, node: libcst.Call) -> None:
        name = dotted(node.func)
        first, dot, rest = name.partition(".")
        full = self._names.get(first, first) + dot + rest
        if full not in _SHELL_CALLS | _EXEC_CALLS | _RUN_CALLS:
            return
        text = literal(node.args[0].value) if node.args else None
        shell = full in _SHELL_CALLS or (full in _RUN_CALLS and any(is_true(item, "shell") for item in node.args))
        evidence = self._evidence(rf"\b{re.escape(name)}\s*\(", f"{name}({text or '...'})"[:80])
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


def _calls_and_imports(module: libcst.Module) -> Sequence[libcst.CSTNode]:
    """Return the nodes that matter in the order of the text."""
    from libcst import matchers

    return matchers.findall(module, matchers.Import() | matchers.ImportFrom() | matchers.Call())


def dotted(node: object) -> str:
    """Return `a.b.c` for a chain of names, "" for any other expression."""
    import libcst

    if isinstance(node, libcst.Name):
        return node.value
    if isinstance(node, libcst.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr.value}" if left else ""
    return ""


def literal(node: libcst.BaseExpression) -> str | None:
    """Return a string literal, the first item of a list of them, or the literal start of an f-string."""
    import libcst

    if isinstance(node, libcst.List | libcst.Tuple):
        return literal(node.elements[0].value) if node.elements else None
    if isinstance(node, libcst.SimpleString | libcst.ConcatenatedString):
        try:
            value = node.evaluated_value
        except ValueError:  # bytes beside text
            return None
        return value if isinstance(value, str) else None
    if (
        isinstance(node, libcst.FormattedString)
        and node.parts
        and isinstance(node.parts[0], libcst.FormattedStringText)
    ):
        start = node.parts[0].value
        return start if " " in start.strip() or start.endswith(" ") else None
    if isinstance(node, libcst.BinaryOperation):
        left = literal(node.left)
        return left if left and " " in left else None
    return None


def is_true(argument: libcst.Arg, name: str) -> bool:
    """Tell whether a call's argument is `name=True`."""
    import libcst

    is_named = argument.keyword is not None and argument.keyword.value == name
    return is_named and isinstance(argument.value, libcst.Name) and argument.value.value == "True"
