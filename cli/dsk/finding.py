"""Our own modules, found and read without detours.

A run loads a hundred of them. Python asks for each in all places where modules can be, and looks at each file several
times: that takes longer than to run what is in them. What is not as usual is left to Python, which knows all the rules.
"""

from __future__ import annotations

import marshal
import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType

try:
    from importlib._bootstrap_external import MAGIC_NUMBER
except ImportError:
    # Its public place, which takes its time to load.
    from importlib.util import MAGIC_NUMBER

_FOLDER, _PYC = "/__pycache__/", f".{sys.implementation.cache_tag}.pyc"
# What a compiled file begins with that goes by its source's time and size: PEP 552.
_BY_TIME = MAGIC_NUMBER + bytes(4)
# Bytes; few modules are larger once they are compiled.
_AT_ONCE = 1 << 16


class Finder:
    """Finds the modules of one package, those that are files."""

    def __init__(self, package: str, folder: str) -> None:
        self._prefix = f"{package}."
        self._folder = folder

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        """Where the module is; None if it is none of ours, or not there."""
        if not name.startswith(self._prefix):
            return None
        *folders, last = name[len(self._prefix) :].split(".")
        folder = "/".join([self._folder, *folders])
        spec = _spec(name, folder, last)
        if not spec:
            folder = f"{folder}/{last}"
            spec = _spec(name, folder, "__init__")
            if spec:
                spec.submodule_search_locations = [folder]
        return spec


def _spec(name: str, folder: str, last: str) -> ModuleSpec | None:
    file = f"{folder}/{last}.py"
    loader = _Loader(name, file)
    try:
        loader.source = os.stat(file)
    except OSError:
        return None
    spec = ModuleSpec(name, loader, origin=file)
    spec.cached = loader.cached = f"{folder}{_FOLDER}{last}{_PYC}"
    spec.has_location = True
    return spec


class _Loader(SourceFileLoader):
    """Loads what has been compiled before."""

    cached: str
    source: os.stat_result

    def get_code(self, fullname: str) -> CodeType | None:
        """The code of the module, compiled before if it was compiled from the file as it is now."""
        try:
            data = _content(self.cached)
        except OSError:
            return super().get_code(fullname)
        time, size = int(self.source.st_mtime) & 0xFFFFFFFF, self.source.st_size & 0xFFFFFFFF
        if data[:16] == _BY_TIME + time.to_bytes(4, "little") + size.to_bytes(4, "little"):
            code: CodeType = marshal.loads(memoryview(data)[16:])
            return code
        return super().get_code(fullname)


def _content(path: str) -> bytes:
    """What is in a file, by the system calls alone that this takes."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = piece = os.read(file, _AT_ONCE)
        while len(piece) == _AT_ONCE:
            data += (piece := os.read(file, _AT_ONCE))
    finally:
        os.close(file)
    return data


# From an archive, say, or with what is compiled kept elsewhere, modules are loaded as Python does it.
if type(__spec__.loader) is SourceFileLoader and not sys.flags.optimize and not sys.pycache_prefix:
    sys.meta_path.insert(0, Finder("dsk", os.path.dirname(__file__)))
