"""The way of a question to the server and of its answer to stdout, for every command that asks one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dsk.jobs.connecting import Connecting
from dsk.jobs.exchanging import OFFLINE, exchange
from dsk.output.notes import note
from dsk.wire.endpoint import Endpoint
from dsk.wire.preconnection import preconnect
from dsk.wire.settings import NetworkSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsk.errors import Status
    from dsk.exchange.question import Question
    from dsk.exchange.source import Listener
    from dsk.jobs.settings import Sending
    from dsk.jobs.settling import Server
    from dsk.jobs.turns import Succession
    from dsk.world import World

OFFLINE_NOTE = "offline: the built-in script answers, no model was asked"


def network_of(profile: str, base_url: str) -> NetworkSettings:
    """How to reach the server of a run that is in the log."""
    if base_url == OFFLINE:
        return NetworkSettings(profile=profile, offline=True)
    return NetworkSettings(profile=profile, base_url=base_url)


def deliver(
    question: Question,
    server: Server,
    sending: Sending,
    world: World,
    warnings: Sequence[str] = (),
    connecting: Connecting | None = None,
    listener: Listener | None = None,
    succession: Succession | None = None,
) -> Status:
    """Send a body and write its answer; raises the failure of a run that did not give the whole answer.

    Everything local that can fail fails before the request is sent. ``warnings`` have been told already.
    ``connecting`` is the way to the server, if it has been looked for already; ``listener`` is told of the answer
    after it was written; ``succession`` knows what is asked next, if the answer may lead to another question.
    """
    notes = [f"warning: {warning}" for warning in warnings]
    network = sending.network
    cached = None
    if sending.cache:
        from dsk.jobs.cached_run import CachedRun
        from dsk.jobs.caching import Cache

        cached = CachedRun(Cache(sending.cache, world), OFFLINE if network.offline else server.base_url, question)
    if "flag" in (network.retry_invalid_origin, network.continue_on_length_origin):
        from dsk.jobs.idle import tell_idle

        notes += tell_idle(sending, question, server, world)
    if network.offline:
        note(OFFLINE_NOTE, world)
        notes.append(OFFLINE_NOTE)
    go = partial(
        exchange,
        server=server,
        sending=sending,
        world=world,
        notes=notes,
        listener=listener,
        succession=succession,
        cached=cached,
    )
    if cached and cached.is_hit and not succession:
        return go(question, Endpoint(server.base_url, None, {}), None)
    if network.offline:
        from dsk.scripted.offline import offline_script
        from dsk.scripted.server import ScriptedServer

        with ScriptedServer(offline_script()) as scripted:
            endpoint = Endpoint(scripted.base_url, None, {})
            made = None if cached and cached.is_hit else preconnect(endpoint, network.connect_timeout)
            return go(question, endpoint, made)
    if cached and cached.is_hit:
        return go(question, cached.endpoint(server, world), None)
    connecting = connecting or Connecting(server, network.connect_timeout, world)
    return go(question, *connecting.made())
