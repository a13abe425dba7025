"""The servers that are built in as profiles: what each is sent, and that what it streams is understood."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from dsk.state.profile import SERVER_NAMES
from dsk.state.servers import SERVERS
from dsk.wire.refusals import HOSTS
from tests.harness import KEY, Dsk, Result

Serve = Callable[[Script], ScriptedServer]
RECORDED = Path(__file__).resolve().parents[2] / "../shared/streams"
OWN = Path(__file__).resolve().parents[1] / "streams"
USUAL = {"model", "messages", "stream"}
USAGE = {"stream_options": {"include_usage": True}}


class Case(NamedTuple):
    """A stream of a server, and the fields beyond the usual ones that it is sent for ``--think --effort max
    --max-tokens 9``."""

    profile: str
    stream: str
    fields: dict[str, Any]


CASES = [
    Case(
        "llamacpp",
        "llamacpp-gptoss-thinking",
        {
            "chat_template_kwargs": {"enable_thinking": True, "reasoning_effort": "high"},
            "reasoning_effort": "high",
            "max_tokens": 9,
            **USAGE,
        },
    ),
    Case("ollama", "ollama-thinking", {"reasoning_effort": "max", "max_tokens": 9, **USAGE}),
    Case(
        "vllm",
        "vllm-reasoning-and-null-fields",
        {
            "chat_template_kwargs": {"enable_thinking": True, "reasoning_effort": "high"},
            "reasoning_effort": "high",
            "max_tokens": 9,
            **USAGE,
        },
    ),
    Case("lmstudio", "lmstudio-reasoning-content", {"max_tokens": 9, **USAGE}),
    Case(
        "openrouter",
        "openrouter-gpt5-42-comments",
        {"reasoning": {"enabled": True}, "reasoning_effort": "max", "max_tokens": 9},
    ),
    Case("groq", "groq-kimi-parallel-tools", {"reasoning_effort": "high", "max_completion_tokens": 9, **USAGE}),
    Case("mistral", "mistral-two-choices", {"reasoning_effort": "high", "max_tokens": 9}),
    Case(
        "together",
        "together-llama-text-and-delta",
        {"reasoning": {"enabled": True}, "reasoning_effort": "high", "max_tokens": 9, **USAGE},
    ),
    Case(
        "azure",
        "azure-openai-prompt-filter-and-usage-only",
        {"reasoning_effort": "xhigh", "max_completion_tokens": 9, **USAGE},
    ),
    Case(
        "openai",
        "openai-gpt35-obfuscation-usage",
        {"reasoning_effort": "xhigh", "max_completion_tokens": 9, **USAGE},
    ),
]


def recorded(name: str) -> tuple[bytes, dict[str, Any]]:
    folder, ending = (OWN, "out") if (OWN / f"{name}.sse").exists() else (RECORDED, "json")
    if not (folder / f"{name}.sse").exists():
        pytest.skip("the recorded streams are not here")
    return (folder / f"{name}.sse").read_bytes(), json.loads((folder / f"{name}.{ending}").read_text("utf-8"))


def ask(dsk: Dsk, profile: str, server: ScriptedServer, *args: str) -> Result:
    # Any of them has its key in its own variable.
    env = {SERVERS[profile].key_env or "UNUSED": KEY}
    return dsk.run("ask", "-P", profile, "--base-url", server.base_url, *args, "hi", stdin=None, env=env)


def test_every_server_that_is_built_in_has_its_name_and_its_case() -> None:
    assert tuple(SERVERS) == SERVER_NAMES == tuple(case.profile for case in CASES)
    assert all(
        name in SERVERS[name].base_url or name in ("llamacpp", "ollama", "vllm", "lmstudio", "azure")
        for name in SERVERS
    )


def test_the_hosts_that_a_refusal_knows_are_those_of_the_profiles() -> None:
    for host, name in HOSTS.items():
        assert f"//{host}/" in SERVERS[name].base_url or name == "azure"


@pytest.mark.parametrize("case", CASES, ids=[case.profile for case in CASES])
def test_a_server_is_sent_what_it_knows_and_its_stream_is_understood(dsk: Dsk, serve: Serve, case: Case) -> None:
    stream, expected = recorded(case.stream)
    server = serve(Script(replies=(Reply(recording=stream),), base_path="/v1"))
    more = ("-m", "some-model", "--think", "--effort", "max", "--max-tokens", "9")
    result = ask(dsk, case.profile, server, "--json", *more)
    answer = json.loads(result.stdout)
    assert answer["content"] == expected["content"]
    assert answer["reasoning"] == expected["reasoning"]
    assert answer["usage"] == expected["usage"]
    assert [call["function"]["name"] for call in answer["tool_calls"]] == [c["name"] for c in expected["tool_calls"]]
    assert result.status == 0
    warned = "has no field to tell it whether to think" in result.errors
    assert warned is (case.profile == "lmstudio")
    request = server.requests[-1]
    body = json.loads(request.body)
    assert {name: value for name, value in body.items() if name not in USUAL} == case.fields
    keyed = bool(SERVERS[case.profile].key_env)
    assert request.headers.get("api-key") == (KEY if case.profile == "azure" else None)
    bearer = f"Bearer {KEY}" if keyed and case.profile != "azure" else None
    assert request.headers.get("authorization") == bearer


@pytest.mark.parametrize("way", ["vllm", "llamacpp", "groq", "mistral"])
def test_a_broken_answer_is_taken_up_in_the_way_of_the_server(dsk: Dsk, serve: Serve, way: str) -> None:
    text = "Once upon a time a lighthouse keeper owned one kettle."
    prefixes = str(SERVERS[way].prefix_completion)
    server = serve(
        Script(replies=(Reply(text=text, reasoning="Hm."),), faults=(parse_fault("drop-after=9x1"),), prefixes=prefixes)
    )
    result = ask(dsk, way, server, "-m", "m", "--max-tokens", "100")
    assert (result.text, result.status) == (f"{text}\n", 0), result.errors
    _, second = server.requests
    assert second.path == "/chat/completions"
    body = json.loads(second.body)
    last = body["messages"][-1]
    assert last["role"] == "assistant"
    assert text.startswith(last["content"])
    assert last.get("prefix") is (True if way == "mistral" else None)
    assert ("continue_final_message" in body, body.get("add_generation_prompt")) == (
        (True, False) if way == "vllm" else (False, None)
    )
    assert "reasoning_content" not in last
    assert body.get("max_tokens", body.get("max_completion_tokens")) < 100


def test_the_file_changes_single_keys_of_a_profile_and_azure_has_its_query(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(base_path="/openai/deployments/mine"))
    dsk.write_config(
        f'[profiles.azure]\nbase_url = "{server.base_url}/openai/deployments/mine"\nmodel = "mine"\n'
        'query = { api-version = "2024-10-21" }\n'
    )
    env = {"AZURE_OPENAI_API_KEY": KEY}
    assert dsk.run("ask", "-P", "azure", "hi", stdin=None, env=env).status == 0
    curl = dsk.run("ask", "-P", "azure", "--print-curl", "hi", stdin=None, env=env).text
    assert "/openai/deployments/mine/chat/completions?api-version=2024-10-21" in curl
    assert '-H "api-key: $AZURE_OPENAI_API_KEY"' in curl
    sent = dsk.shell(f"({curl}) | dsk decode", env=env)
    assert sent.status == 0, sent.errors
    first, second = server.requests
    assert first.headers["api-key"] == second.headers["api-key"] == KEY
    assert first.body == second.body
    assert first.query == second.query == "api-version=2024-10-21"


def test_a_profile_without_a_config_file_needs_its_server_and_a_model_only(dsk: Dsk) -> None:
    result = dsk.run("ask", "-P", "ollama", "hi", stdin=None)
    assert (result.status, result.errors) == (
        2,
        "dsk: profile 'ollama' has no model\ndsk: hint: name one with -m; dsk models -P ollama lists them\n",
    )
    result = dsk.run("ask", "-P", "azure", "-m", "m", "hi", stdin=None)
    assert result.status == 2
    assert "https://RESOURCE.openai.azure.com/openai/v1" in result.errors
    rows = json.loads(dsk.run("config", "--json", "-P", "mistral").stdout)["settings"]
    assert rows["base_url"]["value"] == "https://api.mistral.ai/v1"
    assert rows["thinking"] == {"value": "reasoning_effort", "origin": "default"}
    assert rows["include_usage"]["value"] is False
    assert dsk.run("ask", "--dry-run", "-P", "openrouter", "hi", stdin=None).text.startswith(
        '{"model":"openrouter/auto",'
    )


def test_thinking_is_switched_off_in_the_words_of_the_server(dsk: Dsk) -> None:
    def fields(profile: str, *args: str) -> dict[str, Any]:
        result = dsk.run("ask", "--dry-run", "-P", profile, "-m", "m", *args, "hi", stdin=None)
        return {name: value for name, value in json.loads(result.stdout).items() if name not in USUAL}

    assert fields("ollama", "--no-think") == {"reasoning_effort": "none"}
    assert fields("ollama", "--think") == {"reasoning_effort": "high"}
    assert fields("openrouter", "--effort", "none") == {"reasoning": {"enabled": False}}
    assert fields("vllm", "--no-think") == {"chat_template_kwargs": {"enable_thinking": False}}
    assert fields("openai") == {}
    begun = fields("vllm", "--prefix", "1, 2,")
    assert begun == {"add_generation_prompt": False, "continue_final_message": True}
    assert fields("openai", "--think", "--set", "reasoning_effort=minimal") == {"reasoning_effort": "minimal"}


def test_a_server_that_does_not_know_the_field_thinking_gets_a_profile_advised(dsk: Dsk, serve: Serve) -> None:
    body = b'{"error": {"message": "Unrecognized request argument supplied: thinking"}}'
    server = serve(Script(replies=(Reply(status=400, body=body),)))
    result = dsk.run("ask", "--base-url", server.base_url, "hi", stdin=None)
    assert result.status == 9
    assert f"dsk profile add NAME --base-url {server.base_url} makes one that fits" in result.errors
