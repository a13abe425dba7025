"""A command as it is proposed: on a terminal while it arrives, elsewhere whole or not at all.

Half a command may do something else than all of it, and what stands behind a pipe may be a shell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.output.code import CodeOnly
from dsk.stream.code.command import FENCES, command_in, unquoted
from dsk.stream.events import Content, Event

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.output.outlet import Outlet

QUOTE = "`"


class Proposal:
    """Writes the command of choice 0."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._view = View() if outlet.is_terminal else None
        self._firewall = outlet.firewall()
        self._last = "\n"

    def received(self, _data: bytes, events: Sequence[Event]) -> None:
        """Show what the events add to it, where somebody looks."""
        if self._view:
            text = "".join([event.text for event in events if isinstance(event, Content) and event.choice == 0])
            self._show(self._view.feed(text))

    def turn(self, ending: Ending) -> None:
        """Finish what was shown; the command is that of the last answer."""
        if self._view:
            self.end(ending)
            self._view, self._firewall = View(), self._outlet.firewall()

    def end(self, ending: Ending) -> None:
        """Finish its line, or write all of it."""
        if not self._view:
            if ending.failure is None:
                self._outlet.put(f"{command_in(ending.answer.content)}\n".encode())
            return
        self._show(self._view.close())
        if self._firewall:
            self._put(self._firewall.close())
        if self._last != "\n":
            self._outlet.put(b"\n")

    def _show(self, text: str) -> None:
        self._put(self._firewall.feed(text) if self._firewall else text)

    def _put(self, text: str) -> None:
        if text:
            self._last = text[-1]
            self._outlet.put(text.encode("utf-8", "replace"))


class View:
    """An answer in pieces, and what of it is shown: what stands before the first fence as it comes, then the code in
    it, and nothing of what follows. A line in backticks waits for its end."""

    def __init__(self) -> None:
        self._held = ""
        self._is_begun = False
        self._starts_line = True
        self._code: CodeOnly | None = None

    def feed(self, text: str) -> str:
        """What is shown of the next piece."""
        if self._is_begun:
            return self._code.feed(text) if self._code else self._outside(text)
        self._held += text
        begin = self._held.lstrip()
        if not begin or any(fence.startswith(begin) for fence in FENCES if fence != begin) or _may_be_quoted(begin):
            return ""
        return self._begin(begin)

    @property
    def has_code(self) -> bool:
        """Whether what was shown last is code that a fence is around."""
        return self._code is not None

    def close(self) -> str:
        """What was held back: the text has ended."""
        shown = "" if self._is_begun else self._begin(unquoted(self._held.strip()))
        return shown + (self._code.close() if self._code else self._held)

    def _begin(self, begin: str) -> str:
        self._is_begun = True
        if not begin.startswith(FENCES):
            self._held = ""
            return self._outside(begin)
        self._code = CodeOnly("first")
        # The spaces before a fence say how far its code is indented.
        return self._code.feed(self._held)

    def _outside(self, text: str) -> str:
        """What is shown of a piece that no fence has been before."""
        text, self._held = self._held + text, ""
        shown = ""
        while text:
            if self._starts_line:
                begin = text.lstrip(" ")
                if begin.startswith(FENCES):
                    self._code = CodeOnly("first")
                    return shown + self._code.feed(text)
                if any(fence.startswith(begin) for fence in FENCES):
                    self._held = text
                    return shown
            line, newline, text = text.partition("\n")
            shown += line + newline
            self._starts_line = bool(newline)
        return shown


def _may_be_quoted(begin: str) -> bool:
    """Whether this may be all there is, and in backticks, which are no part of a command."""
    return begin.startswith(QUOTE) and not begin.startswith(FENCES) and "\n" not in begin.rstrip()
