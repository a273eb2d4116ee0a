"""Measures how many defects, seeded into `checks` and `planning`, the unit tests notice.

Usage: python -m tests.mutation.run [--mutants 400] [--seed 1] [--package checks] [--package planning]

Each mutant is one change of `operators.py` in a function or in one of the tables that a module begins with. Each of a
fair sample, the same for the same seed, is put into a process that has run the tests once; then those of the package
(`TESTS`) run until one fails. Survivors are printed with their place; those that `equivalent.toml` names with the
reason why no test could tell do not count. Exit code 1 when less than nine in ten are noticed.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import random
import sys
import time
import tomllib
import types
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from dockerslim_rewrite.patterns import Lazy
from tests.mutation.operators import mutants
from tests.support import ROOT

WANTED = 0.9
SECONDS = 120  # of processor time for one mutant; one that takes more is noticed
TESTS = {
    "checks": ("tests/checks", "tests/golden"),
    # not the properties: BuildKit's parser is a Go library, which does not live on in a forked process
    "planning": ("tests/planning", "tests/checks", "tests/golden", "tests/languages"),
}
EQUIVALENT = Path(__file__).with_name("equivalent.toml")


class Mutant(NamedTuple):
    """A changed module: its path in the project, the line and kind of the change, the line's text, the whole text."""

    path: Path
    line: int
    kind: str
    code: str
    text: str

    @property
    def key(self) -> tuple[str, str, str]:
        return str(self.path), self.kind, self.code


def mutants_of(package: str) -> Iterator[Mutant]:
    """Yield the mutants of a package of ours."""
    for path in sorted((ROOT / "dockerslim_rewrite" / package).glob("*.py")):
        source = path.read_text("utf-8")
        lines = source.splitlines()
        seen = {ast.unparse(ast.parse(source))}
        for line, kind, text in mutants(source):
            if text not in seen and _compiles(text):
                seen.add(text)
                yield Mutant(path.relative_to(ROOT), line, kind, lines[line - 1].strip() if line else "", text)


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def equivalents() -> dict[tuple[str, str, str], str]:
    """Return the mutants that do what the original does, each with its reason."""
    entries = tomllib.loads(EQUIVALENT.read_text("utf-8"))["mutant"]
    return {(entry["path"], entry["kind"], entry["code"]): entry["reason"] for entry in entries}


def functions(holder: object, module: str) -> Iterator[types.FunctionType]:
    """Yield the functions of a module, those of its classes and those behind caches and properties included."""
    for value in list(vars(holder).values()):
        behind = (getattr(value, name, None) for name in ("__wrapped__", "fget", "func", "__func__"))
        inner = next(filter(None, behind), value)
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
    """Give the functions of an imported module the code of a mutant, and all who use them its tables."""
    module = importlib.import_module(".".join(path.with_suffix("").parts))
    changed = compile(text, str(path), "exec")
    _install_tables(module, changed)
    new = {code.co_qualname: code for code in codes(changed)}
    for function in functions(module, module.__name__):
        code = new.get(function.__qualname__)
        if code is not None and code.co_freevars == function.__code__.co_freevars:
            function.__code__ = code
    for value in vars(module).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


def _install_tables(module: types.ModuleType, changed: types.CodeType) -> None:
    fresh = types.ModuleType(module.__name__)
    exec(changed, vars(fresh))
    users = [user for name, user in sys.modules.items() if name.startswith("dockerslim_rewrite")]
    for name, old in list(vars(module).items()):
        new = vars(fresh).get(name)
        if isinstance(old, frozenset | tuple | dict | str | int | Lazy) and name.strip("_").isupper() and new != old:
            for user in users:
                if vars(user).get(name) is old:
                    setattr(user, name, new)


def passes(package: str) -> bool:
    """Tell whether the tests of a package pass in this process."""
    return pytest.main(["-x", "-q", "-n0", "-p", "no:cacheprovider", "-m", "not image", *TESTS[package]]) == 0


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
        os._exit(0 if passes(path.parts[1]) else 1)
    return os.waitpid(child, 0)[1] != 0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--mutants", type=int, default=400)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--package", action="append")
    given = options.parse_args()
    packages = given.package or list(TESTS)
    found = [mutant for package in packages for mutant in mutants_of(package)]
    chosen = random.Random(given.seed).sample(found, min(given.mutants, len(found)))
    if not all(map(passes, packages)):
        raise SystemExit("the tests fail without a mutant")
    known = equivalents()
    print(f"{len(found)} mutants, {len(chosen)} sampled", flush=True)
    counts: Counter[str] = Counter()
    for mutant in chosen:
        start = time.monotonic()
        word = "noticed" if is_noticed(mutant.path, mutant.text) else "SURVIVED"
        word = "equivalent" if word == "SURVIVED" and mutant.key in known else word
        counts[word] += 1
        place = f"{mutant.path}:{mutant.line}: {mutant.kind}"
        print(f"{word} {place} ({time.monotonic() - start:.0f} s): {mutant.code}", flush=True)
    tried = counts["noticed"] + counts["SURVIVED"]
    print(f"{counts['noticed']} of {tried} noticed: {counts['noticed'] / tried:.1%}; {counts['equivalent']} equivalent")
    return 0 if counts["noticed"] >= WANTED * tried else 1


if __name__ == "__main__":
    sys.exit(main())
