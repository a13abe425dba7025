"""What comes when, told by the order of things, and what is noticed while nothing comes."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.offline import offline_script
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import wait_closed, wait_requests
from tests.scripted.client import CHAT, PLAIN, STREAM, Client, ask

Serve = Callable[[Script], ScriptedServer]

LONG = Reply(text="word " * 400)


def test_a_pace_lets_each_token_leave_in_a_write_of_its_own(serve: Serve) -> None:
    got = ask(serve(Script(replies=(Reply(text="a b c d e"),), pace=500)), STREAM)
    tokens = [chunk.count(b'"content":"') for chunk in got.chunks]
    # The role comes with the first token, the finish reason a step after the last.
    assert tokens == [2, 1, 1, 1, 1, 1]


def test_flat_out_tokens_leave_together(serve: Serve) -> None:
    got = ask(serve(Script(replies=(LONG,))), STREAM)
    assert len(got.chunks) < 20
    assert got.text == LONG.text


def test_the_pace_of_a_reply_counts_before_that_of_the_script(serve: Serve) -> None:
    server = serve(Script(replies=(LONG._replace(pace=0),), pace=0.01))
    assert ask(server, STREAM).text == LONG.text


def test_an_answer_takes_at_least_as_long_as_its_pace_says(serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="a b c d e"),), pace=50))
    for body in (STREAM, PLAIN):
        start = time.monotonic()
        ask(server, body)
        assert time.monotonic() - start >= 5 / 50


def test_comments_show_life_before_the_first_token_and_the_head_before_them(serve: Serve) -> None:
    with Client(serve(Script(first_token=0.15, keep_alive=2))) as client:
        client.ask(CHAT, STREAM)
        pieces = [client.piece() for _ in range(4)]
    assert pieces[0].endswith(b"\r\n\r\n")
    assert b"keep-alive\n" not in pieces[0]
    assert pieces[1:3] == [b"e\r\n: keep-alive\n\n\r\n"] * 2
    assert pieces[3].startswith(b"1") or b'"role":"assistant"' in pieces[3]


def test_signs_of_life_need_no_waiting(serve: Serve) -> None:
    got = ask(serve(Script(keep_alive=3)), STREAM)
    assert got.body.startswith(b": keep-alive\n\n" * 3 + b"data: ")


def test_before_a_whole_answer_signs_of_life_are_empty_lines(serve: Serve) -> None:
    got = ask(serve(Script(replies=(Reply(text="a"),), first_token=0.05, keep_alive=2)), PLAIN)
    assert got.chunks[:2] == [b"\n", b"\n"]
    assert got.json["choices"][0]["message"]["content"] == "a"


def test_an_error_does_not_wait_for_a_first_token(serve: Serve) -> None:
    server = serve(Script(first_token=1000, faults=(parse_fault("429"),)))
    assert ask(server, STREAM).status == 429


@pytest.mark.parametrize(
    "script", [Script(first_token=1000), Script(replies=(LONG,), pace=0.01)], ids=["first", "later"]
)
def test_a_client_that_leaves_between_tokens_is_noticed_at_once(serve: Serve, script: Script) -> None:
    server = serve(script)
    with Client(server) as client:
        client.ask(CHAT, STREAM)
        client.piece()
        assert server.requests[0].ended is None
    # The next token would be written long after the test has lost its patience.
    seen = wait_closed(server, 0)
    assert seen.closed_early
    assert seen.tokens < 3


def test_a_client_that_leaves_in_the_middle_of_a_write_is_noticed(serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="word " * 200_000),)))
    with Client(server) as client:
        client.ask(CHAT, STREAM)
        client.socket.recv(100)
        assert server.requests[0].ended is None
    assert wait_closed(server, 0).closed_early


def test_a_client_that_asks_again_has_not_left(serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="a b c"),), pace=100))
    with Client(server) as client:
        client.ask(CHAT, STREAM)
        client.ask(CHAT, STREAM)
        assert [client.receive().text for _ in range(2)] == ["a b c"] * 2
    assert [wait_closed(server, index).closed_early for index in range(2)] == [False, False]


def test_a_client_that_reads_slowly_slows_the_answer(serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="word " * 200_000),)))
    with Client(server) as client:
        client.ask(CHAT, STREAM)
        wait_requests(server, 1)
        client.socket.recv(100)
        assert server.requests[0].tokens < 200_000


def test_the_offline_script_streams_a_story(serve: Serve) -> None:
    script = offline_script()
    assert script.pace > 0
    assert script.first_token > 0
    got = ask(serve(script._replace(pace=0, first_token=0)), STREAM)
    assert len(got.text) > 300
    assert got.finish == "stop"


def test_the_same_question_gets_the_same_story_and_others_others(serve: Serve) -> None:
    server = serve(Script())
    texts = [
        ask(server, {**STREAM, "messages": [{"role": "user", "content": str(number)}]}).text for number in range(20)
    ]
    assert len(set(texts)) == 3
