"""``dsk log`` as whole processes."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pexpect
import pytest

from dsk.state.log.rows import Outcome
from dsk.state.log.schema import MIGRATIONS
from dsk.state.log.writer import LogWriter
from tests.harness import DSK, Dsk, wait_until
from tests.state.log.writing import content, entry, logged, rows
from tests.terminal import on_terminal

DAY = 86400.0
USAGE = '{"prompt_tokens":5,"completion_tokens":3}'
HOSTILE = "\x1b[31mred\x1b[0m \u202eevil"


@pytest.fixture
def path(dsk: Dsk) -> Path:
    return Path(dsk.env["XDG_STATE_HOME"]) / "dsk" / "log.db"


@pytest.fixture
def filled(path: Path) -> Path:
    """A log with three runs: a good one, a failed one, and one with a document before its question."""
    now = time.time()
    logged(path, "Say hello", "Hello.\n", begun=now - 9 * DAY, model="served", usage=USAGE, total=1.25)
    error = '{"message":"the token limit cut the answer","http_status":200}'
    logged(path, HOSTILE, f"half {HOSTILE}", begun=now - 2 * DAY, status=10, error=error)
    logged(path, "a long\ndocument\n\nWhat does\tthis say?", "Little\0", begun=now, reasoning="Let me see")
    return path


def at(path: Path, number: int) -> str:
    """When a run was begun, as the list shows it."""
    begun: float = rows(path, "SELECT begun FROM runs WHERE id = ?", number)[0][0]
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(begun))


def test_in_a_pipe_the_list_is_tab_separated_and_the_newest_is_last(dsk: Dsk, filled: Path) -> None:
    result = dsk.run("log", "list", env={"TZ": ""})
    assert (result.errors, result.status) == ("", 0)
    assert result.text.split("\n") == [
        f"1\t{at(filled, 1)}\tserved\tok\t3\tSay hello",
        f"2\t{at(filled, 2)}\tdeepseek-flash\tlength\t\t{HOSTILE}",
        f"3\t{at(filled, 3)}\tdeepseek-flash\tok\t\tWhat does this say?",
        "",
    ]


def test_the_list_takes_a_count(dsk: Dsk, path: Path) -> None:
    for number in range(1, 61):
        logged(path, f"prompt {number}")
    firsts = {n: dsk.run("log", "list", "-N", n).text.split("\t")[0] for n in ("1", "5", "0", "100")}
    assert firsts == {"1": "60", "5": "56", "0": "1", "100": "1"}
    assert len(dsk.run("log", "list").text.splitlines()) == 20
    assert len(dsk.run("log", "list", "--count=0").text.splitlines()) == 60


def test_the_list_as_json_is_an_object_a_line(dsk: Dsk, filled: Path) -> None:
    found = [json.loads(line) for line in dsk.run("log", "list", "--json").text.splitlines()]
    begun = round(rows(filled, "SELECT begun FROM runs")[0][0], 3)
    assert found[0] == {
        "run": 1,
        "begun": begun,
        "model": "served",
        "state": "ended",
        "status": 0,
        "cached": False,
        "tokens": 3,
        "session": None,
        "text": "Say hello",
    }
    assert [run["status"] for run in found] == [0, 10, 0]


def test_on_a_terminal_the_list_is_a_table_that_fits_and_obeys_nobody(dsk: Dsk, filled: Path) -> None:
    logged(filled, "长" * 100)
    lines = on_terminal(dsk, "log", "list").splitlines()
    assert lines[0].split() == ["RUN", "BEGUN", "MODEL", "STATUS", "TOKENS", "PROMPT"]
    column = lines[0].index("PROMPT")
    assert [line[column : column + 9] for line in lines[1:4]] == ["Say hello", "^[[31mred", "What does"]
    assert lines[4].endswith("长…")
    assert len(lines[4].encode("utf-16-le")) // 2 + lines[4].count("长") <= 80
    assert "\x1b" not in "".join(lines)
    assert "\u202e" not in "".join(lines)


def test_on_a_narrow_terminal_the_lines_are_cut(dsk: Dsk, filled: Path) -> None:
    logged(filled, "a long prompt " * 10)
    lines = on_terminal(dsk, "log", "list", width=40).splitlines()
    assert len(lines) == 5
    assert max(map(len, lines)) == 40
    assert lines[-1].endswith("…")


def test_show_prints_prompt_and_answer(dsk: Dsk, filled: Path) -> None:
    result = dsk.run("log", "show", "1", env={"TZ": ""})
    assert (result.errors, result.status) == ("", 0)
    assert result.text == (
        f"Run:      1\nBegun:    {at(filled, 1)}\nCommand:  ask\nModel:    served\n"
        "Server:   https://api.deepseek.com\nStatus:   ok\nTokens:   3\nTime:     1.25 s in all\n\n"
        "--- Prompt\nSay hello\n\n--- Answer\nHello.\n"
    )


@pytest.mark.usefixtures("filled")
def test_show_counts_from_the_end_and_shows_the_last_run_without_a_number(dsk: Dsk) -> None:
    for arguments in (["-1"], [], ["3"], ["--", "-1"]):
        text = dsk.run("log", "show", *arguments).text
        assert text.startswith("Run:      3\n")
        assert "--- Prompt\na long\ndocument\n\nWhat does\tthis say?\n\n--- Reasoning\nLet me see\n\n" in text
    text = dsk.run("log", "show", "-2").text
    assert "Status:   length: the token limit cut the answer\n" in text


@pytest.mark.usefixtures("filled")
def test_the_answer_alone_is_the_models_bytes(dsk: Dsk) -> None:
    answers = [dsk.run("log", "show", "--answer", number).stdout for number in ("1", "-2", "-1")]
    assert answers == [b"Hello.\n", f"half {HOSTILE}".encode(), b"Little\0"]


@pytest.mark.usefixtures("filled")
def test_on_a_terminal_what_is_shown_cannot_give_orders(dsk: Dsk) -> None:
    for arguments in ("show 2", "show 2 --answer", "show 2 --json", "export", "search half", "list --json"):
        text = on_terminal(dsk, "log", *arguments.split())
        assert "red" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


@pytest.mark.usefixtures("filled")
def test_a_run_as_json_has_the_request(dsk: Dsk) -> None:
    found = json.loads(dsk.run("log", "show", "2", "--json").stdout)
    assert found["request"]["messages"][0]["content"] == HOSTILE
    assert (found["content"], found["status"]) == (f"half {HOSTILE}", 10)
    assert found["error"]["message"] == "the token limit cut the answer"
    assert found["choices"][0]["content"] == f"half {HOSTILE}"


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("number", ["4", "-4", "0"])
def test_a_run_that_is_not_there_is_a_usage_error(dsk: Dsk, number: str) -> None:
    result = dsk.run("log", "show", number)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith(f"dsk: there is no run {number} in the log\n")


@pytest.mark.usefixtures("filled")
def test_options_of_show_are_still_checked(dsk: Dsk) -> None:
    assert dsk.run("log", "show", "-1", "--anser").status == 2
    result = dsk.run("log", "show", "--answer", "--json")
    said = "dsk: --answer and --json exclude each other\ndsk: hint: leave one of them out\n"
    assert (result.errors, result.status) == (said, 2)


def test_a_run_under_way_is_seen_as_far_as_it_has_come(dsk: Dsk, path: Path) -> None:
    writer = LogWriter(str(path), entry("Tell me"))
    writer.add(content("Once upon"))
    wait_until(lambda: path.exists() and b"Once upon" in dsk.run("log", "show", "--answer").stdout, "the text")
    assert dsk.run("log", "list").text.split("\t")[3:] == ["running", "", "Tell me\n"]
    writer.end(Outcome("Once upon a time", "", 0))
    assert dsk.run("log", "list").text.split("\t")[3] == "ok"


@pytest.mark.usefixtures("filled")
def test_search_lists_what_matches_with_the_place(dsk: Dsk) -> None:
    result = dsk.run("log", "search", "does", "THIS")
    assert (result.errors, result.status) == ("", 0)
    assert result.text.split("\t")[0] == "3"
    assert result.text.split("\t")[5].strip().endswith("What does this say?")
    assert len(dsk.run("log", "search", "--fts", "hello OR little").text.splitlines()) == 2
    assert len(dsk.run("log", "search", "--fts", "hello OR little", "-N1").text.splitlines()) == 1
    assert json.loads(dsk.run("log", "search", "--json", "hello").stdout)["text"] == "Hello."


@pytest.mark.parametrize("width", [60, 72, 80, 120, 300])
def test_on_a_terminal_of_any_width_what_was_found_is_seen(dsk: Dsk, path: Path, width: int) -> None:
    words = "some words of a long text that stand before it " * 4
    logged(path, "q", f"{words}a Needle {words}", model="a-vendor/a-model-with-a-very-long-name-indeed", usage=USAGE)
    logged(path, "q", f"{'长' * 90}needle{'长' * 90}", usage=USAGE)
    logged(path, "q", f"needle \x1b[31m{words}", usage=USAGE)
    heading, *lines = on_terminal(dsk, "log", "search", "needle", width=width).splitlines()
    assert heading.split()[:: len(heading.split()) - 1] == ["RUN", "PROMPT"]
    assert ("MODEL" in heading) is (width >= 120)
    assert len(lines) == 3
    for line in lines:
        assert "needle" in line.lower()
        assert len(line) + line.count("长") <= width
    column = heading.index("PROMPT")
    assert lines[0][column:].partition(" a Needle")[0].strip("…") in words
    assert lines[0][column:].partition(" a Needle")[0].endswith("before it")
    assert lines[1][column : column + 2] == "…长"
    assert lines[2][column:].startswith("needle ^[[31msome words"[: width - column - 1])


@pytest.mark.usefixtures("filled")
def test_search_that_finds_nothing_is_status_1_without_a_word(dsk: Dsk) -> None:
    result = dsk.run("log", "search", "nowhere")
    assert (result.stdout, result.errors, result.status) == (b"", "", 1)


def test_a_bad_expression_is_a_usage_error(dsk: Dsk) -> None:
    result = dsk.run("log", "search", "--fts", "a AND")
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith("dsk: 'a AND' is not an FTS5 expression: syntax error")
    assert dsk.run("log", "search", " ").status == 2
    assert (
        dsk.run("log", "search", b"\xff").errors
        == "dsk: the words are not UTF-8\ndsk: hint: convert them first: iconv -f LATIN1 -t UTF-8\n"
    )


@pytest.mark.usefixtures("filled")
def test_export_prints_everything_as_json_lines(dsk: Dsk) -> None:
    found = [json.loads(line) for line in dsk.run("log", "export").text.splitlines()]
    assert [run["run"] for run in found] == [1, 2, 3]
    assert found[0] == json.loads(dsk.run("log", "show", "1", "--json").stdout)
    today = time.strftime("%Y-%m-%d %H:%M", time.localtime(time.time() - DAY))
    for since in ("5d", "1w", "120h", today):
        wanted = [3] if since == today else [2, 3]
        runs = [json.loads(line)["run"] for line in dsk.run("log", "export", "--since", since).text.splitlines()]
        assert runs == wanted, since


@pytest.mark.parametrize("when", ["5x", "yesterday", "2026-13-01", "", "٣d", "9" * 5000 + "d"])
def test_a_moment_that_is_none_is_a_usage_error(dsk: Dsk, when: str) -> None:
    result = dsk.run("log", "export", "--since", when)
    assert (result.stdout, result.status) == (b"", 2)
    assert "is neither an age such as 30d nor a date such as 2026-11-25" in result.errors


def test_prune_removes_by_age_and_by_number(dsk: Dsk, filled: Path) -> None:
    result = dsk.run("log", "prune", "--older-than", "7d")
    assert (result.stdout, result.errors, result.status) == (b"", "dsk: removed one run\n", 0)
    assert rows(filled, "SELECT id FROM runs") == [(2,), (3,)]
    result = dsk.run("log", "prune", "--keep", "1")
    assert (result.errors, result.status) == ("dsk: removed one run\n", 0)
    assert rows(filled, "SELECT id FROM runs") == [(3,)]
    assert dsk.run("log", "prune", "--keep", "1").errors == "dsk: removed 0 runs\n"


def test_prune_must_be_told_what(dsk: Dsk, filled: Path) -> None:
    assert dsk.run("log", "prune").status == 2
    assert dsk.run("log", "prune", "--all", "--keep", "1").status == 2
    result = dsk.run("log", "prune", "--all")
    assert (result.errors, result.status) == (
        "dsk: --all removes everything: there is no terminal to ask on\ndsk: hint: --yes says that it is meant\n",
        2,
    )
    assert rows(filled, "SELECT count(*) FROM runs") == [(3,)]
    assert dsk.run("log", "prune", "--all", "--yes").errors == "dsk: removed 3 runs\n"
    assert rows(filled, "SELECT count(*) FROM runs") == [(0,)]


@pytest.mark.parametrize(("answer", "left"), [("y", 0), ("n", 3), ("", 3)])
def test_on_a_terminal_prune_asks(dsk: Dsk, filled: Path, answer: str, left: int) -> None:
    child: Any = pexpect.spawn(DSK[0], ["-m", "dsk", "log", "prune", "--all"], env=dsk.env, timeout=30)
    child.expect_exact("dsk: remove 3 runs for good? [y/N] ")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert rows(filled, "SELECT count(*) FROM runs") == [(left,)]


def test_prune_spares_a_run_under_way(dsk: Dsk, path: Path) -> None:
    logged(path)
    writer = LogWriter(str(path), entry("now"))
    wait_until(lambda: len(rows(path, "SELECT 1 FROM runs")) == 2, "the row")
    assert dsk.run("log", "prune", "--all", "--yes").errors == "dsk: removed one run\n"
    writer.end(Outcome("done", "", 0))
    assert writer.warning is None
    assert rows(path, "SELECT content FROM runs") == [("done",)]


def test_path_is_printed_whether_there_is_a_log_or_not(dsk: Dsk, path: Path) -> None:
    result = dsk.run("log", "path")
    assert (result.text, result.errors, result.status) == (f"{path}\n", "", 0)
    assert not path.exists()


def test_without_a_log_there_is_nothing_to_see_and_none_is_made(dsk: Dsk, path: Path) -> None:
    for arguments in (["list"], ["export"], ["list", "--json"]):
        result = dsk.run("log", *arguments)
        assert (result.stdout, result.errors, result.status) == (b"", "", 0)
    assert dsk.run("log", "search", "x").status == 1
    assert dsk.run("log", "show").status == 2
    assert dsk.run("log", "prune", "--keep", "3").errors == "dsk: removed 0 runs\n"
    assert not path.parent.exists()


def test_a_log_that_cannot_be_used_is_told_with_its_reason(dsk: Dsk, path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("Dear diary, " * 1000)
    result = dsk.run("log", "list")
    assert (result.stdout, result.status) == (b"", 1)
    assert result.errors == (
        f"dsk: the log {path} cannot be used: it is not a SQLite database\n"
        f"dsk: hint: move it away, and the next run begins another: mv {path} {path}.old\n"
    )


def test_a_newer_log_is_not_touched(dsk: Dsk, path: Path) -> None:
    logged(path)
    rows(path, "PRAGMA user_version = 99")
    result = dsk.run("log", "list")
    why = f"its version 99 is newer than {len(MIGRATIONS)}, the newest known"
    assert result.errors == (
        f"dsk: the log {path} cannot be used: {why}\n"
        "dsk: hint: use the dsk that made it, or a newer one: dsk --version\n"
    )
    assert result.status == 1


def test_a_closed_pipe_ends_an_export_quietly(dsk: Dsk, path: Path) -> None:
    for _ in range(8):
        logged(path, answer="x" * 100_000)
    result = dsk.shell("dsk log export | head -c 10; echo ${PIPESTATUS[0]}")
    assert result.text.endswith("141\n")
    assert result.errors == ""
