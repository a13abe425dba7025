"""A conversation: with whom, by which settings, what was said, and one turn more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dsk.chat.memory import Kept, Told, Unkept, before_last, questions
from dsk.chat.route import Route
from dsk.errors import KeyFault, LocalFault, Status
from dsk.jobs.exchanging import OFFLINE, exchange
from dsk.jobs.holding import hold_talk, wants_reasoning, wished
from dsk.jobs.model_names import models_of
from dsk.jobs.settings import Wish
from dsk.jobs.settling import settle_request, settle_server
from dsk.jobs.system import settle_system
from dsk.jobs.talk import Talk
from dsk.output.notes import warn
from dsk.output.summary import summary
from dsk.prompt.compose import system_of
from dsk.records import NamedTuple
from dsk.request.body import build, encode
from dsk.request.history import Said, conversation
from dsk.state.config import load
from dsk.state.log.terminal import terminal_of
from dsk.wire.preconnection import preconnect

if TYPE_CHECKING:
    from dsk.chat.interrupts import Interrupts
    from dsk.ending import Ending
    from dsk.jobs.asking import AskSettings
    from dsk.jobs.settling import Server
    from dsk.request.options import RequestOptions
    from dsk.stream.events import Event
    from dsk.world import World

Messages = Sequence[Mapping[str, Any]]


class Terms(NamedTuple):
    """With whom the conversation is held, and how: ``options`` are those of a request with every layer applied."""

    settings: AskSettings
    server: Server
    options: RequestOptions


class Conversation:
    """The conversation that is held now. ``system`` is its system message, ``unanswered`` the last question if it got
    no answer."""

    memory: Kept | Unkept
    system: str | None
    unanswered: Messages | None
    terms: Terms

    def __init__(self, settings: AskSettings, route: Route, interrupts: Interrupts, world: World) -> None:
        """Begin one, or go on with the session that is wished for.

        Raises ``UsageFault`` for what is wrong with the settings or the session, ``KeyFault`` if there is no key, and
        ``LocalFault`` if the log cannot be read.
        """
        self._given = settings
        self._route = route
        self._interrupts = interrupts
        self._world = world
        self._told: set[str] = set()
        self.switch(settings.wish or Wish())

    @property
    def title(self) -> str:
        """Which conversation it is, and with whom."""
        count = len(questions(self.memory.turns))
        turns = f", {count} turn{'s' if count > 1 else ''}" if count else ""
        return f"{self.terms.options.model}, {self.memory.title}{turns}"

    def switch(self, wish: Wish) -> None:
        """Go on with another session. Raises as the beginning does; then nothing has changed."""
        talk = wished(wish, self._world) or Talk(self._world)
        held = hold_talk(talk, self._given)
        settings, env = held.settings, self._world.env
        config = load(env)
        server = settle_server(settings.sending.network, config, env)
        self._route.to(server, offline=settings.sending.network.offline)
        prompt = settle_system(settings.prompt, settings.from_file, config, server, env)
        system = talk.system if held.keeps_system else system_of(prompt) or None
        self.terms = self._settled(settings, server)
        self.system = system
        self._remember(talk)
        self._warn([*talk.warnings(), *held.changes(system, self.terms.options, server)])

    def models(self) -> list[str]:
        """The names of models that the server of now is known to understand. Raises ``UsageFault``."""
        settings, server, _ = self.terms
        return models_of(server, OFFLINE if settings.sending.network.offline else server.base_url, self._world.env)

    def clear(self) -> None:
        """Begin anew on the same terms."""
        self._remember(Talk(self._world))

    def change(self, **options: Any) -> None:
        """Options of a request are these from here on, as flags would have it. Raises ``UsageFault``."""
        names = frozenset(options)
        before = self.terms.settings
        settings = before._replace(
            request=before.request._replace(**options),
            from_file=before.from_file - names,
            from_environment=before.from_environment - names,
            from_template=before.from_template._replace(names=before.from_template.names - names),
        )
        self.terms = self._settled(settings, self.terms.server)

    def ask(self, new: Messages, *, instead: bool = False) -> None:
        """Say something and write the answer as it arrives; with ``instead`` in the place of what was said last.

        Raises the failure of a run that did not give the whole answer. What there is of it is kept in any case.
        Raises ``KeyboardInterrupt`` if ^C came before there was a run.
        """
        from dsk.exchange.question import Question

        self._interrupts.ready()
        settings, server, options = self.terms
        sending = settings.sending
        turns = self.memory.turns
        messages = conversation(
            self.system,
            [turn.said for turn in (before_last(turns) if instead else turns)],
            new,
            with_reasoning=wants_reasoning(options, server),
        )
        body = build(messages, options, is_deepseek=server.is_deepseek, usage=sending.output.wants_usage)
        self._warn(body.warnings)
        question = Question(encode(body.fields), body.fields)
        endpoint = self._route.to(server, offline=sending.network.offline)
        # The setting up takes a moment, and is to be whole: threads that wait for their end, a row in the log.
        self._interrupts.hold()
        made = preconnect(endpoint, sending.network.connect_timeout)
        sending = sending._replace(turn=self.memory.place(self.system, new, instead=instead))
        witness = Witness(new, self.system)
        try:
            exchange(question, endpoint, made, server, sending, self._world, (), witness, ready=self._interrupts.ready)
        except KeyFault:
            self._route.forget()
            raise
        finally:
            self._take(witness.told, turns, instead=instead)

    def _take(self, told: Told | None, turns: Sequence[Told], *, instead: bool) -> None:
        if told:
            self.unanswered = None
        try:
            self.memory.take(told, instead=instead)
        except LocalFault as fault:
            self.memory = Unkept(turns)
            self.memory.take(told, instead=instead)
            settings = self.terms.settings
            settings = settings._replace(sending=settings.sending._replace(log=False))
            self.terms = self.terms._replace(settings=settings)
            warn([f"{fault.message}: from here on, this conversation is not kept"], self._world)

    def _remember(self, talk: Talk) -> None:
        self.unanswered = None
        is_logged = self.terms.settings.sending.log
        is_kept = is_logged and (talk.is_named or terminal_of(self._world.env) is not None)
        self.memory = Kept(talk) if is_kept else Unkept()

    def _settled(self, settings: AskSettings, server: Server) -> Terms:
        settled = settle_request(
            settings.request,
            settings.from_file,
            settings.from_environment,
            settings.from_template,
            load(self._world.env),
            server,
        )
        self._warn(settled.warnings)
        return Terms(settings, server, settled.options)

    def _warn(self, warnings: Sequence[str]) -> None:
        """Each is worth being told once."""
        new = [warning for warning in warnings if warning not in self._told]
        self._told.update(new)
        warn(new, self._world)


class Witness:
    """Listens for what a turn has come to; ``told`` is None if it has no answer."""

    def __init__(self, new: Messages, system: str | None) -> None:
        self.told: Told | None = None
        self._new = new
        self._system = system

    def received(self, data: bytes, events: Sequence[Event]) -> None:
        """The answer is gathered elsewhere."""

    def end(self, ending: Ending) -> None:
        """Take what there is, as a session would."""
        fields = summary(ending, texts=False)
        answer = ending.answer
        calls = fields["tool_calls"] if ending.failure is None else []
        if answer.content or calls:
            said = Said(self._new, answer.content, answer.reasoning, calls)
            failure = ending.failure
            is_stopped = failure is not None and failure.status is Status.INTERRUPTED
            self.told = Told(said, self._system, answer.usage, is_whole=failure is None, is_stopped=is_stopped)
