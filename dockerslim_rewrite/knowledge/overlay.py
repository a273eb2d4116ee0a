"""Facts that a company adds: packages of its own repositories, mirrors and golden images.

The overlay of the rewrite that is under way is kept in a context variable, since facts are asked for in many places.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from msgspec import Struct

from dockerslim_rewrite.knowledge.model import Role


class OwnPackage(Struct, frozen=True):
    """An OS package of a company. `runtime` are the packages that a program built with it needs; `alpine` is its name
    there, "" for none; `provides` are its programs."""

    name: str
    role: Role
    runtime: tuple[str, ...] = ()
    alpine: str = ""
    provides: tuple[str, ...] = ()


class Overlay(Struct, frozen=True):
    """A company's facts.

    `same_as` are pairs of an image's name, or a prefix that ends in a slash, and what it is a copy of; `replace` are
    pairs of a public image's name or prefix and what to write instead. A name with a tag means that tag only.
    """

    same_as: tuple[tuple[str, str], ...] = ()
    replace: tuple[tuple[str, str], ...] = ()
    packages: tuple[tuple[str, OwnPackage], ...] = ()

    def public_name(self, image: str) -> str:
        """Return the public image that a reference is a copy of; the reference itself when nothing is known."""
        known = (*self.same_as, *((own, public) for public, own in self.replace))
        return _mapped(known, image)

    def own_name(self, image: str) -> str:
        """Return what a company writes instead of a public image."""
        return _mapped(self.replace, image)

    def package(self, name: str, distro: str) -> OwnPackage | None:
        """Return the company's facts about a package; `distro` is "debian" or "alpine"."""
        return next((entry for where, entry in self.packages if where == distro and entry.name == name), None)


_CURRENT: ContextVar[Overlay] = ContextVar("overlay", default=Overlay())  # noqa: B039 - Overlay cannot change


def current_overlay() -> Overlay:
    """Return the facts that hold for the rewrite that is under way."""
    return _CURRENT.get()


@contextmanager
def use_overlay(overlay: Overlay) -> Iterator[None]:
    """Let a company's facts hold inside the block."""
    token = _CURRENT.set(overlay)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def _mapped(pairs: tuple[tuple[str, str], ...], image: str) -> str:
    """Map a reference by the longest name that it starts with, whole or up to a slash, tag or digest."""
    for name, target in sorted(pairs, key=lambda pair: -len(pair[0])):
        if name.endswith("/") and image.startswith(name):
            return target + image[len(name) :]
        rest = image[len(name) :]
        if image.startswith(name) and rest[:1] in ("", ":", "@"):
            # A target with a tag stands for the whole image; otherwise the tag goes along.
            return target if rest == "" or ":" in target.rpartition("/")[2] else target + rest
    return image
