"""Command lines that Click cannot understand, in our words, and with what the user may have meant."""

from __future__ import annotations

from collections.abc import Sequence

import click

from dsk.errors import Failure, Status, UsageFault

SHOWN = 40
# So many commands that have an option are named; of more the first.
ALL_OWNERS = 4
FIRST_OWNERS = 3


def usage_fault(error: click.UsageError) -> UsageFault:
    """A usage error that is not about an option."""
    what = error.format_message().rstrip(".")
    path = error.ctx.command_path if error.ctx else "dsk"
    return UsageFault(what[:1].lower() + what[1:], hint=f"{path} -h shows the usage")


def next_step(failure: Failure, argv: Sequence[str]) -> str:
    """What to do about a failure that does not say so itself."""
    from dsk.commands.root import COMMANDS

    word = next((word for word in argv if not word.startswith("-")), "")
    command, page = (f"dsk {word}", f"dsk-{word}") if word in COMMANDS else ("dsk", "dsk")
    if ".toml" in failure.what:
        page = "5 dsk.toml" if "config.toml" in failure.what else "dsk-template"
        return f"man {page} explains the file"
    if failure.status is Status.USAGE:
        return f"{command} -h shows the usage; man {page} has all of it"
    return f"see to that and run it again; --debug shows more, and man {page} explains"


def option_fault(
    ctx: click.Context, error: click.NoSuchOption | click.BadOptionUsage, args: Sequence[str]
) -> UsageFault:
    """An option that is not there, or has a value too few or too many; ``args`` are the words that were parsed."""
    if isinstance(error, click.NoSuchOption):
        return _unknown_option(ctx, error.option_name, args)
    return _misused_option(ctx, error.option_name)


def _misused_option(ctx: click.Context, name: str) -> UsageFault:
    """A flag with a value, or an option without one."""
    option = _names(ctx.command).get(name)
    what = "takes no value" if option and option.is_flag else "needs a value"
    return UsageFault(f"{name} {what}", hint=f"{ctx.command_path} --help lists the options")


def _unknown_option(ctx: click.Context, name: str, args: Sequence[str]) -> UsageFault:
    """An option that the command does not have; ``args`` are the words that were parsed."""
    shown = name if len(name) <= SHOWN else f"{name[:SHOWN]}..."
    if not shown.isprintable() or " " in shown:
        shown = repr(shown)
    return UsageFault(f"{ctx.command_path} has no option {shown}", hint=_advice(ctx, name, args))


def _advice(ctx: click.Context, name: str, args: Sequence[str]) -> str:
    from dsk.state.config_reading import KEY_WORDS

    if name.startswith("--") and name[2:].lower() in KEY_WORDS:
        return "a key is never given as an argument: dsk key set asks for it"
    takes_words = any(isinstance(p, click.Argument) and p.name == "prompt" for p in ctx.command.params)
    dashes = "put -- before a prompt that begins with a dash"
    if takes_words and _looks_like_text(name, args):
        return dashes
    listed = f"{ctx.command_path} --help lists the options"
    owned = _owned(ctx, name)
    if owned and isinstance(ctx.command, click.Group):
        return f"{owned}: it stands after the command's name"
    if owned:
        # A letter may mean another thing here.
        return owned if name.startswith("--") else f"{owned}; {dashes if takes_words else listed}"
    near = _near(name, ctx.command)
    if near:
        # The last comma becomes an or.
        return f"did you mean {' or '.join(', '.join(near).rsplit(', ', 1))}?"
    return f"{listed}; {dashes}" if takes_words and not name.startswith("--") else listed


def _looks_like_text(name: str, args: Sequence[str]) -> bool:
    """Whether the word that holds this name cannot have been meant as an option."""
    word = next((a for a in args if a.startswith(name) or (a[:1] == "-" and a[1:2] != "-" and name[1:] in a)), name)
    head = word.partition("=")[0]
    return not head.lstrip("-")[:1].isalpha() or any(char.isspace() for char in head)


def _owned(ctx: click.Context, name: str) -> str:
    """Which commands have such an option, those of the same group or else of dsk; "" if none has."""
    at: click.Context | None = ctx
    while at:
        if isinstance(at.command, click.Group):
            found = {word: long for word in at.command.list_commands(at) if (long := _long_name(at, word, name))}
            if found:
                long = next(iter(found.values()))
                owners = [word for word in found if found[word] == long]
                what = f"is {long}" if name != long and not name.startswith("--") else "is an option"
                return f"{name} {what} of {at.command_path} {_listed(owners)}"
        at = at.parent
    return ""


def _long_name(ctx: click.Context, word: str, name: str) -> str:
    """The option that a command of this group has, by its long name; "" if it has none."""
    assert isinstance(ctx.command, click.Group)
    command = ctx.command.get_command(ctx, word)
    if command is None or isinstance(command, click.Group):
        return ""
    option = _names(command).get(name)
    same = (option.opts if name in option.opts else option.secondary_opts) if option else []
    return max(same, key=len, default="")


def _listed(words: Sequence[str]) -> str:
    if len(words) > ALL_OWNERS:
        return f"{', '.join(words[:FIRST_OWNERS])} and others"
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def _near(name: str, command: click.Command) -> list[str]:
    """One to three long options that may be meant: those that begin so, share whole words, or are the most alike."""
    from difflib import get_close_matches

    word = name.replace("_", "-").lower()
    known = [option for option in _names(command) if option.startswith("--")]
    begun = [option for option in known if len(word) > len("--x") and option.startswith(word)]
    if 0 < len(begun) <= 3:
        return begun
    # --tokens for --max-tokens, --system-prompt for --system
    parts = [
        option
        for option in known
        if (len(word) > len("--xx") and option.endswith(word[1:]))
        or word.startswith(f"{option}-")
        or word.endswith(option[1:])
    ]
    return parts[:2] or get_close_matches(word, known, n=2 if begun else 1, cutoff=0.7)


def _names(command: click.Command) -> dict[str, click.Option]:
    options = [param for param in command.params if isinstance(param, click.Option)]
    return {name: option for option in options for name in (*option.opts, *option.secondary_opts)}
