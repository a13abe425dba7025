"""Text on stdout: the model's bytes, and at most one newline more."""

from __future__ import annotations

import pytest

from dsk.errors import BrokenFault, InvalidFault
from dsk.output.settings import OutputSettings
from dsk.stream.events import Comment, Content, Done, Finish, Reasoning, Refusal, ToolCall, Usage
from tests.output.playing import Arrival, Player, arrive, said

BROKEN = BrokenFault("the stream broke")


def test_a_complete_answer_gets_the_newline_that_it_lacks(player: Player) -> None:
    assert player.play(said("Hello", ", world")) == (b"Hello, world\n", b"", 0)


def test_a_final_newline_is_not_doubled(player: Player) -> None:
    assert player.play(said("Hello\n")).stdout == b"Hello\n"


def test_blank_lines_at_the_end_are_kept(player: Player) -> None:
    assert player.play(said("\n\nHello \n", "\n \n\n")).stdout == b"\n\nHello \n\n \n\n"


def test_no_newline_adds_none(player: Player) -> None:
    assert player.play(said("Hello"), OutputSettings(newline=False)).stdout == b"Hello"


def test_an_empty_answer_is_empty(player: Player) -> None:
    assert player.play(said()) == (b"", b"", 0)


def test_a_cut_answer_gets_no_newline_in_a_pipe(player: Player) -> None:
    played = player.play(said("Hello", finish="length"))
    assert (played.stdout, played.status) == (b"Hello", 10)


def test_an_answer_that_broke_after_its_finish_reason_gets_no_newline_in_a_pipe(player: Player) -> None:
    assert player.play(said("Hel"), failure=BROKEN).stdout == b"Hel"


def test_a_whole_answer_that_is_not_what_was_asked_for_gets_its_newline(player: Player) -> None:
    assert player.play(said("Hel"), failure=InvalidFault("the answer is not JSON")).stdout == b"Hel\n"


def test_a_cut_answer_gets_a_newline_on_a_terminal(player: Player) -> None:
    played = player.show(said("Hello", finish=None), failure=BROKEN)
    assert (played.stdout, played.status) == (b"Hello\ndsk: the stream broke\n", 12)


def test_an_empty_cut_answer_gets_no_newline_on_a_terminal(player: Player) -> None:
    assert player.show(said(finish=None), failure=BROKEN).stdout == b"dsk: the stream broke\n"


def test_no_newline_holds_on_a_terminal(player: Player) -> None:
    assert player.show(said("Hello"), OutputSettings(newline=False)).stdout == b"Hello"


def test_a_complete_answer_on_a_terminal_gets_one_newline(player: Player) -> None:
    assert player.show(said("Hello")).stdout == b"Hello\n"


def test_only_the_content_of_the_first_choice_is_printed(player: Player) -> None:
    arrivals = arrive(
        Comment("keep-alive"),
        Reasoning("hm", 0),
        Content("one", 0),
        Content("two", 1),
        Refusal("no", 0),
        ToolCall(0, "c", "f\ndsk: g", "{}", 0),
        Usage({"prompt_tokens": 1}),
        Finish("stop", 1),
        Finish("stop", 0),
        Done(),
    )
    said_of_the_call = b"dsk: the model called f dsk: g(), which text does not show: see --json\n"
    assert player.play(arrivals) == (b"one\n", said_of_the_call, 0)


def test_a_refusal_is_told_on_stderr_alone(player: Player) -> None:
    played = player.play(arrive(Refusal("I will not", 0), Finish("stop", 0), Done()))
    assert played.stdout == b""
    assert b"I will not" in played.stderr
    assert played.status == 11


@pytest.mark.parametrize("locale", ["C", "POSIX", "de_DE.ISO-8859-1"])
def test_the_locale_does_not_change_a_byte(player: Player, locale: str) -> None:
    text = "gr\u00fc\u00df \U0001f600 \u2028 \x00\x1b[31m \r\n\ufeff"
    played = player.play(said(text), env={"LC_ALL": locale, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert played.stdout == text.encode() + b"\n"


def test_what_arrives_together_with_the_end_is_written(player: Player) -> None:
    assert player.play([Arrival(b"", [Content("a", 0), Finish("stop", 0)])]).stdout == b"a\n"


def test_raw_is_the_bytes_that_arrived_and_nothing_more(player: Player) -> None:
    frames = [b": hi\r\n\r\ndata: {", b'"a": "\xff\xfe\x00\x1b"}\n\n', b"data: [DONE]"]
    arrivals = [Arrival(data, []) for data in frames]
    assert player.play(arrivals, OutputSettings(format="raw"), failure=BROKEN).stdout == b"".join(frames)
