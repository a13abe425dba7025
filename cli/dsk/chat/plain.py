"""Lines as a terminal gives them by itself: where nothing can be drawn, and for a yes or no."""

from __future__ import annotations

import os
import select
from typing import TYPE_CHECKING

from dsk.chat.terminal import forget
from dsk.output.notes import tell
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.chat.interrupts import Interrupts
    from dsk.chat.recall import Recall
    from dsk.world import World

READ_SIZE = 1 << 16
#: Seconds within which further lines belong to the same paste.
TOGETHER = 0.03
PROMPT, MORE = "> ", ". "


class PlainReader:
    """Reads texts. A backslash at the end of a line, or lines that come at once, make a text of several lines."""

    reads_keys = False

    def __init__(self, descriptor: int, recall: Recall, interrupts: Interrupts, world: World) -> None:
        self._descriptor = descriptor
        self._recall = recall
        self._interrupts = interrupts
        self._world = world

    def read(self, label: str) -> str | None:
        """A text; None at the end of the input. ``label`` goes before the prompt. Raises ``KeyboardInterrupt``."""
        text, prompt = "", f"{label}{PROMPT}"
        while True:
            line = read_line(self._descriptor, prompt, self._world)
            if line is None and not text:
                return None
            self._interrupts.hold()
            text += line or ""
            if line is not None and text.endswith("\\"):
                text, prompt = text[:-1] + "\n", MORE
            elif line is not None and _has_come(self._descriptor):
                text, prompt = text + "\n", ""
            else:
                self._recall.add(text)
                return text
            self._interrupts.ready()

    def confirm(self, question: str) -> bool:
        """Whether the answer is yes."""
        return confirm(self._descriptor, question, self._world)


def confirm(descriptor: int, question: str, world: World) -> bool:
    """Ask for a yes or no, where all but a yes is a no. What was typed before is no answer."""
    forget(descriptor)
    return (read_line(descriptor, f"{question} [y/N] ", world) or "").strip().lower() in ("y", "yes")


def read_line(descriptor: int, prompt: str, world: World) -> str | None:
    """A line without its end; None at the end of the input."""
    os.write(STDOUT, prompt.encode())
    world.is_mid_line = False
    line = b""
    while not line.endswith(b"\n"):
        # What is read when a signal raises would be lost: it is to raise before.
        select.select([descriptor], [], [])
        piece = os.read(descriptor, READ_SIZE)
        if not piece:
            tell("", world)
            return line.decode("utf-8", "surrogateescape") or None
        line += piece
    return line[:-1].decode("utf-8", "surrogateescape")


def _has_come(descriptor: int) -> bool:
    return bool(select.select([descriptor], [], [], TOGETHER)[0])
