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


def test_another_server_is_asked_and_its_usage_and_models_are_understood(other: Dsk, foreign_server: Foreign) -> None:
    """In one test, for which each server is started once however many processes run the tests."""
    for more in ([], ["--no-stream"]):
        result = other.run("ask", *more, "hi")
        assert (result.errors, result.status) == ("", 0)
        assert result.text == foreign_server.answer + "\n"

    result = other.run("ask", "--json", "--set", 'stream_options:={"include_usage": true}', "hi")
    found = json.loads(result.stdout)
    assert (found["content"], found["finish_reason"], result.status) == (foreign_server.answer, "stop", 0)
    assert found["usage"]["completion_tokens"] > 0

    result = other.run("models")
    assert (result.errors, result.status) == ("", 0)
    if foreign_server.name == "litellm":
        assert result.text == f"{foreign_server.model}\n"
