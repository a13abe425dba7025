"""Modules that a library imports at its top and that this program seldom comes to use: filled when they are used.

Such a module is in ``sys.modules`` as any other, but empty, until an attribute is wanted that it lacks; from then on
it is the ordinary module, for everyone in the process. (``importlib.util.LazyLoader`` does not do: with it the next
``import`` of the module fills it.)
"""

from __future__ import annotations

import sys
import typing
from functools import partial
from importlib.machinery import PathFinder
from threading import RLock
from types import ModuleType
from typing import Any

#: click wants the first four for help, errors and a type of values, urllib.parse the next one for bracketed addresses,
#: sseclient the next to be silent, socket the last to send files.
FOR_ALL = ("gettext", "inspect", "traceback", "uuid", "ipaddress", "logging", "selectors")
#: requests wants them for uploads of forms, digests, names in other scripts and resources in zip files.
FOR_REQUESTS = ("csv", "hmac", "idna", "mimetypes", "netrc", "zipfile")

# Functions that libraries take from such a module when they are loaded, and call when they have something to say.
_CALLED_LATER = {"gettext": ("gettext", "ngettext")}
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
        for function in _CALLED_LATER.get(name, ()):
            setattr(module, function, _calling(module, function))
        if name == "logging":
            module.getLogger = partial(_Logger, module)  # type: ignore[attr-defined]
        sys.modules[name] = module


class _Deferred(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name == "__path__":
            # Each import looks for it, and what is a package has it already.
            raise AttributeError(f"module {self.__name__!r} is no package")
        _fill(self)
        return getattr(self, name)


class _Filling(ModuleType):
    """What a module is meanwhile: one thread fills it, and others wait for it."""

    def __getattr__(self, name: str) -> Any:
        with _FILLING:
            # The thread that fills it comes through the lock.
            if type(self) is _Filling:
                raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} yet")
        return getattr(self, name)


def _fill(module: ModuleType) -> None:
    """Make it the ordinary module, which it is after this."""
    with _FILLING:
        # Another thread may have filled it meanwhile; while it is being filled, what it lacks is not there.
        if type(module) is _Deferred:
            module.__class__ = _Filling  # type: ignore[assignment]
            try:
                module.__spec__.loader.exec_module(module)  # type: ignore[union-attr]
            finally:
                module.__class__ = ModuleType  # type: ignore[assignment]


def _calling(module: ModuleType, name: str) -> Any:
    """What stands for a function of the module until it is filled, and fills it when it is called."""

    def call(*args: Any, **named: Any) -> Any:
        _fill(module)
        return getattr(module, name)(*args, **named)

    return call


class _Logger:
    """A logger for whoever asks before the library of loggers is filled: as long as it is not, nobody can have said
    that anything below a warning is wanted."""

    __slots__ = ("_module", "_name")
    _module: ModuleType
    _name: str | None

    def __init__(self, module: ModuleType, name: str | None = None) -> None:
        super().__setattr__("_module", module)
        super().__setattr__("_name", name)

    def debug(self, *args: Any, **named: Any) -> None:
        """Log this, if anybody may want it."""
        if type(self._module) is not _Deferred:
            self._module.getLogger(self._name).debug(*args, **named)

    def __getattr__(self, name: str) -> Any:
        _fill(self._module)
        return getattr(self._module.getLogger(self._name), name)

    def __setattr__(self, name: str, value: object) -> None:
        _fill(self._module)
        setattr(self._module.getLogger(self._name), name, value)


class UnreadAnnotations:
    """Meanwhile annotations that are texts are not compiled, as typing does with those that it is shown: a library's
    are for type checkers, nobody asks for them here. Nor is the module filled of which click wants the name of a class
    for one. Only for when there is one thread."""

    def __enter__(self) -> None:
        self._kept = typing.ForwardRef
        typing.ForwardRef = _Unread  # type: ignore[assignment, misc]
        self._uuid = sys.modules["uuid"] if type(sys.modules.get("uuid")) is _Deferred else None
        if self._uuid:
            self._uuid.UUID = _Unread  # type: ignore[attr-defined]

    def __exit__(self, *_: object) -> None:
        typing.ForwardRef = self._kept  # type: ignore[misc]
        if type(self._uuid) is _Deferred:
            del self._uuid.UUID


class _Unread:
    """What stands for an annotation."""

    def __init__(self, text: str, *_: object, **__: object) -> None:
        self.__forward_arg__ = text

    def __call__(self) -> None:
        """Types can be called, which typing looks at before Python 3.11."""
