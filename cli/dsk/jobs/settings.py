"""How a body is sent and what becomes of the answer, as the user asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dsk.records import NamedTuple

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from dsk.ending import Ending
    from dsk.output.settings import OutputSettings
    from dsk.state.log.rows import NewTurn
    from dsk.wire.settings import NetworkSettings


class FromTemplate(NamedTuple):
    """The parameters whose values a template's [options] gave; ``place`` is the ``FILE:LINE`` of one."""

    names: frozenset[str] = frozenset()
    place: Callable[[str], str] = str


class Stops(NamedTuple):
    """Where the text is to end early, if it comes to that; ``first_block``: after its first block of code, which may
    have ``begun`` in the request."""

    until: re.Pattern[str] | None = None
    max_lines: int | None = None
    first_block: bool = False
    begun: str = ""


class Wish(NamedTuple):
    """Which session a question belongs to: the one of that name or number, or with ``goes_on`` the terminal's last.
    Without either a new one of the terminal begins. ``is_default``: only the environment or the config file says so,
    which means no more than: where there is one."""

    session: str | None = None
    goes_on: bool = False
    is_default: bool = False

    @property
    def is_old(self) -> bool:
        """Whether a session is meant that may be there already."""
        return self.goes_on or self.session is not None


class ToolSettings(NamedTuple):
    """Programs that the model may call: ``files`` and all those in ``folders``. ``allowed`` are the names of tools
    that run unasked, all of which must be there if they are ``meant`` for this run; ``timeout`` is in seconds for each
    call, ``max_turns`` how often there may be results."""

    files: tuple[str, ...]
    folders: tuple[str, ...]
    allowed: tuple[str, ...]
    meant: bool
    timeout: float
    max_turns: int


class Caching(NamedTuple):
    """How the cache is used: ``use`` gives what is there and keeps what is not, ``only`` asks no server, ``refresh``
    asks and replaces. What is older than ``ttl`` seconds is not there."""

    mode: Literal["use", "only", "refresh"] = "use"
    ttl: float | None = None


class Sending(NamedTuple):
    """The settings of a command that sends; ``log``: whether the run is logged; ``turn`` makes its place in
    a session, once the request is on its way; ``judge`` says what an ending comes to where it is not the text that is
    wanted; without ``cache`` there is none."""

    command: str
    network: NetworkSettings
    output: OutputSettings
    stops: Stops
    record: str | None = None
    log: bool = True
    turn: Callable[[], NewTurn] | None = None
    judge: Callable[[Ending], Ending] | None = None
    cache: Caching | None = None
