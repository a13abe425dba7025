"""The way to the server for a run of many questions."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from dsk.jobs.delivering import OFFLINE_NOTE
from dsk.jobs.settling import settle_clocks, settle_endpoint, settle_policy
from dsk.map.asker import Way
from dsk.map.limits import allow_files
from dsk.output.notes import note
from dsk.wire.endpoint import Endpoint
from dsk.wire.network import pool_of

if TYPE_CHECKING:
    from dsk.jobs.settling import Server
    from dsk.wire.settings import NetworkSettings
    from dsk.world import World


def reached(server: Server, network: NetworkSettings, stack: ExitStack, world: World) -> Endpoint:
    """Whom to ask: the server, or the built-in one, which lives as long as ``stack``. Raises as ``settle_endpoint``."""
    if not network.offline:
        return settle_endpoint(server, world.env)
    from dsk.scripted.offline import offline_script
    from dsk.scripted.server import ScriptedServer

    scripted = stack.enter_context(ScriptedServer(offline_script(), keep_requests=False))
    note(OFFLINE_NOTE, world)
    return Endpoint(scripted.base_url, None, {})


def way_of(endpoint: Endpoint, server: Server, network: NetworkSettings, jobs: int) -> Way:
    """How it is asked, ``jobs`` at a time."""
    allow_files(jobs)
    policy = settle_policy(network, server)
    return Way(
        endpoint, pool_of(jobs), policy, lambda streams: settle_clocks(network, streams=streams), server.prefix_way
    )
