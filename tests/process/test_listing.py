"""``dsk models`` and ``dsk balance``, as whole processes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import KEY, Dsk, Result

Serve = Callable[[Script], ScriptedServer]


def test_models_are_a_name_a_line_in_a_pipe(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(require_key=True))
    assert dsk.run("models", "--base-url", server.base_url) == Result(b"deepseek-flash\ndeepseek-v4-pro\n", b"", 0)
    assert (server.requests[0].method, server.requests[0].path) == ("GET", "/models")
    assert server.requests[0].headers["Authorization"] == f"Bearer {KEY}"


def test_models_as_json_is_the_servers_answer(dsk: Dsk, serve: Serve) -> None:
    found = json.loads(dsk.run("models", "--json", "--base-url", serve(Script()).base_url).stdout)
    assert [model["id"] for model in found["data"]] == ["deepseek-flash", "deepseek-v4-pro"]


def test_models_are_found_under_v1_too(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(base_path="/v1"))
    assert dsk.run("models", "--base-url", server.base_url.removesuffix("/v1")).status == 0


@pytest.mark.parametrize("command", ["models", "balance"])
def test_json_is_compact_as_everywhere(dsk: Dsk, serve: Serve, command: str) -> None:
    line = dsk.run(command, "--json", "--base-url", serve(Script()).base_url).text
    assert line == json.dumps(json.loads(line), separators=(",", ":"), ensure_ascii=False) + "\n"


def test_balance_is_fields_separated_by_tabs_in_a_pipe(dsk: Dsk, serve: Serve) -> None:
    result = dsk.run("balance", "--base-url", serve(Script()).base_url)
    assert (result.errors, result.status) == ("", 0)
    currency, *amounts = result.text.rstrip("\n").split("\t")
    assert currency in ("USD", "CNY")
    assert [float(amount) >= 0 for amount in amounts] == [True, True, True]


def test_balance_as_json_keeps_amounts_as_the_texts_they_are(dsk: Dsk, serve: Serve) -> None:
    found = json.loads(dsk.run("balance", "--json", "--base-url", serve(Script()).base_url).stdout)
    assert found["is_available"] is True
    assert isinstance(found["balance_infos"][0]["total_balance"], str)


@pytest.mark.parametrize("command", ["models", "balance"])
@pytest.mark.parametrize(("fault", "status"), [("401", 3), ("402", 4), ("429", 5), ("500", 6), ("404", 9)])
def test_http_errors_have_the_statuses_of_ask(dsk: Dsk, serve: Serve, command: str, fault: str, status: int) -> None:
    server = serve(Script(faults=(parse_fault(fault),)))
    result = dsk.run(command, "--base-url", server.base_url)
    assert (result.stdout, result.status) == (b"", status)
    assert f"HTTP {fault}" in result.errors


@pytest.mark.parametrize("command", ["models", "balance"])
def test_an_answer_that_is_something_else_is_named(dsk: Dsk, serve: Serve, command: str) -> None:
    for body in (b"<html></html>", b"[]", b'{"data": 1, "balance_infos": [2]}'):
        server = serve(Script(replies=(Reply(status=200, body=body),)))
        result = dsk.run(command, "--base-url", server.base_url + "/none")
        assert result.stdout == b""
        assert result.status in (6, 9)


def test_without_a_key_it_is_status_3_before_anything_is_sent(dsk: Dsk) -> None:
    assert dsk.run("balance", env={"DEEPSEEK_API_KEY": ""}).status == 3


@pytest.mark.parametrize("command", ["models", "balance"])
def test_a_missing_key_is_not_answered_by_an_option_that_the_command_has_not(dsk: Dsk, command: str) -> None:
    result = dsk.run(command, env={"DEEPSEEK_API_KEY": ""})
    assert (result.status, "--offline" in result.errors) == (3, False)
    assert result.errors.endswith("dsk: hint: set DEEPSEEK_API_KEY or run dsk key set\n")
    assert "--offline needs no key" in dsk.run("ask", "hi", env={"DEEPSEEK_API_KEY": ""}).errors
