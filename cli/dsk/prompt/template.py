"""A template with its placeholders filled: params, words, and what was piped in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dsk.errors import UsageFault
from dsk.prompt.files import read_file
from dsk.prompt.placeholders import OWN_NAMES, STDIN, WORDS, fill, is_param_name, names_in
from dsk.prompt.text import argument

if TYPE_CHECKING:
    from dsk.prompt.settings import TemplateSettings


class Filling:
    """A template whose params all have their value; ``system`` is None if it says nothing of it."""

    def __init__(self, settings: TemplateSettings) -> None:
        """Raises ``UsageFault`` for a param that is missing, or not the template's, or whose file cannot be read."""
        self._name = settings.name
        self._prompt = settings.prompt or ""
        names = names_in(self._prompt)
        self.wants_stdin = STDIN in names
        self.wants_words = WORDS in names
        self.has_prompt = bool(self._prompt.strip())
        self._values = _values(settings, params_of(settings.system, settings.prompt))
        self.system = None if settings.system is None else fill(settings.system, self._values)
        self.advice = settings.advice or f"dsk template show {settings.name} shows what it asks"

    def parts(self, stdin: str, words: str) -> list[str]:
        """The prompt, and the words after it if it has no place for them. The final newline of what was piped in is
        left off, since the template has its own."""
        prompt = fill(self._prompt, {**self._values, STDIN: stdin.removesuffix("\n"), WORDS: words})
        return [prompt] if self.wants_words else [prompt, words]

    def without_words(self) -> UsageFault:
        """The failure of a run that lacks them."""
        return UsageFault(
            f"the template {self._name} wants words",
            "none were given",
            hint=f"they come after it: dsk ask -t {self._name} WORDS",
        )

    def without_stdin(self, emptiness: str) -> UsageFault:
        """The failure of a run that lacks it; ``emptiness`` is what it is instead."""
        return UsageFault(
            f"the template {self._name} wants something to read",
            f"stdin is {emptiness}",
            hint="pipe it in, or name a file with -f",
        )


def params_of(*texts: str | None) -> list[str]:
    """The names of the params in the texts, in their order. Raises ``UsageFault`` as ``names_in`` does."""
    names = [name for text in texts for name in names_in(text or "")]
    return [name for name in dict.fromkeys(names) if name not in OWN_NAMES]


def given_params(settings: TemplateSettings, names: Sequence[str]) -> dict[str, str]:
    """The values that were given for the params of these names, files read.

    Raises ``UsageFault`` for a param that is not the template's, or whose file cannot be read.
    """
    given = {k: v for k, v in map(_pair, settings.common) if k in names}
    for key, value in map(_pair, settings.given):
        if key not in names:
            raise UsageFault(f"the template {settings.name} has no param {key!r}", hint=_advice(key, names))
        given[key] = value
    return {key: _text(key, value) for key, value in given.items()}


def _values(settings: TemplateSettings, names: Sequence[str]) -> dict[str, str]:
    values = {**settings.params, **given_params(settings, names)}
    missing = [name for name in names if name not in values]
    if missing:
        raise UsageFault(
            f"the template {settings.name} wants the param{'s' if missing[1:] else ''} {' and '.join(missing)}",
            hint=f"give it: {' '.join(f'-p {name}=TEXT' for name in missing)}",
        )
    return values


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = argument(text, "--param").partition("=")
    if not equals or not is_param_name(key):
        raise UsageFault(
            f"--param {text}",
            "it is not K=V, with the name of a param for K",
            hint="as in -p to=German; dsk template show NAME tells the params",
        )
    return key, value


def _text(key: str, value: str) -> str:
    """The value itself, or with ``@FILE`` the file's text less its final newline."""
    return read_file(value[1:], f"--param {key}").removesuffix("\n") if value.startswith("@") else value


def _advice(key: str, names: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, names, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"its params are {', '.join(names)}" if names else "it has none"
