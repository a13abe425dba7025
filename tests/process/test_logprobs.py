"""``--logprobs``: what the server says of its tokens, in every format that has a place for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk

Serve = Callable[[Script], ScriptedServer]
REPLY = Reply(text="The answer is 42.", reasoning="Let me see.", logprobs=(-0.5, -0.25))


def texts(entries: list[dict[str, Any]]) -> str:
    return "".join(entry["token"] for entry in entries)


@pytest.mark.parametrize("fault", ["tiny", "one-write", "not-stream", "drop-after=7"])
def test_each_token_of_reasoning_and_answer_has_its_own_however_they_come(dsk: Dsk, serve: Serve, fault: str) -> None:
    """Also where the answer broke off and was taken up."""
    server = serve(Script(replies=(REPLY,), faults=(parse_fault(fault),)))
    args = ("--base-url", server.base_url, "--think", "--logprobs", "20")
    (choice,) = json.loads(dsk.run("ask", *args, "--json", "hi", stdin=None).stdout)["choices"]
    found = choice["logprobs"]
    assert (texts(found["reasoning_content"]), texts(found["content"])) == (REPLY.reasoning, REPLY.text)
    first = found["content"][0]
    assert (len(first["top_logprobs"]), bytes(first["bytes"]).decode()) == (20, first["token"])
    assert first["top_logprobs"][-1]["logprob"] == -9999.0
    lines = [json.loads(line) for line in dsk.run("ask", *args, "--jsonl", "hi", stdin=None).text.splitlines()]
    told = [line for line in lines if line["type"] in ("reasoning", "content")]
    key = {"reasoning": "reasoning_content", "content": "content"}
    if fault != "not-stream":
        assert [line["text"] for line in told] == [texts(line["logprobs"][key[line["type"]]]) for line in told]
    body = server.requests[0].json
    assert (body["logprobs"], body["top_logprobs"]) == (True, 20)


def test_other_shapes_stay_as_they_are_but_for_numbers_that_json_has_not(dsk: Dsk) -> None:
    older = '{"tokens":["%s"],"token_logprobs":[%s],"top_logprobs":[{"b":-1}],"text_offset":[%d]}'
    frames = "".join(
        f'data: {{"id":"1","model":"m","choices":[{{"index":0,"text":"a","logprobs":{logprobs}}}]}}\n\n'
        for logprobs in (older % ("a", "-Infinity", 0), "null", older % ("a", "-0.5", 1), "[3]")
    )
    result = dsk.run("decode", "--json", stdin=f"{frames}data: [DONE]\n\n".encode())
    (choice,) = json.loads(result.stdout)["choices"]
    assert choice["logprobs"] == {
        "tokens": ["a", "a"],
        "token_logprobs": [None, -0.5],
        "top_logprobs": [{"b": -1}, {"b": -1}],
        "text_offset": [0, 1],
    }
    assert choice["content"] == "aaaa"


def test_an_answer_to_a_schema_has_them_too(dsk: Dsk, serve: Serve) -> None:
    """A call has none, so that none is asked for."""
    server = serve(Script())
    args = ("--base-url", server.base_url, "--logprobs", "1", "--schema", "yes|no", "--json")
    found = json.loads(dsk.run("ask", *args, "hi", stdin=None).stdout)
    (choice,) = found["choices"]
    assert (found["content"], texts(choice["logprobs"]["content"])) == ('"yes"\n', '{"value":"yes"}')
    assert "tools" not in server.requests[0].json
