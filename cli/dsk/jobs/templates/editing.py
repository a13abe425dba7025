"""The jobs of ``dsk template edit`` and ``new``. What is wrong with a template is told before it is saved."""

from __future__ import annotations

import os
from collections.abc import Callable
from shlex import quote
from typing import TYPE_CHECKING

from dsk.errors import Failure, Status, UsageFault
from dsk.output.notes import note, tell
from dsk.output.plain import write_line
from dsk.output.sinks import write_out_all
from dsk.prompt.editor import edit
from dsk.prompt.text import text_of
from dsk.state.template_writing import create_template, discard, save_template
from dsk.state.templates import find_template, is_shipped, own_path, parse_template, read_file
from dsk.world import STDERR, STDIN

if TYPE_CHECKING:
    from dsk.state.templates import Template
    from dsk.world import World

    Check = Callable[[Template], None]

REJECTED = ".rejected"
QUESTION = "(e)dit it again, (s)ave it as it is, or (d)rop the change? "
ANSWERS = {b"e": "edit", b"s": "save", b"d": "drop"}

SKELETON = """\
# A template of dsk: dsk-template(1) tells all about it.
#
#   dsk ask -t {name} WORDS
#   dsk ask -t {name} -p language=German < FILE

description = "Answer in a language"

# The system message. {{language}} is a param: -p language=German gives it its value.
system = \"\"\"
Answer in {{language}}, in one short paragraph of plain text.
\"\"\"

# The prompt. {{stdin}} is what is piped in, {{words}} are the words of the command line; where they are not named, what
# is piped in comes before the prompt and the words after it. {{{{ and }}}} stand for braces.
#
# prompt = \"\"\"
# {{stdin}}
#
# What follows from this?
# \"\"\"

# What a param is where no -p names it; one without a default must be given.
[params]
language = "English"

# Any long option of dsk ask. Flags and variables go before these.
[options]
# temperature = 0
# think = true
"""


def new_template(name: str, world: World) -> Status:
    """Make the file of a template and print its path. Raises ``UsageFault`` if the user has one of that name."""
    path = own_path(name, world.env)
    if not create_template(path, SKELETON.format(name=name).encode()):
        raise UsageFault(f"there is a template {name} already", path, hint=f"dsk template edit {name} changes it")
    write_line(path, world)
    return Status.OK


def edit_template(check: Check, name: str, world: World) -> Status:
    """Let the user change a template, and save it if ``check`` and the user agree.

    What is wrong and not saved is kept beside the file. Raises ``UsageFault`` if there is no such template, or with
    what is wrong if there is no terminal to ask on.
    """
    source = find_template(name, world.env)
    before = text_of(read_file(source), source)
    path = own_path(name, world.env) if is_shipped(source) else source
    rejected = f"{path}{REJECTED}"
    text = before
    while True:
        text = edit(text, world.env, name="template.toml", lost="nothing is saved")
        fault = _fault(check, name, path, text)
        if fault is None:
            break
        save_template(rejected, text.encode())
        if not (world.is_terminal(STDIN) and world.is_terminal(STDERR)):
            raise UsageFault(fault.what, fault.why, hint=f"nothing is saved; what was written is in {rejected}")
        tell(f"dsk: {fault.message}", world)
        if fault.hint:
            tell(f"dsk: hint: {fault.hint}", world)
        answer = _answer(rejected, path)
        if answer == "drop":
            text = before
        if answer != "edit":
            break
    if text == before:
        note("nothing is changed", world)
    else:
        save_template(path, text.encode())
        note(f"saved as {path}", world)
    discard(rejected)
    return Status.OK


def _fault(check: Check, name: str, path: str, text: str) -> Failure | None:
    try:
        check(parse_template(name, path, text.encode()))
    except UsageFault as fault:
        return fault
    return None


def _answer(rejected: str, path: str) -> str:
    while True:
        write_out_all(STDERR, f"dsk: {QUESTION}".encode())
        line = os.read(STDIN, 100)
        if not line:
            hint = f"mv {quote(rejected)} {quote(path)} saves it as it is"
            raise UsageFault("nothing is saved", f"what was written is in {rejected}", hint=hint)
        answer = ANSWERS.get(line.strip().lower()[:1])
        if answer:
            return answer
