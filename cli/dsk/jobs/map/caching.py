"""The cache for many records: each is looked for, and only those that are not there need a server and a key."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from dsk.errors import KeyFault
from dsk.jobs.caching import Cache
from dsk.jobs.many import reached
from dsk.wire.endpoint import Endpoint

if TYPE_CHECKING:
    from dsk.exchange.question import Question
    from dsk.jobs.caching import Cached
    from dsk.jobs.settings import Caching
    from dsk.jobs.settling import Server
    from dsk.wire.settings import NetworkSettings
    from dsk.world import World


def reached_later(
    server: Server, network: NetworkSettings, stack: ExitStack, world: World
) -> tuple[Endpoint, KeyFault | None]:
    """As ``reached``, and why there is no key: that counts once a server is to be asked."""
    try:
        return reached(server, network, stack, world), None
    except KeyFault as fault:
        return Endpoint(server.base_url, None, {}), fault


def looker(
    wish: Caching, base_url: str, no_key: KeyFault | None, world: World, say: Callable[[str], None]
) -> Callable[[Question], Cached]:
    """What looks for a question. It raises a ``KeyFault`` like ``no_key`` for one that is not there, or a
    ``LocalFault`` if no server is to be asked."""
    cache = Cache(wish, world, lambda text: say(f"warning: {text}"))

    def look(question: Question) -> Cached:
        cached = cache.look(question, base_url)
        if cached.fault:
            raise cached.fault
        if no_key and not cached.is_hit:
            # One of its own for each record: one that is raised again and again grows.
            raise KeyFault(no_key.what, no_key.why, hint=no_key.hint)
        return cached

    return look
