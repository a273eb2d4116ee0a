"""What a command of a RUN can change in the image."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct


class Inert(Struct, frozen=True):
    """Changes nothing that a container can see."""


class InstallsPackages(Struct, frozen=True):
    """Installs OS packages with `manager` (apt or apk). `complete` is False when a name is not static.

    `group` is apk's `--virtual` name; `recommends` tells whether apt also installs recommended packages.
    """

    manager: str
    packages: tuple[str, ...]
    complete: bool
    group: str = ""
    recommends: bool = False


class ChangesSources(Struct, frozen=True):
    """Changes where OS packages come from: what is installed afterwards may not exist in the distribution."""


class RemovesPackages(Struct, frozen=True):
    """Removes OS packages or their caches; `packages` are those named."""

    packages: tuple[str, ...]


class ChangesAccounts(Struct, frozen=True):
    """Creates or changes users or groups. `user` is the new user's name, `home` its home directory when one is made."""

    user: str | None
    home: str | None


class Writes(Struct, frozen=True):
    """Creates or changes these absolute paths. `what`: a directory, a file, or a symbolic link to `target`, which
    takes the place of a file only with `replaces`."""

    paths: tuple[str, ...]
    what: Literal["dir", "file", "link", "tree"]
    target: str = ""
    replaces: bool = False


class Removes(Struct, frozen=True):
    """Deletes these absolute paths (may hold globs)."""

    paths: tuple[str, ...]


class MayRemove(Struct, frozen=True):
    """Deletes these absolute paths (may hold globs), or does not: the command depends on something."""

    paths: tuple[str, ...]


class Attributes(Struct, frozen=True):
    """Sets owner, mode or capabilities of paths. `owner` and `mode` as written, None when not set."""

    paths: tuple[str, ...]
    owner: str | None
    mode: str | None
    recursive: bool
    capabilities: bool = False


class Builds(Struct, frozen=True):
    """A build tool ran: it writes within the project's tree, its own caches and install paths. `installs` tells
    whether it puts what it made into a prefix of the system: `make install`."""

    program: str
    installs: bool = False


class IndexesLibraries(Struct, frozen=True):
    """Makes the loader's cache of shared libraries anew (`ldconfig`). `places` are directories that it is given."""

    places: tuple[str, ...]


class Unknown(Struct, frozen=True):
    """May do anything; the reason says why it is not understood."""

    reason: str


Effect: TypeAlias = (
    Inert
    | InstallsPackages
    | ChangesSources
    | RemovesPackages
    | ChangesAccounts
    | Writes
    | Removes
    | MayRemove
    | Attributes
    | Builds
    | IndexesLibraries
    | Unknown
)


class CommandEffect(Struct, frozen=True):
    """The effects of one command: the `command`-th of its step's script. `text` is the command as written."""

    step: int
    command: int
    line: int
    text: str
    effects: tuple[Effect, ...]
