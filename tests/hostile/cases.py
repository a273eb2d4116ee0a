"""Projects of an enemy: each function writes one into an empty folder. Sizes are those that the promise names."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

MEGABYTE = 1024 * 1024
GO = 'FROM golang:1.24\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\nCMD ["/app"]\n'
NODE = 'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "x.js"]\n'
PYTHON = 'FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "a.py"]\n'
Case = Callable[[Path], None]


def _go(folder: Path, text: str = GO, source: str = "package main\n\nfunc main() {}\n", module: str = "") -> None:
    (folder / "Dockerfile").write_text(text)
    (folder / "go.mod").write_text(f"module example.com/m\n\ngo 1.24\n{module}")
    (folder / "main.go").write_text(source)


def _node(
    folder: Path, source: str = "", name: str = "x.js", manifest: str = '{"name": "x"}', lock: str = "{}"
) -> None:
    (folder / "Dockerfile").write_text(NODE)
    (folder / "package.json").write_text(manifest)
    (folder / "package-lock.json").write_text(lock)
    (folder / "x.js").write_text(f"require('./{name}')\n")
    (folder / name).write_text(source)


def _python(folder: Path, source: str) -> None:
    (folder / "Dockerfile").write_text(PYTHON)
    (folder / "requirements.txt").write_text("flask==3.0.0\n")
    (folder / "a.py").write_text(f"import cv2\n{source}")


def _lines(text: str, size: int) -> str:
    return text * (size // len(text))


def dockerfile_of_10_mb(folder: Path) -> None:
    _go(folder, GO.replace("RUN go", _lines("RUN echo one two\n", 10 * MEGABYTE) + "RUN go"))


def dockerfile_of_20_000_lines(folder: Path) -> None:
    _go(folder, GO.replace("RUN go", "RUN echo one two\n" * 10_000 + "ENV A=b\n" * 9_900 + "RUN go"))


def dockerfile_of_1_mb_of_long_lines(folder: Path) -> None:
    _go(folder, GO.replace("RUN go", f"RUN echo {'a ' * 30_000}\n" * 17 + "RUN go"))


def dockerfile_of_10_mb_of_comments(folder: Path) -> None:
    _go(folder, _lines("# comment\n", 10 * MEGABYTE) + GO)


def dockerfile_over_the_limit(folder: Path) -> None:
    _go(folder, _lines("# comment\n", 33 * MEGABYTE) + GO)


def million_continuation_lines(folder: Path) -> None:
    _go(folder, GO.replace("RUN go", "RUN true \\\n" + "  \\\n" * 1_000_000 + "  && go"))


def million_words(folder: Path) -> None:
    _go(folder, GO.replace("RUN go", "RUN echo \\\n" + "  a \\\n" * 1_000_000 + "  && go"))


def giant_word(folder: Path) -> None:
    _go(folder, GO.replace("-o /app", f"-o /{'a' * 60_000}"))


def giant_line(folder: Path) -> None:
    _go(folder, GO.replace("-o /app", f"-o /{'a' * 10 * MEGABYTE}"))


def heredoc_of_10_mb(folder: Path) -> None:
    _go(folder, GO.replace("RUN go", "RUN <<EOF\n" + _lines("echo $a `b`\n", 10 * MEGABYTE) + "EOF\nRUN go"))


def deep_shell(folder: Path) -> None:
    deep = (
        "(" * 60_000,
        "echo " + "$(" * 30_000,
        "echo " + "${a:-" * 12_000,
        "if " * 20_000,
        "[[ a =~ " + "(" * 50_000,
    )
    _go(folder, GO.replace("RUN go", "".join(f"RUN {text}\n" for text in deep) + "RUN go"))


def wide_shell(folder: Path) -> None:
    wide = (">" * 60_000, "a|" * 30_000, "a" + "`b`" * 20_000, "<<-E " * 12_000, "a[ " * 20_000, "case\t" * 12_000)
    _go(folder, GO.replace("RUN go", "".join(f"RUN {text}\n" for text in wide) + "RUN go"))


def deep_json(folder: Path) -> None:
    _go(folder, GO.replace('CMD ["/app"]', f"CMD {'[' * 60_000}"))


def doubling_variables(folder: Path) -> None:
    lines = "".join(f"ENV V{n}=$V{n - 1}$V{n - 1}\n" for n in range(1, 200))
    _go(folder, GO.replace("WORKDIR", f"ENV V0=xxxxxxxx\n{lines}LABEL a=$V199\nWORKDIR", 1))


def doubling_functions(folder: Path) -> None:
    calls = "".join(f"f{n}() {{ f{n - 1}; f{n - 1}; }}\n" for n in range(1, 60))
    _go(folder, GO.replace("RUN go", f"RUN <<EOF\nf0() {{ echo; }}\n{calls}f59\nEOF\nRUN go"))


def long_duration(folder: Path) -> None:
    _go(folder, GO.replace("CMD", f"HEALTHCHECK --interval={'1' * 60_000} CMD x\nCMD"))


def many_variables(folder: Path) -> None:
    _go(folder, GO.replace("WORKDIR", "".join(f"ENV V{n}=x\n" for n in range(19_900)) + "WORKDIR", 1))


def many_copies(folder: Path) -> None:
    _go(folder, GO.replace("RUN go", "".join(f"COPY main.go /etc/d{n}/\n" for n in range(5_000)) + "RUN go"))


def copies_and_commands(folder: Path) -> None:
    copies = "".join(f"COPY main.go /tmp/{n}\n" for n in range(5_000))
    commands = "".join(f"RUN cat /tmp/x{n} > /tmp/y{n}\n" for n in range(5_000))
    _go(folder, GO.replace("RUN go", f"{copies}{commands}RUN go"))


def go_source_of_errors(folder: Path) -> None:
    _go(folder, source="package main\n" + "-> " * 600_000)


def go_source_deep(folder: Path) -> None:
    _go(folder, source="package main\n\nvar x = " + "f(" * 200_000 + ")" * 200_000 + "\n\nfunc main() {}\n")


def go_module_of_8_mb(folder: Path) -> None:
    _go(folder, module='require ( "' + '\\"' * (4 * MEGABYTE - 100))


def javascript_of_errors(folder: Path) -> None:
    _node(folder, "{a " * 600_000)


def javascript_deep(folder: Path) -> None:
    _node(folder, "`${" * 300_000)


def javascript_names_that_double(folder: Path) -> None:
    names = "".join(f"const a{n} = a{n - 1} + a{n - 1}\n" for n in range(1, 2_000))
    _node(folder, f"const fs = require('fs'), a0 = 'x'\n{names}" + "fs.readFile(a1999)\n" * 2_000)


def typescript_deep(folder: Path) -> None:
    _node(folder, "let a: " + "[" * 500_000, name="y.ts")


def python_deep(folder: Path) -> None:
    _python(folder, "a = " + "(" * 300_000)


def python_long_chain(folder: Path) -> None:
    _python(folder, "a = b" + ".c()" * 80_000 + "\n")


def package_json_of_100_mb(folder: Path) -> None:
    _node(folder, manifest='{"name": "x", "a": [' + "1," * 50 * MEGABYTE + "1]}")


def lock_file_of_100_mb(folder: Path) -> None:
    _node(folder, lock='{"lockfileVersion": 3, "packages": {"": {}' + ',"a": {}' * 12 * MEGABYTE + "}}")


def lock_file_of_8_mb(folder: Path) -> None:
    entries = "".join(f',"node_modules/p{n}": {{"version": "1.0.{n}"}}' for n in range(160_000))
    _node(folder, lock='{"lockfileVersion": 3, "packages": {"": {}' + entries + "}}")


def json_deep(folder: Path) -> None:
    _node(folder, manifest='{"a":' * 1_000_000)


def json_quotes(folder: Path) -> None:
    _node(folder, manifest='"\\' * (4 * MEGABYTE - 100))


def _yaml(folder: Path, text: str) -> None:
    _node(folder)
    (folder / "package-lock.json").unlink()
    for name in ("pnpm-lock.yaml", "pnpm-workspace.yaml", "compose.yaml"):
        (folder / name).write_text(text)
    (folder / "Dockerfile").write_text(NODE.replace("npm ci", "corepack enable && pnpm install"))


def yaml_bomb(folder: Path) -> None:
    bomb = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40))
    _yaml(folder, f"a0: &a0 [x]\n{bomb}packages: *a39\nservices: {{a: {{build: ., command: *a39}}}}\n")


def yaml_deep(folder: Path) -> None:
    _yaml(folder, "services:\n " + "[" * 1_000_000)


def yaml_of_8_mb(folder: Path) -> None:
    _yaml(
        folder, "lockfileVersion: '9.0'\npackages:\n" + "".join(f"  p@1.0.{n}: {{dev: true}}\n" for n in range(270_000))
    )


def toml_deep(folder: Path) -> None:
    _python(folder, "")
    (folder / "pyproject.toml").write_text("a" + ".a" * 500_000 + " = 1\n")
    (folder / "poetry.lock").write_text("a = " + "[" * 1_000_000)


def requirements_of_8_mb(folder: Path) -> None:
    _python(folder, "")
    (folder / "requirements.txt").write_text("".join(f"p{n}==1.0\n" for n in range(620_000)))


def makefile_that_doubles(folder: Path) -> None:
    lines = "".join(f"V{n} = $(V{n - 1})$(V{n - 1})\n" for n in range(1, 200))
    _go(folder, GO.replace("go build -o /app .", "make"))
    (folder / "Makefile").write_text(f"V0 = x\n{lines}all:\n\tgo build -o $(V199) .\n")


def bake_file_of_marks(folder: Path) -> None:
    _go(folder)
    (folder / "docker-bake.hcl").write_text('target "a" {\n  args = { a = "' + "${a}" * 200_000)


def ignore_file_of_stars(folder: Path) -> None:
    _go(folder)
    (folder / ".dockerignore").write_text(
        "**/" * 40 + "x\n" + "*a" * 40 + "b\n" + "".join(f"d{n}/**\n" for n in range(300))
    )
    for number in range(300):
        (folder / f"{'a' * 60}{number}.go").write_text("package main\n")


def special_files(folder: Path) -> None:
    _node(folder)
    for name in ("package-lock.json", ".dockerignore"):
        (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / "package-lock.json")
    os.mkfifo(folder / ".dockerignore")
    (folder / ".npmrc").symlink_to("/dev/zero")
    (folder / "tsconfig.json").symlink_to("/dev/random")
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(folder / "compose.yaml")[-100:])


def links(folder: Path) -> None:
    _node(folder)
    (folder / "loop").symlink_to("loop")
    (folder / "around").symlink_to(".")
    (folder / "src").mkdir()
    (folder / "src" / "up").symlink_to("../src")
    (folder / "etc").symlink_to("/etc")
    (folder / "package-lock.json").unlink()
    (folder / "package-lock.json").symlink_to("/etc/passwd")


def unreadable_files(folder: Path) -> None:
    _go(folder)
    (folder / "go.sum").write_text("x")
    (folder / "go.sum").chmod(0)
    (folder / "closed").mkdir(mode=0)


def deep_directories(folder: Path) -> None:
    _go(folder)
    here = os.open(folder, os.O_RDONLY)
    try:
        for _ in range(2_000):
            os.mkdir("d", dir_fd=here)
            below = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
    finally:
        os.close(here)


def context_of_200_000_files(folder: Path) -> None:
    _node(folder)
    for part in range(200):
        below = folder / "assets" / str(part)
        below.mkdir(parents=True)
        first = below / "first"
        first.write_text("x")
        for number in range(1_000):
            os.link(first, below / f"f{number}.txt")


def folder_of_100_000_sources(folder: Path) -> None:
    _go(folder)
    below = folder / "pkg"
    below.mkdir()
    for number in range(100_000):
        if number % 50_000 == 0:  # a file has at most 65,000 names
            first = below / f"a{number}.go"
            first.write_text("package pkg\n")
        else:
            os.link(first, below / f"a{number}.go")
    (folder / "main.go").write_text('package main\n\nimport _ "example.com/m/pkg"\n\nfunc main() {}\n')


CASES: dict[str, Case] = {
    name: value
    for name, value in dict(globals()).items()
    if callable(value) and not name.startswith("_") and name not in ("Case", "Callable", "Path")
}

if __name__ == "__main__":
    CASES[sys.argv[1]](Path(sys.argv[2]))
