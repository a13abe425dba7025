"""The commands of a conversation, and what a typed text is: one of these, or something to be said. Pure."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from dsk.errors import UsageFault
from dsk.records import NamedTuple

#: What an argument is, for whoever completes it.
Kind: TypeAlias = Literal["", "command", "model", "system", "file", "level", "session"]

LEVELS = ("on", "off", "low", "high", "max")
#: In the place of an argument: what was there is taken away.
NONE = "-"


class Command(NamedTuple):
    """A command: how it is written, what it does in a few words, and what its argument is. ``needs`` says that it is
    nothing without one."""

    usage: str
    help: str
    kind: Kind = ""
    needs: bool = False

    @property
    def takes(self) -> bool:
        """Whether anything may follow the name."""
        return self.kind != ""


COMMANDS = {
    "help": Command("[COMMAND]", "List the commands and keys, or explain one.", "command"),
    "model": Command("[NAME]", "Ask this model from here on, or show which it is.", "model"),
    "system": Command("[TEXT|@FILE|-]", "Set the system message, show it, or take it away.", "system"),
    "file": Command("[PATH|URL|-]", "Put a file before the next question, or leave it off.", "file"),
    "retry": Command("", "Ask the last question again; the first answer is kept in the tree."),
    "edit": Command("", "Change the last question in $VISUAL or $EDITOR, and ask that instead."),
    "undo": Command("", "Take the last question and its answer back."),
    "save": Command("FILE", "Write the conversation to FILE, as Markdown.", "file", needs=True),
    "copy": Command("", "Copy the last answer to the clipboard."),
    "think": Command("[on|off|low|high|max]", "Let the model reason first, or not; or show whether it does.", "level"),
    "usage": Command("", "Show the tokens of the last answer and of the conversation."),
    "session": Command("[NAME | rename NAME]", "Go on with another session, or give this one a name.", "session"),
    "show": Command("", "Print the conversation again, from its beginning."),
    "clear": Command("", "Begin a new conversation; this one is kept."),
    "quit": Command("", "Leave."),
}  # fmt: skip


#: What leaves other programs, and hardly is a question.
LEAVING = ("quit", "exit", ":q")
_ORDER = re.compile(r"(\S*)\s*(.*)", re.DOTALL)


class Order(NamedTuple):
    """A command that was typed."""

    name: str
    argument: str


def parse(text: str) -> Order | str:
    """What was typed: an order, or the text to be said. A second slash in front makes a text of what begins with one,
    and a backslash one of a word that elsewhere leaves. Blanks before a command are no part of it.

    Raises ``UsageFault`` for what begins as a command and is none, and for such a word.
    """
    word = text.strip()
    if word.lower() in LEAVING:
        raise UsageFault(f"{word} is not sent", hint=f"type /quit or ^D to leave; \\{word} would send it")
    if word.startswith("\\") and word[1:].lower() in LEAVING:
        return word[1:]
    if word.startswith("/") and not word.startswith("//") and "\n" not in word:
        text = word
    if not text.startswith("/"):
        return text
    if text.startswith("//"):
        return text[1:]
    name, argument = _ORDER.findall(text[1:].rstrip())[0]
    command = COMMANDS.get(name)
    if command is None:
        raise _unknown(name)
    if argument and not command.takes:
        raise UsageFault(f"/{name} takes nothing after it", hint=f"//{name} would send it as a text")
    if command.needs and not argument:
        wanted = f"{'a ' if command.kind == 'file' else ''}{command.usage}"
        raise UsageFault(f"/{name} wants {wanted}", hint=f"/help {name} tells about it")
    return Order(name, argument)


def _unknown(name: str) -> UsageFault:
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, n=1)
    advice = f"did you mean /{near[0]}?" if near else "/help lists them;"
    return UsageFault(f"there is no command /{name[:40]}", hint=f"{advice} a second slash in front sends it as text")
