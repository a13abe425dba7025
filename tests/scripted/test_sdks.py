"""The proof that the endpoint is faithful: the clients that people use understand it, and print its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script, ToolCall
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk
from tests.interop.clients import curl, node_sdk, python_sdk, python_sdk_in_this_process
from tests.scripted.client import CHAT, HI
from tests.scripted.process import Serving, serving

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not find_spec("openai"), reason="the OpenAI SDK for Python is not installed"),
]

Serve = Callable[[Script], ScriptedServer]

PROMPT = "Tell me a story"
TEXT = "Grüß Gott, 世界!\n\n* one\n* two 👩‍🚀\u2028\u0085 \x1b[1mbold\x1b[0m\n"
SDKS = pytest.mark.parametrize("sdk", [python_sdk, node_sdk])
READERS = pytest.mark.parametrize("sdk", [python_sdk_in_this_process, node_sdk])


@pytest.fixture
def server(dsk: Dsk) -> Iterator[Serving]:
    with serving(dsk, "--text", TEXT, "--pace", "500") as server:
        yield server


@READERS
def test_an_sdk_prints_the_scripted_text(server: Serving, sdk: Callable[[str, str], bytes]) -> None:
    for path in ("", "/v1", "/beta"):
        assert sdk(server.base_url + path, PROMPT) == TEXT.encode(), path


@READERS
@pytest.mark.parametrize(
    "fault", ["gzip", "close-delimited", "crlf", "tiny", "split-utf8", "comments", "no-space", "one-write"]
)
def test_an_sdk_reads_what_is_unusual_but_allowed(serve: Serve, sdk: Callable[[str, str], bytes], fault: str) -> None:
    script = Script(replies=(Reply(text=TEXT),), faults=(parse_fault(fault),), keep_alive=2)
    assert sdk(serve(script).base_url, PROMPT) == TEXT.encode()


@SDKS
def test_an_sdk_and_dsk_ask_print_the_same(dsk: Dsk, sdk: Callable[[str, str], bytes]) -> None:
    with serving(dsk) as server:
        asked = dsk.run("ask", "--base-url", server.base_url, "--no-newline", PROMPT)
        assert (asked.errors, asked.status) == ("", 0)
        assert sdk(server.base_url, PROMPT) == asked.stdout


def test_curl_and_dsk_ask_raw_print_the_same(dsk: Dsk, server: Serving) -> None:
    body = dsk.run("ask", "--dry-run", PROMPT).stdout
    raw = dsk.run("ask", "--base-url", server.base_url, "--raw", PROMPT)
    assert (raw.errors, raw.status) == ("", 0)
    assert curl(server.base_url + CHAT, body) == raw.stdout


def client(server: ScriptedServer, path: str = "") -> Any:
    import openai

    return openai.OpenAI(base_url=server.base_url + path, api_key="sk-abcwxyz", max_retries=0)


def test_the_python_sdk_reads_a_whole_answer_with_all_that_is_in_it(serve: Serve) -> None:
    call = ToolCall("look", '{"at":"sky"}')
    server = serve(Script(replies=(Reply(text="a b", reasoning="hm", tool_calls=(call,)),), keep_alive=2))
    with client(server) as sdk:
        answer = sdk.chat.completions.create(model="m", messages=[HI], logprobs=True, top_logprobs=2)
    (choice,) = answer.choices
    assert (choice.message.content, choice.finish_reason) == ("a b", "tool_calls")
    assert choice.message.model_extra["reasoning_content"] == "hm"
    assert choice.message.tool_calls[0].function.arguments == call.arguments
    assert [entry.token for entry in choice.logprobs.content] == ["a", " b"]
    assert answer.usage.completion_tokens_details.reasoning_tokens == 1
    assert answer.usage.prompt_tokens_details.cached_tokens == 0


def test_the_python_sdk_joins_the_fragments_of_a_stream(serve: Serve) -> None:
    calls = (ToolCall("look", '{"at":"sky"}', "x"), ToolCall("wait", "{}", "y"))
    server = serve(Script(replies=(Reply(text="a b", reasoning="hm", tool_calls=calls),)))
    with client(server) as sdk, sdk.chat.completions.stream(model="m", messages=[HI]) as stream:
        answer = stream.get_final_completion()
    (choice,) = answer.choices
    assert (choice.message.content, choice.finish_reason) == ("a b", "tool_calls")
    found = [(one.id, one.function.name, one.function.arguments) for one in choice.message.tool_calls]
    assert found == [(call.id, call.name, call.arguments) for call in calls]
    assert answer.usage.completion_tokens > 4


def test_the_python_sdk_completes_a_text_and_lists_the_models(serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="a b"),)))
    with client(server, "/beta") as sdk:
        stream = sdk.completions.create(model="m", prompt="hi", suffix="!", stream=True)
        assert "".join(chunk.choices[0].text for chunk in stream) == "a b"
    with client(server) as sdk:
        assert [model.id for model in sdk.models.list()] == ["deepseek-flash", "deepseek-v4-pro"]


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        ("400", "BadRequestError", "Content Exists Risk"),
        ("401", "AuthenticationError", "****wxyz"),
        ("403", "PermissionDeniedError", "Forbidden"),
        ("404", "NotFoundError", "Not Found"),
        ("422", "UnprocessableEntityError", "422"),
        ("429", "RateLimitError", "Too many requests"),
        ("503", "InternalServerError", "too busy"),
        ("504", "InternalServerError", "504"),
        ("drop", "APIConnectionError", "Connection error"),
        ("reset", "APIConnectionError", "Connection error"),
    ],
)
def test_the_python_sdk_knows_the_errors(serve: Serve, fault: str, error: str, message: str) -> None:
    import openai

    with client(serve(Script(faults=(parse_fault(fault),)))) as sdk, pytest.raises(getattr(openai, error)) as caught:
        sdk.chat.completions.create(model="m", messages=[HI])
    assert message in str(caught.value)


def test_the_python_sdk_retries_as_it_is_told_to(serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="a"),), faults=(parse_fault("429=0x2"),)))
    with client(server).with_options(max_retries=2) as sdk:
        answer = sdk.chat.completions.create(model="m", messages=[HI])
    assert answer.choices[0].message.content == "a"
    assert [seen.status for seen in server.requests] == [429, 429, 200]


def test_the_python_sdk_reports_an_error_frame(serve: Serve) -> None:
    import openai

    server = serve(Script(faults=(parse_fault("error-after=2"),)))
    with client(server) as sdk:
        stream = sdk.chat.completions.create(model="m", messages=[HI], stream=True)
        with pytest.raises(openai.APIError, match="too busy"):
            list(stream)
