"""Where reasoning goes, and how it looks beside the answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsk.errors import InterruptFault
from dsk.output.settings import OutputSettings
from dsk.stream.events import Content, Done, Event, Finish, Reasoning
from tests.output.playing import Arrival, Player, arrive, said

END: list[Event] = [Finish("stop", 0), Done()]
OTHER: list[Event] = [Reasoning("other", 1), Content("hi", 1), Finish("stop", 1)]
THOUGHT = [*arrive(Reasoning("so ", 0)), *arrive(Reasoning("so", 0), *OTHER), *said("Hello")]
DIM, PLAIN = b"\x1b[2m", b"\x1b[0m"
INTERRUPTED = InterruptFault("interrupted")


def dim(text: bytes) -> bytes:
    return DIM + text + PLAIN


def test_it_is_hidden_where_stderr_is_no_terminal(player: Player) -> None:
    assert player.play(THOUGHT) == (b"Hello\n", b"", 0)


def test_it_is_dim_on_a_terminal_and_a_blank_line_stands_before_the_answer(player: Player) -> None:
    assert player.show(THOUGHT).stdout == dim(b"so ") + dim(b"so") + b"\n\nHello\n"


def test_it_is_shown_on_a_terminal_while_the_answer_goes_elsewhere(player: Player, tmp_path: Path) -> None:
    assert player.show(THOUGHT, redirect=">answer").stdout == dim(b"so ") + dim(b"so") + b"\n"
    assert (tmp_path / "answer").read_bytes() == b"Hello\n"


def test_there_is_one_blank_line_after_reasoning_that_ends_its_line(player: Player) -> None:
    assert player.show([*arrive(Reasoning("so\n", 0)), *said("Hello")]).stdout == dim(b"so\n") + b"\nHello\n"


def test_there_is_none_where_the_answer_goes_elsewhere(player: Player) -> None:
    assert player.show(THOUGHT, redirect=">answer", env={"NO_COLOR": "1"}).stdout == b"so so\n"


def test_the_terminal_is_not_left_dim_by_an_interrupt(player: Player) -> None:
    shown = player.show(arrive(Reasoning("so", 0)), failure=INTERRUPTED)
    assert shown.stdout == dim(b"so") + b"\ndsk: interrupted\n"


def test_reasoning_without_an_answer_ends_its_line(player: Player) -> None:
    shown = player.show(arrive(Reasoning("so", 0), *END))
    assert shown.stdout == dim(b"so") + b"\n"


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "dumb"])
def test_it_is_plain_where_colour_is_not_wanted(player: Player, env: dict[str, str]) -> None:
    assert player.show(THOUGHT, env=env).stdout == b"so so\n\nHello\n"


def test_color_never_is_plain(player: Player) -> None:
    assert player.show(THOUGHT, OutputSettings(color="never")).stdout == b"so so\n\nHello\n"


def test_reasoning_and_answer_take_turns_on_one_screen(player: Player) -> None:
    events: list[Event] = [Reasoning("a", 0), Content("b", 0), Reasoning("c", 0), Content("d\n", 0), Reasoning("e", 0)]
    expected = dim(b"a") + b"\n\nb\n\n" + dim(b"c") + b"\n\nd\n\n" + dim(b"e") + b"\n"
    assert player.show([Arrival(b"", [*events, *END])]).stdout == expected
    assert player.show([Arrival(b"", [event]) for event in [*events, *END]]).stdout == expected


def test_show_writes_it_to_any_stderr_plainly(player: Player) -> None:
    assert player.play(THOUGHT, OutputSettings(reasoning="show")) == (b"Hello\n", b"so so\n", 0)


def test_show_holds_for_other_formats(player: Player) -> None:
    assert player.play(THOUGHT, OutputSettings(reasoning="show", format="json")).stderr == b"so so\n"


@pytest.mark.parametrize("format_", ["json", "jsonl", "raw"])
def test_formats_that_hold_it_do_not_show_it_by_themselves(player: Player, format_: str) -> None:
    settings = OutputSettings(format=format_)  # type: ignore[arg-type]
    assert player.show(THOUGHT, settings, redirect=">/dev/null").stdout == b""


def test_hide_hides_it_on_a_terminal(player: Player) -> None:
    assert player.show(THOUGHT, OutputSettings(reasoning="hide")).stdout == b"Hello\n"


def test_only_puts_it_on_stdout_in_place_of_the_answer(player: Player) -> None:
    assert player.play(THOUGHT, OutputSettings(reasoning="only")) == (b"so so\n", b"", 0)
    assert player.show(THOUGHT, OutputSettings(reasoning="only")).stdout == b"so so\n"


def test_a_place_of_its_own_keeps_it_off_the_terminal(player: Player, tmp_path: Path) -> None:
    assert player.show(THOUGHT, OutputSettings(reasoning_to="think")).stdout == b"Hello\n"
    assert (tmp_path / "think").read_bytes() == b"so so\n"


@pytest.mark.parametrize("place", ["1", "2", "-"])
def test_a_place_on_the_answers_terminal_keeps_them_apart(player: Player, place: str) -> None:
    assert player.show(THOUGHT, OutputSettings(reasoning_to=place)).stdout == b"so so\n\nHello\n"


def test_a_place_of_its_own_gets_the_reasoning_alone(player: Player) -> None:
    assert player.play(THOUGHT, OutputSettings(reasoning_to="2")) == (b"Hello\n", b"so so\n", 0)


def test_show_with_a_place_of_its_own_does_both(player: Player, tmp_path: Path) -> None:
    settings = OutputSettings(reasoning="show", reasoning_to="think")
    assert player.play(THOUGHT, settings).stderr == b"so so\n"
    assert (tmp_path / "think").read_bytes() == b"so so\n"


def test_cut_reasoning_in_a_file_gets_no_newline(player: Player, tmp_path: Path) -> None:
    player.play(arrive(Reasoning("so", 0)), OutputSettings(reasoning_to="think"), failure=INTERRUPTED)
    assert (tmp_path / "think").read_bytes() == b"so"


def test_escapes_in_it_do_not_reach_the_terminal(player: Player, tmp_path: Path) -> None:
    thought = [*arrive(Reasoning("a\x1b", 0)), *arrive(Reasoning("[0m\u202eb\r", 0)), *said("Hello")]
    assert player.show(thought).stdout == dim(b"a^[") + dim(b"[0m<U+202E>b") + dim(b"^M") + b"\n\nHello\n"
    player.show(thought, OutputSettings(reasoning_to="think"))
    assert (tmp_path / "think").read_bytes() == "a\x1b[0m\u202eb\r\n".encode()
