"""All that the user says, put together into messages.

The order is that of a stable prefix: files, then stdin, then the words, so that asking again about the same
document hits the server's prefix cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dsk.errors import UsageFault
from dsk.prompt.stdin import can_stay_silent, is_directory, read_stdin
from dsk.prompt.text import argument, text_of
from dsk.world import STDIN

if TYPE_CHECKING:
    from dsk.prompt.files import Part
    from dsk.prompt.settings import PromptSettings
    from dsk.prompt.template import Filling
    from dsk.world import World

STDIN_WORD = "-"
VARIABLE = "DSK_STDIN"
IGNORE = "ignore"


def compose(
    settings: PromptSettings,
    world: World,
    fetch: Callable[[str], bytes],
    say: Callable[[str], None],
    before_stdin: Callable[[], None] = lambda: None,
    *,
    may_be_blank: bool = False,
) -> list[dict[str, Any]]:
    """The messages, an optional system message and the user's.

    ``fetch`` gets the bytes of a URL, ``say`` tells the user something on stderr, ``before_stdin`` is called before
    stdin is read, which may take any time, or once there is something in it that need not be waited for, if without
    that there is nothing to ask. Raises ``UsageFault`` if something cannot be sent as it is, or there is
    nothing to ask: with ``may_be_blank`` there is no message of the user's then.
    """
    words = [argument(word, f"word {i} of the prompt") for i, word in enumerate(settings.words, 1)]
    template = _filled(settings)
    system = _system(settings, template)
    if template and template.wants_words and not (any(map(str.strip, words)) or settings.editor):
        raise template.without_words()
    stdin = _Stdin(
        settings, world, say, before_stdin, is_enough=bool(words or settings.files or settings.editor or template)
    )
    stdin.named_by_template = template is not None and template.wants_stdin
    says_something = any(word.strip() for word in words if word != STDIN_WORD) or bool(template and template.has_prompt)
    has_other = settings.editor or any(source != STDIN_WORD for source in settings.files)
    stdin.is_needed = not has_other and (stdin.named_by_template or not says_something)
    _check_single_use(words, stdin)
    tell = say if settings.lists_files else _say_nothing
    parts, blanks = _files(settings.files, fetch, stdin, tell) if settings.files else ([], [])
    if not stdin.named and stdin.is_wanted():
        parts.append(stdin.text())
    if template and template.wants_stdin:
        piped = stdin.text() if stdin.is_wanted() else ""
        if not (piped.strip() or settings.files or settings.editor):
            raise template.without_stdin(stdin.emptiness())
        parts += template.parts(piped, join(_asked(words, stdin)))
    elif template:
        parts += template.parts("", join(_asked(words, stdin)))
    else:
        parts += _asked(words, stdin)
    images = [part for part in parts if not isinstance(part, str)]
    text = join([part for part in parts if isinstance(part, str)])
    has_any = bool(images) or any(part.strip() for part in parts if isinstance(part, str) and part not in blanks)
    if settings.editor:
        from dsk.prompt.editor import edit

        text = edit(text, world.env)
        # Pictures are nothing for an editor of texts, and stay before it.
        parts = [*images, text]
        has_any = bool(text.strip())
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    if not has_any:
        if may_be_blank:
            return messages
        raise UsageFault(
            "there is no prompt",
            "the editor left nothing"
            if settings.editor
            else f"{'the files are blank, ' if settings.files else ''}{_emptiness(words, stdin)}",
            hint=template.advice if template else settings.advice,
        )
    return [*messages, {"role": "user", "content": content(parts, settings.image_detail)}]


def content(parts: Sequence[Part], detail: str | None = None) -> str | list[dict[str, Any]]:
    """What a message holds: a text if the parts are texts alone, else parts as the API has them. ``detail`` is how
    closely images are looked at."""
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) == len(parts):
        return join(texts)
    from dsk.prompt.images import content_of

    return content_of(parts, detail)


def _files(
    sources: Sequence[str], fetch: Callable[[str], bytes], stdin: _Stdin, tell: Callable[[str], None]
) -> tuple[list[Part], list[Part]]:
    """What the files hold, in their order, and which of it is blank."""
    from dsk.prompt.files import is_blank, read_source

    # Stdin comes last: it may take any time, and what is wrong with the others is to be known before.
    read: dict[int, list[Part]] = {}
    for place, source in sorted(enumerate(sources), key=lambda file: file[1] == STDIN_WORD):
        read[place] = read_source(_named(source), fetch, stdin.data, tell)
    parts = [part for place in range(len(sources)) for part in read[place]]
    return parts, [part for part in parts if is_blank(part)]


def _named(source: str) -> str:
    try:
        return argument(source, "--file")
    except UsageFault as fault:
        raise UsageFault(fault.what, fault.why, hint="rename it, or give it without its name: < FILE") from fault


def _say_nothing(_text: str) -> None:
    return


def system_of(settings: PromptSettings) -> str | None:
    """The system message by itself; None or empty: there is none. Raises ``UsageFault`` as ``compose`` does."""
    return _system(settings, _filled(settings))


def _filled(settings: PromptSettings) -> Filling | None:
    if not settings.template:
        return None
    from dsk.prompt.template import Filling

    return Filling(settings.template)


def _system(settings: PromptSettings, template: Filling | None) -> str | None:
    if settings.system is None:
        return template.system if template else None
    from dsk.prompt.files import system_text

    return system_text(argument(settings.system, settings.system_name), settings.system_name)


def _asked(words: list[str], stdin: _Stdin) -> list[str]:
    """The words, with stdin where a lone ``-`` is among them."""
    if STDIN_WORD not in words:
        return [" ".join(words)]
    middle = words.index(STDIN_WORD)
    return [" ".join(words[:middle]), stdin.text(), " ".join(words[middle + 1 :])]


def split_system(messages: Sequence[dict[str, Any]]) -> tuple[str | None, Sequence[dict[str, Any]]]:
    """The system message, if there is one, and the rest."""
    if messages and messages[0]["role"] == "system":
        return messages[0]["content"], messages[1:]
    return None, messages


def _emptiness(words: list[str], stdin: _Stdin) -> str:
    blank = any(word != STDIN_WORD for word in words)
    return f"{'the words are blank' if blank else 'no words were given'} and stdin is {stdin.emptiness()}"


def join(parts: list[str]) -> str:
    """The parts that are not empty, a blank line between; each part stays as it is."""
    whole = ""
    for part in parts:
        if whole and part:
            whole += "\n" if whole.endswith("\n") else "\n\n"
        whole += part
    return whole


class _Stdin:
    """Standard input, read at most once and only if something wants it."""

    def __init__(
        self,
        settings: PromptSettings,
        world: World,
        say: Callable[[str], None],
        before: Callable[[], None],
        *,
        is_enough: bool,
    ) -> None:
        #: What says that stdin is not to be read; "" if nothing does.
        self.ignored_by = "-I" if settings.ignore_stdin else ""
        if settings.ignore_stdin is None and _variable(world):
            self.ignored_by = VARIABLE
        self._held_something = False
        self.dashes = settings.words.count(STDIN_WORD) + settings.files.count(STDIN_WORD)
        self.named_by_template = False
        #: Whether there is nothing to ask if it is blank.
        self.is_needed = False
        self._world = world
        self._is_terminal = world.is_terminal(STDIN)
        self._say = say
        self._before = before
        self._is_enough = is_enough

    @property
    def named(self) -> bool:
        """Whether something says where it goes."""
        return self.dashes > 0 or self.named_by_template

    def is_wanted(self) -> bool:
        return not (self.ignored_by or self._is_terminal)

    def text(self) -> str:
        return text_of(self.data(takes_image=False), "stdin")

    def data(self, *, takes_image: bool = True) -> bytes:
        if is_directory():
            raise UsageFault("stdin is a directory", hint="-f DIR sends the text files in it; -I does not read stdin")
        self._world.progress = lambda: "reading stdin"
        is_awaited = self._is_terminal or not self.is_needed or can_stay_silent()
        if is_awaited:
            self._before()
        data = read_stdin(self._say_waiting if self._is_enough else None, takes_image=takes_image)
        if not is_awaited and data.strip():
            self._before()
        self._held_something = data != b""
        return data

    def emptiness(self) -> str:
        """Why there is nothing to ask in it."""
        if self.ignored_by:
            return f"ignored ({self.ignored_by})"
        if self._is_terminal and not self.dashes:
            return "a terminal"
        return "blank" if self._held_something else "empty"

    def _say_waiting(self) -> None:
        self._say("waiting for standard input; -I ignores it")


def _check_single_use(words: list[str], stdin: _Stdin) -> None:
    if stdin.dashes + stdin.named_by_template > 1:
        raise UsageFault(
            "stdin is named more than once",
            "it can be read only once",
            hint="leave one - where all of it is to go",
        )
    if stdin.dashes and stdin.ignored_by:
        where = "among the words" if STDIN_WORD in words else "for --file"
        raise UsageFault(
            f"- {where} reads stdin",
            f"it is to be ignored ({stdin.ignored_by})",
            hint="leave the - out, or have it read: --no-ignore-stdin",
        )


def _variable(world: World) -> bool:
    value = world.env.get(VARIABLE, "")
    if value not in ("", IGNORE):
        raise UsageFault(
            f"{VARIABLE} in the environment",
            f"only {IGNORE!r} is known, not {value!r}",
            hint=f"set it to {IGNORE}, or not at all",
        )
    return value == IGNORE
