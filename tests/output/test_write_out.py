"""``--write-out``: curl's syntax, on stderr, at the very end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dsk.ending import Timing
from dsk.errors import KeyFault, UsageFault
from dsk.output.settings import OutputSettings
from dsk.output.write_out import NAMES, check_format
from dsk.stream.events import Start, Usage
from tests.output.playing import Player, arrive, said

USAGE = Usage(
    {
        "prompt_tokens": 12,
        "completion_tokens": 30,
        "prompt_cache_hit_tokens": 8,
        "completion_tokens_details": {"reasoning_tokens": 20},
    }
)
ANSWER = [*said("a"), *arrive(USAGE)]
TIMING = Timing(0.1234567, 2.0)


def written(player: Player, text: str) -> str:
    played = player.play(ANSWER, OutputSettings(write_out=text), timing=TIMING)
    assert (played.stdout, played.status) == (b"a\n", 0)
    return played.stderr.decode()


def test_every_variable_has_its_value(player: Player) -> None:
    text = "\\n".join(f"{name}=%{{{name}}}" for name in NAMES if name != "json")
    assert written(player, text).splitlines() == [
        "ttft=0.123457",
        "total=2",
        "tokens=30",
        "prompt_tokens=12",
        "cache_hit=8",
        "reasoning_tokens=20",
        "tps=16",
        "finish=stop",
        "model=model-1",
        "id=id-1",
        "status=0",
        "http_status=200",
        "cost=",
        "cached=0",
    ]


def test_json_is_an_object_of_all_variables(player: Player) -> None:
    found = json.loads(written(player, "%{json}"))
    assert list(found) == [name for name in NAMES if name != "json"]
    assert (found["ttft"], found["tokens"], found["finish"]) == (0.123457, 30, "stop")


def test_escapes_and_percent_signs_are_those_of_curl(player: Player) -> None:
    assert written(player, r"\t\r\n\\n\x%%{id}%d 100% %") == "\t\r\n\\n\\x%{id}%d 100% %"


def test_no_newline_is_added(player: Player) -> None:
    assert written(player, "gr\u00fc\u00df") == "gr\u00fc\u00df"


def test_it_is_written_for_a_failed_run_with_unknown_values_empty(player: Player) -> None:
    settings = OutputSettings(write_out="[%{ttft}%{tokens}%{model}%{finish}] %{status} %{http_status}\\n")
    played = player.play([], settings, failure=KeyFault("the key was refused"), http_status=401)
    assert played.stderr == b"[] 3 401\ndsk: the key was refused\n"


def test_it_comes_last(player: Player) -> None:
    shown = player.show(ANSWER, OutputSettings(usage=True, write_out="end")).stdout
    assert shown == b"a\ndsk: usage: prompt 12, cache hit 8, completion 30, reasoning 20\nend"


def test_the_servers_words_are_safe_on_a_terminal(player: Player) -> None:
    arrivals = [*arrive(Start("i\x1b[2J", "m\u202e")), *said("a")[1:]]
    settings = OutputSettings(write_out="%{id} %{model} %{json}")
    shown = player.show(arrivals, settings).stdout.decode()
    assert shown.startswith("a\ni^[[2J m<U+202E> {")
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert player.play(arrivals, settings).stderr.decode().startswith("i\x1b[2J m\u202e {")


def test_an_unknown_variable_is_named() -> None:
    with pytest.raises(UsageFault, match=r"there is no variable %\{nope\}") as caught:
        check_format("%{tokens} %{nope}")
    assert "ttft" in caught.value.hint


@pytest.mark.parametrize("text", ["%{tokens", "%{tokens} %{"])
def test_a_variable_that_is_not_closed_is_an_error(text: str) -> None:
    with pytest.raises(UsageFault, match="not closed"):
        check_format(text)


@pytest.mark.parametrize("text", ["", "%%{", "%", "%{json}", "\\", "100%\\n"])
def test_what_is_right_is_left_as_it_is(text: str) -> None:
    assert check_format(text) == text


def test_a_format_can_be_read_from_a_file_whose_line_ends_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "format").write_bytes(b"%{tokens}\\t\r\n%{id}\\n\n")
    assert check_format(f"@{tmp_path}/format") == "%{tokens}\\t%{id}\\n"


def test_a_variable_in_a_file_is_checked_too(tmp_path: Path) -> None:
    (tmp_path / "format").write_text("%{nope}")
    with pytest.raises(UsageFault, match="nope"):
        check_format(f"@{tmp_path}/format")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xff")
    for name in ("missing", "latin"):
        with pytest.raises(UsageFault, match=name):
            check_format(f"@{tmp_path}/{name}")


def test_stdin_is_not_read_for_it() -> None:
    with pytest.raises(UsageFault, match="stdin"):
        check_format("@-")
