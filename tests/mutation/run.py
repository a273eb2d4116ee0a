"""Measures how many defects, seeded into `checks` and `planning`, the unit tests notice.

Usage: python -m tests.mutation.run [--mutants 160] [--seed 1] [--package checks] [--package planning]

Each mutant is one change in a function: a comparison turned, a condition negated, `and` for `or`, a constant changed, a
returned value dropped, a call left out. Each of a fair sample, the same for the same seed, is put into a process that
has run all tests once, in place of the function's code; then the golden files and the tests of the two packages run
until one fails. Survivors are printed with their place. Exit code 1 when less than nine in ten are noticed.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import os
import random
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT

WANTED = 0.9
SECONDS = 120  # of processor time for one mutant; one that takes more is noticed
TESTS = ("tests/golden", "tests/checks", "tests/planning", "tests/languages/go", "tests/languages/node")
_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


def mutations(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield what a node may become, each with a name."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _TURNED:
        yield (
            "comparison turned",
            ast.Compare(node.left, [_TURNED[type(node.ops[0])](), *node.ops[1:]], node.comparators),
        )
    elif isinstance(node, ast.BoolOp):
        yield "and/or", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        changed = copy.copy(node)
        changed.test = ast.UnaryOp(ast.Not(), node.test)
        yield "condition negated", changed
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not dropped", node.operand
    elif isinstance(node, ast.Constant) and not isinstance(node.value, str) and isinstance(node.value, bool | int):
        yield "constant changed", ast.Constant(not node.value if isinstance(node.value, bool) else node.value + 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield "text changed", ast.Constant(f"{node.value}X")
    elif isinstance(node, ast.Return) and node.value is not None and not _is_empty(node.value):
        yield "nothing returned", ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom):
        yield "statement dropped", ast.Pass()
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.BitOr | ast.BitAnd):
        yield "right side dropped", node.left
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield "filter dropped", ast.comprehension(node.target, node.iter, node.ifs[1:], node.is_async)


def _is_empty(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def mutants(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield (line, name, text) of every mutant of a module: docstrings, annotations and messages are no behaviour."""
    tree = ast.parse(text)
    inside = {id(node) for top in ast.walk(tree) if isinstance(top, ast.FunctionDef) for node in ast.walk(top)}
    for parent in [node for node in ast.walk(tree) if id(node) in inside]:
        for name, value in ast.iter_fields(parent):
            if name in ("annotation", "returns", "decorator_list", "args") and not isinstance(parent, ast.Call):
                continue
            if isinstance(parent, ast.JoinedStr):
                continue
            for at, child in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(child, ast.AST) or _is_docstring(parent, child):
                    continue
                for kind, changed in mutations(child):
                    _put(parent, name, at, changed)
                    yield getattr(child, "lineno", 0), kind, ast.unparse(ast.fix_missing_locations(tree))
                    _put(parent, name, at, child)


def _is_docstring(parent: ast.AST, child: ast.AST) -> bool:
    return isinstance(parent, ast.Expr) and isinstance(child, ast.Constant)


def _put(parent: ast.AST, name: str, at: int, child: ast.AST) -> None:
    value = getattr(parent, name)
    if isinstance(value, list):
        value[at] = child
    else:
        setattr(parent, name, child)


def functions(holder: object, module: str) -> Iterator[types.FunctionType]:
    """Yield the functions of a module, those of its classes and those behind caches and properties included."""
    for value in list(vars(holder).values()):
        inner = getattr(value, "__wrapped__", None) or getattr(value, "fget", None) or getattr(value, "__func__", value)
        if isinstance(inner, types.FunctionType) and inner.__module__ == module:
            yield inner
        elif isinstance(value, type) and value.__module__ == module:
            yield from functions(value, module)


def codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Yield the code of a module's functions."""
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from codes(constant)


def install(path: Path, text: str) -> None:
    """Give the functions of an imported module the code of a mutant."""
    module = importlib.import_module(".".join(path.with_suffix("").parts))
    new = {code.co_qualname: code for code in codes(compile(text, str(path), "exec"))}
    for function in functions(module, module.__name__):
        code = new.get(function.__qualname__)
        if code is not None and code.co_freevars == function.__code__.co_freevars:
            function.__code__ = code
    for value in vars(module).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


def passes() -> bool:
    """Tell whether the tests pass in this process."""
    return pytest.main(["-x", "-q", "-n0", "-p", "no:cacheprovider", "-m", "not image", *TESTS]) == 0


def is_noticed(path: Path, text: str) -> bool:
    """Run the tests on a mutant in a process of its own."""
    child = os.fork()
    if child == 0:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        install(path, text)
        os._exit(0 if passes() else 1)
    return os.waitpid(child, 0)[1] != 0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--mutants", type=int, default=160)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--package", action="append")
    given = options.parse_args()
    found = [
        (path.relative_to(ROOT), line, kind, text)
        for package in given.package or ["checks", "planning"]
        for path in sorted((ROOT / "dockerslim_rewrite" / package).glob("*.py"))
        for line, kind, text in mutants(path.read_text("utf-8"))
    ]
    chosen = random.Random(given.seed).sample(found, min(given.mutants, len(found)))
    if not passes():
        raise SystemExit("the tests fail without a mutant")
    print(f"{len(found)} mutants, {len(chosen)} sampled", flush=True)
    noticed = 0
    for path, line, kind, text in chosen:
        start = time.monotonic()
        killed = is_noticed(path, text)
        noticed += killed
        word = "noticed" if killed else "SURVIVED"
        print(f"{word} {path}:{line}: {kind} ({time.monotonic() - start:.0f} s)", flush=True)
    print(f"{noticed} of {len(chosen)} noticed: {noticed / len(chosen):.1%}")
    return 0 if noticed >= WANTED * len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
