"""What ``--extract``, ``--extract-all`` and ``--into`` ask for, and ``dsk sh``."""

from __future__ import annotations

from typing import Literal, TypeAlias

from dsk.records import NamedTuple

Which: TypeAlias = Literal["first", "all", "command"]


class Extraction(NamedTuple):
    """That of the answer only the fenced code is written: the first block or all of them, to the output or as files
    ``into`` a folder, where ``force`` replaces those that are there. ``command``: the answer is one command, fenced or
    not. The answer may have ``begun`` in the request."""

    which: Which
    into: str | None = None
    force: bool = False
    begun: str = ""
