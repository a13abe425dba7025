"""``--tool``: programs that the model may call, what it is told of them, and what of the user's they never see."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pexpect
import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script, ToolCall
from dsk.scripted.server import ScriptedServer
from tests.harness import DSK, KEY, Dsk, Result, is_alive, wait_until
from tests.process.tool_files import write_tool

Serve = Callable[[Script], ScriptedServer]
DONE = Reply(text="All done.")


def calling(*calls: ToolCall, text: str = "", **more: Any) -> Reply:
    return Reply(text=text, tool_calls=calls, **more)


def ask(dsk: Dsk, server: ScriptedServer, *args: str, **kw: Any) -> Result:
    return dsk.run("ask", "--base-url", server.base_url, "--retry", "2", *args, "hi", stdin=None, **kw)


def results(server: ScriptedServer, request: int = 1) -> list[str]:
    """What the model was told of its calls."""
    return [m["content"] for m in server.requests[request].json["messages"] if m["role"] == "tool"]


def test_what_the_model_calls_is_run_and_its_results_are_the_next_question(dsk: Dsk, serve: Serve) -> None:
    # Each of the two waits for the other: they run side by side.
    meet = "touch {0}; n=0; until [ -e {1} ]; do n=$((n+1)); [ $n -lt 500 ] || exit 9; sleep 0.02; done; cat; pwd"
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    write_tool(dsk.home, "one", meet.format("a", "b"), parameters=parameters)
    write_tool(dsk.home / "bin", "two", meet.format("b", "a"))
    calls = (ToolCall("one", '{"city": "Köln"}', "id-1"), ToolCall("two", "", "id-2"))
    server = serve(Script(replies=(calling(*calls, text="Let me see.", reasoning=""), DONE)))
    args = ("--think", "--tools", "bin", "--tool", "one", "--allow-tool", "one", "--allow-tool", "two", "-u")
    result = ask(dsk, server, *args)
    assert (result.text, result.status) == ("Let me see.\nAll done.\n", 0)
    called, empty, usage = result.errors.splitlines()
    assert (called, empty) == ('dsk: the model calls one {"city": "Köln"}', "dsk: the model calls two {}")
    assert usage.startswith("dsk: usage: ")
    first, second = (request.json for request in server.requests)
    assert first["tools"] == second["tools"]
    assert first["tools"][0] == {
        "type": "function",
        "function": {"name": "one", "description": "does one", "parameters": parameters},
    }
    assert second["messages"][:-2] == [
        {"role": "user", "content": "hi"},
        {
            "role": "assistant",
            "content": "Let me see.",
            # Also where there was none: without it, the API refuses the request.
            "reasoning_content": "",
            "tool_calls": [
                {"id": "id-1", "type": "function", "function": {"name": "one", "arguments": '{"city": "Köln"}'}},
                {"id": "id-2", "type": "function", "function": {"name": "two", "arguments": "{}"}},
            ],
        },
    ]
    assert [(m["role"], m["tool_call_id"]) for m in second["messages"][-2:]] == [("tool", "id-1"), ("tool", "id-2")]
    assert results(server) == [f'{{"city": "Köln"}}\n{dsk.home}', f"{{}}\n{dsk.home}"]


def test_whatever_goes_wrong_with_a_call_is_told_to_the_model(dsk: Dsk, serve: Serve) -> None:
    needs = {"type": "object", "properties": {"x": {}}, "required": ["x"], "additionalProperties": False}
    tools = {
        "fails": "echo half; echo no luck >&2; exit 3",
        "dies": "kill -9 $$",
        "hangs": "sleep 1000 & wait",
        "floods": "yes äß",
        "binary": r"printf '\377'",
        "leaves": "sleep 1000 & echo left",
        "deaf": "echo heard nothing",
        "needs": "cat",
    }
    for name, body in tools.items():
        write_tool(dsk.home / "bin", name, body, **({"parameters": needs} if name == "needs" else {}))
    calls = {name: ToolCall(name, "{}") for name in list(tools)[:-2]}
    bad = [("deaf", json.dumps({"x": "y" * 300_000})), ("needs", '{"x": '), ("needs", "[]"), ("needs", "{}")]
    bad += [("needs", '{"x": 1, "z": 2}'), ("gone", "{}")]
    server = serve(Script(replies=(calling(*calls.values(), *(ToolCall(*b) for b in bad)), DONE)))
    allowed = [word for name in tools for word in ("--allow-tool", name)]
    result = ask(dsk, server, "--tools", "bin", *allowed, "--tool-timeout", "1.5")
    assert (result.text, result.status) == ("All done.\n", 0)
    told = results(server)
    assert told[0] == "error: exit status 3\nstderr: no luck\nstdout: half"
    assert told[1] == "error: signal 9"
    assert told[2] == "error: it took longer than 1.5 s and was ended"
    assert told[3].endswith("\n[cut: it wrote more than 65536 bytes]")
    assert len(told[3].encode()) <= 65536 + 50
    assert told[4] == "error: what it wrote is not UTF-8"
    assert told[5:7] == ["left", "heard nothing"]
    assert told[7].startswith("error: the arguments are not JSON: ")
    assert told[8] == "error: the arguments are not a JSON object"
    assert told[9] == "error: the argument 'x' is missing"
    assert told[10] == "error: there is no argument 'z'; there are x"
    assert told[11].startswith("error: there is no tool of this name; there are binary, ")
    assert "dsk: fails: exit status 3: no luck\n" in result.errors
    assert "dsk: needs: the argument 'x' is missing\n" in result.errors


@pytest.mark.parametrize(("way", "more"), [("variable", ()), ("command", ()), ("command", ("--cache",))])
def test_a_tool_never_sees_the_key(dsk: Dsk, serve: Serve, way: str, more: tuple[str, ...]) -> None:
    write_tool(dsk.home, "spy", "env; cat", description=f"$(env > {dsk.home}/asked)")
    # What it is asked, it is asked in the same way; the file shows what it could have seen then.
    spy = dsk.home / "spy"
    spy.write_text(spy.read_text().replace("#!/bin/sh\n", f"#!/bin/sh\nenv >> {dsk.home}/asked\n"))
    secret = "sk-other-0123456789"
    server = serve(Script(replies=(calling(ToolCall("spy", "{}")), DONE)))
    config = {"variable": 'key_env = "MY_KEY"', "command": 'key_command = "echo $MY_SECRET"\nkey_env = "UNSET"'}[way]
    dsk.write_config(f'[profiles.own]\nbase_url = "{server.base_url}"\nmodel = "m"\nthink = false\n{config}\n')
    env = {"MY_KEY": secret, "MY_SECRET": secret, "HEADER": f"Bearer {secret}", "HARMLESS": "value"}
    result = dsk.run("ask", "-P", "own", "--tool", "spy", "--allow-tool", "spy", *more, "hi", stdin=None, env=env)
    assert (result.text, result.status) == ("All done.\n", 0)
    assert server.requests[0].headers["authorization"] == f"Bearer {secret}"
    (seen,) = results(server)
    assert "HARMLESS=value" in seen
    asked = (dsk.home / "asked").read_text()
    assert "PATH=" in asked
    assert "HARMLESS" not in asked.partition("HARMLESS=value")[0]
    for text in (seen, asked):
        assert secret not in text
        assert KEY not in text
        assert "DEEPSEEK_API_KEY" not in text


def test_a_call_that_is_not_allowed_is_refused_and_said(dsk: Dsk, serve: Serve) -> None:
    write_tool(dsk.home / "bin", "good")
    write_tool(dsk.home / "bin", "bad", "touch ran; cat")
    server = serve(Script(replies=(calling(ToolCall("good", '{"a": 1}'), ToolCall("bad", "{}")), DONE)))
    result = ask(dsk, server, "--tools", "bin", "--allow-tool", "good")
    assert (result.text, result.status) == ("All done.\n", 0)
    assert results(server) == ['{"a": 1}', "error: this call was refused and not run"]
    assert result.errors.splitlines()[-1] == (
        "dsk: warning: bad is not allowed and was not run: --allow-tool bad lets it"
    )
    assert not (dsk.home / "ran").exists()


def test_calls_without_end_end_after_max_turns(dsk: Dsk, serve: Serve) -> None:
    write_tool(dsk.home, "more", "echo x >> runs; cat")
    server = serve(Script(replies=(calling(ToolCall("more", "{}")),)))
    words = ("--tool", "more", "--allow-tool", "more", "--max-turns", "2", "--json")
    result = ask(dsk, server, *words, env={"DSK_SESSION": "here"})
    told = json.loads(result.stdout)
    assert (result.status, told["status"], len(told["turns"])) == (1, 1, 2)
    assert told["tool_calls"][0]["function"]["name"] == "more"
    assert result.errors.splitlines()[-2:] == [
        "dsk: the model goes on calling tools: --max-turns 2 is reached",
        "dsk: hint: raise --max-turns, or go on with -c",
    ]
    assert (dsk.home / "runs").read_text() == "x\nx\n"
    # What goes on with it is named only where it does.
    for more, hint in {
        (): "raise --max-turns",
        ("-n",): "raise --max-turns",
        ("--session", "my own"): "raise --max-turns, or go on with --session 'my own'",
    }.items():
        # In a session of its own, a process has no terminal.
        result = dsk.shell(f"setsid -w {dsk.shell_words('ask', '--base-url', server.base_url, *words, *more, 'hi')}")
        assert result.errors.splitlines()[-1] == f"dsk: hint: {hint}"
    again = ask(dsk, server, *words, "--session", "my own")
    assert again.status == 1
    assert results(server, -3)[-1] == "The tool was not called."


def test_max_time_ends_the_tools_as_well(dsk: Dsk, serve: Serve) -> None:
    write_tool(dsk.home, "slow", "echo $$ >> pids; exec sleep 1000")
    server = serve(Script(replies=(calling(*[ToolCall("slow", "{}")] * 20), DONE)))
    result = ask(dsk, server, "--tool", "slow", "--allow-tool", "slow", "--max-time", "4")
    assert (result.text, result.status) == ("", 8)
    assert result.errors.splitlines()[-2:] == [
        "dsk: the run took too long: --max-time 4 s is over",
        "dsk: hint: raise --max-time, or ask for less",
    ]
    pids = [int(pid) for pid in (dsk.home / "pids").read_text().split()]
    # What had to wait for the others is not begun any more.
    assert len(pids) <= 16
    assert not any(map(is_alive, pids))


def test_max_time_does_not_wait_for_the_user(dsk: Dsk, serve: Serve) -> None:
    write_tool(dsk.home, "one")
    server = serve(Script(replies=(calling(ToolCall("one", "{}")), DONE)))
    child = spawned(dsk, server, "--tool", "one", "--max-time", "4")
    child.expect_exact("(q)uit: \r\ndsk: the run took too long: --max-time 4 s is over\r\n")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 8


def test_a_call_that_the_token_limit_cut_is_not_run(dsk: Dsk, serve: Serve) -> None:
    write_tool(dsk.home, "more", "touch ran; cat")
    server = serve(Script(replies=(calling(ToolCall("more", '{"a": "long enough to be cut"}')), DONE)))
    result = ask(dsk, server, "--tool", "more", "--allow-tool", "more", "--max-tokens", "4")
    assert result.status == 10
    assert len(server.requests) == 1
    assert not (dsk.home / "ran").exists()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_tool_and_all_that_it_started(dsk: Dsk, serve: Serve, number: int, status: int) -> None:
    # The one that it starts does not mind being asked to end.
    write_tool(dsk.home, "slow", "(trap '' TERM; sleep 1000) & echo $$ $! > pids.new; mv pids.new pids; wait")
    server = serve(Script(replies=(calling(ToolCall("slow", "{}")), DONE)))
    args = ("ask", "--base-url", server.base_url, "--tool", "slow", "--allow-tool", "slow", "hi")
    with dsk.start(*args) as process:
        wait_until((dsk.home / "pids").exists, "the tool")
        process.send_signal(number)
        out, errors = process.communicate()
    assert (out, 128 - process.returncode) == (b"", status)
    assert b"Traceback" not in errors
    pids = [int(pid) for pid in (dsk.home / "pids").read_text().split()]
    wait_until(lambda: not any(is_alive(pid) for pid in pids), "the end of the tool")


def spawned(dsk: Dsk, server: ScriptedServer, *args: str) -> pexpect.spawn[str]:
    words = [*DSK[1:], "ask", "--base-url", server.base_url, *args, "hi"]
    return pexpect.spawn(DSK[0], words, env=dsk.env, cwd=str(dsk.home), encoding="utf-8", timeout=30, echo=False)


def test_on_a_terminal_each_call_is_shown_and_asked_about(dsk: Dsk, serve: Serve) -> None:
    write_tool(dsk.home / "bin", "one", "echo >> ones; cat")
    write_tool(dsk.home / "bin", "two", "echo >> twos; cat")
    evil = json.dumps({"a": "\x1b[2J\u202e"}, ensure_ascii=False)
    first = calling(ToolCall("one", evil), ToolCall("two", "{}"), text="I call.")
    server = serve(Script(replies=(first, calling(ToolCall("one", "{}")), DONE)))
    child = spawned(dsk, server, "--tools", "bin")
    child.expect_exact("I call.")
    child.expect_exact('dsk: the model calls one {"a": "\\u001b[2J<U+202E>"}\r\n')
    child.expect_exact("dsk: run one? (y)es, (n)o, (a)lways, or (q)uit: ")
    child.sendline("what")
    child.expect_exact("say y, n, a or q")
    child.expect_exact("(q)uit: ")
    child.sendline("a")
    child.expect_exact("the model calls two {}\r\n")
    child.expect_exact("(q)uit: ")
    child.sendline("n")
    # Always is always: it is told, and not asked about.
    child.expect_exact("the model calls one {}\r\n")
    child.expect_exact("All done.")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert results(server) == [evil, "error: this call was refused and not run"]
    assert (dsk.home / "ones").read_text() == "\n\n"
    assert not (dsk.home / "twos").exists()


def test_a_terminal_is_asked_whatever_the_streams_are_and_quit_ends_the_run(dsk: Dsk, serve: Serve) -> None:
    write_tool(dsk.home, "one", "touch ran; cat")
    server = serve(Script(replies=(calling(ToolCall("one", '{"a": "\x7f"}')), DONE)))
    command = dsk.shell_words("ask", "--base-url", server.base_url, "--tool", "one", "hi")
    words = ["-c", f"echo doc | {command} > out 2> err; echo status $?"]
    child = pexpect.spawn("bash", words, env=dsk.env, cwd=str(dsk.home), encoding="utf-8", timeout=30, echo=False)
    child.expect_exact('dsk: the model calls one {"a": "^?"}\r\n')
    child.expect_exact("(q)uit: ")
    child.sendline("q")
    child.expect_exact("status 1")
    child.expect(pexpect.EOF)
    child.close()
    assert (
        (dsk.home / "err")
        .read_text()
        .endswith(
            "dsk: the run is ended: the call of one was not wanted\ndsk: hint: dsk log show has what there is of it\n"
        )
    )
    assert not (dsk.home / "ran").exists()
    assert len(server.requests) == 1


BAD: dict[str, tuple[str, str]] = {
    "is not there": ("", "there is no such file"),
    "is not executable": ("chmod -x tool", "it is not a program"),
    "fails": ("printf '#!/bin/sh\\necho oh no >&2; exit 4' > tool", "with --schema it failed: exit status 4: oh no"),
    "prints nothing": ("printf '#!/bin/sh\\n' > tool", "it printed nothing"),
    "prints no JSON": ("printf '#!/bin/sh\\necho {' > tool", "what it printed is not JSON: "),
    "is no program": ("printf 'echo {}' > tool", "it cannot be run: "),
    "hangs": ("printf '#!/bin/sh\\nsleep 1000' > tool", "with --schema it took longer than 0.5 s"),
    "is a folder": ("rm tool; mkdir tool", "it is not a file"),
}


@pytest.mark.parametrize(("change", "why"), BAD.values(), ids=BAD)
def test_a_tool_that_is_none_is_exit_2_before_anything_is_sent(dsk: Dsk, change: str, why: str) -> None:
    write_tool(dsk.home, "tool")
    args = ("--tool", "tool" if change else "gone", "--tool-timeout", "0.5", "--allow-tool", "tool")
    result = dsk.shell(f"{change or ':'}\ndsk ask --base-url http://127.0.0.1:9 {' '.join(args)} hi")
    assert (result.text, result.status) == ("", 2)
    assert why in result.errors
    assert result.errors.startswith("dsk: --tool ")


def test_options_that_make_no_sense_are_named(dsk: Dsk) -> None:
    write_tool(dsk.home / "bin", "one")
    write_tool(dsk.home, "one")
    (dsk.home / "empty").mkdir()
    (dsk.home / "t.toml").write_text('prompt = "hi"\n[options]\ntool = ["./one"]\n')
    nowhere = ("ask", "--base-url", "http://127.0.0.1:9", "hi")
    for args, said in {
        ("--tool", "one"): "no tool could run: there is no terminal to ask on",
        ("--tool", "one", "--allow-tool", "two"): "--allow-tool two: there is no such tool",
        ("--allow-tool", "one"): "--allow-tool one: there are no tools",
        ("--tool", "one", "--tools", "bin"): "--tools bin: its name is one: so is that of ./one",
        ("--tools", "empty"): "--tools empty: there is no program in it",
        ("--tools", "none"): "--tools none: no such file or directory",
        ("--tool", "one", "--raw"): "--raw shows the frames of one answer",
        ("--tool", "one", "--set", "tools:=[]"): "--set tools: --tool makes the field",
        ("-t", "./t.toml"): "./t.toml:3: tool is no key of [options]",
    }.items():
        result = dsk.run(*nowhere, *args, stdin=None)
        assert result.errors.startswith(f"dsk: {said}"), args
        assert (result.text, result.status) == ("", 2), args


def test_a_name_that_the_config_file_allows_is_no_fault_where_there_is_no_such_tool(dsk: Dsk, serve: Serve) -> None:
    write_tool(dsk.home, "one")
    dsk.write_config('[defaults]\nallow-tool = ["one", "other"]\n')
    server = serve(Script(replies=(calling(ToolCall("one", '{"a": 1}')), DONE)))
    assert ask(dsk, server, "--tool", "one").text == "All done.\n"
    assert results(server) == ['{"a": 1}']
    assert ask(dsk, server).status == 0


def test_a_session_holds_calls_and_results_and_goes_on_with_them_whole(dsk: Dsk, serve: Serve) -> None:
    write_tool(dsk.home, "one")
    replies = (calling(ToolCall("one", '{"a": 1}', "id-1"), text="Look:", reasoning="think"), DONE, Reply(text="Sure."))
    server = serve(Script(replies=replies))
    args = ("--think", "--session", "s", "--tool", "one", "--allow-tool", "one")
    assert ask(dsk, server, *args).status == 0
    assert ask(dsk, server, *args).text == "Sure.\n"
    before, last = (request.json["messages"] for request in server.requests[1:])
    # The same, byte for byte, so that the server has it in its cache.
    assert last[: len(before)] == before
    assert next(m["reasoning_content"] for m in last if m["role"] == "assistant") == "think"
    shown = dsk.run("session", "show", "s", stdin=None).text
    assert '--- Tool results (run 2)\n{"a": 1}\n\n--- Answer\nAll done.' in shown
    assert '--- Tool results\n{"a": 1}\n\n' in dsk.run("log", "show", "2", stdin=None).text
    # The answer to a question is taken back with all that led to it.
    dsk.run("session", "undo", "s", stdin=None)
    assert dsk.run("session", "undo", "s", stdin=None).errors == "dsk: run 1 is taken back: hi\n"
    with closing(sqlite3.connect(dsk.home / "state" / "dsk" / "log.db")) as log:
        times = log.execute("SELECT first_token, total, ended - begun FROM runs ORDER BY id").fetchall()
    assert all(0 < first <= total <= lasted + 1 for first, total, lasted in times)


def test_a_recording_replays_the_whole_without_running_anything(dsk: Dsk, serve: Serve) -> None:
    write_tool(dsk.home, "one", "echo >> ran; exit 3")
    server = serve(Script(replies=(calling(ToolCall("one", "{}"), text="Look:"), DONE)))
    for form in ("text", "json", "jsonl"):
        server = serve(Script(replies=(calling(ToolCall("one", "{}"), text="Look:"), DONE)))
        args = ("--tool", "one", "--allow-tool", "one", "--record", "run.sse", "--format", form)
        asked = ask(dsk, server, *args)
        assert asked.status == 0
        ran = (dsk.home / "ran").read_text()
        assert dsk.run("replay", "--speed", "0", "--format", form, "run.sse", stdin=None) == asked
        assert (dsk.home / "ran").read_text() == ran
    assert KEY not in (dsk.home / "run.sse").read_text()
    lines = [json.loads(line) for line in asked.stdout.splitlines()]
    (told,) = [line for line in lines if line["type"] == "tool_result"]
    assert (told["name"], told["failed"], told["text"]) == ("one", True, "error: exit status 3")


@pytest.mark.parametrize("schema", ["answer", "[{name}]"])
def test_with_a_schema_the_answer_after_the_calls_is_what_has_to_fit(dsk: Dsk, serve: Serve, schema: str) -> None:
    write_tool(dsk.home, "one")
    value = {"answer": "x"} if schema == "answer" else {"items": [{"name": "a"}, {"name": "b"}]}
    printed = '{"answer": "x"}\n' if schema == "answer" else '{"name":"a"}\n{"name":"b"}\n'
    call = ToolCall("one", '{"a": 1}')
    right, wrong = Reply(text=json.dumps(value)), Reply(text="No JSON at all.")
    words = ("--tool", "one", "--allow-tool", "one", "--schema", schema)
    for first in (calling(call), calling(call, text="Let me see, in words.")):
        server = serve(Script(replies=(first, right)))
        asked = ask(dsk, server, *words, "--record", "run.sse")
        assert (asked.text, asked.status) == (printed, 0)
        assert dsk.run("replay", "--speed", "0", "run.sse", stdin=None) == asked
        before = server.requests[1].json["messages"][-2]
        assert (before["content"], len(before["tool_calls"])) == (first.text, 1)
        assert results(server) == ['{"a": 1}']
    server = serve(Script(replies=(calling(call, text="Let me see."), wrong, right)))
    result = ask(dsk, server, *words)
    assert result.status == 13
    assert "Let me see." not in result.text
    assert "dsk: the answer is not JSON: " in result.errors
    server = serve(Script(replies=(calling(call, text="Let me see."), wrong, calling(call), right)))
    result = ask(dsk, server, *words, "--retry-invalid", "1")
    assert (result.text, result.status) == (printed, 0)
    assert len(server.requests) == 4


def test_an_answer_after_a_call_is_tried_again_and_taken_up_like_any_other(dsk: Dsk, serve: Serve) -> None:
    write_tool(dsk.home, "one", "echo x >> ran; cat")
    long = Reply(
        text="one two three four five six seven", faults=(parse_fault("503=0x1"), parse_fault("drop-after=3x1"))
    )
    server = serve(Script(replies=(calling(ToolCall("one", "{}")), long)))
    result = ask(dsk, server, "--tool", "one", "--allow-tool", "one")
    assert (result.text, result.status) == ("one two three four five six seven\n", 0)
    assert "trying again" in result.errors
    assert "resuming after" in result.errors
    assert (dsk.home / "ran").read_text() == "x\n"


def test_offline_and_in_a_dry_run(dsk: Dsk) -> None:
    parameters = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}
    write_tool(dsk.home, "read", "cat", parameters=parameters)
    words = ("ask", "--tool", "read", "What does notes.txt say?")
    result = dsk.run(*words, "--offline", "--allow-tool", "read", stdin=None)
    assert (result.text, result.status) == ('The tool says: {"path":"notes.txt"}\n', 0)
    shown = dsk.run(*words, "--dry-run", stdin=None, env={"DEEPSEEK_API_KEY": ""})
    assert json.loads(shown.stdout)["tools"][0]["function"]["parameters"] == parameters


def test_the_standard_input_and_the_terminal_are_not_the_tools(dsk: Dsk, serve: Serve) -> None:
    write_tool(dsk.home, "one", "(: < /dev/tty) 2> /dev/null && echo terminal; cat; (cat <&3) 2> /dev/null; true")
    server = serve(Script(replies=(calling(ToolCall("one", '{"a":1}')), DONE)))
    result = dsk.shell(
        f"echo secret > doc; exec 3< doc; dsk ask --base-url {server.base_url} --tool one --allow-tool one hi"
    )
    assert result.status == 0
    assert results(server) == ['{"a":1}']
    assert os.path.exists(dsk.home / "doc")  # noqa: PTH110


def test_a_recording_of_several_answers_is_told_to_whoever_decodes_it(dsk: Dsk, serve: Serve) -> None:
    write_tool(dsk.home, "one")
    server = serve(Script(replies=(calling(ToolCall("one", "{}")), DONE)))
    assert ask(dsk, server, "--tool", "one", "--allow-tool", "one", "--record", "t.sse").text == "All done.\n"
    for result in (dsk.run("decode", "t.sse"), dsk.shell("cat t.sse | dsk decode")):
        assert (result.stdout, result.status) == (b"", 0)
        assert result.errors.endswith("the recording has more than one answer, which dsk replay FILE plays\n")
