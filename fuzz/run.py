"""Coverage-guided fuzzing of the parser, the shell reader and the whole pipeline.

Usage: python fuzz/run.py [--seconds 3600] [--corpus DIR] [TARGET ...]      (targets: parser shell pipeline)

Needs `pip install atheris`. Each target gets an equal share of the seconds, in a process of its own that is started
again when it dies. The corpus (default: .fuzz/, which CI keeps in its cache) begins with our fixtures and grows.
What is found stands in DIR/findings, one file each, and a line here; exit code 1 then.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
TARGETS = ("parser", "shell", "pipeline")
MAX_BYTES = 4096
SECONDS_PER_INPUT = 20
MEGABYTES = 2048
WORDS = ROOT / "fuzz" / "words.txt"


def main() -> int:
    """Run the targets one after the other, or one of them when called by itself."""
    options = _arguments()
    if options.inside:
        _fuzz(options.targets[0], options.corpus, options.seconds)
        return 0
    found = 0
    for target in options.targets:
        _seed(target, options.corpus / target)
        found += _guard(target, options.corpus, options.seconds // len(options.targets))
    return 1 if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", default=list(TARGETS), metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--corpus", type=Path, default=ROOT / ".fuzz")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.targets) - set(TARGETS):
        parser.error(f"no target: {', '.join(sorted(unknown))}")
    return options


def _seed(target: str, folder: Path) -> None:
    """Write our fixtures as first inputs: a Dockerfile and, for the pipeline, the small files beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder.parent / "findings").mkdir(exist_ok=True)
    words = map(json.dumps, WORDS.read_text("utf-8").split())
    (folder.parent / "words.dict").write_text("\n".join(words) + "\n")
    for path in sorted(ROOT.glob("fixtures/**/Dockerfile")):
        text = path.read_text("utf-8", "replace")
        if target == "shell":
            text = "\n".join(line.removeprefix("RUN ") for line in text.splitlines() if line.startswith("RUN "))
        if target == "pipeline":
            files = (file for file in sorted(path.parent.rglob("*")) if file.is_file() and file.stat().st_size < 800)
            for file in files:
                if file != path and file.name != "case.toml":
                    text += f"\0{file.relative_to(path.parent)}\0{file.read_text('utf-8', 'replace')}"
        data = text.encode()[:MAX_BYTES]
        (folder / hashlib.sha256(data).hexdigest()).write_bytes(data)


def _guard(target: str, corpus: Path, seconds: int) -> int:
    """Run one target for so many seconds, again when it dies. Return how many things were found."""
    findings, runs, end = corpus / "findings", 0, time.monotonic() + seconds
    before = set(findings.iterdir())
    while (left := int(end - time.monotonic())) > 5:
        command = [sys.executable, __file__, "--inside", "--seconds", str(left), "--corpus", str(corpus), target]
        log = corpus / f"{target}.log"
        with log.open("ab") as output:
            subprocess.run(command, stdout=output, stderr=output, check=False)
        runs += 1
    found = sorted(set(findings.iterdir()) - before)
    counted = [line for line in log.read_text("utf-8", "replace").splitlines() if "stat::number_of_executed" in line]
    executions = sum(int(line.split()[-1]) for line in counted)
    inputs = len(list((corpus / target).iterdir()))
    print(f"{target}: {executions} executions in {runs} runs, {inputs} inputs in the corpus, {len(found)} findings")
    for path in found:
        print(f"  {path}")
    return len(found)


def _fuzz(target: str, corpus: Path, seconds: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["dockerslim_rewrite"]):
        from fuzz import targets
    run = getattr(targets, target)
    seen: set[str] = set()

    def once(data: bytes) -> None:
        try:
            run(data.decode("utf-8", "surrogateescape"))
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            key = f"{target}-{type(error).__name__}-{Path(place.filename).stem}-{place.lineno}"
            if key not in seen:
                seen.add(key)
                (corpus / "findings" / key).write_bytes(data)
                print(f"FOUND {key}: {error!r:.300}", flush=True)

    os.chdir(corpus / "findings")
    flags = [f"-max_len={MAX_BYTES}", f"-timeout={SECONDS_PER_INPUT}", f"-rss_limit_mb={MEGABYTES}"]
    flags += [
        f"-max_total_time={seconds}",
        f"-dict={corpus}/words.dict",
        f"-artifact_prefix={corpus}/findings/{target}-",
    ]
    atheris.Setup([sys.argv[0], *flags, "-print_final_stats=1", str(corpus / target)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
