"""Options of the command line that have no effect on this question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.output.notes import warn

if TYPE_CHECKING:
    from dsk.exchange.question import Question
    from dsk.wire.settings import NetworkSettings
    from dsk.world import World

RETRY_INVALID = "--retry-invalid has no effect: the request asks for no JSON (--schema and --json-mode do)"


def tell_idle(network: NetworkSettings, question: Question, world: World) -> list[str]:
    """Tell of those among the network options; what was told, for a recording."""
    if not network.retry_invalid or question.wants_json:
        return []
    warn([RETRY_INVALID], world)
    return [f"warning: {RETRY_INVALID}"]
