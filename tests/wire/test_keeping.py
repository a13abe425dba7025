"""Connections of a pool: one serves request after request, as long as it is at its end when the next comes."""

from __future__ import annotations

import time

import pytest

from dsk.errors import BrokenFault, ClockFault, NetworkFault, RateFault
from dsk.wire.clocks import Clocks
from dsk.wire.endpoint import Endpoint
from dsk.wire.keeping import Pool
from dsk.wire.network import Network
from tests.harness import wait_until
from tests.wire.talker import CHUNKED, END, Talker, chunk

WHOLE = CHUNKED + chunk(b"data: [DONE]\n\n") + END
REFUSAL = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\n{}"


def clocks(*, stall: float = 20) -> Clocks:
    return Clocks(time.monotonic(), connect=10, first_token=20, stall=stall, max_time=None)


def ask(server: Talker, pool: Pool, *, reads: int = 1, stall: float = 20) -> bytes:
    source = Network(Endpoint(server.url, None, {}), clocks(stall=stall), pool=pool).begin("/chat/completions", b"{}")
    try:
        source.open()
        return b"".join(source.read() for _ in range(reads))
    finally:
        source.close()


def test_a_connection_whose_answer_is_at_its_end_serves_the_next_request() -> None:
    with Talker(lambda _: (WHOLE, True)) as server:
        pool = Pool(1)
        # The exchange stops at [DONE]: the end of the body is not read by it.
        assert [ask(server, pool) for _ in range(3)] == [b"data: [DONE]\n\n"] * 3
        assert (server.accepted, server.asked) == (1, 3)
        pool.close()


def test_one_that_is_left_in_mid_answer_is_closed() -> None:
    with Talker(lambda _: (CHUNKED + chunk(b"data: 1\n\n"), True)) as server:
        pool = Pool(1)
        for _ in range(2):
            assert ask(server, pool) == b"data: 1\n\n"
        assert server.accepted == 2


def test_a_refusal_leaves_it_to_the_next_request() -> None:
    with Talker(lambda n: (REFUSAL if n == 0 else WHOLE, True)) as server:
        pool = Pool(1)
        with pytest.raises(RateFault):
            ask(server, pool)
        assert ask(server, pool) == b"data: [DONE]\n\n"
        assert server.accepted == 1
        pool.close()


def test_one_that_the_server_has_closed_meanwhile_is_replaced_without_a_word() -> None:
    # It says nothing of closing, and the client may see it only when it has sent its request.
    with Talker(lambda n: (WHOLE if n != 1 else b"", n != 1)) as server:
        pool = Pool(1)
        assert [ask(server, pool) for _ in range(2)] == [b"data: [DONE]\n\n"] * 2
        assert (server.accepted, server.asked) == (2, 3)
        pool.close()


def test_a_server_that_closes_new_connections_too_is_a_failure() -> None:
    with Talker(lambda n: (WHOLE if n == 0 else b"", n == 0)) as server:
        pool = Pool(1)
        ask(server, pool)
        with pytest.raises(NetworkFault):
            ask(server, pool)
        assert server.asked == 3


def test_the_clocks_hold_for_a_connection_that_is_used_again() -> None:
    with Talker(lambda n: (WHOLE if n == 0 else CHUNKED, True)) as server:
        pool = Pool(1)
        ask(server, pool)
        with pytest.raises(ClockFault, match="silent"):
            ask(server, pool, stall=0.05)
        assert server.accepted == 1


def test_a_cut_in_one_answer_ends_no_other() -> None:
    with Talker(lambda _: (CHUNKED + chunk(b"data: 1\n\n"), True)) as server:
        network = Network(Endpoint(server.url, None, {}), clocks(), pool=Pool(2))
        one, other = (network.begin("/chat/completions", b"{}") for _ in range(2))
        for source in (one, other):
            source.open()
            assert source.read() == b"data: 1\n\n"
        one.cut()
        with pytest.raises(BrokenFault):
            one.read()
        one.close()
        other.close()


def test_a_source_that_is_cut_late_leaves_the_connection_to_its_next_user() -> None:
    with Talker(lambda _: (WHOLE, True)) as server:
        pool = Pool(1)
        network = Network(Endpoint(server.url, None, {}), clocks(), pool=pool)
        first = network.begin("/chat/completions", b"{}")
        first.open()
        first.read()
        first.close()
        second = network.begin("/chat/completions", b"{}")
        second.open()
        first.cut()
        assert second.read() == b"data: [DONE]\n\n"
        second.close()
        assert server.accepted == 1
        pool.close()


def test_a_path_that_was_found_under_v1_is_asked_for_there_at_once() -> None:
    missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    with Talker(lambda n: (missing if n == 0 else WHOLE, True)) as server:
        pool = Pool(1)
        for _ in range(3):
            ask(server, pool)
        assert server.asked == 4
        pool.close()


def test_no_cookie_goes_from_one_request_to_the_next() -> None:
    head = CHUNKED.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=1; Path=/\r\n\r\n")
    with Talker(lambda _: (head + WHOLE.removeprefix(CHUNKED), True)) as server:
        pool = Pool(1)
        for _ in range(2):
            ask(server, pool)
        wait_until(lambda: server.asked == 2, "the requests")
        assert b"cookie" not in b"".join(server.requests).lower()
        pool.close()
