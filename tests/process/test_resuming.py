"""After text has begun: a stream that breaks is taken up where it broke off, no byte doubled, none lost."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script, ToolCall
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, Result

Serve = Callable[[Script], ScriptedServer]
TEXT = "Once upon a time a lighthouse keeper owned one kettle, and the kettle had opinions.\n\nGrüße 👩‍🚀 世界."
THOUGHT = "A story is wanted."


def faulty(serve: Serve, *faults: str, text: str = TEXT) -> ScriptedServer:
    # A reset takes with it what has arrived and has not been read yet.
    pace = 100.0 if any(f.startswith("reset-after") for f in faults) else 0.0
    replies = (Reply(text=text, reasoning=THOUGHT),)
    return serve(Script(replies=replies, faults=tuple(parse_fault(f) for f in faults), pace=pace))


def ask(dsk: Dsk, server: ScriptedServer, *args: str) -> Result:
    return dsk.run("ask", "--base-url", server.base_url, *args, "hi", stdin=None)


CUTS = ["drop-after=9x1", "reset-after=9x1", "error-after=9x1", "cut-frame-after=9x1", "garbage-after=9x1"]


# Every cut by itself, and in each way in which a body comes those between frames and inside of one.
CUT_BODIES: list[tuple[str, ...]] = [(fault,) for fault in CUTS] + [
    (fault, more)
    for fault in ("drop-after=9x1", "cut-frame-after=9x1")
    for more in ("repeat-prefix", "tiny", "split-utf8", "close-delimited", "gzip=always")
]


@pytest.mark.parametrize("faults", CUT_BODIES, ids=" ".join)
def test_stdout_is_one_unbroken_answer(dsk: Dsk, serve: Serve, faults: tuple[str, ...]) -> None:
    server = faulty(serve, *faults)
    result = ask(dsk, server)
    assert (result.text, result.status) == (TEXT + "\n", 0)
    assert "; resuming after " in result.errors
    assert " (1 of 2)\n" in result.errors
    first, second = server.requests
    assert (first.path, second.path) == ("/chat/completions", "/beta/chat/completions")
    message = json.loads(second.body)["messages"][-1]
    assert (message["role"], message["prefix"]) == ("assistant", True)
    assert TEXT.startswith(message["content"])


@pytest.mark.parametrize("reason", ["aborted", "insufficient_system_resource"])
def test_a_finish_reason_that_means_a_cut_is_resumed(dsk: Dsk, serve: Serve, reason: str) -> None:
    server = faulty(serve, f"finish={reason}x1")
    result = ask(dsk, server)
    assert (result.text, result.status) == (TEXT + "\n", 0)
    assert reason in result.errors


def test_a_stall_is_resumed(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, faulty(serve, "stall-after=9x1"), "--stall", "0.5")
    assert (result.text, result.status) == (TEXT + "\n", 0)
    assert result.errors.startswith("dsk: the server went silent: not one byte for 0.5 s; resuming after ")


def test_it_may_break_again_and_again_but_not_forever(dsk: Dsk, serve: Serve) -> None:
    assert ask(dsk, faulty(serve, "drop-after=5x2")).text == TEXT + "\n"
    server = faulty(serve, "drop-after=5")
    result = ask(dsk, server)
    assert result.status == 12
    assert TEXT.startswith(result.text)
    assert len(server.requests) == 3
    assert ask(dsk, faulty(serve, "drop-after=5x4"), "--resume", "50").text == TEXT + "\n"


def test_no_resume_leaves_it_broken(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=5x1")
    result = ask(dsk, server, "--no-resume")
    assert result.status == 12
    assert TEXT.startswith(result.text)
    assert len(server.requests) == 1


def test_a_server_without_prefix_completion_is_not_asked_for_it(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=5x1")
    dsk.write_config(f'[profiles.plain]\nbase_url = "{server.base_url}"\nmodel = "m"\nkey_env = ""\n')
    result = dsk.run("ask", "-P", "plain", "--no-think", "hi", stdin=None)
    assert result.status == 12
    assert len(server.requests) == 1


def test_a_refused_resumption_leaves_the_first_failure(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=5x1", "no-prefix")
    result = ask(dsk, server)
    assert result.status == 12
    assert TEXT.startswith(result.text)
    assert "it cannot be taken up again: the request was refused" in result.errors
    assert result.errors.count("the connection was lost") == 2


def test_a_resumption_that_finds_the_server_busy_is_tried_again(dsk: Dsk, serve: Serve) -> None:
    """The first request breaks; of the second the server says twice that it is too busy."""
    server = faulty(serve, "drop-after=5x1", "503=0x2")
    result = ask(dsk, server)
    assert (result.text, result.status) == (TEXT + "\n", 0)


def test_reasoning_that_had_finished_goes_along(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=9x1")
    result = ask(dsk, server, "--think", "--json")
    found = json.loads(result.stdout)
    assert found["content"] == TEXT
    assert json.loads(server.requests[1].body)["messages"][-1]["reasoning_content"] == THOUGHT


def test_a_cut_inside_the_reasoning_starts_again_and_says_so(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=2x1")
    result = ask(dsk, server, "--think", "--json")
    found = json.loads(result.stdout)
    assert (found["content"], found["reasoning"], found["status"]) == (TEXT, THOUGHT, 0)
    assert "starting again, the reasoning was cut (1 of 2)" in result.errors
    assert [request.path for request in server.requests] == ["/chat/completions"] * 2


def test_reasoning_on_stdout_cannot_start_again(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, faulty(serve, "drop-after=2x1"), "--think", "--reasoning", "only")
    assert result.status == 12
    assert THOUGHT.startswith(result.text.rstrip("\n"))


def test_json_and_jsonl_say_how_often_and_where(dsk: Dsk, serve: Serve) -> None:
    found = json.loads(ask(dsk, faulty(serve, "drop-after=9x1"), "--json").stdout)
    (resumed,) = found["resumed"]
    assert TEXT[: resumed["at"]] != TEXT
    assert "connection" in resumed["reason"]
    lines = [json.loads(x) for x in ask(dsk, faulty(serve, "drop-after=9x1"), "--jsonl").stdout.splitlines()]
    at = [line["at"] for line in lines if line["type"] == "resume"]
    assert at == [resumed["at"]]
    assert "".join(line["text"] for line in lines if line["type"] == "content") == TEXT


def test_raw_is_never_resumed(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=5x1")
    assert ask(dsk, server, "--raw").status == 12
    assert len(server.requests) == 1


def test_tool_calls_that_broke_off_are_not_resumed(dsk: Dsk, serve: Serve) -> None:
    calls = (ToolCall("weather", '{"city": "Rome and then some more words"}', "call_1"),)
    script = Script(replies=(Reply(text="I look. ", tool_calls=calls),), faults=(parse_fault("drop-after=6x1"),))
    server = serve(script)
    result = ask(dsk, server, "--set", 'tools:=[{"type":"function","function":{"name":"weather"}}]')
    assert result.status == 12
    assert len(server.requests) == 1


def test_json_mode_is_not_resumed(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=5x1")
    assert ask(dsk, server, "--json-mode", "-s", "JSON").status == 12
    assert len(server.requests) == 1


def test_a_stream_that_is_lost_after_its_finish_reason_is_not_asked_for_more(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "late-error")
    result = ask(dsk, server)
    assert (result.text, result.status) == (TEXT, 12)
    assert len(server.requests) == 1


def test_max_tokens_counts_what_has_come_already(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=5x1")
    result = ask(dsk, server, "--max-tokens", "8")
    assert result.status == 10
    whole = ask(dsk, faulty(serve), "--max-tokens", "8")
    assert result.stdout == whole.stdout
    assert json.loads(server.requests[1].body)["max_tokens"] == 3


def test_send_resumes_as_ask_does(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=5x1")
    body = dsk.run("ask", "--dry-run", "hi", stdin=None).stdout
    result = dsk.run("send", "--base-url", server.base_url, stdin=body)
    assert (result.text, result.status) == (TEXT + "\n", 0)


def test_continue_on_length_goes_past_the_limit(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve)
    result = ask(dsk, server, "--max-tokens", "7", "--continue-on-length", "50")
    assert (result.text, result.status) == (TEXT + "\n", 0)
    assert "the token limit is reached; going on (1 of 50)" in result.errors
    assert len(server.requests) > 3


def test_continue_on_length_is_counted(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve)
    result = ask(dsk, server, "--max-tokens", "7", "--continue-on-length", "1")
    assert result.status == 10
    assert TEXT.startswith(result.text)
    assert len(server.requests) == 2


def test_what_came_before_a_cut_is_counted_where_counts_are_told(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=3x1")
    result = ask(dsk, server, "-u", "-w", "%{tokens}")
    told = result.errors.rpartition("\n")[2]
    assert f"completion {told}," in result.errors
    assert dsk.run("log", "list").text.split("\t")[4] == told
    usage = json.loads(ask(dsk, faulty(serve, "drop-after=3x1"), "--json").stdout)["usage"]
    assert int(told) == usage["completion_tokens"] + 3


def test_usage_is_that_of_all_streams(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve)
    found = json.loads(ask(dsk, server, "--max-tokens", "7", "--continue-on-length", "50", "--json").stdout)
    one = json.loads(ask(dsk, faulty(serve), "--json").stdout)
    assert found["usage"]["completion_tokens"] == one["usage"]["completion_tokens"]


@pytest.mark.parametrize("base", ["/v1", "/beta", "/"])
def test_the_beta_path_is_found_from_any_base_url(dsk: Dsk, serve: Serve, base: str) -> None:
    server = faulty(serve, "drop-after=5x1")
    result = dsk.run("ask", "--base-url", server.base_url + base, "hi", stdin=None)
    assert (result.text, result.status) == (TEXT + "\n", 0)
    assert server.requests[-1].path == "/beta/chat/completions"


def test_a_token_limit_that_is_used_up_is_not_gone_past(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=4")
    result = ask(dsk, server, "--max-tokens", "6", "--resume", "9")
    assert result.status in (10, 12)
    assert [json.loads(request.body)["max_tokens"] for request in server.requests] == [6, 2]


def test_one_character_is_no_plural(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="I am"),), faults=(parse_fault("drop-after=1x1"),)))
    result = dsk.run("ask", "--base-url", server.base_url, "hi", stdin=None)
    assert result.stdout == b"I am\n"
    assert "; resuming after 1 character (1 of 2)\n" in result.errors
