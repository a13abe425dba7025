"""Run the scripted endpoint as a server of its own, until it is ended or has answered enough."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsk.errors import Status, Terminated, UsageFault
from dsk.records import NamedTuple
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.scripted.faults import Fault
    from dsk.scripted.script import Reply, Script
    from dsk.scripted.seen import Seen
    from dsk.world import World

#: Header fields that carry a key.
SECRET = ("authorization", "proxy-authorization", "x-api-key", "api-key", "cookie")


class ServeSettings(NamedTuple):
    """The values of the options of ``dsk serve``, by their names."""

    port: int
    host: str
    base_path: str
    text: tuple[str, ...]
    echo: bool
    reply: str | None
    recording: tuple[str, ...]
    reasoning: str | None
    pace: float
    first_token: float
    keep_alive: int
    fault: tuple[Fault, ...]
    require_key: bool
    strict: bool
    max_requests: int | None
    log: str | None


def serve(settings: ServeSettings, world: World) -> Status:
    """Listen, print the base URL, and answer. Ends quietly with SIGINT or SIGTERM, which are the usual end of it."""
    from queue import SimpleQueue

    from dsk.output.sinks import write_out_all
    from dsk.scripted.server import ScriptedServer

    script = _script(settings)
    ended: SimpleQueue[Seen] = SimpleQueue()
    try:
        with (
            _log(settings.log) as log,
            ScriptedServer(script, settings.host, settings.port, keep_requests=False, observe=ended.put) as server,
        ):
            _warn_of_host(settings.host, server.address, world)
            write_out_all(STDOUT, f"{server.base_url}{settings.base_path}\n".encode())
            answered = 0
            while settings.max_requests is None or answered < settings.max_requests:
                seen = ended.get()
                answered += 1
                if log is not None:
                    write_out_all(log, _line(seen))
    except KeyboardInterrupt:
        return Status.INTERRUPTED
    except Terminated:
        return Status.TERMINATED
    return Status.OK


def _script(settings: ServeSettings) -> Script:
    from dsk.scripted.script import Script

    return Script(
        replies=_replies(settings),
        pace=settings.pace,
        first_token=settings.first_token,
        keep_alive=settings.keep_alive,
        faults=settings.fault,
        require_key=settings.require_key,
        strict=settings.strict,
        base_path=settings.base_path,
    )


def _replies(settings: ServeSettings) -> tuple[Reply, ...]:
    from dsk.scripted.script import Reply

    if settings.reply is not None:
        return _replies_of(settings.reply)
    if settings.recording:
        return tuple(Reply(recording=_read(path, "--recording")) for path in settings.recording)
    reasoning = None if settings.reasoning is None else _text(settings.reasoning, "--reasoning")
    first = Reply(reasoning=reasoning, echo=settings.echo)
    return tuple(first._replace(text=_text(text, "--text")) for text in settings.text) or (first,)


def _replies_of(name: str) -> tuple[Reply, ...]:
    from dsk.prompt.text import text_of
    from dsk.scripted.replies import read_replies

    folder = Path(name).parent
    text = text_of(_read(name, "--reply"), name)
    try:
        return read_replies(text, lambda path: _read(str(folder / path), "recording"))
    except ValueError as error:
        raise UsageFault(f"--reply {name}", str(error), hint="man dsk-serve has REPLY FILES") from error


def _text(value: str, option: str) -> str:
    from dsk.prompt.text import argument, text_of

    if value.startswith("@"):
        try:
            return text_of(_read(value[1:], option), value[1:])
        except UsageFault as fault:
            raise UsageFault(f"{option} {value}", fault.why or fault.what, hint=fault.hint) from fault
    return argument(value, option)


def _read(path: str, what: str) -> bytes:
    from dsk.prompt.files import read_bytes

    return read_bytes(path, what)


def _warn_of_host(host: str, address: str, world: World) -> None:
    from ipaddress import ip_address

    from dsk.output.notes import warn

    if not ip_address(address.partition("%")[0]).is_loopback:
        warn([f"--host {host}: whoever reaches this machine can ask the endpoint"], world)


@contextmanager
def _log(where: str | None) -> Iterator[int | None]:
    """The descriptor that --log names: an open one, or a file that is added to."""
    from dsk.output.opening import as_number, check_descriptor, descriptor_in, open_path

    if where is None:
        yield None
        return
    number = as_number(where)
    descriptor = descriptor_in(where) if number is None else number
    if descriptor is not None:
        check_descriptor(descriptor, "--log")
        yield descriptor
        return
    descriptor = open_path(where, "--log", truncate=False).descriptor
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_APPEND)
        yield descriptor
    finally:
        os.close(descriptor)


def _line(seen: Seen) -> bytes:
    """A request as a line of the log."""
    from dsk.output.json_text import json_line

    headers = {name: "REDACTED" if name.lower() in SECRET else seen.headers[name] for name in seen.headers}
    return json_line(
        {
            "method": seen.method,
            "path": seen.path,
            "headers": headers,
            "body": _body(seen),
            "status": seen.status,
            "closed_early": seen.closed_early,
        }
    )


def _body(seen: Seen) -> Any:
    """The body as JSON, or else as text: also if it is too deep or too large to be read or written."""
    import json

    try:
        value = seen.json
        json.dumps(value)
        return value
    except (ValueError, RecursionError):
        return seen.body.decode("utf-8", "replace")
