"""One stream read to its end: what ends it, and whether that matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.errors import Failure, StallFault, Status
from dsk.stream.events import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsk.exchange.prospects import Prospects
    from dsk.exchange.reception import Reception
    from dsk.exchange.source import Source
    from dsk.stream.answer import Answer
    from dsk.wire.clocks import Clocks


def read_to_end(
    source: Source,
    reception: Reception,
    answer: Answer,
    prospects: Prospects,
    *,
    clocks: Clocks | None,
    is_raw: bool,
    on_open: Callable[[int | None], None],
) -> Failure | None:
    """The failure of the connection, if it was not the server who ended the stream. ``is_raw`` is that of
    ``Exchange``; ``on_open`` gets the HTTP status, where there is one, once the server has begun to answer.

    Raises what ``Reception`` raises.
    """
    try:
        status = source.open()
    except Failure as fault:
        return fault
    on_open(status)
    read = source.read
    while True:
        try:
            data = read()
        except Failure as fault:
            if answer.done or (isinstance(fault, StallFault) and prospects.has_said_all()):
                # All was said: how the connection ends is of no matter.
                return None
            reception.close(is_half=prospects.may_take_up(fault) or prospects.may_retry(fault, is_open=True))
            return None if answer.done else _servers_word_first(answer, fault)
        if not data:
            is_cut = answer.finish_reason is None and not answer.done
            reception.close(is_half=is_cut and (prospects.can_take_up() or prospects.has_retries(is_open=True)))
            return None
        if reception.feed(data):
            continue
        if clocks and prospects.has_said_all():
            clocks.expect_end()
        if reception.is_stopped:
            return None
        if (answer.done or answer.trouble) and not is_raw:
            reception.close(is_half=answer.trouble and prospects.can_take_up())
            return None


def _servers_word_first(answer: Answer, fault: Failure) -> Failure:
    """The error that the stream itself told of, if the connection was lost after it."""
    if fault.status is Status.BROKEN and isinstance(answer.break_off, Trouble):
        return answer.verdict() or fault
    return fault
