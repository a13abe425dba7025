"""What was said before, on the screen again: questions behind a mark, answers as they are shown when they arrive."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.chat.memory import before_last
from dsk.ending import Ending, Timing
from dsk.output.notes import note
from dsk.output.plain import write_line
from dsk.output.printer import open_printer
from dsk.output.settings import OutputSettings
from dsk.state.log.prompts import text_of_messages
from dsk.stream.answer import Answer
from dsk.stream.code.command import FENCES
from dsk.stream.events import Content
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.chat.memory import Told
    from dsk.world import World

#: Lines on the screen that a question and an answer may take where only the last turn is shown.
QUESTION_LINES, ANSWER_LINES = 4, 12
# Characters.
CALL_LENGTH = 200
MARK, MORE = "> ", ". "


def show_all(turns: Sequence[Told], output: OutputSettings, world: World) -> None:
    """The whole conversation. Raises ``ReaderGone`` or ``LocalFault``."""
    for number, turn in enumerate(turns):
        if not turn.has_results:
            if number:
                write_line("", world)
            _show_question(text_of_messages(turn.said.messages).strip("\n"), world)
        _show_answer(turn, turn.said.content, output, world)
    write_line("", world)


def show_last(turns: Sequence[Told], output: OutputSettings, world: World) -> None:
    """The last question and the answer to it, the end of each if it is long; of the tools that were called for it,
    which. Raises as ``show_all``."""
    if not turns:
        return
    first, *_ = turns_of_it = turns[len(before_last(turns)) :]
    *_, last = turns_of_it
    columns = os.get_terminal_size(STDOUT).columns or 80
    asked = text_of_messages(first.said.messages).strip("\n")
    question = last_lines(asked, QUESTION_LINES, columns)
    answer = last_lines(last.said.content, ANSWER_LINES, columns)
    if question != asked or answer != last.said.content:
        note("the end of the last turn; /show prints all", world)
    _show_question(question, world)
    for turn in turns_of_it[:-1]:
        _show_calls(turn, world)
    _show_answer(last, answer, output, world)
    write_line("", world)


def last_lines(text: str, count: int, columns: int) -> str:
    """The last lines of a Markdown text that take about so many rows, one line at least; a fence that is cut off goes
    before its code."""
    lines = text.rstrip("\n").split("\n")
    at, rows = len(lines) - 1, 0
    while at >= 0 and (rows := rows + 1 + len(lines[at]) // columns) <= count:
        at -= 1
    at = min(at + 1, len(lines) - 1)
    if not at:
        return text
    fence = ""
    for line in lines[:at]:
        mark = line.strip()
        if fence:
            fence = "" if mark == fence.strip()[:3] else fence
        elif mark.startswith(FENCES):
            fence = line
    return "\n".join([fence, *lines[at:]] if fence else lines[at:])


def _show_question(question: str, world: World) -> None:
    for number, line in enumerate(question.split("\n")):
        write_line(f"{MORE if number else MARK}{line}", world)


def _show_calls(turn: Told, world: World) -> None:
    for call in turn.said.tool_calls:
        function = call["function"]
        told = " ".join(f"the model called {function['name']} {function.get('arguments') or '{}'}".split())
        note(told if len(told) <= CALL_LENGTH else f"{told[:CALL_LENGTH]}...", world)


def _show_answer(turn: Told, answer: str, output: OutputSettings, world: World) -> None:
    said = OutputSettings(escapes=output.escapes, markdown=output.markdown, color=output.color, reasoning="hide")
    printer = open_printer(said, world)
    if answer:
        printer.received(b"", [Content(answer, 0)])
    printer.end(Ending(Answer(), None, Timing(None, None), None))
    if not turn.is_whole:
        note("this answer was stopped" if turn.is_stopped else "this answer is not whole", world)
    _show_calls(turn, world)
