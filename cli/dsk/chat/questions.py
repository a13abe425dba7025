"""What is put into a question besides what is typed: files, and a template around the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsk.chat.files import expanded
from dsk.jobs.asking import fetcher
from dsk.output.notes import note
from dsk.prompt.compose import compose, content, split_system
from dsk.prompt.files import Part, read_source
from dsk.prompt.text import argument, text_of
from dsk.world import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dsk.prompt.settings import PromptSettings
    from dsk.wire.settings import NetworkSettings
    from dsk.world import World


class Questions:
    """Makes messages of what is typed. ``files`` are the names of those that go before the next question."""

    def __init__(self, prompt: PromptSettings, network: NetworkSettings, world: World) -> None:
        self._prompt = prompt
        self._world = world
        self._fetch: Callable[[str], bytes] = fetcher(network)
        self._parts: list[Part] = []
        self.files: list[str] = []

    def first(self) -> Sequence[dict[str, Any]]:
        """What the command line and stdin ask by themselves; nothing if they ask nothing, or a template is to have
        what is typed first.

        Raises ``UsageFault`` if something cannot be sent as it is.
        """
        if self._asks_by_itself():
            messages = compose(self._prompt, self._world, self._fetch, self._note, may_be_blank=True)
            new = split_system(messages)[1]
            if new:
                self._prompt = self._prompt._replace(template=None, files=())
                return new
        for file in self._prompt.files:
            self.add(file, "--file")
        self._prompt = self._prompt._replace(files=())
        return ()

    def add(self, file: str, what: str = "/file") -> None:
        """Put a file or URL before the next question. Raises ``UsageFault``."""
        source = expanded(argument(file, what), self._world.env)
        self._parts += read_source(source, self._fetch, lambda: b"", self._note, what)
        self.files.append(file)

    def drop(self) -> None:
        """Leave the files off."""
        self._parts, self.files = [], []

    def of(self, text: str) -> Sequence[dict[str, Any]]:
        """The messages of a question that is typed; the files are used up. Raises ``UsageFault``."""
        text = text_of(text.encode("utf-8", "surrogateescape"), "the question")
        if self._prompt.template:
            prompt = self._prompt._replace(words=(text,), ignore_stdin=True, editor=False)
            _, (message,) = split_system(compose(prompt, self._world, self._fetch, self._note))
            text = message["content"]
            self._prompt = self._prompt._replace(template=None)
        parts, self._parts, self.files = self._parts, [], []
        return [{"role": "user", "content": content([*parts, text])}]

    def _note(self, text: str) -> None:
        note(text, self._world)

    def _asks_by_itself(self) -> bool:
        prompt = self._prompt
        is_piped = not self._world.is_terminal(STDIN) and not prompt.ignore_stdin
        if prompt.words or prompt.editor or is_piped:
            return True
        if not (prompt.template and prompt.template.prompt):
            return False
        from dsk.prompt.template import Filling

        return not Filling(prompt.template).wants_words
