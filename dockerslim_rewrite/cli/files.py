"""Reading the Dockerfile and writing the result, with messages that a user understands."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from pathlib import Path

MAX_DOCKERFILE_BYTES = 1024 * 1024
MAX_LINES = 20_000


class UserError(Exception):
    """Bad usage or unreadable input: one sentence for the user; exit code 2."""


class UnreadableFile(UserError):
    """A Dockerfile that cannot be read: its name, the 1-based line (0: the whole file) and the reason."""

    def __init__(self, name: str, reason: str, line: int = 0) -> None:
        super().__init__(f"{name}:{line}: {reason}" if line else f"{name}: {reason}")
        self.reason = reason
        self.line = line


def read_dockerfile(path: Path | None) -> str:
    """Read a Dockerfile, or stdin when `path` is None; line ends stay as they are.

    Raises:
        UnreadableFile: when it is absent, a directory, unreadable, too large or not text.
    """
    name = str(path) if path is not None else "<stdin>"
    try:
        data = sys.stdin.buffer.read(MAX_DOCKERFILE_BYTES + 1) if path is None else _read(path)
    except FileNotFoundError:
        raise UnreadableFile(name, "no such file") from None
    except IsADirectoryError:
        raise UnreadableFile(name, "is a directory; name the Dockerfile in it") from None
    except PermissionError:
        raise UnreadableFile(name, "cannot be read (permission denied)") from None
    except OSError as error:
        raise UnreadableFile(name, f"cannot be read ({error.strerror or error})") from None
    if len(data) > MAX_DOCKERFILE_BYTES:
        raise UnreadableFile(name, f"larger than {MAX_DOCKERFILE_BYTES // 1024 // 1024} MiB")
    if data.count(b"\n") > MAX_LINES:
        raise UnreadableFile(name, f"more than {MAX_LINES:,} lines")
    if b"\0" in data:
        line = data[: data.index(0)].count(b"\n") + 1
        raise UnreadableFile(name, "binary data; a Dockerfile is text", line)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnreadableFile(name, f"not UTF-8 text (byte {error.start})", line) from None


def _read(path: Path) -> bytes:
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(str(path))
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableFile(str(path), "not a regular file")
    with path.open("rb") as file:
        return file.read(MAX_DOCKERFILE_BYTES + 1)


def write_atomically(path: Path, text: str, mode_of: Path | None) -> None:
    """Write a file in one step: a reader sees the old content or the new, never a part.

    An existing file keeps its mode and owner where possible; a new one takes the mode of `mode_of`. A symbolic link is
    followed: its target is replaced.

    Raises:
        UserError: when the folder is missing or cannot be written.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise UserError(f"{path}: is a directory; name a file")
    if not target.parent.is_dir():
        raise UserError(f"{path}: the folder {target.parent} does not exist")
    import tempfile  # 6 ms that printing to stdout does not need

    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_mode(target, mode_of))
        Path(temporary).replace(target)
        temporary = None
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror or error})") from None
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()


def _mode(target: Path, mode_of: Path | None) -> int:
    for path in (target, mode_of):
        if path is not None and path.exists():
            return stat.S_IMODE(path.stat().st_mode)
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
