"""Of an answer that has to be one command, the command in it."""

from __future__ import annotations

import re

from dsk.stream.code.extractor import Extractor
from dsk.stream.code.found import Code, Start

FENCES = ("```", "~~~")
_IN_BACKTICKS = re.compile(r"(`+)([^`\n]+)\1")


def command_in(text: str) -> str:
    """The code of the first fenced block, or all of the text if it has none; "" if only comments or nothing is there.

    Line ends are LF. What is around it is taken off: blank lines, and one pair of backticks, which would have the
    shell run what the command prints.
    """
    command = _command(text)
    lines = (line.strip() for line in command.split("\n"))
    return command if any(line and not line.startswith("#") for line in lines) else ""


def reason_in(text: str) -> str:
    """What an answer without a command says in its place: its comment, on one line."""
    lines = [line.strip().lstrip("#") for line in _command(text).split("\n")]
    return " ".join(" ".join(lines).split())


def unquoted(text: str) -> str:
    """The text without a pair of backticks around all of it."""
    within = _IN_BACKTICKS.fullmatch(text)
    return within[2].strip() if within else text


def _command(text: str) -> str:
    block = _first_block(text)
    return unquoted((text if block is None else block).replace("\r\n", "\n").strip())


def _first_block(text: str) -> str | None:
    """The code of the first fenced block, which may be empty; None if there is none."""
    extractor = Extractor()
    pieces: list[str] | None = None
    for found in [*extractor.feed(text), *extractor.close()]:
        if isinstance(found, Start):
            if found.number > 1:
                break
            pieces = []
        elif isinstance(found, Code) and pieces is not None:
            pieces.append(found.text)
    return None if pieces is None else "".join(pieces)
