"""The beginning of the answer that the user gives: DeepSeek's chat prefix completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsk.errors import UsageFault
from dsk.prompt.text import argument
from dsk.request.options import wants_thinking
from dsk.request.prefix import beginning

if TYPE_CHECKING:
    from dsk.jobs.settling import Server
    from dsk.request.options import RequestOptions

_SAYS_SO = 'prefix_completion = "last_message"'


def given_beginning(options: RequestOptions, server: Server) -> dict[str, Any]:
    """The last message of a question whose answer has begun.

    Raises ``UsageFault`` if the server is not known to go on with it, if the model does not think where the beginning
    of its reasoning is given, and for what is no text.
    """
    name = "--prefix" if options.prefix is not None else "--reasoning-prefix"
    profile = server.profile
    if not server.prefix_way:
        raise UsageFault(
            name,
            f"profile {profile.name} has no prefix completion",
            hint=f"if its server goes on with a last message of the assistant's, {_SAYS_SO} says so",
        )
    if options.reasoning_prefix is not None and server.prefix_way != "beta":
        raise UsageFault(
            "--reasoning-prefix",
            f"the server of profile {profile.name} takes no reasoning back",
            hint="leave it out: --prefix begins the answer",
        )
    if options.reasoning_prefix is not None and wants_thinking(options) is not True:
        raise UsageFault("--reasoning-prefix", "the model does not reason first", hint="--think lets it")
    return beginning(
        argument(options.prefix or "", "--prefix"), argument(options.reasoning_prefix or "", "--reasoning-prefix")
    )
