"""The job of ``dsk send``: a request body as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsk.errors import Status, UsageFault
from dsk.exchange.question import Question
from dsk.jobs.connecting import Connecting, way_to
from dsk.jobs.delivering import deliver
from dsk.jobs.settling import settle_server
from dsk.world import STDIN

if TYPE_CHECKING:
    from dsk.jobs.settings import Sending
    from dsk.world import World


MAKES_ONE = "dsk ask --dry-run makes one"


def send(file: str | None, sending: Sending, world: World) -> Status:
    """Send a body as it is; the status of its answer. Without ``file`` it is read from stdin, which then is no
    terminal."""
    from dsk.state.config import load

    server = settle_server(sending.network, load(world.env), world.env)
    connecting = way_to(server, sending, world)
    may_begin = not sending.network.offline and sending.cache is None
    if file is None and world.is_terminal(STDIN):
        raise UsageFault("there is no request body", "stdin is a terminal", hint=MAKES_ONE)
    data = _read_body("-" if file is None else file, connecting if may_begin else None)
    question = Question(data, _parse_body(data, "stdin" if file in (None, "-") else str(file)))
    return deliver(question, server, sending, world, connecting=connecting)


def _read_body(file: str, connecting: Connecting | None) -> bytes:
    from dsk.prompt.files import read_bytes
    from dsk.prompt.stdin import read_stdin

    if file != "-":
        return read_bytes(file, "cannot read")
    if connecting:
        connecting.begin()
    return read_stdin(None)


def _parse_body(data: bytes, name: str) -> dict[str, Any]:
    """What the body says. Raises ``UsageFault`` if it is not a JSON object in UTF-8: no server takes another."""
    from dsk.prompt.text import text_of
    from dsk.request.json_value import json_value

    if not data.strip():
        raise UsageFault("there is no request body", f"{name} is empty", hint=MAKES_ONE)
    try:
        fields = json_value(text_of(data, name))
    except ValueError as error:
        raise UsageFault(f"the request body in {name} is not JSON", str(error), hint=MAKES_ONE) from error
    if not isinstance(fields, dict):
        raise UsageFault(f"the request body in {name} is not a JSON object", hint=MAKES_ONE)
    return fields
