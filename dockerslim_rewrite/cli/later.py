"""Modules of the standard library that the libraries import and a rewrite does not use: loaded at their first use.

Loading all of them took a tenth of the instructions of a cold start. `importlib.util.LazyLoader` does not help: on
Python 3.11 the second `import` of a module loads it, and so does `from module import function`. From Python 3.15 on the
language has such imports itself (PEP 810).
"""

from __future__ import annotations

import sys
from _thread import RLock
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

# With the functions that are imported by name: stand-ins for these are handed out, which load the module when called.
MODULES: Mapping[str, tuple[str, ...]] = {
    "bz2": (),
    "difflib": ("get_close_matches",),
    "hashlib": ("sha1",),
    "importlib.resources": ("files",),
    "ipaddress": (),
    "lzma": (),
    "random": ("choice", "randrange"),
    "shutil": ("get_terminal_size",),
    "subprocess": (),
    "tempfile": (),
    "textwrap": (),
    "tokenize": (),
    "urllib.parse": ("quote_from_bytes",),
}

_LOADING = RLock()


class Later(ModuleType):
    """A module that is loaded when something is asked of it, and is an ordinary one from then on."""

    def __getattr__(self, name: str) -> Any:
        """Called for what is not set.

        Raises:
            AttributeError: when the module has no such name, or cannot be loaded as `bz2` in a Python that was built
                without it: programs that look through all modules ask each for its `__file__`.
        """
        with _LOADING:
            if self.__spec__ is None:
                if name in MODULES.get(self.__name__, ()):
                    return _stand_in(self, name)
                try:
                    spec = _spec(self.__name__)
                    if name == "__path__":  # each `from module import` asks for it, and it is no use of the module
                        return _path(spec)
                    self._load(spec)
                except ImportError as error:
                    raise AttributeError(f"module {self.__name__} cannot be loaded: {error}") from error
        return ModuleType.__getattribute__(self, name)

    def _load(self, spec: ModuleSpec) -> None:
        from importlib.util import module_from_spec

        self.__dict__.update(vars(module_from_spec(spec)))
        spec.loader.exec_module(self)  # type: ignore[union-attr]  # `_spec` has looked
        self.__class__ = ModuleType  # type: ignore[assignment]  # what the language allows for modules alone


def load_later(names: Iterable[str] = MODULES) -> None:
    """Make each import of these modules, unless one is loaded already, wait for its first use."""
    for name in names:
        if name not in sys.modules:
            sys.modules[name] = module = Later(name)
            parent, _, last = name.rpartition(".")
            if parent:
                setattr(import_module(parent), last, module)


def _spec(name: str) -> ModuleSpec:
    parent = name.rpartition(".")[0]
    path = sys.modules[parent].__path__ if parent else None
    specs = (finder.find_spec(name, path) for finder in sys.meta_path)
    spec = next(filter(None, specs), None)
    if spec is None or spec.loader is None:
        raise ImportError("no finder knows it", name=name)
    return spec


def _path(spec: ModuleSpec) -> list[str]:
    if spec.submodule_search_locations is None:
        raise ImportError("it is no package", name=spec.name)
    return spec.submodule_search_locations


def _stand_in(module: Later, name: str) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        _ = module.__file__  # loads it
        return getattr(module, name)(*arguments, **options)

    return call
