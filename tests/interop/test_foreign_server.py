"""dsk against servers that are not ours."""

from __future__ import annotations

import json

import pytest

from tests.harness import Dsk
from tests.interop.foreign_server import Foreign, foreign_server

__all__ = ["foreign_server"]

# A server may take long to start.
pytestmark = [pytest.mark.interop, pytest.mark.timeout(180)]


@pytest.fixture
def other(dsk: Dsk, foreign_server: Foreign) -> Dsk:
    """dsk with a profile for the server: that of DeepSeek sends fields that not every server takes."""
    dsk.write_config(
        f"""
        profile = "other"
        [profiles.other]
        base_url = "{foreign_server.base_url}"
        model = "{foreign_server.model}"
        key_env = "OTHER_KEY"
        """
    )
    dsk.env["OTHER_KEY"] = foreign_server.key
    return dsk


@pytest.mark.parametrize("more", [[], ["--no-stream"]], ids=["streamed", "whole"])
def test_ask_prints_the_answer_of_another_server(other: Dsk, foreign_server: Foreign, more: list[str]) -> None:
    result = other.run("ask", *more, "hi")
    assert (result.errors, result.status) == ("", 0)
    assert result.text == foreign_server.answer + "\n"


def test_usage_of_another_server_is_understood(other: Dsk, foreign_server: Foreign) -> None:
    result = other.run("ask", "--json", "--set", 'stream_options:={"include_usage": true}', "hi")
    found = json.loads(result.stdout)
    assert (found["content"], found["finish_reason"], result.status) == (foreign_server.answer, "stop", 0)
    assert found["usage"]["completion_tokens"] > 0


def test_the_models_of_another_server_are_listed(other: Dsk, foreign_server: Foreign) -> None:
    result = other.run("models")
    assert (result.errors, result.status) == ("", 0)
    if foreign_server.name == "litellm":
        assert result.text == f"{foreign_server.model}\n"
