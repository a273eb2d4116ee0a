"""Modules of the standard library that typer and jinja2 import and a rewrite does not use: loaded at their first use.

Loading all of them took 5 % of the instructions of a cold start. `importlib.util.LazyLoader` does not help: on Python
3.11 the second `import` of a module loads it. From Python 3.15 on the language has such imports itself (PEP 810).
"""

from __future__ import annotations

import sys
from _thread import RLock
from types import ModuleType
from typing import Any

NAMES = ("bz2", "ipaddress", "lzma", "subprocess", "tempfile", "textwrap", "tokenize")

_LOADING = RLock()


class Later(ModuleType):
    """A module that the first attribute that is asked for loads; from then on it is an ordinary one."""

    def __getattr__(self, name: str) -> Any:
        """Called for what is not set.

        Raises:
            AttributeError: when the module has no such name, or cannot be loaded as `bz2` in a Python that was built
                without it: programs that look through all modules ask each for its `__file__`.
        """
        with _LOADING:
            if self.__spec__ is None:
                try:
                    self._load()
                except ImportError as error:
                    raise AttributeError(f"module {self.__name__} cannot be loaded: {error}") from error
        return ModuleType.__getattribute__(self, name)

    def _load(self) -> None:
        from importlib.util import module_from_spec

        specs = (finder.find_spec(self.__name__, None) for finder in sys.meta_path)
        spec = next(filter(None, specs), None)
        if spec is None or spec.loader is None:
            raise ImportError("no finder knows it", name=self.__name__)
        self.__dict__.update(vars(module_from_spec(spec)))
        spec.loader.exec_module(self)
        self.__class__ = ModuleType  # type: ignore[assignment]  # what the language allows for modules alone


def load_later(names: tuple[str, ...] = NAMES) -> None:
    """Make each import of these modules, unless one is loaded already, wait for its first use."""
    for name in names:
        sys.modules.setdefault(name, Later(name))
