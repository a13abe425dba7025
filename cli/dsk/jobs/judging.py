"""What the commands share that ask for a yes or a no: which server, with which options, and the request shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dsk.jobs.settings import FromTemplate
from dsk.jobs.settling import Server, settle_request, settle_server
from dsk.judging.asking import one_token
from dsk.records import NamedTuple
from dsk.request.body import Body, build
from dsk.request.options import RequestOptions
from dsk.state.config import load

if TYPE_CHECKING:
    from dsk.wire.settings import NetworkSettings
    from dsk.world import World

#: The exit status of what gives no answer and is no fault of server or network, in the place of 1.
TROUBLE = 2


class Asking(NamedTuple):
    """What was said about the request. ``from_file`` and ``from_environment`` are as those of ``AskSettings``."""

    request: RequestOptions
    from_file: frozenset[str]
    from_environment: frozenset[str]
    network: NetworkSettings
    max_tokens: int


class Settled(NamedTuple):
    """The server, the options of every question, and what the user should be told."""

    server: Server
    options: RequestOptions
    warnings: list[str]

    def body(self, messages: Sequence[dict[str, Any]], top: int | None) -> Body:
        """The body that asks for that many likely tokens, None for none."""
        options = self.options._replace(logprobs=top)
        return build(messages, options, is_deepseek=self.server.is_deepseek, usage=False)


def settle(asking: Asking, world: World) -> Settled:
    """Raises ``UsageFault`` for what cannot be asked. Failures are told from answers from here on."""
    world.trouble = TROUBLE
    config = load(world.env)
    server = settle_server(asking.network, config, world.env)
    options, warnings = settle_request(
        asking.request, asking.from_file, asking.from_environment, FromTemplate(), config, server
    )
    return Settled(server, one_token(options, asking.max_tokens), warnings)
