"""Command lines that Click cannot understand, in our words, and with what the user may have meant."""

from __future__ import annotations

from collections.abc import Sequence

import click

from dsk.errors import UsageFault

# Where an option that a command does not know may belong.
STAGES = ("ask", "send", "decode")
SHOWN = 40


def usage_fault(error: click.UsageError) -> UsageFault:
    """A usage error that is not about an option."""
    what = error.format_message().rstrip(".")
    path = error.ctx.command_path if error.ctx else "dsk"
    return UsageFault(what[:1].lower() + what[1:], hint=f"{path} -h shows the usage")


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
    from dsk.state.config import KEY_WORDS

    if name.startswith("--") and name[2:].lower() in KEY_WORDS:
        return "a key is never given as an argument: dsk key set asks for it"
    takes_words = any(isinstance(p, click.Argument) and p.name == "prompt" for p in ctx.command.params)
    dashes = "put -- before a prompt that begins with a dash"
    if takes_words and _looks_like_text(name, args):
        return dashes
    owners = [] if takes_words else _owners(name)
    if owners:
        place = ": it stands after the command's name" if isinstance(ctx.command, click.Group) else ""
        return f"{name} is an option of {' and '.join(owners)}{place}"
    near = _near(name, ctx.command)
    if near:
        # The last comma becomes an or.
        return f"did you mean {' or '.join(', '.join(near).rsplit(', ', 1))}?"
    listed = f"{ctx.command_path} --help lists the options"
    return f"{listed}; {dashes}" if takes_words and not name.startswith("--") else listed


def _looks_like_text(name: str, args: Sequence[str]) -> bool:
    """Whether the word that holds this name cannot have been meant as an option."""
    word = next((a for a in args if a.startswith(name) or (a[:1] == "-" and a[1:2] != "-" and name[1:] in a)), name)
    head = word.partition("=")[0]
    return not head.lstrip("-")[:1].isalpha() or any(char.isspace() for char in head)


def _owners(name: str) -> list[str]:
    """The stages that have such an option, which this command has not."""
    from dsk.commands.root import ROOT

    found = []
    for stage in STAGES:
        command = ROOT.get_command(click.Context(ROOT), stage)
        if command and name in _names(command):
            found.append(f"dsk {stage}")
    # An option of every stage is best looked up in the first.
    return found[:1] if len(found) == len(STAGES) else found


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
