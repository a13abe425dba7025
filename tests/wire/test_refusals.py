"""Error answers: the status decides, the server's own words are found in any shape of body."""

from __future__ import annotations

import pytest

from dsk.errors import (
    BalanceFault,
    Failure,
    KeyFault,
    LocalFault,
    RateFault,
    RefusedFault,
    ServerFault,
)
from dsk.wire.refusals import MAX_MESSAGE, Asked, refusal, server_message, wait_asked_for


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"error":{"message":"Insufficient Balance","type":"unknown_error"}}', "Insufficient Balance"),
        (b'\n\n {"error":"no"}', "no"),
        (b'{"detail":[{"msg":"field required"}]}', "field required"),
        (b'{"message":"plain"}', "plain"),
        (b'[{"error":{"message":"listed"}}]', "listed"),
        (b'{"object":"error"}', ""),
        (b"<html><head><title>413 Request Entity\n Too Large</title></head>", "413 Request Entity Too Large"),
        (b"<p>Bad <b>gateway</b></p>", "Bad gateway"),
        (b"Failed to deserialize\nthe JSON body", "Failed to deserialize the JSON body"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"", ""),
        (b"[" * 100_000, "[" * MAX_MESSAGE + "..."),
    ],
)
def test_the_servers_own_words_are_found(body: bytes, message: str) -> None:
    assert server_message(body) == message


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RefusedFault),
        (401, KeyFault),
        (402, BalanceFault),
        (403, KeyFault),
        (404, RefusedFault),
        (408, RefusedFault),
        (409, RefusedFault),
        (413, RefusedFault),
        (418, RefusedFault),
        (422, RefusedFault),
        (429, RateFault),
        (500, ServerFault),
        (503, ServerFault),
        (529, ServerFault),
        (307, LocalFault),
    ],
)
def test_the_status_decides(status: int, kind: type[Failure]) -> None:
    found = refusal(status, "Reason", b'{"error":{"message":"m","code":"invalid_request_error"}}', "t-1")
    assert type(found) is kind
    assert found.http_status == status
    assert found.message.endswith(f"(HTTP {status}, trace t-1)")
    assert found.hint


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("This model's maximum context length is 1048565 tokens.", "send less text"),
        ("The supported API model names are deepseek-flash, but you passed X.", "dsk models"),
        ("Content Exists Risk", "change it"),
        ("Thinking mode does not support this tool_choice", "the next step"),
        ("openai does not support parameters: ['thinking']", "dsk profile add"),
        ("anything else", "the next step"),
    ],
)
def test_a_refused_request_has_the_next_step_for_its_message(message: str, hint: str) -> None:
    body = f'{{"error":{{"message":"{message}"}}}}'.encode()
    asked = Asked(body_hint="the next step")
    assert hint in refusal(400, "Bad Request", body, asked=asked).hint


def test_without_words_of_the_server_the_status_line_speaks() -> None:
    assert refusal(502, "Bad Gateway", b"").message == "the server failed: Bad Gateway (HTTP 502)"


@pytest.mark.parametrize(("status", "word"), [(401, "wants a key"), (403, "no key was sent")])
def test_no_key_is_called_refused_where_none_was_sent(status: int, word: str) -> None:
    found = refusal(status, "Reason", b"", asked=Asked(has_key=False))
    assert type(found) is KeyFault
    assert word in found.what


def test_a_wait_that_is_asked_for_is_told_in_whole_seconds() -> None:
    assert refusal(429, "", b"", retry_after=6.2).hint.endswith("; the server asks to wait 7 s")
    assert refusal(503, "", b"", retry_after=None).hint == "try again later"
    assert refusal(503, "", b"", retry_after=0.0).hint == "try again later"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 1.5 ", 1.5),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 100.0),
        ("Sun, 06 Nov 1994 08:46:37 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 999_999_999.0),
        ("9" * 5000, 999_999_999.0),
        *((text, None) for text in ("", ".", "-5", "1e3", "nan", "1.2.3", "\u0661", "soon", "1, 2")),
    ],
)
def test_a_wait_is_a_number_or_a_date_and_never_longer_than_anything_can_wait(
    header: str, seconds: float | None
) -> None:
    assert wait_asked_for(header, 784_111_677.0) == seconds
