"""What ``--extract``, ``--extract-all`` and ``--into`` ask for."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Which: TypeAlias = Literal["first", "all"]


class Extraction(NamedTuple):
    """That of the answer only the fenced code is written: the first block or all of them, to the output or as files
    ``into`` a folder, where ``force`` replaces those that are there."""

    which: Which
    into: str | None = None
    force: bool = False
