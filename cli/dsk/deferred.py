"""Modules that a library imports at its top and that this program seldom comes to use: filled when they are used.

Such a module is in ``sys.modules`` as any other, but empty, until an attribute is wanted that it lacks; from then on
it is the ordinary module, for everyone in the process. (``importlib.util.LazyLoader`` does not do: with it the next
``import`` of the module fills it.)
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from threading import RLock
from types import ModuleType
from typing import Any

#: click wants the first for texts of help, urllib.parse the second for bracketed addresses, logging, which is loaded by
#: sseclient, the third for errors.
FOR_ALL = ("inspect", "ipaddress", "traceback")
#: requests wants them for uploads of forms, digests, names in other scripts and resources in zip files.
FOR_REQUESTS = ("csv", "hmac", "idna", "mimetypes", "netrc", "zipfile")

_FILLING = RLock()


def defer(names: tuple[str, ...]) -> None:
    """Have these top-level modules filled when they are used, those that are not loaded yet."""
    for name in names:
        spec = None if name in sys.modules else PathFinder.find_spec(name)
        if spec is None or spec.loader is None:
            continue
        module = _Deferred(name)
        module.__spec__ = spec
        module.__loader__ = spec.loader
        module.__file__ = spec.origin
        if spec.submodule_search_locations is not None:
            module.__path__ = spec.submodule_search_locations
        sys.modules[name] = module


class _Deferred(ModuleType):
    def __getattr__(self, name: str) -> Any:
        with _FILLING:
            # Another thread may have filled it meanwhile; while it is being filled, what it lacks is not there.
            if type(self) is _Deferred:
                self.__class__ = _Filling  # type: ignore[assignment]
                try:
                    self.__spec__.loader.exec_module(self)  # type: ignore[union-attr]
                finally:
                    self.__class__ = ModuleType  # type: ignore[assignment]
        return getattr(self, name)


class _Filling(ModuleType):
    """What a module is meanwhile: one thread fills it, and others wait for it."""

    def __getattr__(self, name: str) -> Any:
        with _FILLING:
            # The thread that fills it comes through the lock.
            if type(self) is _Filling:
                raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} yet")
        return getattr(self, name)
