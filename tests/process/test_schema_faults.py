"""Answers to a schema, or in JSON mode, that are wrong in unusual ways: each is told as what it is."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from dsk.scripted.script import Reply, Script, ToolCall
from dsk.scripted.server import ScriptedServer
from tests.harness import DEADLINE, Dsk, Result, is_alive, wait_until
from tests.map.helpers import lines_of

Serve = Callable[[Script], ScriptedServer]
GOOD = '{"n": 1}'
UNASKED = "dsk: the answer is not what was asked for: the model called "


def says(serve: Serve, *replies: Reply | str) -> ScriptedServer:
    return serve(Script(replies=tuple(Reply(text=one) if isinstance(one, str) else one for one in replies)))


def calls(*named: tuple[str, str]) -> Reply:
    return Reply(tool_calls=tuple(ToolCall(*one) for one in named))


def ask(dsk: Dsk, server: ScriptedServer, *args: str) -> Result:
    return dsk.run("ask", "-n", "--base-url", server.base_url, *args, "JSON", stdin=None)


@pytest.mark.parametrize("args", [["--schema", "n int"], ["--schema", "n int", "--think"], ["--json-mode"]])
def test_13_a_call_of_a_function_that_the_model_was_not_given(dsk: Dsk, serve: Serve, args: list[str]) -> None:
    server = says(serve, calls(("rm\x1b[2J", "{}")), GOOD)
    result = ask(dsk, server, *args)
    assert (result.stdout, result.status) == (b"", 13)
    assert result.errors.startswith(f'{UNASKED}the function "rm\\u001b[2J", which it was not given\n')
    server = says(serve, calls(("rm", "{}")), GOOD)
    result = ask(dsk, server, *args, "--retry-invalid", "1", "--record", "run.sse")
    assert (result.stdout, result.status) == (GOOD.encode() + b"\n", 0)
    assert result.errors.endswith("asking again (1 of 1)\n")
    assert server.requests[1].json["messages"][-1]["content"].startswith("the answer is not what was asked for: ")
    assert dsk.run("replay", "--speed", "0", "run.sse") == result


def test_13_calls_besides_the_answer(dsk: Dsk, serve: Serve) -> None:
    nameless = {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "function": {"arguments": GOOD}}]}}]}
    frames = f'data: {json.dumps(nameless)}\n\ndata: {{"choices": [], "usage": null}}\n\ndata: [DONE]\n\n'
    result = ask(dsk, says(serve, Reply(recording=frames.encode())), "--schema", "n int")
    assert (result.stdout, result.status) == (b"", 13)
    assert result.errors.startswith(f"{UNASKED}a function without a name\n")
    result = ask(dsk, says(serve, calls(("dsk_answer", GOOD), ("dsk_answer", '{"n": 2}'))), "--schema", "n int")
    assert (result.stdout, result.status) == (GOOD.encode() + b"\n", 13)
    assert result.errors.startswith(f"{UNASKED}the function for it more than once\n")


def test_calls_of_the_users_own_functions_are_no_fault(dsk: Dsk, serve: Serve) -> None:
    tools = json.dumps([{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}])
    for args in (["--schema", "n int"], ["--json-mode"]):
        server = says(serve, calls(("look", "{}")))
        result = ask(dsk, server, *args, "--set", f"tools:={tools}", "--record", "run.sse", "--json")
        assert (result.status, json.loads(result.stdout)["tool_calls"][0]["function"]["name"]) == (0, "look")
        assert dsk.run("replay", "--speed", "0", "--json", "run.sse") == result


def test_half_a_surrogate_pair_that_does_not_fit_is_told_and_sent_as_json_says_it(dsk: Dsk, serve: Serve) -> None:
    wrong = '{"items": [{"n": "\\ud800"}]}'
    server = says(serve, wrong, '{"items": [{"n": 1}]}')
    result = ask(dsk, server, "--schema", "[{n int}]", "--retry-invalid", "1")
    assert (result.stdout, result.status) == (b'{"n":1}\n', 0)
    assert '$[0].n: "\\ud800" is not a whole number; asking again' in result.errors
    result = ask(dsk, says(serve, wrong), "--schema", "[{n int}]", "--retry-invalid", "1", "--json")
    assert (result.status, lines_of(result.stdout)[0]["status"]) == (13, 13)


@pytest.mark.parametrize(
    ("element", "why"),
    [
        ('{"city": "a", "n": "bad", "\\u006e": 1}', "'n' is in one object twice"),
        ('{"city": "a", "n": 1e400}', "1e400 is too large a number"),
        (f'{{"city": "a", "n": {"9" * 6000}}}', "99999999999999999999... has too many digits for a number"),
    ],
    ids=["twice", "large", "digits"],
)
def test_13_json_that_readers_would_read_differently(dsk: Dsk, serve: Serve, element: str, why: str) -> None:
    result = ask(dsk, says(serve, f'{{"items": [{element}]}}'), "--schema", "[{city, n int}]")
    assert (result.stdout, result.status) == (b"", 13)
    assert result.errors.startswith(f"dsk: the answer cannot be checked: $[0]: {why}\n")


ENDLESS = '{"type": "string", "pattern": "^(a+)+$"}'
SLOW = json.dumps({"value": "a" * 40 + "!"})


def test_8_no_pattern_holds_up_the_clock(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, says(serve, SLOW), "--schema", ENDLESS, "--max-time", "2")
    assert (result.stdout, result.status) == (b"", 8)
    assert result.errors.startswith("dsk: the run took too long: --max-time 2 s is over (trace ")
    server = says(serve, SLOW, '{"value": "aa"}')
    args = ("-j", "1", "--base-url", server.base_url, "--schema", ENDLESS, "--max-time", "2")
    result = dsk.run("map", *args, "{}", stdin=b"one\ntwo\n")
    assert [line["status"] for line in lines_of(result.stdout)] == [8, 0]


@pytest.mark.parametrize(("number", "said"), [(signal.SIGINT, b"dsk: interrupted\n"), (signal.SIGKILL, b"")])
def test_a_check_that_takes_long_ends_with_the_run(dsk: Dsk, serve: Serve, number: int, said: bytes) -> None:
    args = ("-n", "--base-url", says(serve, SLOW).base_url, "--schema", ENDLESS, "hi")
    with dsk.start("ask", *args) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        wait_until(children.read_text, "a process that checks")
        child = int(children.read_text())
        # It takes less than half of that to begin.
        wait_until(lambda: cpu_seconds(child) > 1, "the check")
        process.send_signal(number)
        assert process.wait(DEADLINE) == -number
        assert process.stderr
        assert process.stderr.read() == said
    wait_until(lambda: not is_alive(child), "its end")


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")
