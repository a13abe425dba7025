"""A question that goes on with a session: as the session was held, but for what this command line says.

A flag, or a template that is named here, goes before the session, and that before the environment and the config
file: the same server, model and system message, so that nobody else is told what was said, and the server's prefix
cache still holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from dsk.errors import UsageFault
from dsk.jobs.delivering import network_of
from dsk.jobs.exchanging import OFFLINE
from dsk.jobs.talk import Talk, talk_of, talk_of_terminal
from dsk.prompt.compose import split_system
from dsk.records import NamedTuple
from dsk.request.fields import is_set
from dsk.request.models import HOST
from dsk.state.log.terminal import terminal_of
from dsk.state.sessions.names import LIST_HINT
from dsk.wire.endpoint import name_of_host

if TYPE_CHECKING:
    from dsk.jobs.asking import AskSettings
    from dsk.jobs.settings import Wish
    from dsk.jobs.settling import Server
    from dsk.request.options import RequestOptions
    from dsk.state.log.reader import Run
    from dsk.state.log.rows import NewTurn
    from dsk.world import World


SERVER = frozenset(("model", "profile", "base_url"))


class Joined(NamedTuple):
    """A question after all that was said before: its messages, its place in the session, and what the user should
    know."""

    messages: list[dict[str, Any]]
    turn: Callable[[], NewTurn]
    warnings: list[str]


class Held(NamedTuple):
    """A session, and the settings with which it is gone on with. ``keeps_system``: its system message stays."""

    talk: Talk
    settings: AskSettings
    keeps_system: bool

    def join(self, messages: Sequence[dict[str, Any]], options: RequestOptions, server: Server) -> Joined:
        """Put what was composed after what was said. What others have added meanwhile is taken in."""
        self.talk.read()
        system, new = split_system(messages)
        if self.keeps_system:
            system = self.talk.system
        return Joined(
            self.talk.messages(system, new, with_reasoning=wants_reasoning(options, server)),
            partial(self.talk.turn, system, new),
            [*self.talk.warnings(), *self.changes(system, options, server)],
        )

    def changes(self, system: str | None, options: RequestOptions, server: Server) -> list[str]:
        """What is another than it was in the turn before."""
        last = self.talk.last
        if not last:
            return []
        now = OFFLINE if self.settings.sending.network.offline else server.base_url
        changes = {"model": (last.run.model_asked, options.model), "server": (last.run.base_url, now)}
        found = [
            f"{self.talk.title}: the {what} is {new} from here on, it was {old}"
            for what, (old, new) in changes.items()
            if old != new
        ]
        if system != last.system:
            found.append(f"{self.talk.title}: the system message is another one from here on")
        return found


def hold(settings: AskSettings, wish: Wish, world: World) -> Held | None:
    """The session that is wished for; None if there is none and it need not be.

    Raises ``UsageFault`` if there must be one, or the name can be none; ``LocalFault`` if the log cannot be read.
    """
    talk = wished(wish, world)
    return hold_talk(talk, settings) if talk else None


def hold_talk(talk: Talk, settings: AskSettings) -> Held:
    """The same of this session, which may be one that is still to begin."""
    if not talk.last:
        return Held(talk, settings, keeps_system=False)
    lower = _not_said_here(settings)
    template = settings.prompt.template
    has_template = template is not None and template.system is not None and "template" not in lower
    keeps_system = not has_template and (settings.prompt.system is None or "system" in lower)
    if keeps_system:
        # Empty: none of the profile's or the config file's either.
        settings = settings._replace(
            prompt=settings.prompt._replace(system=""), from_file=settings.from_file - {"system"}
        )
    return Held(talk, _with_server(settings, talk.last.run), keeps_system)


def wants_reasoning(options: RequestOptions, server: Server) -> bool:
    """Whether the earlier answers are to carry their reasoning."""
    is_deepseek = server.is_deepseek or name_of_host(server.base_url) == HOST
    # A schema may be asked for as a function.
    has_functions = bool(options.functions) or options.schema is not None
    return is_deepseek and (has_functions or is_set("tools", options.set))


def wished(wish: Wish, world: World) -> Talk | None:
    """The session that is wished for; None if none is, or there is none and need not be. Raises as ``hold`` does."""
    if not wish.is_old:
        return None
    if wish.session is not None:
        return talk_of(wish.session, world)
    if wish.is_default and terminal_of(world.env) is None:
        return None
    talk = talk_of_terminal(world)
    if not talk and not wish.is_default:
        raise UsageFault("this terminal has no session yet", hint=f"{LIST_HINT}; --session NAME goes on with one")
    return talk


def _not_said_here(settings: AskSettings) -> frozenset[str]:
    """The parameters whose values this command line does not give, neither itself nor by the template it names."""
    lower = settings.from_file | settings.from_environment
    return lower | settings.from_template.names if "template" in lower else lower


def _with_server(settings: AskSettings, run: Run) -> AskSettings:
    """The settings with the server and the model of an earlier run, where no flag names others."""
    lower = _not_said_here(settings)
    network = settings.sending.network
    names_profile = network.profile is not None and "profile" not in lower
    names_url = network.base_url is not None and "base_url" not in lower
    if names_profile:
        return settings
    before = network_of(run.profile, run.base_url)
    if names_url or network.offline:
        network = network._replace(profile=before.profile)
    else:
        network = network._replace(
            profile=before.profile,
            base_url=before.base_url,
            base_url_origin=before.base_url_origin,
            offline=before.offline,
        )
    request = settings.request
    if request.model is None or "model" in lower:
        request = request._replace(model=run.model_asked)
    return settings._replace(
        sending=settings.sending._replace(network=network),
        request=request,
        from_file=settings.from_file - SERVER,
        from_environment=settings.from_environment - SERVER,
        from_template=settings.from_template._replace(names=settings.from_template.names - SERVER),
    )
