"""``dsk session`` as whole processes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, Result
from tests.process.terminals import Terminal
from tests.state.log.writing import rows
from tests.terminal import on_quiet_terminal

Serve = Callable[[Script], ScriptedServer]
HOSTILE = "\x1b[31mred\x1b[0m \u202eevil"
TAKEN = "dsk: hint: take another name; dsk session list shows those that there are\n"
NO_SESSION = "dsk: hint: dsk session list shows those that there are\n"


@pytest.fixture
def server(serve: Serve) -> ScriptedServer:
    return serve(Script(replies=tuple(Reply(text=f"Answer {n}.") for n in range(1, 20))))


@pytest.fixture
def here(dsk: Dsk, server: ScriptedServer) -> Dsk:
    dsk.env["DEEPSEEK_BASE_URL"] = server.base_url
    # What stands for a terminal, the same for every run.
    dsk.env["DSK_SESSION"] = "test"
    return dsk


def asked(dsk: Dsk, *args: str) -> None:
    result = dsk.run("ask", *args, stdin=None)
    assert (result.errors, result.status) == ("", 0)


def session(dsk: Dsk, *args: str) -> str:
    result = dsk.run("session", *args)
    assert (result.errors, result.status) == ("", 0)
    return result.text


def told(dsk: Dsk, *args: str) -> str:
    result = dsk.run("session", *args)
    assert (result.stdout, result.status) == (b"", 0)
    return result.errors


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def sent(dsk: Dsk, server: ScriptedServer, *args: str) -> list[str]:
    """What a question is sent with, but for itself."""
    asked(dsk, *args, "?")
    return [message["content"] for message in server.requests[-1].json["messages"][:-1]]


def database(dsk: Dsk) -> Path:
    return Path(dsk.env["XDG_STATE_HOME"]) / "dsk" / "log.db"


def failed(result: Result, message: str) -> None:
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith(f"dsk: {message}")


def test_in_a_pipe_the_list_is_tab_separated_and_the_last_used_is_last(here: Dsk) -> None:
    here.env["TZ"] = ""
    asked(here, "--session", "story", "one")
    asked(here, "a\ttab")
    asked(here, "--session", "story", "two")
    used = [row[0] for row in rows(database(here), "SELECT used FROM sessions ORDER BY id")]
    times = [time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at)) for at in used]
    assert session(here, "list") == f"2\t\t{times[1]}\t1\ta tab\n1\tstory\t{times[0]}\t2\tone\n"
    assert session(here, "list", "--named", "-N", "0") == f"1\tstory\t{times[0]}\t2\tone\n"
    assert session(here, "list", "--count=1") == f"1\tstory\t{times[0]}\t2\tone\n"


def test_the_list_as_json_says_which_one_is_gone_on_with_here(here: Dsk) -> None:
    asked(here, "one")
    asked(here, "--session", "story", "two")
    found = objects(session(here, "list", "--json"))
    assert [(o["session"], o["name"], o["turns"], o["text"], o["here"]) for o in found] == [
        (1, None, 1, "one", False),
        (2, "story", 1, "two", True),
    ]
    assert set(found[0]) == {"session", "name", "begun", "used", "turns", "text", "here"}


def test_a_terminal_is_shown_which_session_is_its_own(here: Dsk) -> None:
    asked(here, "one")
    asked(here, "two")
    lines = on_quiet_terminal(here, "session", "list").splitlines()
    assert [line.split()[:2] for line in lines] == [["SESSION", "NAME"], ["1", lines[1].split()[1]], ["2", "*"]]


def test_a_terminal_is_shown_a_table_without_the_models_or_users_escapes(here: Dsk) -> None:
    asked(here, "-s", HOSTILE, HOSTILE)
    for command in ("list", "show", "tree"):
        seen = on_quiet_terminal(here, "session", command)
        assert "^[[31mred^[[0m <U+2" in seen
        assert "\x1b" not in seen
    assert on_quiet_terminal(here, "session", "list").startswith("SESSION  NAME  USED")


def test_show_prints_what_was_said(here: Dsk) -> None:
    here.env["TZ"] = ""
    asked(here, "-s", "Be brief.", "one")
    asked(here, "-c", "two")
    text = session(here, "show")
    head, _, rest = text.partition("\n\n")
    assert [line.split(":")[0] for line in head.splitlines()] == [
        "Session",
        "Begun",
        "Used",
        "Model",
        "Server",
        "Turns",
    ]
    assert rest == (
        "--- System\nBe brief.\n\n"
        "--- Prompt (run 1)\none\n\n--- Answer\nAnswer 1.\n\n"
        "--- Prompt (run 2)\ntwo\n\n--- Answer\nAnswer 2.\n"
    )


def test_show_as_json_holds_the_messages_as_they_are_sent(here: Dsk, server: ScriptedServer) -> None:
    asked(here, "-s", "Be brief.", "one")
    asked(here, "-c", "two")
    asked(here, "-c", "three")
    shown = json.loads(session(here, "show", "1", "--json"))
    assert shown["messages"][:-1] == server.requests[-1].json["messages"]
    assert [(turn["run"], turn["parent"], turn["prompt"], turn["content"]) for turn in shown["turns"]] == [
        (1, None, "one", "Answer 1."),
        (2, 1, "two", "Answer 2."),
        (3, 2, "three", "Answer 3."),
    ]
    assert (shown["session"], shown["name"], shown["model"]) == (1, None, "deepseek-flash")


def test_rename_gives_the_last_session_or_a_named_one_a_name(here: Dsk, server: ScriptedServer) -> None:
    asked(here, "one")
    assert told(here, "rename", "story") == "dsk: session 1 is called story now\n"
    assert told(here, "rename", "story", "tale") == "dsk: session story is called tale now\n"
    assert sent(here, server, "--session", "tale") == ["one", "Answer 1."]
    asked(here, "other")
    failed(here.run("session", "rename", "tale"), f"there is a session tale already\n{TAKEN}")
    failed(here.run("session", "rename", "2", "7"), "'7' cannot be the name of a session: numbers are those of")
    failed(here.run("session", "rename", "story", "x"), f"there is no session story\n{NO_SESSION}")
    failed(here.run("session", "rename", "a", "b", "c"), "dsk session rename takes at most two arguments")


def test_undo_takes_back_a_turn_and_goes_where_it_is_told(here: Dsk, server: ScriptedServer) -> None:
    asked(here, "one")
    asked(here, "-c", "two")
    assert told(here, "undo") == "dsk: run 2 is taken back: two\n"
    assert sent(here, server, "-c") == ["one", "Answer 1."]
    assert told(here, "undo", "1", "--to", "2") == "dsk: run 2 is the last turn of session 1 now\n"
    assert sent(here, server, "-c") == ["one", "Answer 1.", "two", "Answer 2."]
    for run in ("4", "2", "1"):
        assert told(here, "undo").startswith(f"dsk: run {run} is taken back: ")
    failed(here.run("session", "undo"), "session 1 has no turn to take back\n")
    assert sent(here, server, "-c") == []
    failed(here.run("session", "undo", "--to", "99"), "run 99 is no turn of session 1\n")


def test_undo_does_not_count_what_got_no_answer(here: Dsk, server: ScriptedServer) -> None:
    asked(here, "one")
    asked(here, "-c", "two")
    assert here.run("ask", "-c", "--base-url", "http://127.0.0.1:9", "--retry", "0", "lost", stdin=None).status == 7
    assert told(here, "undo") == "dsk: run 2 is taken back: two\n"
    assert sent(here, server, "-c", "--base-url", server.base_url) == ["one", "Answer 1."]


def test_a_fork_goes_its_own_way(here: Dsk, server: ScriptedServer) -> None:
    asked(here, "--session", "story", "one")
    asked(here, "-c", "two")
    assert session(here, "fork", "--name", "other", "--at", "1") == "2\n"
    assert sent(here, server, "-c") == ["one", "Answer 1."]
    assert session(here, "fork", "story") == "3\n"
    assert sent(here, server, "-c") == ["one", "Answer 1.", "two", "Answer 2."]
    assert sent(here, server, "--session", "story") == ["one", "Answer 1.", "two", "Answer 2."]
    failed(here.run("session", "fork", "story", "--name", "other"), f"there is a session other already\n{TAKEN}")
    failed(here.run("session", "fork", "other", "--at", "99"), "run 99 is no turn of session other\n")


def test_the_tree_has_all_that_has_a_beginning_in_common(here: Dsk) -> None:
    asked(here, "--session", "story", "one")
    asked(here, "-c", "two")
    asked(here, "-c", "three")
    told(here, "undo")
    asked(here, "-c", "four")
    session(here, "fork", "story", "--at", "1", "--name", "other")
    asked(here, "-c", "five")
    asked(here, "-c", "six")
    asked(here, "--session", "stranger", "seven")
    drawing = "1 one\n├─ 2 two\n│  ├─ 3 three\n│  └─ 4 four  <- story\n└─ 5 five\n   ↓ 6 six  <- other\n"
    assert session(here, "tree", "story") == session(here, "tree", "other") == drawing
    nodes = objects(session(here, "tree", "other", "--json"))
    assert [(n["run"], n["parent"], n["session"], n["text"], n["last_of"]) for n in nodes] == [
        (1, None, 1, "one", []),
        (2, 1, 1, "two", []),
        (3, 2, 1, "three", []),
        (4, 2, 1, "four", ["story"]),
        (5, 1, 2, "five", []),
        (6, 5, 2, "six", ["other"]),
    ]


def test_the_log_names_the_session_of_a_run(here: Dsk) -> None:
    asked(here, "--session", "story", "one")
    assert "\nSession:  1 story\n" in here.run("log", "show", "1").text
    assert [run["session"] for run in objects(here.run("log", "list", "--json").text)] == [1]


def test_two_first_turns_are_drawn_apart_from_a_turn_and_the_next(here: Dsk) -> None:
    asked(here, "--session", "story", "one")
    told(here, "undo")
    asked(here, "-c", "two")
    asked(here, "-c", "three")
    assert session(here, "tree") == "1 one\n2 two\n↓ 3 three  <- story\n"


def test_delete_removes_the_text_but_not_what_a_fork_goes_back_to(here: Dsk, server: ScriptedServer) -> None:
    asked(here, "--session", "story", "the first secret")
    asked(here, "-c", "the second secret")
    session(here, "fork", "story", "--at", "1", "--name", "other")
    assert told(here, "delete", "story") == "dsk: removed session story and one run of the log\n"
    assert sent(here, server, "--session", "other") == ["the first secret", "Answer 1."]
    held = b"".join(path.read_bytes() for path in database(here).parent.iterdir())
    assert (b"first secret" in held, b"second secret" in held) == (True, False)
    assert told(here, "delete", "other") == "dsk: removed session other and 2 runs of the log\n"
    assert session(here, "list") == ""
    assert b"secret" not in b"".join(path.read_bytes() for path in database(here).parent.iterdir())
    failed(here.run("session", "delete", "other"), f"there is no session other\n{NO_SESSION}")


def test_a_terminal_whose_session_was_deleted_has_none(here: Dsk) -> None:
    asked(here, "one")
    told(here, "delete", "1")
    failed(here.run("ask", "-c", "two", stdin=None), "this terminal has no session yet\n")


def test_a_session_that_is_not_there_is_a_usage_error(here: Dsk) -> None:
    commands = ("show", "tree", "undo", "fork", "delete")
    for command, name in [*((command, "story") for command in commands), ("show", "12"), ("show", "0")]:
        failed(here.run("session", command, name), f"there is no session {name}\n{NO_SESSION}")


def test_without_a_name_the_last_session_of_this_terminal_is_meant(here: Dsk) -> None:
    commands = ("show", "tree", "fork", "undo")
    for command in commands:
        failed(here.run("session", command), f"this terminal has no session yet\n{NO_SESSION}")
    asked(here, "one")
    for command in commands:
        assert here.run("session", command).status == 0


def test_pruning_keeps_what_newer_turns_go_back_to(here: Dsk, server: ScriptedServer) -> None:
    asked(here, "--session", "old", "one")
    asked(here, "--session", "story", "two")
    asked(here, "--session", "story", "three")
    asked(here, "--session", "story", "four")
    assert here.run("log", "prune", "--keep", "1").errors == "dsk: removed one run\n"
    assert [o["name"] for o in objects(session(here, "list", "--json"))] == ["story"]
    assert sent(here, server, "--session", "story")[::2] == ["two", "three", "four"]
    assert here.run("log", "prune", "--all", "--yes").errors == "dsk: removed 4 runs\n"
    assert session(here, "list") == ""
    assert rows(database(here), "SELECT * FROM terminals") == []


def test_pruning_removes_old_branches_of_a_session_that_is_used(here: Dsk) -> None:
    asked(here, "one")
    asked(here, "-c", "a branch")
    told(here, "undo")
    asked(here, "-c", "two")
    assert here.run("log", "prune", "--keep", "1").errors == "dsk: removed one run\n"
    assert session(here, "tree") == "1 one\n↓ 3 two  <- 1\n"


def test_a_long_session_is_gone_on_with(here: Dsk, server: ScriptedServer) -> None:
    for number in range(6):
        asked(here, *(["-c"] if number else []), str(number))
    assert len(sent(here, server, "-c")) == 12
    assert session(here, "tree").splitlines()[-1] == "↓ 7 ?  <- 1"


def test_names_are_completed(here: Dsk) -> None:
    env = {"_DSK_COMPLETE": "zsh_complete"}
    assert here.run("ask", "--session", "", env=env).stdout == b""
    for name in ("story", "stone", "other"):
        asked(here, "--session", name, "hi")
    separator = re.escape("\x1f")
    for words in (["ask", "--session", "st"], ["session", "show", "st"], ["session", "rename", "st"]):
        result = here.run(*words, env=env)
        assert (result.errors, result.status) == ("", 0)
        assert [re.split(separator, line)[2] for line in result.text.splitlines()] == ["stone", "story"]


@pytest.fixture
def terminal(here: Dsk) -> Iterator[Terminal]:
    del here.env["DSK_SESSION"]
    with Terminal(here) as terminal:
        yield terminal


def test_on_a_real_terminal_a_fork_is_what_is_gone_on_with(terminal: Terminal) -> None:
    for args in (["ask", "one"], ["session", "fork"], ["ask", "-c", "two"]):
        assert terminal.run(*args).status == 0
    found = objects(terminal.run("session", "list", "--json").text)
    assert [(o["session"], o["turns"], o["here"]) for o in found] == [(1, 1, False), (2, 2, True)]
