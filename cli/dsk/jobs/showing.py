"""A request shown in the place of an answer: its body, or the curl command that sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from dsk.jobs.settling import sends_key
from dsk.output.notes import warn
from dsk.output.sinks import Sinks
from dsk.request.body import encode
from dsk.request.prefix import in_way

if TYPE_CHECKING:
    from dsk.jobs.settings import Sending
    from dsk.jobs.settling import Server
    from dsk.wire.settings import NetworkSettings
    from dsk.world import World


def show_request(
    what: Literal["body", "curl"], fields: dict[str, Any], server: Server, sending: Sending, world: World
) -> None:
    """Write the body, or the curl command that sends it, where the answer would go."""
    sinks = Sinks(world)
    answer = sinks.open_answer(sending.output.output)
    if what == "body":
        data = encode(in_way(fields, server.prefix_way)[1], pretty=world.is_terminal(answer.descriptor))
    else:
        data = _curl(fields, server, sending.network, world).encode()
    if world.is_terminal(answer.descriptor):
        from dsk.output.escapes import clean_json

        # The only strings of the user's in a curl command are in its body: it still sends the same.
        data = clean_json(data.decode()).encode()
    sinks.begin()
    sinks.put(answer, data + b"\n")
    sinks.flush()
    sinks.close()
    if sinks.answer_fault:
        raise sinks.answer_fault


def _curl(fields: dict[str, Any], server: Server, network: NetworkSettings, world: World) -> str:
    """The curl command; a warning if the variable that it takes the key from is not set."""
    from dsk.request.curl import curl_command
    from dsk.wire.endpoint import query_text

    if network.offline:
        warn([f"--offline is not in the command: it asks {server.base_url}"], world)
    variable = server.profile.key_env if sends_key(server, world.env) else None
    if variable and not world.env.get(variable):
        warn([f"the command takes the key from ${variable}, which is not set"], world)
    path, put = in_way(fields, server.prefix_way)
    return curl_command(
        server.base_url + path + query_text(server.profile.query),
        variable,
        server.profile.headers,
        encode(put),
        connect_timeout=network.connect_timeout,
        max_time=network.max_time,
        key_header=server.profile.key_header or "",
    )
