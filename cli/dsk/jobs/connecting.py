"""The way to the server: its key looked up once, and the connection begun as early as nothing speaks against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.errors import Failure
from dsk.jobs.settling import Server, settle_endpoint
from dsk.wire.preconnection import Preconnection, preconnect

if TYPE_CHECKING:
    from dsk.jobs.settings import Sending
    from dsk.wire.endpoint import Endpoint
    from dsk.world import World


def way_to(server: Server, sending: Sending, world: World) -> Connecting:
    """The way to the server, for what has been found possible. Raises ``UsageFault`` and ``LocalFault`` for an output
    that is not."""
    if sending.record is not None or sending.output.is_particular:
        from dsk.output.checking import check_output

        check_output(sending.output, sending.record)
    return Connecting(server, sending.network.connect_timeout, world)


class Connecting:
    """A server's endpoint and the connection to it, which may be begun while stdin is still read."""

    def __init__(self, server: Server, connect_timeout: float, world: World) -> None:
        self._server = server
        self._connect_timeout = connect_timeout
        self._world = world
        self._endpoint: Endpoint | None = None
        self._fault: Failure | None = None
        self._made: Preconnection | None = None

    def begin(self) -> None:
        """Connect now, if that has not begun. What is in the way is told when the endpoint is asked for."""
        if self._endpoint or self._fault:
            return
        try:
            self._endpoint = settle_endpoint(self._server, self._world.env)
            self._made = preconnect(self._endpoint, self._connect_timeout)
        except Failure as fault:
            self._fault = fault

    def made(self) -> tuple[Endpoint, Preconnection | None]:
        """The endpoint, and the connection if it can be made ahead of requests.

        Raises what ``settle_endpoint`` and ``preconnect`` raise.
        """
        self.begin()
        if self._fault:
            raise self._fault
        assert self._endpoint
        return self._endpoint, self._made
