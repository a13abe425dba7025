"""What the tests of conversations share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.chat.terminal import Screen
from tests.harness import Dsk

Open = Callable[..., Screen]


@pytest.fixture
def server(serve: Callable[[Script], ScriptedServer]) -> ScriptedServer:
    return serve(Script(replies=tuple(Reply(text=f"Answer {n}.") for n in range(1, 10))))


@pytest.fixture
def stalling(serve: Callable[[Script], ScriptedServer]) -> ScriptedServer:
    """One that says no more than ``one two`` of its first answer."""
    first = Reply(text="one two three four", faults=(parse_fault("stall-after=2"),))
    return serve(Script(replies=(first, Reply(text="Answer 2."), Reply(text="Answer 3."))))


@pytest.fixture
def here(dsk: Dsk) -> Dsk:
    """dsk that tries once and no more."""
    dsk.env["DSK_RETRY"] = "0"
    return dsk


@pytest.fixture
def open_chat(here: Dsk) -> Iterator[Open]:
    """Open ``dsk chat`` that speaks to a server."""
    with ExitStack() as stack:

        def opened(server: ScriptedServer, *args: str, **options: Any) -> Screen:
            here.env["DEEPSEEK_BASE_URL"] = server.base_url
            return stack.enter_context(Screen(here, "chat", *args, **options))

        yield opened


def sent(server: ScriptedServer, number: int = -1) -> list[dict[str, Any]]:
    """The messages of a request."""
    messages: list[dict[str, Any]] = server.requests[number].json["messages"]
    return messages


def talk(*texts: str) -> list[dict[str, Any]]:
    """Messages of the user and the assistant by turns."""
    return [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(texts)]
