"""An answer stops after a match or after some lines: the same in whatever pieces it comes."""

from __future__ import annotations

import random
import re

import pytest

from dsk.errors import UsageFault
from dsk.stream.stopping import Stopper, compile_until
from tests.stream.growth import assert_grows_linearly


def stopper(until: str | None, max_lines: int | None = None) -> Stopper:
    return Stopper(None if until is None else compile_until(until), max_lines)


def pieces(text: str) -> list[str]:
    """A text written with bars where it is cut."""
    return text.split("|")


@pytest.mark.parametrize(
    ("until", "text", "printed"),
    [
        pytest.param("END", "a|END|b", ["a", "END"], id="the match is the last that is printed"),
        pytest.param("END", "a E|N|D b|c", ["a E", "N", "D"], id="it may come in pieces"),
        pytest.param("END", "E|NE|ND", ["E", "NE", "ND"], id="it may begin within what was none"),
        pytest.param("END", "aENDbENDc", ["aEND"], id="the first match counts"),
        pytest.param(r"\d+", "a1|2|3|b|4", ["a1", "2", "3", ""], id="a match that grows is printed as it grows"),
        pytest.param("END$", "END|I|NG|END|\n|x", ["END", "I", "NG", "END", ""], id="one that vanishes is no match"),
        pytest.param(
            "END(?!ING)", "END|I|N|G|END|I|S", ["END", "", "", "ING", "END", "", ""], id="held back, released"
        ),
        pytest.param("END(?:ING)?", "END|I|N|G|x", ["END", "", "", "ING"], id="held back, and part of the match"),
        pytest.param("END(?:ING)?", "END|I|x", ["END", "", ""], id="held back, and after the match"),
        pytest.param("END|ENDING", "ENDING", ["END"], id="of two ways the first counts, as in Python"),
        pytest.param("^---$", "a ---\n|--|-|\n|b", ["a ---\n", "--", "-", ""], id="lines have a beginning and an end"),
        pytest.param("^$", "a\n|\n|b", ["a\n", ""], id="an empty line"),
        pytest.param(r"\n\n", "a\n|\n|b", ["a\n", "\n"], id="a blank line with its newline"),
        pytest.param("(?s)BEGIN.*?END", "END BEGIN\n|x\n|END|y", ["END BEGIN\n", "x\n", "END"], id="over many lines"),
        pytest.param(
            "(?s)BEGIN.*END", "BEGIN END|a|END|b", ["BEGIN END", "", "aEND", ""], id="the longest over many lines"
        ),
        pytest.param("BEGIN.*END", "BEGIN END|a|END|b\nc", ["BEGIN END", "", "aEND", ""], id="the longest in one line"),
        pytest.param("(?i)end", "The eND.", ["The eND"], id="flags may be given inside"),
        pytest.param(r"\bend\b", "bend |end|s |end|.", ["bend ", "end", "s ", "end", ""], id="words"),
        pytest.param("(?<=。)好", "好。|好|的", ["好。", "好"], id="text that is not ASCII"),
    ],
)
def test_nothing_after_the_match_is_printed_and_all_else_at_once(until: str, text: str, printed: list[str]) -> None:
    stop = stopper(until)
    fed = pieces(text)
    assert [stop.feed(piece) for piece in fed[: len(printed)]] == printed
    assert stop.stopped == (until != "(?s)BEGIN.*END")
    assert stop.feed("") == ""


@pytest.mark.parametrize(
    ("until", "text", "at"),
    [
        ("END", "an END.", 6),
        ("END|ENDING", "ENDING", 3),
        ("ENDING|END", "ENDS", 4),
        ("END$", "END\nx", 4),
        (r"\d+", "a12 b", 4),
        (r"\d{2}", "a123", 3),
        (r"\n\n", "a\n\nb", 3),
        ("(?s)BEGIN.*?END", "BEGIN\nEND\n", 9),
        ("(?=b)", "ab", 2),
    ],
)
def test_it_stops_with_the_first_character_that_makes_it_sure(until: str, text: str, at: int) -> None:
    stop = stopper(until)
    for char in text[: at - 1]:
        stop.feed(char)
        assert not stop.stopped
    stop.feed(text[at - 1])
    assert stop.stopped
    assert (stop.feed("more"), stop.close()) == ("", "")


@pytest.mark.parametrize(
    ("until", "text", "held", "stopped"),
    [
        pytest.param("END$", "an END", "", True, id="the end of the text is the end of a line"),
        pytest.param(r"END\b", "an END", "", True, id="and of a word"),
        pytest.param(r"\d+", "a12", "", True, id="a match that could have grown"),
        pytest.param("END(?!ING)", "END|IN", "", True, id="a match that could have vanished"),
        pytest.param("END(?=ING)", "END|IN", "IN", False, id="a match that could have come"),
        pytest.param("(?s)BEGIN.*END", "BEGIN END|x", "", True, id="the longest match is known at the end"),
        pytest.param("(?s)BEGIN.*?END", "BEGIN EN|x", "", False, id="nothing was held back"),
        pytest.param("END", "", "", False, id="there was no text"),
    ],
)
def test_the_end_of_the_text_settles_what_was_open(until: str, text: str, held: str, stopped: bool) -> None:
    stop = stopper(until)
    for piece in pieces(text):
        stop.feed(piece)
    assert not stop.stopped
    assert stop.close() == held
    assert stop.stopped == stopped


@pytest.mark.parametrize(
    ("max_lines", "text", "printed", "stopped"),
    [
        pytest.param(1, "a|b\n|c", ["a", "b\n"], True, id="it stops with the newline and not with what follows"),
        pytest.param(2, "a\nb\nc\n", ["a\nb\n"], True, id="in the midst of a piece"),
        pytest.param(2, "\n|\n", ["\n", "\n"], True, id="empty lines count"),
        pytest.param(2, "a\nb", ["a\nb"], False, id="the last line is not yet whole"),
        pytest.param(1, "a\r\nb", ["a\r\n"], True, id="CR LF is one newline"),
        pytest.param(1, "a\u2028b", ["a\u2028b"], False, id="only a newline is a newline"),
        pytest.param(0, "a", [""], True, id="no lines, no text"),
    ],
)
def test_it_stops_after_a_number_of_lines(max_lines: int, text: str, printed: list[str], stopped: bool) -> None:
    stop = stopper(None, max_lines)
    assert [stop.feed(piece) for piece in pieces(text)[: len(printed)]] == printed
    assert stop.stopped == stopped
    assert stop.close() == ""


def test_no_lines_are_there_before_anything_has_come() -> None:
    assert stopper(None, 0).stopped
    assert not stopper(None, 1).stopped


def test_without_a_wish_everything_is_printed() -> None:
    stop = stopper(None)
    assert (stop.feed("a\n"), stop.feed("b"), stop.close(), stop.stopped) == ("a\n", "b", "", False)


def test_whichever_comes_first_counts() -> None:
    assert stopper("END", 2).feed("a\nEND\nb") == "a\nEND"
    assert stopper("END", 1).feed("a\nEND\nb") == "a\n"
    stop = stopper("END(?!\nING)", 1)
    assert [stop.feed(char) for char in "END\n"] == ["E", "N", "D", ""]
    assert not stop.stopped, "the newline may come after the match"
    assert stop.feed("ING") == "\n"
    assert stop.stopped


UNTIL = [
    "END",
    "END$",
    "^END",
    "END|ENDED",
    "ENDED|END",
    "END(?:ED)?",
    "END(?!ED)",
    r"END\b",
    "E+",
    "E+?",
    "E.*D",
    "(?s)E.*D",
    "(?s)E.*?D",
    r"\n\n",
    "^$",
    r"(?<!\n)E",
    r"(?=\nE)",
    r"D\s*E",
    "(?:EN|D)+",
    "(?i)end",
    r"E\Z",
    None,
]


@pytest.mark.parametrize("until", UNTIL)
@pytest.mark.parametrize("max_lines", [None, 1, 3])
def test_any_cutting_prints_the_same_and_stops_the_same(until: str | None, max_lines: int | None) -> None:
    chance = random.Random(3)
    for _ in range(150):
        text = "".join(chance.choices(["E", "N", "D", "END", "ED", "e", " ", "\n", "\n\n"], k=chance.randint(0, 10)))
        expected, stops = expected_outcome(until, max_lines, text)
        cuts = sorted(chance.choices(range(len(text) + 1), k=3))
        some = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        for way in ([text], list(text), some):
            stop = stopper(until, max_lines)
            printed = "".join([stop.feed(piece) for piece in way])
            assert (printed + stop.close(), stop.stopped) == (expected, stops), way


def expected_outcome(until: str | None, max_lines: int | None, text: str) -> tuple[str, bool]:
    """What is to be printed of a text that is there as a whole, and whether it stops there."""
    ends = []
    if until is not None and (match := re.compile(until, re.MULTILINE).search(text)):
        ends.append(match.end())
    lines = text.split("\n")
    if max_lines is not None and len(lines) > max_lines:
        ends.append(len("\n".join(lines[:max_lines])) + 1)
    return (text[: min(ends)], True) if ends else (text, False)


@pytest.mark.parametrize(
    ("until", "why"),
    [
        ("a(b", "missing ), unterminated subpattern at character 2 of a(b"),
        ("[a", "unterminated character set at character 1 of [a"),
        ("*", "nothing to repeat at character 1 of *"),
        (r"ab\q", r"bad escape \q at character 3 of ab\q"),
        ("a{99999999999}", "the expression is too large"),
        ("(" * 20_000 + ")" * 20_000, "the expression is too large"),
        ("(?:a{200}){200}", "the expression is too large"),
        (r"(a)\1", "back-references are not supported"),
        ("x*", "x* matches before anything has come"),
        ("", "an empty expression matches before anything has come"),
        ("^", "^ matches before anything has come"),
        ("|a", "|a matches before anything has come"),
        ("a|", "a| matches before anything has come"),
        (r"(?<!a)x?", r"(?<!a)x? matches before anything has come"),
    ],
)
def test_an_expression_that_is_of_no_use_is_the_users_fault(until: str, why: str) -> None:
    with pytest.raises(UsageFault) as caught:
        compile_until(until)
    assert caught.value.message == f"--until: {why}"


@pytest.mark.parametrize("until", ["^$", "$", r"\b", r"(?=\n)", "[[]"])
def test_an_expression_that_may_be_empty_somewhere_is_of_use(until: str) -> None:
    assert compile_until(until).pattern == until


def test_holding_back_takes_time_in_proportion_to_the_text() -> None:
    def hold(size: int) -> None:
        stop = stopper("(?s)a(?!.*END)")
        printed = [stop.feed("aaaa") for _ in range(size // 4)]
        assert "".join(printed) + stop.feed("END") + stop.close() == "a" * size + "END"

    assert_grows_linearly(hold, 2000)
