"""What the commands of a conversation do."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dsk.chat.commands import COMMANDS, LEVELS, NONE, Order
from dsk.chat.files import expanded, write_new
from dsk.chat.help import all_help, help_of
from dsk.chat.memory import before_last
from dsk.chat.showing import show_all, show_last
from dsk.chat.transcript import transcript
from dsk.chat.usage import usage_lines
from dsk.errors import UsageFault
from dsk.jobs.copying import copy
from dsk.jobs.settings import Wish
from dsk.jobs.talk import FIRST
from dsk.output.plain import write_line
from dsk.prompt.files import system_text
from dsk.prompt.text import text_of
from dsk.request.options import wants_thinking
from dsk.state.log.prompts import text_of_messages
from dsk.world import STDOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dsk.chat.conversation import Conversation
    from dsk.chat.memory import Told
    from dsk.chat.modes import Modes
    from dsk.chat.questions import Questions
    from dsk.world import World

RENAME = "rename"


class Deeds:
    """Does what is ordered."""

    def __init__(
        self,
        talk: Conversation,
        questions: Questions,
        ask: Callable[[Sequence[Mapping[str, Any]], bool], object],
        confirm: Callable[[str], bool],
        modes: Modes,
        world: World,
    ) -> None:
        """``ask`` says something, the second time in the place of the last question; ``confirm`` gets a yes or no."""
        self._talk = talk
        self._questions = questions
        self._ask = ask
        self._confirm = confirm
        self._modes = modes
        self._world = world

    def do(self, order: Order) -> None:
        """Do it. Raises the ``Failure`` that kept it from being done."""
        deed: Callable[[str], None] = getattr(self, f"_{order.name}")
        deed(order.argument)

    def show_last(self) -> None:
        """Show the last turn of a conversation that is gone on with, if it has any."""
        show_last(self._talk.memory.turns, self._talk.terms.settings.sending.output, self._world)

    def _say(self, text: str) -> None:
        for line in text.split("\n"):
            write_line(line, self._world)

    def _help(self, name: str) -> None:
        columns = os.get_terminal_size(STDOUT).columns or 80
        name = name.removeprefix("/")
        if name and name not in COMMANDS:
            raise UsageFault(f"there is no command /{name}", hint="/help lists them")
        self._say(help_of(name, columns) if name else all_help(columns))

    def _model(self, name: str) -> None:
        if name:
            self._talk.change(model=text_of(name.encode("utf-8", "surrogateescape"), "the model's name"))
        now = self._talk.terms.options.model
        self._say(f"model: {now}")
        others = [] if name else [other for other in self._talk.models() if other != now]
        if others:
            self._say(f"others: {', '.join(others)}")

    def _system(self, text: str) -> None:
        if text == NONE:
            self._talk.system = None
        elif text:
            text = f"@{expanded(text[1:], self._world.env)}" if text.startswith("@") else text
            text = text_of(text.encode("utf-8", "surrogateescape"), "the system message")
            self._talk.system = system_text(text, "/system") or None
        self._say(f"system message: {self._talk.system or 'none'}")

    def _file(self, path: str) -> None:
        if path == NONE:
            self._questions.drop()
        elif path:
            self._questions.add(path)
        self._say(f"before the next question: {', '.join(self._questions.files) or 'no file'}")

    def _retry(self, _: str) -> None:
        self._ask(*self._last_question())

    def _edit(self, _: str) -> None:
        from dsk.prompt.editor import edit

        messages, instead = self._last_question()
        before = text_of_messages(messages)
        with self._modes.shown():
            text = edit(before, self._world.env, lost="nothing was asked")
        if not before.endswith("\n"):
            # Most editors end the last line, whether it was ended or not.
            text = text.removesuffix("\n")
        if not text.strip() or text == before:
            self._say("nothing was changed, nothing was asked" if text.strip() else "nothing is left to ask")
            return
        self._ask([{"role": "user", "content": _with_text(messages, text)}], instead)

    def _undo(self, _: str) -> None:
        if self._talk.unanswered:
            messages, self._talk.unanswered = self._talk.unanswered, None
        else:
            messages = self._talk.memory.undo().said.messages
        self._say(f"taken back: {' '.join(text_of_messages(messages).split())[:200]}")

    def _save(self, path: str) -> None:
        turns = self._talk.memory.turns
        if not turns:
            raise UsageFault("nothing was said that could be saved", hint=FIRST)
        place = expanded(path, self._world.env)
        is_written = write_new(place, transcript(turns), lambda: self._may_replace(path))
        self._say(f"saved in {path}" if is_written else "nothing was saved")

    def _may_replace(self, path: str) -> bool:
        with self._modes.shown():
            return self._confirm(f"{path} is there already. Replace it?")

    def _copy(self, _: str) -> None:
        self._say(copy(self._last("copied").said.content, self._world))

    def _think(self, level: str) -> None:
        if level and level not in LEVELS:
            raise UsageFault(
                f"/think must be one of {', '.join(LEVELS)}, not {level!r}", hint="/think alone shows what it is"
            )
        if level in ("on", "off"):
            self._talk.change(think=level == "on", effort=None)
        elif level:
            self._talk.change(think=True, effort=level)
        options = self._talk.terms.options
        effort = f", effort {options.effort}" if wants_thinking(options) and options.effort else ""
        self._say(f"thinking: {'on' if wants_thinking(options) else 'off'}{effort}")

    def _usage(self, _: str) -> None:
        memory = self._talk.memory
        cost = memory.cost()
        self._say("\n".join([*usage_lines(memory.turns), *([f"estimated cost: {cost}"] if cost else [])]))

    def _session(self, argument: str) -> None:
        word, _, name = argument.partition(" ")
        if word == RENAME and name.strip():
            self._talk.memory.rename(name.strip())
        elif argument:
            self._talk.switch(Wish(argument))
        self._say(self._talk.title)
        if argument and word != RENAME:
            self.show_last()

    def _show(self, _: str) -> None:
        turns = self._talk.memory.turns
        if not turns:
            raise UsageFault("nothing was said yet", hint=FIRST)
        show_all(turns, self._talk.terms.settings.sending.output, self._world)

    def _clear(self, _: str) -> None:
        self._talk.clear()
        self._say("a new conversation begins; dsk session list shows the one before")

    def _last_question(self) -> tuple[Sequence[Mapping[str, Any]], bool]:
        """The last question, and whether there is an answer that another one is to take the place of."""
        if self._talk.unanswered:
            return self._talk.unanswered, False
        self._last("asked again")
        turns = self._talk.memory.turns
        return turns[len(before_last(turns))].said.messages, True

    def _last(self, what: str) -> Told:
        turns = self._talk.memory.turns
        if not turns:
            raise UsageFault(f"nothing was said that could be {what}", hint=FIRST)
        return turns[-1]


def _with_text(messages: Sequence[Mapping[str, Any]], text: str) -> str | list[Any]:
    """The content of a message with this text, and with the pictures of those."""
    contents = [message["content"] for message in messages if isinstance(message.get("content"), list)]
    pictures = [part for content in contents for part in content if part.get("type") != "text"]
    return [*pictures, {"type": "text", "text": text}] if pictures else text
