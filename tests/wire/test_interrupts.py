"""^C at any moment while a connection or its response is being made: no socket is left open."""

from __future__ import annotations

import gc
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from dsk.wire import sockets
from dsk.wire.clocks import Clocks
from dsk.wire.endpoint import Endpoint
from dsk.wire.network import Network

BODY = b'{"model": "deepseek-flash", "messages": [{"role": "user", "content": "hi"}], "stream": true}'


class Interrupt:
    """A trace function that interrupts at the line of a module that is reached as the ``number``-th."""

    def __init__(self, number: int) -> None:
        self.left = number
        self.line = 0

    def __call__(self, frame: FrameType, event: str, arg: Any) -> Any:  # noqa: ARG002 - a trace function has them
        return self._at_line if frame.f_code.co_filename == sockets.__file__ else None

    def _at_line(self, frame: FrameType, event: str, arg: Any) -> Any:  # noqa: ARG002
        if event == "line":
            self.left -= 1
            if not self.left:
                self.line = frame.f_lineno
                raise KeyboardInterrupt
        return self._at_line


def test_an_interrupt_leaves_no_socket_open(serve: Callable[[Script], ScriptedServer]) -> None:
    server = serve(Script(replies=(Reply(text="one"),)))
    left_open: list[int] = []
    number = 0
    while True:
        number += 1
        interrupt = Interrupt(number)
        clocks = Clocks(time.monotonic(), connect=10, first_token=30, stall=30, max_time=None)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            posting = Network(Endpoint(server.base_url, None, {}), clocks).begin("/chat/completions", BODY)
            before = sys.gettrace()
            sys.settrace(interrupt)
            try:
                with suppress(KeyboardInterrupt):
                    posting.open()
            finally:
                sys.settrace(before)
                posting.close()
            del posting
            gc.collect()
        left_open += [interrupt.line for one in told if issubclass(one.category, ResourceWarning)]
        if interrupt.left > 0:
            break
    assert number > 20
    assert left_open == []
