"""What the value of an option must be, in words: the same for flags, variables and the config file."""

from __future__ import annotations

from collections.abc import Callable

import click

#: What a value is called that may be a path, which has bytes of any kind; what is a text there, its reader looks at.
PATHS = ("FILE", "PATH", "DIR")
#: The largest whole number that files, logs and servers hold.
LARGEST = 2**63 - 1


def in_words(option: click.Option) -> str:
    """Completes the sentence "it must be ..." for a value in argv or in the environment; "" for a type of our own,
    which has its own words."""
    if option.is_flag:
        return "1 or 0, yes or no"
    kind = option.type
    if isinstance(kind, click.Choice):
        *others, last = kind.choices
        return f"{', '.join(others)} or {last}" if others else str(last)
    if isinstance(kind, click.types.IntParamType):
        return f"a whole number{_joined(range_of(option))}"
    if isinstance(kind, click.types.FloatParamType):
        return f"a number{_joined(range_of(option))}"
    return "a text" if isinstance(kind, click.types.StringParamType) else ""


def check_text(value: object, metavar: str, called: Callable[[], str]) -> None:
    """Raise ``UsageFault`` for a value, or one of several, with bytes that are not UTF-8, which Python has as
    surrogates; ``metavar`` is what the help calls it."""
    if any(word in metavar for word in PATHS):
        return
    for text in value if isinstance(value, (list, tuple)) else (value,):
        if isinstance(text, str) and not text.isascii():
            from dsk.prompt.text import argument

            argument(text, called())


def range_of(option: click.Option) -> str:
    """The range of an option with a number: "from 0 to 2", "at least 1", "above 0"; "" if there is none."""
    kind = option.type
    if not isinstance(kind, (click.IntRange, click.FloatRange)) or kind.min is None:
        return ""
    if kind.max is not None:
        return f"from {kind.min:g} to {kind.max:g}"
    return f"above {kind.min:g}" if kind.min_open else f"at least {kind.min:g}"


def _joined(text: str) -> str:
    return f" {text}" if text.startswith(("from", "above")) else f", {text}" if text else ""
