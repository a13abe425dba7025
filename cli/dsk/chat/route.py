"""The way to the servers of a conversation: looked for once, and a scripted endpoint that lives as long as it."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING

from dsk.jobs.delivering import OFFLINE_NOTE
from dsk.jobs.settling import settle_endpoint
from dsk.output.notes import note
from dsk.wire.endpoint import Endpoint

if TYPE_CHECKING:
    from dsk.jobs.settling import Server
    from dsk.world import World


class Route:
    """Endpoints with their keys. Closed by ``with``."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stack = ExitStack()
        self._known: dict[tuple[str, str], Endpoint] = {}
        self._offline: Endpoint | None = None

    def to(self, server: Server, *, offline: bool) -> Endpoint:
        """The endpoint of a server. Raises what ``settle_endpoint`` raises."""
        if offline:
            self._offline = self._offline or self._scripted()
            return self._offline
        place = server.profile.name, server.base_url
        if place not in self._known:
            self._known[place] = settle_endpoint(server, self._world.env)
        return self._known[place]

    def forget(self) -> None:
        """Look for keys anew: one was refused."""
        self._known.clear()

    def _scripted(self) -> Endpoint:
        from dsk.scripted.offline import offline_script
        from dsk.scripted.server import ScriptedServer

        scripted = self._stack.enter_context(ScriptedServer(offline_script()))
        note(OFFLINE_NOTE, self._world)
        return Endpoint(scripted.base_url, None, {})

    def __enter__(self) -> Route:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
