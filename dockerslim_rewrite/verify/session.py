"""What a verification makes in the engine, and its removal on every way out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from msgspec import Struct, field

from dockerslim_rewrite.verify.engine import (
    Build,
    Engine,
    EngineError,
    Progress,
    exiting_on_sigterm,
    ignoring_interrupts,
)

PREFIX = "dockerslim-verify-"
# Seconds: an engine under load is slow to remove, and giving up early leaves things behind.
_REMOVAL = 300


class Start(Struct, frozen=True):
    """How a container is run: arguments after the image, environment, ports to reach, and raw options of the engine."""

    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    ports: tuple[int, ...] = ()
    options: tuple[str, ...] = ()


# A container to look into, never started; an image without CMD cannot be created without some argument.
IDLE = Start(args=("true",))


class Session(Struct):
    """Images, containers and a network under one random name; use it as a context manager.

    Each name is noted before the engine hears it, so an interrupt in between leaves nothing behind.
    """

    engine: Engine
    name: str = field(default_factory=lambda: PREFIX + secrets.token_hex(6))
    _undo: list[Callable[[], object]] = []
    _network: str | None = None
    _signals: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Session:
        self._signals.enter_context(exiting_on_sigterm())
        return self

    def __exit__(self, *_: object) -> None:
        with self._signals:
            self.close()

    def close(self) -> None:
        """Remove all that this session made, the newest first; Ctrl-C and SIGTERM wait until it is done."""
        with ignoring_interrupts():
            while self._undo:
                with suppress(EngineError):
                    self._undo.pop()()

    def build(self, build: Build, progress: Progress | None = None) -> str:
        """Build an image whose tag this session removes; `build.tag` names it within the session. Return the tag.

        Raises:
            BuildFailed: when the build fails.
        """
        from msgspec.structs import replace

        tag = f"{self.name}:{build.tag}"
        self._undo.append(lambda: self.engine.call("image", "rm", "--force", tag, timeout=_REMOVAL))
        self.engine.build(replace(build, tag=tag), progress)
        return tag

    def lend_tag(self, name: str, source: str) -> bool:
        """Give image `source` the name `name` until the session ends; False when the name is taken already.

        Raises:
            EngineError: when there is no such source image.
        """
        if self.engine.has_image(name):
            return False
        self._undo.append(lambda: self.engine.call("image", "rm", name, timeout=_REMOVAL))
        self.engine.must("tag", source, name)
        return True

    @contextmanager
    def container(self, image: str, start: Start) -> Iterator[str]:
        """Create a container (not started yet), yield its name, and remove it with its anonymous volumes.

        Raises:
            EngineError: when the engine cannot create it.
        """
        name = f"{self.name}-{secrets.token_hex(3)}"
        try:
            self.engine.must("create", "--name", name, *self._options(start), image, *start.args, timeout=120)
            yield name
        finally:
            with ignoring_interrupts(), suppress(EngineError):
                self.engine.call("rm", "--force", "--volumes", name, timeout=_REMOVAL)

    def address(self, container: str, port: int, start: Start) -> tuple[str, int]:
        """Return host and port under which a started container's port is reached.

        Raises:
            EngineError: when the port is not published.
        """
        if _own_network(start.options):
            return "127.0.0.1", port
        lines = self.engine.must("port", container, f"{port}/tcp").splitlines()
        host, _, published = lines[0].rpartition(":")
        return ("127.0.0.1" if host in ("0.0.0.0", "[::]") else host), int(published)  # noqa: S104

    def _options(self, start: Start) -> list[str]:
        words = [word for name, value in start.env for word in ("--env", f"{name}={value}")]
        if not _own_network(start.options):
            words += ["--network", self._make_network()]
            words += [word for port in start.ports for word in ("--publish", f"127.0.0.1::{port}")]
        return [*words, *start.options]

    def _make_network(self) -> str:
        # A network of its own: works where there is no default bridge, and nothing else can meddle.
        if self._network is None:
            name = f"{self.name}-net"
            self._undo.append(lambda: self.engine.call("network", "rm", name, timeout=_REMOVAL))
            self.engine.must("network", "create", name)
            self._network = name
        return self._network


def _own_network(options: Sequence[str]) -> bool:
    return any(option.split("=", 1)[0] in ("--network", "--net") for option in options)


def place_dockerfile(text: str, folder: Path, original: Path) -> Path:
    """Write a Dockerfile outside of the context, with the ignore file that belongs to the original alone.

    BuildKit reads `NAME.dockerignore` beside the file that it builds before the context's own `.dockerignore`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "Dockerfile"
    target.write_bytes(text.encode("utf-8", "surrogateescape"))
    own_ignore = original.with_name(original.name + ".dockerignore")
    if own_ignore.is_file():
        target.with_name("Dockerfile.dockerignore").write_bytes(own_ignore.read_bytes())
    return target
