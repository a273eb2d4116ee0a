"""The user's container engine, spoken to through its command: docker, podman or nerdctl."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from msgspec import Struct

from dockerslim_rewrite.verify.config import ImageConfig, read_config

ENGINES = ("docker", "podman", "nerdctl")
_TAIL = 40
_BLOCK = 512

Progress = Callable[[str], None]


class EngineError(Exception):
    """The engine cannot do what was asked; the text is for the user."""


class NoEngine(EngineError):
    """No engine command answers."""


class BuildFailed(EngineError):
    """A build failed. `log` holds the last lines of its output."""

    def __init__(self, tag: str, log: tuple[str, ...]) -> None:
        super().__init__(f"building {tag} failed:\n" + "\n".join(log))
        self.tag = tag
        self.log = log


class Completed(Struct, frozen=True):
    """What a command of the engine left: exit code and both outputs as text."""

    code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """Return the error output, or the output when there is none, without blanks around it."""
        return self.stderr.strip() or self.stdout.strip()


class Layer(Struct, frozen=True):
    """One history entry of an image: bytes that it adds, and the instruction that made it."""

    size: int
    created_by: str


class Build(Struct, frozen=True):
    """A build: `dockerfile` may lie outside of `context`. `builder` names a buildx builder (remote or cluster).

    `network` is the mode of RUN instructions ("host"); `target` a stage; `extra` are options passed on as they are.
    `timeout` is in seconds.
    """

    context: Path
    dockerfile: Path
    tag: str
    args: Mapping[str, str] = {}
    network: str | None = None
    builder: str | None = None
    target: str | None = None
    extra: tuple[str, ...] = ()
    timeout: float = 1800


class Engine(Struct, frozen=True):
    """One engine command. `program` is its path; every call raises EngineError when the command itself cannot run."""

    program: str

    @property
    def name(self) -> str:
        """Return docker, podman or nerdctl."""
        return Path(self.program).name

    def call(self, *words: str, timeout: float = 60) -> Completed:
        """Run a short command of the engine to its end, even when the user presses Ctrl-C meanwhile.

        Raises:
            EngineError: when it does not start or takes longer than `timeout` seconds.
        """
        process = self._spawn(words, subprocess.PIPE)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            _kill(process)
            raise EngineError(f"{self.name} {words[0]} took longer than {timeout:g} s") from error
        except BaseException:
            # A half-made container would escape the clean-up: let the command end before going on.
            with ignoring_interrupts():
                _finish(process, 10)
            raise
        return Completed(process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))

    def must(self, *words: str, timeout: float = 60) -> str:
        """Return the output of a command.

        Raises:
            EngineError: with the engine's own words when it fails.
        """
        done = self.call(*words, timeout=timeout)
        if done.code != 0:
            raise EngineError(f"{self.name} {words[0]}: {done.text}")
        return done.stdout

    @contextmanager
    def output(self, *words: str) -> Iterator[IO[bytes]]:
        """Yield what a command prints, as a stream; the command is stopped when the block ends before it does.

        Raises:
            EngineError: when the command does not start.
        """
        process = self._spawn(words, subprocess.DEVNULL)
        with process:
            assert process.stdout is not None
            try:
                yield process.stdout
            finally:
                with ignoring_interrupts():
                    _kill(process)

    def build(self, build: Build, progress: Progress | None = None) -> None:
        """Build an image and tag it; `progress` gets each line of the output as it comes.

        Raises:
            BuildFailed: when the build fails, with the end of its output.
            EngineError: when it takes longer than allowed.
        """
        log: list[str] = []
        code = self._stream(self._build_words(build), build.timeout, lambda line: _note(line, log, progress))
        if code != 0:
            raise BuildFailed(build.tag, tuple(log[-_TAIL:]))

    def config(self, image: str) -> ImageConfig:
        """Return the effective configuration of an image."""
        return read_config(json.loads(self.must("image", "inspect", image))[0])

    def size(self, image: str) -> int:
        """Return the size of an image in bytes, all its layers unpacked."""
        return int(json.loads(self.must("image", "inspect", image))[0].get("Size") or 0)

    def history(self, image: str) -> tuple[Layer, ...]:
        """Return all history entries of an image, from the base up."""
        out = self.must("history", "--no-trunc", "--human=false", "--format", "{{.Size}}\t{{.CreatedBy}}", image)
        rows = [line.split("\t", 1) for line in out.splitlines() if "\t" in line]
        return tuple(Layer(int(size), made) for size, made in reversed(rows) if size.isdigit())

    def has_image(self, image: str) -> bool:
        """Tell whether the engine holds an image under this name."""
        return self.call("image", "inspect", image).code == 0

    def read_file(self, container: str, path: str, limit: int = 64 << 20) -> bytes | None:
        """Return the first bytes of a file of a container (started or not); None when it is missing or no file."""
        content = self._copy_out(container, path, limit + _BLOCK)
        if len(content) < _BLOCK:
            return None
        header = tarfile.TarInfo.frombuf(content[:_BLOCK], "utf-8", "replace")
        if not header.isreg():
            return None
        return content[_BLOCK : _BLOCK + header.size]

    def exists(self, container: str, path: str) -> bool:
        """Tell whether a file or directory exists in a container."""
        return bool(self._copy_out(container, path, _BLOCK))

    def _copy_out(self, container: str, path: str, limit: int) -> bytes:
        with self.output("cp", "-L", f"{container}:{path}", "-") as stream:
            return stream.read(limit)

    def _spawn(self, words: Sequence[str], stderr: int) -> subprocess.Popen[bytes]:
        """Start the engine's command in a session of its own, so that Ctrl-C reaches us and not it."""
        try:
            return subprocess.Popen(  # noqa: S603
                [self.program, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
            )
        except OSError as error:
            raise EngineError(f"{self.program}: {error.strerror}") from error

    def _build_words(self, build: Build) -> list[str]:
        words = ["buildx", "build", "--builder", build.builder, "--load"] if build.builder else ["build"]
        if self.name != "podman":
            words.append("--progress=plain")
        words += ["--file", str(build.dockerfile), "--tag", build.tag]
        for name, value in build.args.items():
            words += ["--build-arg", f"{name}={value}"]
        if build.network:
            words += ["--network", build.network]
        if build.target:
            words += ["--target", build.target]
        return [*words, *build.extra, str(build.context)]

    def _stream(self, words: list[str], timeout: float, sink: Progress) -> int:
        process = self._spawn(words, subprocess.STDOUT)
        try:
            return _pump(process, timeout, sink)
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"{self.name} {words[0]} took longer than {timeout:g} s") from error
        finally:
            with ignoring_interrupts():
                _kill(process)


def find_engine(preferred: str | None = None) -> Engine:
    """Return the first engine that is installed and answers; DOCKERSLIM_ENGINE or `preferred` narrows the choice.

    Raises:
        NoEngine: naming what was tried and what each said.
    """
    wanted = preferred or os.environ.get("DOCKERSLIM_ENGINE")
    tried: list[str] = []
    for name in (wanted,) if wanted else ENGINES:
        program = shutil.which(name)
        if program is None:
            tried.append(f"{name}: not installed")
            continue
        answer = Engine(program).call("version", timeout=20)
        if answer.code == 0:
            return Engine(program)
        tried.append(f"{name}: {answer.text.splitlines()[-1] if answer.text else 'no answer'}")
    raise NoEngine("no container engine answers (" + "; ".join(tried) + "): install or start docker, podman or nerdctl")


@contextmanager
def ignoring_interrupts() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM off while something is cleaned up; they count again afterwards."""
    with _handling({signal.SIGINT: signal.SIG_IGN, signal.SIGTERM: signal.SIG_IGN}):
        yield


@contextmanager
def exiting_on_sigterm() -> Iterator[None]:
    """Turn SIGTERM, as CI sends it to a job that is cancelled, into SystemExit(143), so that clean-ups run."""

    def leave(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    with _handling({signal.SIGTERM: leave}):
        yield


@contextmanager
def _handling(handlers: Mapping[signal.Signals, Any]) -> Iterator[None]:
    """Set signal handlers for a while. Only the main thread can; elsewhere nothing changes."""
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _pump(process: subprocess.Popen[bytes], timeout: float, sink: Progress) -> int:
    """Pass the output on line by line and return the exit code; the clock runs beside, silence counts too."""
    import threading

    assert process.stdout is not None
    late = threading.Event()

    def stop() -> None:
        late.set()
        _kill(process)

    clock = threading.Timer(timeout, stop)
    clock.daemon = True
    clock.start()
    try:
        for line in process.stdout:
            sink(line.decode("utf-8", "replace").rstrip("\n"))
        code = process.wait()
    finally:
        clock.cancel()
    if late.is_set():
        raise subprocess.TimeoutExpired("build", timeout)
    return code


def _note(line: str, log: list[str], progress: Progress | None) -> None:
    log.append(line)
    del log[: -2 * _TAIL]
    if progress is not None:
        progress(line)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        _finish(process, 5)


def _finish(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
