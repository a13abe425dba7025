"""Each fault as a client sees it on the wire."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from dsk.scripted.faults import KINDS, Fault, FaultDeck, parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import wait_closed, wait_requests
from tests.scripted.client import BETA, CHAT, HI, PLAIN, STREAM, Client, Got, ask, get

Serve = Callable[[Script], ScriptedServer]

TEXT = "Grüße an die 🌍 da draußen"
MANUAL = Path(__file__).resolve().parents[2] / "man" / "dsk-serve.1"


@pytest.fixture
def show(serve: Serve) -> Callable[..., ScriptedServer]:
    """A server that shows faults, with an answer of seven tokens."""

    def start(*faults: str, pace: float = 0.0) -> ScriptedServer:
        return serve(Script(replies=(Reply(text=TEXT),), faults=tuple(map(parse_fault, faults)), pace=pace))

    return start


Show = Callable[..., ScriptedServer]


def tokens(got: Got) -> int:
    return sum(bool(delta.get("content")) for delta in got.deltas)


def test_every_fault_has_a_test_here() -> None:
    source = Path(__file__).read_text()
    assert [name for name in KINDS if not re.search(rf"[\"' ]{name}\b", source)] == []


def test_the_manual_lists_the_faults_as_the_help_does() -> None:
    lines = MANUAL.read_text().partition(".Sh FAULTS")[2].partition(".Sh ")[0].splitlines()
    found = [
        line.removeprefix(".It Cm ").replace(" Ns Op = Ns ", "[=").replace(" Ns = Ns ", "=").replace("Ar ", "")
        for line in lines
        if line.startswith(".It Cm ")
    ]
    usages = [kind.usage.rstrip("]") for kind in KINDS.values()]
    assert [line.replace("[=Cm ", "[=") for line in found] == usages


ERRORS = {
    "400": ("application/octet-stream", "Content Exists Risk"),
    "401": ("application/json", "Authentication Fails, Your api key: ****wxyz is invalid"),
    "402": ("application/json", "Insufficient Balance"),
    "403": ("application/json", "Forbidden"),
    "404": ("application/json", "Not Found"),
    "429": ("application/json", "Too many requests. Your current concurrency is 8"),
    "500": ("application/json", "Internal Server Error"),
    "503": ("application/json", "Service is too busy. We advise users to temporarily switch"),
}


@pytest.mark.parametrize("status", ERRORS)
def test_an_error_has_the_body_that_the_api_gives(show: Show, status: str) -> None:
    kind, message = ERRORS[status]
    got = ask(show(status), STREAM, headers={"Authorization": "Bearer sk-abcwxyz"})
    assert (got.status, got.headers["content-type"]) == (int(status), kind)
    assert got.headers["x-ds-trace-id"]
    error = got.json["error"]
    assert list(error) == ["message", "type", "param", "code"]
    assert error["message"].startswith(message)


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        ("401", "authentication_error", "invalid_request_error"),
        ("402", "unknown_error", "invalid_request_error"),
        ("429", "rate_limit_error", "invalid_request_error"),
        ("503", "service_unavailable_error", "service_unavailable_error"),
    ],
)
def test_the_type_of_an_error_says_more_than_its_code(show: Show, status: str, kind: str, code: str) -> None:
    error = ask(show(status), STREAM).json["error"]
    assert (error["type"], error["code"]) == (kind, code)


@pytest.mark.parametrize(
    ("status", "title"),
    [("413", "413 Request Entity Too Large"), ("502", "502 Bad Gateway"), ("504", "504 Gateway Time-out")],
)
def test_the_proxys_errors_are_pages(show: Show, status: str, title: str) -> None:
    got = ask(show(status), STREAM)
    assert (got.status, got.headers["content-type"]) == (int(status), "text/html")
    assert f"<title>{title}</title>" in got.body.decode()


def test_misfit_is_json_that_the_schema_does_not_allow(serve: Serve) -> None:
    parameters = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "integer"}}}}
    body: dict[str, object] = {
        **PLAIN,
        "tools": [{"type": "function", "function": {"name": "f", "parameters": parameters}}],
        "tool_choice": {"type": "function", "function": {"name": "f"}},
    }
    server = serve(Script(faults=(Fault("misfit", times=1),)))
    unexpected: object = {"unexpected": []}
    for last in (unexpected, 1):
        (choice,) = ask(server, body).json["choices"]
        (call,) = choice["message"]["tool_calls"]
        assert json.loads(call["function"]["arguments"]) == {"a": [1, 1, last]}
        assert (choice["message"]["content"], choice["finish_reason"]) == ("", "tool_calls")


def test_422_is_plain_text(show: Show) -> None:
    got = ask(show("422"), STREAM)
    assert got.status == 422
    assert got.body.startswith(b"Failed to deserialize the JSON body into the target type: ")


def test_a_fault_is_shown_as_often_as_it_says_and_its_seconds_are_sent(show: Show) -> None:
    server = show("429=3x2")
    got = [ask(server, STREAM) for _ in range(3)]
    assert [one.status for one in got] == [429, 429, 200]
    assert got[0].headers["retry-after"] == "3"


def test_faults_of_one_kind_follow_each_other(show: Show) -> None:
    server = show("503x1", "429x1", "drop-after=2x1", "drop-after=4x1")
    got = [ask(server, STREAM) for _ in range(5)]
    assert [one.status for one in got] == [503, 429, 200, 200, 200]
    assert [tokens(one) for one in got[2:]] == [2, 4, 7]


def test_errors_are_shown_to_those_who_list_models_too(show: Show) -> None:
    server = show("503x1", "finish=lengthx1")
    assert [get(server, "/models").status for _ in range(2)] == [503, 200]
    assert ask(server, STREAM).finish == "length"


def test_a_wrong_path_uses_up_no_fault(show: Show) -> None:
    server = show("429x1")
    assert [ask(server, STREAM, path).status for path in ("/none", CHAT, CHAT)] == [404, 429, 200]


def test_redirect(show: Show) -> None:
    got = ask(show("redirect=http://127.0.0.1:9/x"), STREAM)
    assert (got.status, got.headers["location"]) == (307, "http://127.0.0.1:9/x")


def test_html(show: Show) -> None:
    got = ask(show("html"), STREAM)
    assert (got.status, got.headers["content-type"], got.body[:6]) == (200, "text/html", b"<html>")


def test_stall_says_nothing_until_the_client_leaves(show: Show) -> None:
    server = show("stall")
    with Client(server) as client:
        client.ask(CHAT, STREAM)
        (seen,) = wait_requests(server, 1)
        client.socket.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.piece()
        assert seen.ended is None
    assert wait_closed(server, 0).closed_early


def test_drop_closes_without_a_byte(show: Show) -> None:
    with Client(show("drop")) as client:
        client.ask(CHAT, STREAM)
        assert client.socket.recv(1) == b""


def test_reset_resets_without_a_byte(show: Show) -> None:
    with Client(show("reset")) as client:
        client.ask(CHAT, STREAM)
        with pytest.raises(ConnectionResetError):
            client.socket.recv(1)


def test_no_prefix_refuses_to_go_on_and_nothing_else(show: Show) -> None:
    server = show("no-prefix")
    body = {**STREAM, "messages": [HI, {"role": "assistant", "content": "a", "prefix": True}]}
    assert ask(server, body, BETA).status == 400
    assert ask(server, STREAM, BETA).status == 200


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (4, 4), (100, 7)])
@pytest.mark.parametrize(
    ("fault", "end"), [("drop-after", "closed"), ("reset-after", "reset"), ("cut-frame-after", "closed")]
)
def test_a_stream_that_is_cut_has_as_many_tokens_as_the_fault_says(
    show: Show, fault: str, end: str, count: int, shown: int
) -> None:
    with Client(show(f"{fault}={count}", pace=500)) as client:
        client.ask(CHAT, STREAM)
        got = client.receive()
    assert (got.status, got.end) == (200, end)
    assert got.headers["transfer-encoding"] == "chunked"
    whole, _, rest = got.body.rpartition(b"\n\n")
    assert tokens(got._replace(body=whole)) == shown
    assert got.finish is None if fault != "cut-frame-after" else rest.startswith(b'data: {"id":')


def test_a_cut_frame_is_not_json(show: Show) -> None:
    got = ask(show("cut-frame-after=2"), STREAM)
    with pytest.raises(json.JSONDecodeError):
        json.loads(got.data[-1])


def test_stall_after_keeps_the_connection_open(show: Show) -> None:
    server = show("stall-after=2")
    with Client(server) as client:
        client.ask(CHAT, STREAM)
        seen = b""
        while seen.count(b"data: ") < 3:
            seen += client.piece()
        client.socket.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.piece()
        assert server.requests[0].ended is None
    assert wait_closed(server, 0).closed_early


def test_error_after_ends_the_stream_with_an_error_frame(show: Show) -> None:
    got = ask(show("error-after=3"), STREAM)
    assert (tokens(got), got.end) == (3, "whole")
    assert got.parsed[-1]["error"]["type"] == "service_unavailable_error"
    assert "[DONE]" not in got.data


def test_late_error_comes_after_the_finish_reason(show: Show) -> None:
    got = ask(show("late-error"), STREAM)
    assert got.parsed[-2]["choices"][0]["finish_reason"] == "stop"
    assert list(got.parsed[-1]) == ["error"]
    assert "[DONE]" not in got.data


def test_garbage_after_is_one_bad_frame_and_the_rest_follows(show: Show) -> None:
    got = ask(show("garbage-after=3"), STREAM)
    bad = got.data.pop(4)
    with pytest.raises(json.JSONDecodeError):
        json.loads(bad)
    frames = [data for data in got.data if data != bad]
    assert "".join(json.loads(data)["choices"][0]["delta"]["content"] for data in frames[:-1]) == TEXT
    assert frames[-1] == "[DONE]"


def test_no_done(show: Show) -> None:
    got = ask(show("no-done"), STREAM)
    assert (got.finish, got.end) == ("stop", "whole")
    assert "[DONE]" not in got.data


def test_no_finish(show: Show) -> None:
    got = ask(show("no-finish"), STREAM)
    assert (got.finish, got.data[-1], got.text) == (None, "[DONE]", TEXT)


def test_finish_for_streams_and_whole_answers(show: Show) -> None:
    server = show("finish=aborted")
    assert ask(server, STREAM).finish == "aborted"
    assert ask(server, PLAIN).json["choices"][0]["finish_reason"] == "aborted"


def test_empty(show: Show) -> None:
    got = ask(show("empty"), STREAM)
    assert (got.text, got.finish) == ("", "stop")


def test_repeat_prefix(show: Show) -> None:
    body = {**STREAM, "messages": [HI, {"role": "assistant", "content": "Grüße", "prefix": True}]}
    assert ask(show("repeat-prefix"), body, BETA).text == TEXT


def test_not_stream(show: Show) -> None:
    got = ask(show("not-stream"), STREAM)
    assert got.headers["content-type"] == "application/json"
    assert got.json["choices"][0]["message"]["content"] == TEXT


def test_usage_alone(show: Show) -> None:
    got = ask(show("usage-alone"), {**STREAM, "stream_options": {"include_usage": True}})
    assert got.parsed[-1]["choices"] == []
    assert got.parsed[-1]["usage"]["completion_tokens"] == 7
    assert got.parsed[-2]["usage"] is None
    assert got.parsed[-2]["choices"][0]["finish_reason"] == "stop"


def test_close_delimited(show: Show) -> None:
    server = show("close-delimited")
    for body in (STREAM, PLAIN):
        got = ask(server, body)
        assert {"transfer-encoding", "content-length"} & set(got.headers) == set()
        assert (got.headers["connection"], got.end) == ("close", "closed")
    assert got.json["choices"][0]["message"]["content"] == TEXT


def test_a_close_delimited_body_that_is_cut_looks_like_one_that_is_not(show: Show) -> None:
    got = ask(show("close-delimited", "drop-after=2"), STREAM)
    assert (tokens(got), got.end, got.finish) == (2, "closed", None)


def test_gzip_is_flushed_at_every_token(show: Show) -> None:
    got = ask(show("gzip"), STREAM, headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert got.headers["content-encoding"] == "gzip"
    inflate = zlib.decompressobj(wbits=31)
    frames = [inflate.decompress(chunk) for chunk in got.chunks]
    assert all(frame.endswith(b"\n\n") for frame in frames[:-1])
    assert len(frames) >= 10
    assert inflate.eof
    assert got._replace(body=b"".join(frames)).text == TEXT


@pytest.mark.parametrize("accepts", [{}, {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip;q=0"}])
def test_gzip_asks_whether_it_is_accepted_but_for_always(show: Show, accepts: dict[str, str]) -> None:
    assert "content-encoding" not in ask(show("gzip"), STREAM, headers=accepts).headers
    got = ask(show("gzip=always"), PLAIN, headers=accepts)
    assert json.loads(zlib.decompress(got.body, 31))["choices"][0]["message"]["content"] == TEXT


def test_crlf(show: Show) -> None:
    got = ask(show("crlf"), STREAM)
    assert got.body.count(b"\r\n") == got.body.count(b"\n")
    assert got.text == TEXT


def test_bom(show: Show) -> None:
    got = ask(show("bom"), STREAM)
    assert got.body.startswith(b"\xef\xbb\xbfdata: ")
    assert got.body.count(b"\xef\xbb\xbf") == 1


def test_no_space(show: Show) -> None:
    got = ask(show("no-space"), STREAM)
    assert got.body.startswith(b'data:{"id"')
    assert b"data: " not in got.body


def test_comments(show: Show) -> None:
    got = ask(show("comments"), STREAM)
    assert got.body.count(b": keep-alive\n\ndata: ") == 7
    assert got.text == TEXT


@pytest.mark.parametrize(("body", "times"), [(STREAM, 3), (PLAIN, 1)])
def test_split_utf8_ends_writes_inside_characters(show: Show, body: dict[str, object], times: int) -> None:
    got = ask(show("split-utf8"), body)
    torn = 0
    for chunk in got.chunks:
        try:
            chunk.decode()
        except UnicodeDecodeError:
            torn += 1
    # Both sides of a torn character are no UTF-8.
    assert torn >= 2 * times
    assert TEXT in (got.text if body is STREAM else got.body.decode())


@pytest.mark.parametrize("body", [STREAM, PLAIN])
def test_tiny_writes_single_bytes(show: Show, body: dict[str, object]) -> None:
    got = ask(show("tiny"), body)
    assert {len(chunk) for chunk in got.chunks} == {1}
    assert TEXT in (got.text if body is STREAM else got.body.decode())


def test_one_write(show: Show) -> None:
    with Client(show("one-write", pace=500)) as client:
        client.ask(CHAT, STREAM)
        first = client.piece()
        assert first.startswith(b"HTTP/1.1 200 OK\r\n")
        assert first.endswith(b"\r\n0\r\n\r\n")


def test_a_reply_has_faults_of_its_own(serve: Serve) -> None:
    faults = (parse_fault("drop-after=1"),)
    server = serve(Script(replies=(Reply(text=TEXT, faults=faults), Reply(text=TEXT)), faults=(parse_fault("bom"),)))
    got = [ask(server, STREAM) for _ in range(2)]
    assert [tokens(one) for one in got] == [1, 7]
    assert all(one.body.startswith(b"\xef\xbb\xbf") for one in got)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nope", "unknown fault 'nope'"),
        ("", "unknown fault ''"),
        ("drop-after", "fault drop-after needs an argument: drop-after=N"),
        ("drop-after=", "fault drop-after takes N, not ''"),
        ("drop-after=-1", "fault drop-after takes N, not '-1'"),
        ("drop=1", "fault drop takes no argument, not '1'"),
        ("gzip=never", "fault gzip takes always, not 'never'"),
        ("429=soon", "fault 429 takes SECONDS, not 'soon'"),
        ("finish=", "fault finish takes REASON, not ''"),
    ],
)
def test_a_fault_that_is_none_is_explained(text: str, why: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(why) + "$"):
        parse_fault(text)


def test_a_fault_that_is_shown_no_more_makes_room_for_the_next() -> None:
    deck = FaultDeck(map(parse_fault, ("drop-after=1x1", "drop-after=2", "bom")))
    taken = [deck.take({"all", "stream"}) for _ in range(2)]
    assert [one["drop-after"].number for one in taken] == [1, 2]
    assert all("bom" in one for one in taken)
    assert deck.take({"all"}) == {}
