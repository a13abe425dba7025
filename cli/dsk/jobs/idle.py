"""Options of the command line that have no effect on this question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.output.notes import warn
from dsk.request.prefix import can_go_on

if TYPE_CHECKING:
    from dsk.exchange.question import Question
    from dsk.jobs.settings import Sending
    from dsk.jobs.settling import Server
    from dsk.world import World

RETRY_INVALID = "--retry-invalid has no effect: the request asks for no JSON (--schema and --json-mode do)"


def tell_idle(sending: Sending, question: Question, server: Server, world: World) -> list[str]:
    """Tell of those among the network options; what was told, for a recording."""
    network = sending.network
    found = []
    if network.retry_invalid_origin == "flag" and network.retry_invalid and not question.wants_json:
        found.append(RETRY_INVALID)
    if network.continue_on_length_origin == "flag" and network.continue_on_length:
        why = _why_not_gone_on(sending, question, server)
        found += [f"--continue-on-length has no effect: {why}"] if why else []
    if found:
        warn(found, world)
    return [f"warning: {warning}" for warning in found]


def _why_not_gone_on(sending: Sending, question: Question, server: Server) -> str:
    """Why an answer that the token limit cuts will not be gone on with; "" if it may be."""
    if sending.output.format == "raw":
        return "the frames of --raw are written as they come, once"
    if not can_go_on(question.fields, has_beta=True):
        return "only an answer that is one text can go on, and none in JSON"
    has_beta = bool(server.profile.prefix_completion)
    return (
        ""
        if can_go_on(question.fields, has_beta=has_beta)
        else (f"profile {server.profile.name!r} has no prefix_completion")
    )
