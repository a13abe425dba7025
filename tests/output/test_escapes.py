"""The escape firewall: nothing dangerous passes, nothing else is changed, however the text is cut."""

from __future__ import annotations

import json
import random
import re
from unicodedata import category

import pytest

from dsk.output.escapes import Firewall, Show, Strip, clean_field, clean_json, clean_line, firewall
from dsk.output.sequences import LIMIT
from dsk.output.settings import OutputSettings
from tests.output.playing import Arrival, Player, said

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
HARMLESS = (
    "a\tb\n\n gr\u00fc\u00df \u0645\u0631 \U0001f469\u200d\U0001f469 \u2764\ufe0f\ufe0e \u00a0 e\u0301 ~[]\\^_\\x1b"
)


def passed(wall: Firewall, *pieces: str) -> str:
    return "".join([wall.feed(piece) for piece in pieces]) + wall.close()


def cut(text: str, rng: random.Random) -> list[str]:
    places = sorted(rng.randrange(len(text) + 1) for _ in range(rng.randrange(8)))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


@pytest.mark.parametrize("mode", ["show", "strip"])
def test_harmless_text_passes_unchanged(mode: str) -> None:
    assert passed(firewall(mode), HARMLESS) == HARMLESS
    assert passed(firewall(mode), *HARMLESS) == HARMLESS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "^[[31mred^[[0m"),
        ("\x1b]0;title\x07", "^[]0;title^G"),
        ("\x00\x08\x0b\x7f", "^@^H^K^?"),
        ("\x9b31m", "<U+009B>31m"),
        ("user\u202etxt.exe", "user<U+202E>txt.exe"),
        ("\u2066a\u2069", "<U+2066>a<U+2069>"),
        ("\U000e0041", "<U+E0041>"),
        ("pass\u200bword\ufeff", "pass<U+200B>word<U+FEFF>"),
        ("a\u034fb\ufe00\U000e0100", "a<U+034F>b<U+FE00><U+E0100>"),
        ("\u115f\u1160\u3164\uffa0", "<U+115F><U+1160><U+3164><U+FFA0>"),
        ("a\u2028b", "a<U+2028>b"),
        ("\udcff", "\\xff"),
        ("\ud800", "<U+D800>"),
        ("a\r\nb", "a\nb"),
        ("a\rb", "a^Mb"),
        ("a\r", "a^M"),
        ("a\r\r\nb", "a^M\nb"),
    ],
)
def test_show_makes_visible(text: str, shown: str) -> None:
    assert passed(Show(), text) == shown
    assert passed(Show(), *text) == shown


STRIPPED = {
    "a CSI": ("a\x1b[1;31mb\x1b[0 qc", "abc"),
    "a CSI with private parameters": ("a\x1b[?25lb", "ab"),
    "a CSI of one character": ("a\x9b31mb", "ab"),
    "an OSC ended by BEL": ("a\x1b]0;title\x07b", "ab"),
    "an OSC ended by ST": ("a\x1b]8;;http://x\x1b\\b", "ab"),
    "an OSC ended by ST of one character": ("a\x9d0;title\x9cb", "ab"),
    "an OSC with a newline in it": ("a\x1b]52;c;QUJD\nREVG\x07b", "ab"),
    "a DCS": ("a\x1bPq#0;2\x07;0\x1b\\b", "ab"),
    "an APC, a PM and an SOS": ("a\x1b_G\x1b\\b\x1b^x\x1b\\c\x1bXy\x1b\\d", "abcd"),
    "ESC with one letter": ("a\x1bcb\x1b7c", "abc"),
    "a change of character set": ("a\x1b(0b", "ab"),
    "a sequence broken off by CAN": ("a\x1b[31\x18b\x1b]0;x\x18c", "abc"),
    "a sequence broken off by another": ("a\x1b]0;title\x1b[31mb", "ab"),
    "a CSI broken off by another": ("a\x1b[3\x1b[31mb", "ab"),
    "single controls": ("a\x00\x07\u202eb\x7f\x85c\udcff", "abc"),
    "ST without a beginning": ("a\x1b\\b\x9cc", "abc"),
    "two ESC": ("a\x1b\x1b[31mb", "ab"),
    "CR LF and CR": ("a\r\nb\rc\r", "a\nbc"),
}


@pytest.mark.parametrize(("text", "left"), STRIPPED.values(), ids=STRIPPED)
def test_strip_removes(text: str, left: str) -> None:
    assert passed(Strip(), text) == left
    assert passed(Strip(), *text) == left


UNFINISHED = {
    "an OSC that the text ends in": ("a\x1b]0;title", "a]0;title"),
    "a CSI that the text ends in": ("a\x1b[31", "a[31"),
    "a CSI with a character that has no place in it": ("a\x1b[3\u00e9b", "a[3\u00e9b"),
    "an OSC longer than any in use": ("a\x1b]" + "x" * (LIMIT + 1) + "\x07b", "a]" + "x" * (LIMIT + 1) + "b"),
    "an ESC at the end": ("a\x1b", "a"),
}


@pytest.mark.parametrize(("text", "left"), UNFINISHED.values(), ids=UNFINISHED)
def test_strip_keeps_the_text_of_what_is_no_sequence(text: str, left: str) -> None:
    assert passed(Strip(), text) == left
    assert passed(Strip(), *text) == left


def test_strip_removes_the_longest_sequence_that_it_looks_for() -> None:
    text = "a\x1b]" + "x" * LIMIT + "\x1b\\b"
    assert passed(Strip(), text) == passed(Strip(), *text) == "ab"


def test_strip_holds_back_a_beginning_and_nothing_before_it() -> None:
    wall = Strip()
    assert wall.feed("abc\x1b[3") == "abc"
    assert wall.feed("1") == ""
    assert wall.feed("mdef") == "def"


def test_strip_does_not_hold_back_forever() -> None:
    wall = Strip()
    assert wall.feed("\x1b]" + "x" * LIMIT) == ""
    assert wall.feed("y") == "]" + "x" * LIMIT + "y"


def test_show_holds_back_nothing_that_can_be_seen() -> None:
    wall = Show()
    assert [wall.feed(piece) for piece in ["a\x1b", "[", "b\r", "\n"]] == ["a^[", "[", "b", "\n"]


ALPHABET = [*"ab[]()P\\^_X;031m~ \n\t\r\x07\x18\x1a\x1b\x1b\x1b\x7f\x9b\x9c\x9d\x90\x85", "\u202e", "\u00e9", "\udc9b"]


@pytest.mark.parametrize("mode", ["show", "strip"])
def test_random_text_is_safe_and_the_same_however_it_is_cut(mode: str) -> None:
    rng = random.Random(13)
    for _ in range(5000):
        text = "".join(rng.choices(ALPHABET, k=rng.randrange(1, 40)))
        whole = passed(firewall(mode), text)
        assert not FORBIDDEN.search(whole), repr(text)
        assert passed(firewall(mode), *cut(text, rng)) == whole, repr(text)
        assert passed(firewall(mode), *text) == whole, repr(text)


def test_every_character_is_harmless_or_made_so() -> None:
    for code in range(0x110000):
        char = chr(code)
        for wall in (Show(), Strip()) if FORBIDDEN.match(char) else ():
            assert not FORBIDDEN.search(passed(wall, "a" + char + "b"))
    everything = "".join(c for c in map(chr, range(0x110000)) if not FORBIDDEN.match(c))
    assert passed(Show(), everything) == passed(Strip(), everything) == everything


def test_format_characters_are_dangerous_but_for_joiners_and_those_that_can_be_seen() -> None:
    seen = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f]")
    formats = [char for char in map(chr, range(0x110000)) if category(char) == "Cf" and not seen.match(char)]
    assert [char for char in formats if not FORBIDDEN.match(char)] == ["\u200c", "\u200d"]


def test_a_field_of_a_table_stays_one_field() -> None:
    assert clean_field("a\tb\nc\r\nd\re\u2028\x1b\x85") == "a^Ib^Jc^M^Jd^Me<U+2028>^[<U+0085>"


def test_a_line_of_a_message_stays_one_line() -> None:
    assert clean_line("a\x1b[2J\u2029b\nc\r\nd\te") == "a^[[2J<U+2029>b c d\te"


def test_json_with_escapes_means_the_same() -> None:
    value = {"a\x7f": "b\x9b\u202e\u2028\U000e0041\U0001f600\u00e9"}
    safe = clean_json(json.dumps(value, ensure_ascii=False))
    assert json.loads(safe) == value
    assert not FORBIDDEN.search(safe)
    assert "\U0001f600\u00e9" in safe


EVIL = ["a\x1b]0;", "title\x07\u202eb\x1b", "[31mc\r", "\nd"]


@pytest.mark.parametrize(
    ("escapes", "on_terminal", "in_pipe"),
    [
        ("auto", "a^[]0;title^G<U+202E>b^[[31mc\nd\n", "".join(EVIL) + "\n"),
        ("show", "a^[]0;title^G<U+202E>b^[[31mc\nd\n", "a^[]0;title^G<U+202E>b^[[31mc\nd\n"),
        ("strip", "abc\nd\n", "abc\nd\n"),
        ("raw", "".join(EVIL) + "\n", "".join(EVIL) + "\n"),
    ],
)
def test_text_goes_through_it_as_asked(player: Player, escapes: str, on_terminal: str, in_pipe: str) -> None:
    settings = OutputSettings(escapes=escapes)  # type: ignore[arg-type]
    assert player.show(said(*EVIL), settings).stdout.decode() == on_terminal
    assert player.play(said(*EVIL), settings).stdout.decode() == in_pipe


def test_what_was_held_back_at_the_end_is_written_before_the_newline(player: Player) -> None:
    assert player.play(said("a\x1b]0;x"), OutputSettings(escapes="strip")).stdout == b"a]0;x\n"


def test_raw_frames_on_a_terminal_are_shown_safely(player: Player) -> None:
    frames = [b"data: \xc3", b"\xa9\xff\x1b[2J\r", b"\n\r\n\xe2\x82"]
    settings = OutputSettings(format="raw")
    shown = player.show([Arrival(frame, []) for frame in frames], settings).stdout.decode()
    assert shown.startswith("data: \u00e9\\xff^[[2J\n\n\\xe2\\x82")


@pytest.mark.parametrize("format_", ["json", "jsonl"])
def test_json_on_a_terminal_is_valid_and_safe(player: Player, format_: str) -> None:
    text = "\x1b\x9b\u202e\u00e9"
    settings = OutputSettings(format=format_)  # type: ignore[arg-type]
    shown = player.show(said(text), settings).stdout.decode()
    assert not FORBIDDEN.search(shown)
    lines = [json.loads(line) for line in shown.splitlines()]
    assert [line.get("text", line.get("content")) for line in lines if line.get("text") or line.get("content")] == [
        text
    ]
