"""The outside world in one object: environment, standard streams, and which of them are terminals."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

STDIN, STDOUT, STDERR = 0, 1, 2


class World:
    """What a run may look at outside its own arguments. Descriptors are those of the process.

    ``progress`` gives the line that answers SIGUSR1; whoever does the work puts it there. ``is_mid_line``: what was
    written last where stderr goes has not ended its line, and a message begins one of its own. ``messages`` counts
    those that have been written there. ``clear_line`` makes room for one where something is shown that is to vanish,
    and ``on_shown`` is told that something of the answer is about to be written.
    ``trouble`` is the exit status of what is no fault but this machine's; a command whose 1 is an answer has another.
    ``is_debugging``: the user wants to see what is done.
    """

    def __init__(self, env: Mapping[str, str] = os.environ) -> None:
        self.env = env
        self.progress: Callable[[], str] = lambda: "starting"
        self.is_mid_line = False
        self.messages = 0
        self.is_debugging = False
        self.clear_line: Callable[[], None] = nothing
        self.on_shown: Callable[[], None] = nothing
        self.trouble = 1

    def is_terminal(self, descriptor: int) -> bool:
        """Whether the descriptor is open and a terminal."""
        try:
            return os.isatty(descriptor)
        except OSError:
            return False

    def is_same_place(self, one: int, other: int) -> bool:
        """Whether two descriptors lead to the same file, pipe or screen, so that what goes to one stands beside what
        goes to the other."""
        if one == other or (self.is_terminal(one) and self.is_terminal(other)):
            return True
        try:
            return os.path.samestat(os.fstat(one), os.fstat(other))
        except OSError:
            return False

    def has_color(self, descriptor: int, wish: str = "auto") -> bool:
        """Whether styles may be written there.

        ``wish`` is auto, always or never. Auto obeys NO_COLOR (https://no-color.org: set and not empty),
        CLICOLOR_FORCE (set and not "0"), TERM=dumb, and asks for a terminal.
        """
        if wish != "auto":
            return wish == "always"
        if self.env.get("NO_COLOR"):
            return False
        if self.env.get("CLICOLOR_FORCE", "0") not in ("", "0"):
            return True
        return self.env.get("TERM") != "dumb" and self.is_terminal(descriptor)


def nothing() -> None:
    """Nothing is shown that is to vanish."""
