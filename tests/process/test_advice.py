"""The second line of a failure fits the command, the server and the input that it is about."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.util import find_spec

import pytest

from dsk.commands.faults import next_step
from dsk.errors import Failure, LocalFault, UsageFault
from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script, ToolCall
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, Result

Serve = Callable[[Script], ScriptedServer]
BODY = b'{"model":"deepseek-flash","messages":[{"role":"user","content":"hi"}],"stream":true}'
BODY_HINT = "dsk ask --dry-run shows what was sent"


def ask(dsk: Dsk, server: ScriptedServer, *args: str, env: dict[str, str] | None = None) -> Result:
    return dsk.run("ask", "--base-url", server.base_url, "--retry", "0", *args, "hi", stdin=None, env=env)


def test_a_401_without_a_key_says_that_none_was_sent(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(require_key=True))
    result = ask(dsk, server, env={"DEEPSEEK_API_KEY": ""})
    assert result.status == 3
    first, second = result.errors.splitlines()
    assert first.startswith("dsk: the server wants a key, and none was sent: ")
    assert "key_env" in second


def test_a_key_that_was_sent_and_refused_is_told_as_ever(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(faults=(parse_fault("401"),)))
    assert ask(dsk, server).errors.startswith("dsk: the key was refused: ")


@pytest.mark.parametrize(("fault", "status"), [("429=7", 5), ("503=7", 6)])
def test_a_wait_that_the_server_asks_for_and_gets_not_is_told(dsk: Dsk, serve: Serve, fault: str, status: int) -> None:
    result = ask(dsk, serve(Script(faults=(parse_fault(fault),))))
    assert result.status == status
    assert result.errors.splitlines()[-1].endswith("; the server asks to wait 7 s")


def test_json_has_the_wait_that_the_server_asks_for(dsk: Dsk, serve: Serve) -> None:
    import json

    found = json.loads(ask(dsk, serve(Script(faults=(parse_fault("429=7"),))), "--json").stdout)
    assert found["error"]["retry_after"] == 7
    found = json.loads(ask(dsk, serve(Script(faults=(parse_fault("429"),))), "--json").stdout)
    assert found["error"]["retry_after"] is None


def test_a_refused_body_is_explained_by_the_command_that_made_it(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(faults=(parse_fault("422"),)))
    assert ask(dsk, server).errors.splitlines()[-1] == f"dsk: hint: {BODY_HINT}"
    sent = dsk.run("send", "--base-url", server.base_url, stdin=b"{}")
    assert sent.status == 9
    assert BODY_HINT not in sent.errors
    assert BODY_HINT not in dsk.run("models", "--base-url", server.base_url).errors


@pytest.mark.parametrize("frames", [b"", b"data: {oops\n\n", b"<html>", b"oops\n"])
def test_what_decode_cannot_read_is_no_matter_of_a_url(dsk: Dsk, frames: bytes) -> None:
    result = dsk.run("decode", stdin=frames)
    assert result.status == 12
    hint = result.errors.splitlines()[-1]
    assert hint.startswith("dsk: hint: ")
    assert "URL" not in hint
    assert "run it again" not in hint


def test_decode_of_nothing_points_to_what_was_to_write_it(dsk: Dsk) -> None:
    assert "has failed: see its message" in dsk.run("decode", stdin=b"").errors.splitlines()[-1]


def test_json_in_a_code_fence_is_named(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text='```json\n{"a": 1}\n```'),)))
    result = ask(dsk, server, "--json-mode", "JSON, please:")
    assert (result.stdout, result.status) == (b'```json\n{"a": 1}\n```\n', 13)
    first, second = result.errors.splitlines()[-2:]
    assert first == "dsk: the answer is not JSON: it is in a code fence"
    assert "code fence" in second


def test_a_base_url_with_the_path_in_it_is_explained(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script())
    result = dsk.run("ask", "--base-url", f"{server.base_url}/chat/completions", "hi", stdin=None)
    assert result.status == 9
    assert "/chat/completions is added to the base URL" in result.errors.splitlines()[-1]


def test_one_token_is_no_plural(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, serve(Script()), "--max-tokens", "1")
    assert result.errors.splitlines()[0] == "dsk: the token limit cut the answer: it has 1 token"


def test_a_tool_call_that_text_does_not_show_is_told(dsk: Dsk, serve: Serve) -> None:
    call = ToolCall("weather", '{"city": "Rome"}', "call_1")
    server = serve(Script(replies=(Reply(text="", tool_calls=(call, call, ToolCall("time", "{}"))),)))
    tools = 'tools:=[{"type":"function","function":{"name":"weather"}}]'
    result = ask(dsk, server, "--set", tools)
    assert (result.stdout, result.status) == (b"", 0)
    assert result.errors == "dsk: the model called weather() and time(), which text does not show: see --json\n"
    for output in ("--json", "--jsonl", "--raw"):
        assert ask(dsk, server, "--set", tools, output).stderr == b""


def test_a_socks_proxy_without_its_library_is_explained(dsk: Dsk) -> None:
    if find_spec("socks"):
        pytest.skip("PySocks is installed")
    env = {"HTTPS_PROXY": "socks5h://127.0.0.1:1", "NO_PROXY": ""}
    result = dsk.run("ask", "--base-url", "https://api.example.invalid", "--retry", "0", "hi", stdin=None, env=env)
    first, second = result.errors.splitlines()
    assert result.status == 7
    assert first == "dsk: no way through the proxy to api.example.invalid: a SOCKS proxy needs the package PySocks"
    assert "requests[socks]" in second


def test_reasoning_that_was_wanted_and_did_not_come_is_told(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="yes", reasoning="Hm."), Reply(text="yes", reasoning=""))))
    advice = "dsk ask --think asks for it"
    assert ask(dsk, server, "--reasoning", "only", "--think") == Result(b"Hm.\n", b"", 0)
    for args, stdout in ((("--reasoning", "only"), b""), (("--reasoning-to", "r.txt"), b"yes\n")):
        result = ask(dsk, server, *args, "--record", "run.sse")
        said = f"dsk: warning: no reasoning came for {' '.join(args)}: {advice}\n"
        assert result == Result(stdout, said.encode(), 0)
        assert dsk.run("replay", "--speed", "0", *args, "run.sse") == result
    assert ask(dsk, server, "--think", "--reasoning", "only").errors.endswith(": the model gave none\n")
    assert dsk.run("decode", "--reasoning", "only", "run.sse").errors.endswith(": the model gave none\n")
    assert ask(dsk, server, "--json", "--reasoning", "only").stderr == b""
    assert ask(dsk, server, "--think", "--reasoning-to", "r.txt").stderr == b""


def test_an_option_that_has_no_effect_on_the_question_is_told(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="[1]"),)))
    for option, why in (
        (("--retry-invalid", "2"), "the request asks for no JSON (--schema and --json-mode do)"),
        (("--image-detail", "low"), "there is no image"),
    ):
        said = f"dsk: warning: {option[0]} has no effect: {why}\n"
        assert ask(dsk, server, *option) == Result(b"[1]\n", said.encode(), 0)
        dsk.write_config(
            f"[defaults]\n{option[0][2:].replace('-', '_')} = {'2' if option[1] == '2' else repr('low')}\n"
        )
        assert ask(dsk, server).stderr == b""
    assert ask(dsk, server, "--retry-invalid", "2", "--set", 'response_format:={"type": "json_object"}').stderr == b""


def test_a_limit_that_cannot_be_gone_past_is_told_before_it_is_reached(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="[1]"),)))
    dsk.write_config("[profiles.bare]\nmodel = 'm'\nkey_env = ''\n")
    for args, why in (
        (("--raw",), "the frames of --raw are written as they come, once"),
        (("--json-mode", "as JSON"), "only an answer that is one text can go on, and none in JSON"),
        (("-P", "bare"), "profile 'bare' has no prefix_completion"),
    ):
        result = ask(dsk, server, "--continue-on-length", "2", *args)
        said = f"dsk: warning: --continue-on-length has no effect: {why}\n"
        assert (result.errors, result.status) == (said, 0)
        assert ask(dsk, server, *args, env={"DSK_CONTINUE_ON_LENGTH": "2"}).stderr == b""
    assert ask(dsk, server, "--continue-on-length", "2").stderr == b""


@pytest.mark.parametrize(
    ("failure", "args", "advice"),
    [
        (UsageFault("no"), ["--debug", "map", "x"], "dsk map -h shows the usage; man dsk-map has all of it"),
        (UsageFault("/x/config.toml:1: no"), ["config"], "man 5 dsk.toml explains the file"),
        (UsageFault("/x/t.toml:1: no"), ["ask"], "man dsk-template explains the file"),
        (
            LocalFault("no"),
            ["log", "list"],
            "see to that and run it again; --debug shows more, and man dsk-log explains",
        ),
    ],
)
def test_a_failure_that_says_nothing_of_the_next_step_has_the_manual_for_one(
    failure: Failure, args: list[str], advice: str
) -> None:
    assert next_step(failure, args) == advice


def test_a_recorded_failure_that_says_nothing_of_the_next_step_is_told_with_one(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="one two three"),), faults=(parse_fault("drop-after=2"),)))
    assert ask(dsk, server, "--no-resume", "--record", "run.sse").status == 12
    file = dsk.home / "run.sse"
    file.write_bytes(re.sub(rb', "hint": "[^"]*"', b"", file.read_bytes()))
    errors = dsk.run("replay", "run.sse").errors.splitlines()
    assert errors[-1] == "dsk: hint: see to that and run it again; --debug shows more, and man dsk-replay explains"
    assert errors[-2].startswith("dsk: the stream broke")
