"""Lines that can be edited, with what was typed before and what may stand at the cursor: the one file that knows
prompt_toolkit, loaded once there is a terminal to draw on."""

from __future__ import annotations

import asyncio
import os
import select
import signal
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer, Completion
from prompt_toolkit.data_structures import Size
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import has_focus, is_searching
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import History
from prompt_toolkit.input.typeahead import get_typeahead, store_typeahead
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.output.color_depth import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.styles import Style

from dsk.chat.candidates import candidates
from dsk.chat.plain import MORE, PROMPT, confirm
from dsk.chat.prompt_signals import PromptSignals
from dsk.world import STDOUT

if TYPE_CHECKING:
    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document
    from prompt_toolkit.key_binding import KeyPressEvent

    from dsk.chat.interrupts import Interrupts
    from dsk.chat.recall import Recall
    from dsk.world import World

STYLE = {"prompt": "bold", "label": "", "more": ""}


class EditingReader:
    """Reads texts at a terminal that can be drawn on."""

    reads_keys = True

    def __init__(
        self,
        descriptor: int,
        recall: Recall,
        interrupts: Interrupts,
        world: World,
        *,
        models: Callable[[], Iterable[str]],
        color: str,
    ) -> None:
        """``models`` gives the names that may be completed, ``color`` is auto, always or never."""
        self._descriptor = descriptor
        self._interrupts = interrupts
        self._world = world
        self._recall = _Recall(recall)
        # Files of their own: whatever the locale says, a terminal is spoken to in UTF-8.
        self._source = open(descriptor, encoding="utf-8", closefd=False)  # noqa: SIM115 - they live as long as this
        self._target = open(STDOUT, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        self._input = Vt100Input(self._source)
        # A terminal that is asked where its cursor is may answer when nobody listens any more.
        output = Vt100_Output(self._target, _size, term=world.env.get("TERM"), enable_cpr=False)
        self._session: PromptSession[str] = PromptSession(
            multiline=True,
            history=self._recall,
            completer=_Completer(world, models),
            complete_while_typing=False,
            enable_suspend=True,
            enable_open_in_editor=False,
            key_bindings=_keys(),
            prompt_continuation=_continuation,
            style=Style.from_dict(STYLE),
            color_depth=None if world.has_color(STDOUT, color) else ColorDepth.DEPTH_1_BIT,
            input=self._input,
            output=output,
        )

    def read(self, label: str) -> str | None:
        """A text; None at the end of the input, "" if ^C has taken away what was typed. ``label`` goes before the
        prompt. Raises ``KeyboardInterrupt`` for a ^C where nothing was typed."""
        self._world.is_mid_line = False
        message = FormattedText([("class:label", label), ("class:prompt", PROMPT)])
        try:
            with PromptSignals() as signals:
                text = asyncio.run(self._prompt(message, signals))
                self._interrupts.hold()
                if self._was_interrupted():
                    self._interrupts.keep()
                return text
        except EOFError:
            return None

    def confirm(self, question: str) -> bool:
        """Whether the answer is yes."""
        return confirm(self._descriptor, question, self._world)

    async def _prompt(self, message: FormattedText, signals: PromptSignals) -> str:
        loop = asyncio.get_running_loop()
        heed = partial(self._heed, signals)
        signals.tell = partial(loop.call_soon_threadsafe, heed)
        try:
            return await self._session.prompt_async(message, pre_run=heed, handle_sigint=False)
        finally:
            signals.tell = None

    def _heed(self, signals: PromptSignals) -> None:
        """An interrupt is a key; what ends the process ends the prompt before."""
        app = self._session.app
        while app.future and not app.future.done() and (number := signals.take()):
            if number == signal.SIGINT:
                app.key_processor.send_sigint()
            else:
                app.exit(exception=EOFError)

    def _was_interrupted(self) -> bool:
        """Whether ^C was typed after the end of the text, when it was a key still: the terminal makes a signal of the
        next one. Other keys are kept for the next prompt."""
        typed = get_typeahead(self._input)
        while not self._input.closed and select.select([self._descriptor], [], [], 0)[0]:
            typed += self._input.read_keys()
        kept = [press for press in typed if press.key != Keys.ControlC]
        store_typeahead(self._input, kept)
        return len(kept) < len(typed)


class _Recall(History):
    """The file of what was typed, as prompt_toolkit asks for it."""

    def __init__(self, recall: Recall) -> None:
        super().__init__()
        self._recall = recall

    def load_history_strings(self) -> Iterator[str]:
        """The newest first."""
        return reversed(self._recall.texts())

    def store_string(self, string: str) -> None:
        """Keep a text."""
        self._recall.add(string)


class _Completer(Completer):
    def __init__(self, world: World, models: Callable[[], Iterable[str]]) -> None:
        self._env = world.env
        self._models = models

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:  # noqa: ARG002
        """What may stand at the cursor."""
        for found in candidates(document.text_before_cursor, self._env, self._models):
            yield Completion(found.text, start_position=-found.length, display_meta=found.help)

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """The same: it takes no time worth waiting for."""
        for found in self.get_completions(document, complete_event):
            yield found


def _keys() -> KeyBindings:
    """Enter sends, Alt-Enter or a backslash before Enter begins a new line, ^C takes away what is typed."""
    keys = KeyBindings()
    typing = has_focus(DEFAULT_BUFFER) & ~is_searching

    @keys.add("enter", filter=typing)
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.document.text_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @keys.add("escape", "enter", filter=typing)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("c-c", filter=typing)
    @keys.add("<sigint>")
    def _(event: KeyPressEvent) -> None:
        buffer = event.app.layout.get_buffer_by_name(DEFAULT_BUFFER)
        if buffer and buffer.text:
            # Nothing is lost: the Up key brings it back.
            buffer.append_to_history()
            event.app.exit(result="", style="class:aborting")
        else:
            event.app.exit(exception=KeyboardInterrupt, style="class:aborting")

    return keys


def _size() -> Size:
    columns, rows = os.get_terminal_size(STDOUT)
    # Some terminals do not know.
    return Size(rows=rows or 24, columns=columns or 80)


def _continuation(_width: int, _number: int, _wraps: int) -> FormattedText:
    return FormattedText([("class:more", MORE)])
