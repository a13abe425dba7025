"""An answer that has begun in the request: what is sent of it, and what of the answer is written where."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, Result

Serve = Callable[[Script], ScriptedServer]
PREFIX = "```python\nimport sys\n"
ADDED = "print(sys.argv)  # Grüße\n```\n\nThat is all."
USER = {"role": "user", "content": "hi"}


def start(dsk: Dsk, serve: Serve, *faults: str, text: str = PREFIX + ADDED) -> ScriptedServer:
    replies = (Reply(text=text, reasoning="A program is wanted. A short one."),)
    server = serve(Script(replies=replies, faults=tuple(parse_fault(fault) for fault in faults)))
    dsk.env["DEEPSEEK_BASE_URL"] = server.base_url
    return server


def ask(dsk: Dsk, *args: str) -> Result:
    return dsk.run("ask", *args, "hi", stdin=None)


def begun(content: str = PREFIX, **more: str) -> dict[str, Any]:
    return {"role": "assistant", "content": content, "prefix": True, **more}


def test_stdout_has_what_the_model_adds_and_json_both(dsk: Dsk, serve: Serve) -> None:
    server = start(dsk, serve)
    assert ask(dsk, "--prefix", PREFIX) == Result(f"{ADDED}\n".encode(), b"", 0)
    (request,) = server.requests
    assert request.path == "/beta/chat/completions"
    assert request.json == {
        "model": "deepseek-flash",
        "messages": [USER, begun()],
        "stream": True,
        "thinking": {"type": "disabled"},
    }
    object_ = json.loads(ask(dsk, "--json", "--prefix", PREFIX).text)
    assert (object_["content"], object_["prefix"]) == (PREFIX + ADDED, PREFIX)
    assert object_["choices"][0]["content"] == PREFIX + ADDED
    assert "prefix" not in json.loads(ask(dsk, "--json").text)
    lines = [json.loads(line) for line in ask(dsk, "--jsonl", "--prefix", PREFIX).text.splitlines()]
    assert "".join(line["text"] for line in lines if line["type"] == "content") == ADDED
    stopped = ask(dsk, "--prefix", PREFIX, "--stop", "```")
    assert (stopped.text, stopped.status) == ("print(sys.argv)  # Grüße\n", 0)


def test_every_stage_takes_it(dsk: Dsk, serve: Serve) -> None:
    start(dsk, serve)
    for script in (
        'dsk ask --dry-run --prefix "$P" hi | dsk send',
        'dsk ask --dry-run --prefix "$P" hi | dsk send --raw | dsk decode',
        'eval "$(dsk ask --print-curl --prefix "$P" hi)" | dsk decode',
        'dsk ask --record run.sse --prefix "$P" hi >&2; dsk replay --speed 0 run.sse',
    ):
        assert dsk.shell(script, env={"P": PREFIX}).stdout == f"{ADDED}\n".encode(), script
    assert dsk.run("replay", "-x", "--speed", "0", "run.sse").text == "import sys\nprint(sys.argv)  # Grüße\n"


def test_code_may_begin_in_it(dsk: Dsk, serve: Serve) -> None:
    start(dsk, serve)
    code = "import sys\nprint(sys.argv)  # Grüße\n"
    assert ask(dsk, "-x", "--prefix", PREFIX) == Result(code.encode(), b"", 0)
    assert ask(dsk, "-X", "--prefix", PREFIX).text == code
    assert ask(dsk, "--into", "made", "--prefix", PREFIX).status == 0
    assert (dsk.home / "made" / "block-1.py").read_text() == code


@pytest.mark.parametrize("fault", ["drop-after=5x1", "finish=lengthx1"])
def test_an_answer_that_is_taken_up_goes_on_after_both(dsk: Dsk, serve: Serve, fault: str) -> None:
    server = start(dsk, serve, fault)
    result = ask(dsk, "--prefix", PREFIX, "--continue-on-length", "1")
    assert (result.text, result.status) == (f"{ADDED}\n", 0)
    first, second = (request.json["messages"] for request in server.requests)
    assert first == [USER, begun()]
    (added,) = [message["content"].removeprefix(PREFIX) for message in second[1:]]
    assert ADDED.startswith(added)
    assert second == [USER, begun(PREFIX + added)]


def test_a_prefix_that_the_server_repeats_is_not_written(dsk: Dsk, serve: Serve) -> None:
    start(dsk, serve, "repeat-prefix")
    assert ask(dsk, "--prefix", PREFIX).text == f"{ADDED}\n"
    start(dsk, serve, text="The capital of France was Paris.")
    result = ask(dsk, "--prefix", "The capital of France is")
    assert (result.text, result.status) == ("The capital of France was Paris.\n", 0)


def test_reasoning_may_have_begun(dsk: Dsk, serve: Serve) -> None:
    server = start(dsk, serve, "drop-after=12x1")
    result = ask(dsk, "--json", "--think", "--reasoning-prefix", "A program is wanted.")
    object_ = json.loads(result.text)
    assert (object_["reasoning"], object_["content"]) == ("A program is wanted. A short one.", PREFIX + ADDED)
    first, second = (request.json["messages"][-1] for request in server.requests)
    assert first == begun("", reasoning_content="A program is wanted.")
    assert second == begun(second["content"], reasoning_content="A program is wanted. A short one.")
    refused = ask(dsk, "--reasoning-prefix", "A")
    assert (refused.errors, refused.status) == (
        "dsk: --reasoning-prefix: the model does not reason first\ndsk: hint: --think lets it\n",
        2,
    )


def test_json_that_has_begun_is_looked_at_whole(dsk: Dsk, serve: Serve) -> None:
    start(dsk, serve, text='{"json": 1}')
    assert ask(dsk, "--json-mode", "--prefix", '{"json":') == Result(b" 1}\n", b"", 0)


def test_a_session_has_the_whole_answer_and_the_log_what_was_given(dsk: Dsk, serve: Serve) -> None:
    server = start(dsk, serve)
    ask(dsk, "--session", "s", "--prefix", PREFIX)
    ask(dsk, "--session", "s")
    assert server.requests[1].json["messages"] == [USER, {"role": "assistant", "content": PREFIX + ADDED}, USER]
    page = dsk.run("log", "show", "1").text
    assert f"--- Prefix\n{PREFIX}" in page
    assert f"--- Answer\n{ADDED}" in page
    assert dsk.run("log", "show", "--answer", "1").text == ADDED
    shown = dsk.run("session", "show", "s").text
    assert f"--- Prompt (run 1)\nhi\n\n--- Answer\n{PREFIX + ADDED}" in shown


def test_with_tools_it_has_reasoning_if_only_an_empty_one(dsk: Dsk, serve: Serve) -> None:
    server = start(dsk, serve, "drop-after=5x1")
    tools = 'tools:=[{"type":"function","function":{"name":"f","parameters":{}}}]'
    assert ask(dsk, "--think", "--prefix", PREFIX, "--set", tools).text == f"{ADDED}\n"
    assert [request.json["messages"][-1]["reasoning_content"] for request in server.requests] == ["", ""]


def test_a_server_that_does_not_know_it_is_not_asked(dsk: Dsk, serve: Serve) -> None:
    server = start(dsk, serve)
    dsk.write_config(f'[profiles.local]\nbase_url = "{server.base_url}"\nmodel = "m"\nkey_env = ""\n')
    result = ask(dsk, "-P", "local", "--prefix", "x")
    assert result.status == 2
    assert result.errors.startswith("dsk: --prefix: profile local has no prefix completion\ndsk: hint: ")
    key, value = re.findall(r'(prefix_completion) = "(\w+)"', result.errors)[0]
    assert ask(dsk, "--prefix", "").errors.startswith("dsk: --prefix is empty")
    assert server.requests == []
    dsk.write_config(
        f'[profiles.local]\nbase_url = "{server.base_url}"\nmodel = "m"\nkey_env = ""\n{key} = "{value}"\n'
    )
    # What the hint says is what plain servers understand.
    assert ask(dsk, "-P", "local", "--prefix", PREFIX, "--no-think").status == 0
    (request,) = server.requests
    assert request.path == "/chat/completions"
    assert request.json["messages"][-1] == {"role": "assistant", "content": PREFIX}
