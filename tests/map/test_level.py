"""Fewer at a time while the server says that it is too many, and more again when it goes well."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from dsk.map.level import Level
from dsk.scripted.script import Reply, Script
from tests.harness import Dsk
from tests.map.helpers import Serve, contents, echo, lines_of, numbered, run
from tests.wire.talker import CHUNKED, END, Talker, chunk

DONE = b'data: {"choices":[{"index":0,"delta":{"content":"yes"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


def test_a_server_that_takes_few_at_a_time_is_given_few(dsk: Dsk) -> None:
    most, lock, slots = 3, threading.Lock(), [0, 0]

    def answer(_number: int) -> tuple[bytes, bool]:
        with lock:
            if slots[0] >= most:
                slots[1] += 1
                return b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\n{}", True
            slots[0] += 1
        time.sleep(0.02)  # How long an answer takes.
        with lock:
            slots[0] -= 1
        return CHUNKED + chunk(DONE) + END, True

    with Talker(answer) as server:
        # None of the refusals is held against a record.
        result = dsk.run("map", "--base-url", server.url, "-j", "24", "--retry", "0", stdin=numbered(60))
    assert (result.status, contents(result.stdout)) == (0, ["yes"] * 60)
    assert "too many requests: " in result.errors
    assert slots[1] < 60


def test_one_that_refuses_for_good_fails_with_the_status_of_ask(dsk: Dsk, serve: Serve) -> None:
    result = run(dsk, echo(serve, "429=0"), "-j", "4", "--retry", "2", stdin=numbered(4))
    assert {line["status"] for line in lines_of(result.stdout)} == {5}
    assert result.status == 1


def test_a_wait_that_the_server_asks_for_is_kept_by_all(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve, "429=1x1")
    assert run(dsk, server, "-j", "1", stdin=numbered(3)).status == 0
    refused, *others = server.requests
    assert all(request.began - refused.began >= 1 for request in others)


def test_the_wait_of_a_busy_server_is_kept_by_all_too(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve, "503=1x1")
    assert run(dsk, server, "-j", "1", stdin=numbered(3)).status == 0
    refused, *others = server.requests
    assert all(request.began - refused.began >= 1 for request in others)


def test_waiting_for_a_place_is_held_against_no_server(dsk: Dsk, serve: Serve) -> None:
    # The second one waits longer for its place than a first token may take.
    server = serve(Script(replies=(Reply(echo=True),), first_token=0.3))
    result = run(dsk, server, "-j", "1", "--first-token", "0.5", stdin=numbered(4))
    assert result.status == 0


def level(most: int = 16) -> tuple[Level, list[str]]:
    said: list[str] = []
    return Level(most, said.append), said


def entered(one: Level, count: int) -> list[float]:
    return [moment for _ in range(count) if (moment := one.enter(time.monotonic() + 5)) is not None]


def test_refusals_of_one_burst_halve_the_level_once() -> None:
    one, said = level()
    moments = entered(one, 16)
    for moment in moments:
        assert one.refused(moment, 0)
    assert (one.limit, said) == (8, ["too many requests: 8 at a time now"])


def test_a_round_that_goes_well_raises_the_level_by_one_and_not_past_the_top() -> None:
    one, _ = level(8)
    one.refused(entered(one, 8)[0], 0)
    assert one.limit == 4
    for _ in range(5):
        one.succeeded()
    assert one.limit == 5
    for _ in range(100):
        one.succeeded()
    assert one.limit == 8


def test_at_the_lowest_level_a_refusal_is_the_servers_last_word() -> None:
    one, _ = level(1)
    assert not one.refused(entered(one, 1)[0], 0)
    assert one.limit == 1


def test_nobody_enters_before_the_wait_is_over_nor_after_its_own_time() -> None:
    one, _ = level()
    one.hold(0.1)
    held = time.monotonic() + 0.1
    assert one.enter(time.monotonic() + 0.01) is None
    moment = one.enter(None)
    assert moment is not None
    assert moment >= held - 0.02


def test_no_more_are_under_way_than_the_level_has_places() -> None:
    one, _ = level(3)
    most: list[int] = []

    def work(_n: int) -> None:
        assert one.enter(None) is not None
        most.append(one.under_way)
        one.leave()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(500)))
    assert max(most) <= 3
    assert one.under_way == 0
