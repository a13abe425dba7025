"""The job of ``dsk send``, and the way to the server that ``ask`` takes as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsk.errors import Status, UsageFault
from dsk.exchange import Exchange, conclude
from dsk.jobs.settling import Server, settle_clocks, settle_endpoint, settle_server
from dsk.output.notes import note
from dsk.output.printer import open_printer
from dsk.wire.endpoint import CHAT_PATH, Endpoint
from dsk.wire.posting import Posting
from dsk.world import STDIN

if TYPE_CHECKING:
    from dsk.output.settings import OutputSettings
    from dsk.wire.settings import NetworkSettings
    from dsk.world import World

OFFLINE_NOTE = "offline: the built-in script answers, no model was asked"


def send(file: str, network: NetworkSettings, output: OutputSettings, world: World) -> Status:
    """Send a body as it is; the status of its answer."""
    from dsk.state.config import load

    data = _read_body(file, world)
    fields = _parse_body(data, file)
    server = settle_server(network, load(world.env), world.env)
    return deliver(data, fields, server, network, output, world)


def deliver(
    body: bytes,
    fields: dict[str, Any],
    server: Server,
    network: NetworkSettings,
    output: OutputSettings,
    world: World,
) -> Status:
    """Send a body and write its answer; raises the failure of a run that did not give the whole answer.

    ``fields`` is what the body says. Everything local that can fail fails before the request is sent.
    """
    if network.offline:
        from dsk.scripted.offline import offline_script
        from dsk.scripted.server import ScriptedServer

        with ScriptedServer(offline_script()) as scripted:
            note(OFFLINE_NOTE, world)
            return _exchange(body, fields, Endpoint(scripted.base_url, None, {}), network, output, world)
    return _exchange(body, fields, settle_endpoint(server, world.env), network, output, world)


def _exchange(
    body: bytes,
    fields: dict[str, Any],
    endpoint: Endpoint,
    network: NetworkSettings,
    output: OutputSettings,
    world: World,
) -> Status:
    printer = open_printer(output, world)
    clocks = settle_clocks(network, streams=bool(fields.get("stream")))
    exchange = Exchange(printer, clocks, whole=output.format == "raw", wants_json=_wants_json(fields))
    return conclude(printer, exchange.run(Posting(endpoint, CHAT_PATH, body, clocks)))


def _wants_json(fields: dict[str, Any]) -> bool:
    response_format = fields.get("response_format")
    return isinstance(response_format, dict) and response_format.get("type") == "json_object"


def _read_body(file: str, world: World) -> bytes:
    from dsk.prompt.files import read_bytes
    from dsk.prompt.stdin import read_stdin

    if file != "-":
        return read_bytes(file, "cannot read")
    if world.is_terminal(STDIN):
        raise UsageFault("there is no request body", "stdin is a terminal", hint="dsk ask --dry-run makes one")
    return read_stdin(None)


def _parse_body(data: bytes, file: str) -> dict[str, Any]:
    """What the body says. Raises ``UsageFault`` if it is not a JSON object in UTF-8: no server takes another."""
    import json

    name = "stdin" if file == "-" else file
    if not data.strip():
        raise UsageFault("there is no request body", f"{name} is empty", hint="dsk ask --dry-run makes one")
    try:
        fields = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UsageFault(f"the request body in {name} is not JSON", str(error)) from error
    if not isinstance(fields, dict):
        raise UsageFault(f"the request body in {name} is not a JSON object")
    return fields
