"""Going on with what was said before: which session is meant, and what is sent of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script, ToolCall
from dsk.scripted.server import ScriptedServer
from tests.harness import DEADLINE, Dsk, Result, wait_until
from tests.process.terminals import Terminal
from tests.state.log.writing import rows

Serve = Callable[[Script], ScriptedServer]
Open = Callable[..., Terminal]


@pytest.fixture
def server(serve: Serve) -> ScriptedServer:
    return serve(Script(replies=tuple(Reply(text=f"Answer {n}.") for n in range(1, 10))))


@pytest.fixture
def here(dsk: Dsk, server: ScriptedServer) -> Dsk:
    """dsk that speaks to the scripted server."""
    dsk.env["DEEPSEEK_BASE_URL"] = server.base_url
    dsk.env["DSK_RETRY"] = "0"
    return dsk


@pytest.fixture
def open_terminal(here: Dsk) -> Iterator[Open]:
    with ExitStack() as stack:

        def opened(env: dict[str, str] | None = None) -> Terminal:
            return stack.enter_context(Terminal(here, env))

        yield opened


@pytest.fixture
def terminal(open_terminal: Open) -> Terminal:
    return open_terminal()


def database(dsk: Dsk) -> Path:
    return Path(dsk.env["XDG_STATE_HOME"]) / "dsk" / "log.db"


def good(result: Result) -> str:
    assert (result.errors, result.status) == ("", 0)
    return result.text


def sent(server: ScriptedServer, number: int = -1) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = server.requests[number].json["messages"]
    return messages


def talk(*texts: str) -> list[dict[str, Any]]:
    """Messages of the user and the assistant by turns."""
    return [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(texts)]


def test_continue_sends_what_was_said_on_this_terminal_before(terminal: Terminal, server: ScriptedServer) -> None:
    assert good(terminal.run("ask", "one")) == "Answer 1.\n"
    assert good(terminal.run("ask", "-c", "two")) == "Answer 2.\n"
    assert good(terminal.run("ask", "--continue", "three")) == "Answer 3.\n"
    assert sent(server) == talk("one", "Answer 1.", "two", "Answer 2.", "three")


def test_a_question_without_it_begins_a_new_session(terminal: Terminal, server: ScriptedServer) -> None:
    for args in (["one"], ["two"], ["-c", "three"]):
        good(terminal.run("ask", *args))
    assert sent(server) == talk("two", "Answer 2.", "three")


def test_what_is_sent_begins_with_the_bytes_that_were_sent_before(terminal: Terminal, server: ScriptedServer) -> None:
    good(terminal.run("ask", "-s", "Sei höflich.", "eins é \t\\ 世界"))
    good(terminal.run("ask", "-c", "zwei"))
    good(terminal.run("ask", "-c", "drei"))
    bodies = [request.body for request in server.requests]
    for before, after in pairwise(bodies):
        assert after.startswith(before[: before.index(b"]")])


def test_terminals_do_not_meet(open_terminal: Open, server: ScriptedServer) -> None:
    left, right = open_terminal(), open_terminal()
    good(left.run("ask", "left"))
    good(right.run("ask", "right"))
    good(left.run("ask", "-c", "more"))
    assert sent(server) == talk("left", "Answer 1.", "more")
    good(right.run("ask", "-c", "more"))
    assert sent(server) == talk("right", "Answer 2.", "more")


def test_a_terminal_that_is_given_to_a_later_login_is_another_one(here: Dsk) -> None:
    with Terminal(here) as first:
        good(first.run("ask", "mine"))
    with Terminal(here) as second:
        if second.name != first.name:
            pytest.skip("the system gave it another device")
        result = second.run("ask", "-c", "more")
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors == (
        "dsk: this terminal has no session yet\n"
        "dsk: hint: dsk session list shows those that there are; --session NAME goes on with one\n"
    )


def test_a_pane_variable_that_was_inherited_means_nothing(open_terminal: Open) -> None:
    env = {"TMUX": f"/tmp/tmux-0/default,{os.getppid()},0", "TMUX_PANE": "%1"}
    left, right = open_terminal(env), open_terminal(env)
    good(left.run("ask", "left"))
    assert right.run("ask", "-c", "more").status == 2


@pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")
def test_a_tmux_pane_stays_the_same_when_its_shell_is_started_anew(here: Dsk, server: ScriptedServer) -> None:
    def tmux(*args: str) -> None:
        env = here.env | {"TMUX_TMPDIR": str(here.home)}
        subprocess.run(["tmux", "-f", "/dev/null", *args], env=env, cwd=here.home, check=True, timeout=DEADLINE)

    def asked(*args: str) -> str:
        return f"{here.shell_words('ask', '-I', *args)} > answer 2>&1; touch done; cat"

    done = here.home / "done"
    tmux("new-session", "-d", asked("one"))
    try:
        for args in (["-c", "two"], ["-c", "three"]):
            wait_until(done.exists, "the pane's command")
            done.unlink()
            tmux("respawn-pane", "-k", asked(*args))
        wait_until(done.exists, "the pane's command")
    finally:
        tmux("kill-server")
    assert (here.home / "answer").read_text() == "Answer 3.\n"
    assert sent(server) == talk("one", "Answer 1.", "two", "Answer 2.", "three")


NO_TERMINAL = (
    "dsk: this process has no terminal whose last session could be meant\n"
    "dsk: hint: name a session: --session NAME; or set DSK_SESSION\n"
)


def detached(dsk: Dsk, *args: str, env: dict[str, str] | None = None) -> Result:
    """Run without a terminal, wherever the tests run."""
    words = dsk.shell_words(*args)
    return dsk.shell(f"setsid -w {words}", env=env)


def test_without_a_terminal_a_session_must_be_named(here: Dsk, server: ScriptedServer) -> None:
    result = detached(here, "ask", "-c", "hi")
    assert (result.stdout, result.errors, result.status) == (b"", NO_TERMINAL, 2)
    assert server.requests == []


def test_a_variable_stands_for_a_terminal(here: Dsk, server: ScriptedServer) -> None:
    env = {"DSK_SESSION": "my editor"}
    good(detached(here, "ask", "one", env=env))
    good(detached(here, "ask", "another", env={"DSK_SESSION": "other"}))
    good(detached(here, "ask", "-c", "two", env=env))
    assert sent(server) == talk("one", "Answer 1.", "two")


def test_a_run_without_a_terminal_is_no_session(here: Dsk) -> None:
    good(detached(here, "ask", "one"))
    assert good(here.run("session", "list")) == ""
    assert json.loads(good(here.run("log", "show", "--json")))["session"] is None


def test_a_named_session_is_made_and_gone_on_with_anywhere(
    here: Dsk, terminal: Terminal, server: ScriptedServer
) -> None:
    good(detached(here, "ask", "--session", "story", "one"))
    good(terminal.run("ask", "--session", "story", "two"))
    assert sent(server) == talk("one", "Answer 1.", "two")
    good(terminal.run("ask", "-c", "three"))
    assert sent(server) == talk("one", "Answer 1.", "two", "Answer 2.", "three")
    good(detached(here, "ask", "--session", "1", "four"))
    assert sent(server)[5:] == talk("", "Answer 3.", "four")[1:]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("7", "there is no session 7"),
        (" a", "it begins or ends with a space"),
        ("a\u202eb", "it has characters that cannot be seen"),
        ("a\u3164b", "it has characters that cannot be seen"),
        ("-a", "it would be taken for an option"),
        ("x" * 101, "it has more than 100 characters"),
    ],
)
def test_what_can_be_no_name_is_refused(here: Dsk, server: ScriptedServer, name: str, why: str) -> None:
    result = here.run("ask", f"--session={name}", "hi", stdin=None)
    assert result.status == 2
    assert why in result.errors
    assert server.requests == []


def test_a_new_session_with_a_name_like_another_s_is_told(here: Dsk, server: ScriptedServer) -> None:
    good(here.run("ask", "--session", "sky-1", "hi", stdin=None))
    # One of a series, and something else.
    for name in ("sky-2", "sea", "sky-1"):
        assert here.run("ask", "--session", name, "hi", stdin=None).errors == ""
    for name in ("skyy-1", "SKY-1"):
        result = here.run("ask", "--session", name, "hi", stdin=None)
        assert (result.errors, result.status) == (f"dsk: new session {name} (did you mean sky-1?)\n", 0)
    assert sent(server) == talk("hi")


@pytest.mark.parametrize("args", [["--session", "a"], ["-c"]])
@pytest.mark.parametrize("no_log", ["flag", "variable"])
def test_a_session_cannot_be_kept_without_the_log(
    terminal: Terminal, server: ScriptedServer, args: list[str], no_log: str
) -> None:
    flag = ["-n"] if no_log == "flag" else []
    result = terminal.run("ask", *args, *flag, "hi", env={} if flag else {"DSK_LOG": "0"})
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.endswith(" and --no-log: sessions are kept in the log\ndsk: hint: leave one of them out\n")
    assert server.requests == []


def test_going_on_by_default_means_where_there_is_something(
    here: Dsk, terminal: Terminal, server: ScriptedServer
) -> None:
    here.write_config("[defaults]\ncontinue = true\n")
    good(terminal.run("ask", "one"))
    good(terminal.run("ask", "two"))
    assert sent(server) == talk("one", "Answer 1.", "two")
    good(terminal.run("ask", "--no-continue", "three"))
    assert sent(server) == talk("three")
    good(terminal.run("ask", "-n", "four"))
    assert sent(server) == talk("four")
    good(detached(here, "ask", "five"))
    assert sent(server) == talk("five")


def test_an_interrupted_answer_stands_as_far_as_it_came(serve: Serve, open_terminal: Open) -> None:
    server = serve(Script(replies=(Reply(text="one two three four"),), faults=(parse_fault("drop-after=2x1"),)))
    terminal = open_terminal({"DEEPSEEK_BASE_URL": server.base_url})
    assert terminal.run("ask", "--no-resume", "hi").status == 12
    result = terminal.run("ask", "-c", "go on")
    assert (result.text, result.status) == ("one two three four\n", 0)
    assert result.errors == "dsk: warning: session 1: the last answer is not whole, and is sent as far as it came\n"
    assert sent(server) == talk("hi", "one two", "go on")


def test_a_killed_answer_stands_as_far_as_the_log_has_it(here: Dsk, serve: Serve) -> None:
    server = serve(
        Script(replies=(Reply(text="one two three"), Reply(text="Well.")), faults=(parse_fault("stall-after=2x1"),))
    )
    url = ["--base-url", server.base_url]
    with here.start("ask", *url, "--session", "a", "hi") as process:
        wait_until(lambda: database(here).exists() and rows_of_pieces(here), "a piece in the log")
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=DEADLINE)
    result = here.run("ask", "--session", "a", "go on", stdin=None)
    assert (result.text, result.status) == ("Well.\n", 0)
    assert sent(server) == talk("hi", "one two", "go on")


def rows_of_pieces(dsk: Dsk) -> list[tuple[Any, ...]]:
    tables = rows(database(dsk), "SELECT name FROM sqlite_master WHERE name = 'pieces'")
    return tables and rows(database(dsk), "SELECT * FROM pieces WHERE kind = 'content'")


def test_a_question_without_an_answer_is_left_out(open_terminal: Open, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="Yes."),), faults=(parse_fault("500x1"),)))
    terminal = open_terminal({"DEEPSEEK_BASE_URL": server.base_url})
    assert terminal.run("ask", "lost").status == 6
    result = terminal.run("ask", "-c", "again")
    assert (result.text, result.status) == ("Yes.\n", 0)
    assert result.errors == "dsk: warning: session 1: run 1 got no answer and is left out\n"
    assert sent(server) == talk("again")
    good(terminal.run("ask", "-c", "more"))
    assert sent(server) == talk("again", "Yes.", "more")


def test_an_answer_under_way_is_not_waited_for_and_both_are_kept(here: Dsk, serve: Serve) -> None:
    server = serve(
        Script(replies=(Reply(text="one two three"), Reply(text="Quick.")), faults=(parse_fault("stall-after=2x1"),))
    )
    url = ["--base-url", server.base_url]
    with here.start("ask", *url, "--session", "a", "slow") as process:
        wait_until(lambda: database(here).exists() and rows_of_pieces(here), "a piece in the log")
        result = here.run("ask", *url, "--session", "a", "quick", stdin=None)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=DEADLINE)
    assert (result.text, result.status) == ("Quick.\n", 0)
    assert result.errors == "dsk: warning: a: run 1 is still under way, its answer is not part of what is sent\n"
    assert sent(server) == talk("quick")
    found = [json.loads(line) for line in good(here.run("session", "tree", "a", "--json")).splitlines()]
    assert [(node["run"], node["parent"], node["last_of"]) for node in found] == [(1, None, []), (2, None, ["a"])]


def test_many_at_once_make_one_session_and_lose_no_turn(here: Dsk) -> None:
    result = here.shell("for i in $(seq 8); do dsk ask -I --session crowd $i > /dev/null 2>&1 & done; wait")
    assert result.status == 0
    assert rows(database(here), "SELECT name FROM sessions") == [("crowd",)]
    assert rows(database(here), "SELECT count(*), count(DISTINCT session) FROM turns") == [(8, 1)]
    assert rows(database(here), "SELECT head FROM sessions") == rows(database(here), "SELECT max(run) FROM turns")


def test_the_system_message_stays_until_another_is_given(here: Dsk, terminal: Terminal, server: ScriptedServer) -> None:
    good(terminal.run("ask", "-s", "Please: be brief.", "one"))
    here.write_config('[defaults]\nsystem = "Be long."\n')
    good(terminal.run("ask", "-c", "two", env={"DSK_SYSTEM": "Be loud."}))
    assert sent(server)[0] == {"role": "system", "content": "Please: be brief."}
    result = terminal.run("ask", "-c", "-s", "Be kind.", "three")
    assert result.errors == "dsk: warning: session 1: the system message is another one from here on\n"
    assert sent(server) == [
        {"role": "system", "content": "Be kind."},
        *talk("one", "Answer 1.", "two", "Answer 2.", "three"),
    ]
    result = terminal.run("ask", "-c", "-s", "", "four")
    assert sent(server)[0] == {"role": "user", "content": "one"}


def test_a_template_that_is_named_changes_the_session_and_one_by_default_does_not(
    here: Dsk, terminal: Terminal, server: ScriptedServer
) -> None:
    template = here.home / "config" / "dsk" / "templates" / "kind.toml"
    template.parent.mkdir(parents=True)
    template.write_text('system = "Be kind."\n[options]\nmodel = "deepseek-v4-pro"\n')
    good(terminal.run("ask", "-s", "Be brief.", "one"))
    good(terminal.run("ask", "-c", "two", env={"DSK_TEMPLATE": "kind"}))
    assert (sent(server)[0]["content"], server.requests[-1].json["model"]) == ("Be brief.", "deepseek-flash")
    result = terminal.run("ask", "-c", "-t", "kind", "three")
    assert result.errors == (
        "dsk: warning: session 1: the model is deepseek-v4-pro from here on, it was deepseek-flash\n"
        "dsk: warning: session 1: the system message is another one from here on\n"
    )
    good(terminal.run("ask", "-c", "four"))
    assert (sent(server)[0]["content"], server.requests[-1].json["model"]) == ("Be kind.", "deepseek-v4-pro")


def test_a_session_without_a_system_message_gets_none_from_the_config_file(
    here: Dsk, terminal: Terminal, server: ScriptedServer
) -> None:
    good(terminal.run("ask", "one"))
    here.write_config('[profiles.deepseek]\nsystem = "Be long."\n[defaults]\nsystem = "Be long."\n')
    good(terminal.run("ask", "-c", "two"))
    assert sent(server) == talk("one", "Answer 1.", "two")


def test_the_model_stays_until_another_is_given(terminal: Terminal, server: ScriptedServer) -> None:
    good(terminal.run("ask", "-m", "deepseek-v4-pro", "one"))
    good(terminal.run("ask", "-c", "two", env={"DSK_MODEL": "else"}))
    assert server.requests[-1].json["model"] == "deepseek-v4-pro"
    result = terminal.run("ask", "-c", "-m", "deepseek-flash", "three")
    assert result.errors == (
        "dsk: warning: session 1: the model is deepseek-flash from here on, it was deepseek-v4-pro\n"
    )
    good(terminal.run("ask", "-c", "four"))
    assert server.requests[-1].json["model"] == "deepseek-flash"


def test_what_was_said_to_one_server_is_told_to_no_other(
    here: Dsk, terminal: Terminal, serve: Serve, server: ScriptedServer
) -> None:
    private = serve(Script(replies=(Reply(text="Private."),)))
    here.write_config(f'[profiles.mine]\nbase_url = "{private.base_url}"\nmodel = "own"\nkey_env = ""\n')
    good(terminal.run("ask", "-P", "mine", "one"))
    good(terminal.run("ask", "-c", "two"))
    good(terminal.run("ask", "--base-url", private.base_url, "three"))
    good(terminal.run("ask", "-c", "four"))
    assert [len(request.json["messages"]) for request in private.requests] == [1, 3, 1, 3]
    assert server.requests == []
    result = terminal.run("ask", "-c", "-P", "deepseek", "five")
    assert (result.text, result.status) == ("Answer 1.\n", 0)
    assert f"the server is {server.base_url} from here on, it was {private.base_url}\n" in result.errors


def test_an_offline_session_stays_offline(terminal: Terminal, server: ScriptedServer) -> None:
    assert terminal.run("ask", "--offline", "--until", ".", "one").status == 0
    result = terminal.run("ask", "-c", "--until", ".", "two")
    assert result.errors == "dsk: offline: the built-in script answers, no model was asked\n"
    assert result.status == 0
    assert server.requests == []


TOOLS = 'tools:=[{"type":"function","function":{"name":"clock","parameters":{"type":"object","properties":{}}}}]'


def test_reasoning_is_sent_back_where_there_are_tools_and_only_there(open_terminal: Open, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="Noon.", reasoning="Look up."), Reply(text="One.", reasoning=""))))
    terminal = open_terminal({"DEEPSEEK_BASE_URL": server.base_url, "DSK_THINK": "1"})
    good(terminal.run("ask", "-R", "one"))
    good(terminal.run("ask", "-R", "-c", "two"))
    assert sent(server) == talk("one", "Noon.", "two")
    good(terminal.run("ask", "-R", "-c", "--set", TOOLS, "three"))
    assert [message.get("reasoning_content") for message in sent(server)] == [None, "Look up.", None, "", None]


def test_a_server_that_is_not_deepseek_is_sent_no_reasoning(here: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="Noon.", reasoning="Look up."),)))
    here.write_config(f'[profiles.mine]\nbase_url = "{server.base_url}"\nmodel = "m"\nkey_env = ""\n')
    good(here.run("ask", "-R", "--think", "-P", "mine", "--session", "a", "one", stdin=None))
    good(here.run("ask", "--no-think", "--session", "a", "--set", TOOLS, "two", stdin=None))
    assert sent(server) == talk("one", "Noon.", "two")


def test_a_tool_call_that_nobody_made_is_answered_so(open_terminal: Open, serve: Serve) -> None:
    call = ToolCall("clock", '{"zone":"UTC"}', "call_7")
    server = serve(Script(replies=(Reply(text="", tool_calls=(call,)), Reply(text="Then guess."))))
    terminal = open_terminal({"DEEPSEEK_BASE_URL": server.base_url})
    terminal.run("ask", "--set", TOOLS, "one")
    assert terminal.run("ask", "-c", "--set", TOOLS, "two").status == 0
    assert sent(server) == [
        {"role": "user", "content": "one"},
        {
            "role": "assistant",
            "content": "",
            "reasoning_content": "",
            "tool_calls": [
                {"id": "call_7", "type": "function", "function": {"name": "clock", "arguments": '{"zone":"UTC"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "call_7", "content": "The tool was not called."},
        {"role": "user", "content": "two"},
    ]


def test_a_dry_run_shows_what_was_said_and_adds_nothing(terminal: Terminal, server: ScriptedServer) -> None:
    good(terminal.run("ask", "one"))
    shown = json.loads(good(terminal.run("ask", "-c", "--dry-run", "two")))
    assert shown["messages"] == talk("one", "Answer 1.", "two")
    good(terminal.run("ask", "-c", "three"))
    assert sent(server) == talk("one", "Answer 1.", "three")


def test_what_has_a_session_says_so_in_the_log(terminal: Terminal, here: Dsk) -> None:
    good(terminal.run("ask", "one"))
    assert json.loads(good(here.run("log", "show", "--json")))["session"] == 1


def test_a_resumed_answer_takes_the_place_of_the_broken_one(open_terminal: Open, serve: Serve, here: Dsk) -> None:
    server = serve(Script(replies=(Reply(text="one two three four"),), faults=(parse_fault("drop-after=2x1"),)))
    terminal = open_terminal({"DEEPSEEK_BASE_URL": server.base_url})
    assert terminal.run("ask", "--no-resume", "hi").status == 12
    # The URL is the same with a slash, and nothing has to be said of it.
    result = here.run("log", "resume", env={"DEEPSEEK_BASE_URL": f"{server.base_url}/"})
    assert (result.text, result.errors, result.status) == ("one two three four\n", "", 0)
    good(terminal.run("ask", "-c", "and?"))
    assert sent(server) == talk("hi", "one two three four", "and?")


def test_a_log_that_cannot_be_read_ends_the_run_before_anything_is_sent(here: Dsk, server: ScriptedServer) -> None:
    database(here).parent.mkdir(parents=True)
    database(here).write_bytes(b"Dear diary,\n" * 1000)
    result = here.run("ask", "--session", "a", "hi", stdin=None)
    assert (result.stdout, result.status) == (b"", 1)
    assert "it is not a SQLite database" in result.errors
    assert server.requests == []


def test_a_question_in_a_pipe_loads_nothing_of_sessions_before_it_is_sent(here: Dsk) -> None:
    result = here.run("ask", "--dry-run", "hi", stdin=None, env={"PYTHONPROFILEIMPORTTIME": "1"})
    loaded = {line.rpartition("|")[2].strip() for line in result.errors.splitlines()}
    assert "dsk.jobs.asking" in loaded
    assert {name for name in loaded if "session" in name or name.startswith("dsk.state.log")} == {
        "dsk.commands.options.session"
    }
