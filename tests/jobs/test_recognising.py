"""What a server is taken for."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from dsk.jobs.profiles.recognising import recognise
from dsk.wire.looking import Look


def look(*owners: str, headers: Mapping[str, str] | None = None) -> Look:
    rows = [{"id": f"m{i}", "owned_by": owner} for i, owner in enumerate(owners)]
    return Look("http://localhost:1/v1/models", 200, headers or {}, json.dumps({"data": rows}).encode(), None)


@pytest.mark.parametrize(
    ("url", "seen", "name"),
    [
        ("https://api.deepseek.com", None, "deepseek"),
        ("https://mine.openai.azure.com/openai/v1", None, "azure"),
        ("https://openrouter.ai/api/v1", look("openai"), "openrouter"),
        ("http://box:4000", look("openai", headers={"x-litellm-version": "1"}), "litellm"),
        ("http://box:8080", look("library", headers={"server": "llama.cpp"}), "llamacpp"),
        ("http://box:8080", look("llamacpp"), "llamacpp"),
        ("http://box:8000", look("vllm", "vllm"), "vllm"),
        ("http://box:11434", look("library"), "ollama"),
        ("http://box:1234", look("organization_owner"), "lmstudio"),
        ("http://box", look("vllm", "someone"), ""),
        ("http://box", look(), ""),
        ("http://box", look()._replace(body=b"<html>"), ""),
        ("http://notopenrouter.ai.example", None, ""),
    ],
)
def test_a_server_is_told_by_host_headers_and_owners(url: str, seen: Look | None, name: str) -> None:
    kind = recognise(url, seen)
    assert kind.name == name
    assert bool(kind.why) is bool(name)


def test_a_profile_gets_the_ways_of_its_kind_and_plain_ones_where_that_is_not_known() -> None:
    assert recognise("https://api.mistral.ai/v1", None).ways("box") == {
        "prefix_completion": "prefix",
        "schema_mode": "json_schema",
        "thinking": "reasoning_effort",
        "max_effort": "high",
        "include_usage": False,
    }
    for unknown in (look(), look("openai", headers={"x-litellm-version": "1"})):
        assert recognise("http://box", unknown).ways("box") == {"thinking": "reasoning_effort", "max_effort": "high"}
    assert recognise("https://api.deepseek.com", None).ways("box") == {
        "think": False,
        "prefix_completion": True,
        "schema_mode": "function",
    }
    assert recognise("https://api.mistral.ai/v1", None).ways("mistral") == {}
    assert recognise("http://box", look()).ways("ollama") == {}
