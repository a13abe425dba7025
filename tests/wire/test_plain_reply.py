"""An answer that is read without requests: the same bytes, and the same words for what is wrong with it."""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from dsk.errors import Failure
from dsk.wire.endpoint import Endpoint
from dsk.wire.plain_head import LIMIT, Framing, framing_of
from tests.harness import wait_until
from tests.wire.both_ways import fault_of, posted
from tests.wire.raw import RawServer

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TEXT = b"data: one\n\ndata: two\n\n"
CHUNKS = b"b\r\n" + TEXT[:11] + b"\r\nb\r\n" + TEXT[11:] + b"\r\n0\r\n\r\n"


def sized(size: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size


# Answers, most of which are plain, and none of which may be read differently.
ANSWERS = {
    "chunked": CHUNKED + CHUNKS,
    "chunked, with trailers": CHUNKED + CHUNKS[:-2] + b"X-Sum: 1\r\n\r\n",
    "chunked, with extensions": CHUNKED + CHUNKS.replace(b"b\r\n", b"B;x=1\r\n"),
    "chunked, in capitals": CHUNKED.replace(b"chunked", b"Chunked") + CHUNKS,
    "chunked, and more after its end": CHUNKED + CHUNKS + b"HTTP/1.1 500 No\r\n\r\n",
    "chunked, cut in a chunk": CHUNKED + CHUNKS[:8],
    "chunked, cut between chunks": CHUNKED + CHUNKS[:16],
    "chunked, cut before anything": CHUNKED,
    "chunked, no size": CHUNKED + b"zz\r\nabc\r\n",
    "chunked, longer than it says": CHUNKED + b"3\r\nabcd\r\n",
    "chunked twice": CHUNKED.replace(b"chunked", b"chunked, chunked") + CHUNKS,
    "chunked and packed": CHUNKED.replace(b"chunked", b"gzip, chunked") + CHUNKS,
    "chunked and sized": CHUNKED[:-2] + b"Content-Length: 3\r\n\r\n" + CHUNKS,
    "sized": sized(len(TEXT)) + TEXT,
    "sized, and more after its end": sized(3) + TEXT,
    "sized, cut": sized(99) + TEXT,
    "sized, empty": sized(0),
    "sized in words": sized(3).replace(b"3", b"three") + TEXT,
    "sized below zero": sized(3).replace(b"3", b"-3") + TEXT,
    "to the close": b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + TEXT,
    "to the close, no header": b"HTTP/1.1 200 OK\r\n\r\n" + TEXT,
    "of HTTP/1.0": b"HTTP/1.0 200 OK\r\n\r\n" + TEXT,
    "no reason": CHUNKED.replace(b" OK", b"") + CHUNKS,
    "empty reason": CHUNKED.replace(b" OK", b" ") + CHUNKS,
    "other cookies each time": CHUNKED[:-2] + b"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n" + CHUNKS,
    "an empty value": CHUNKED[:-2] + b"X-Empty:\r\n\r\n" + CHUNKS,
    "a folded line": CHUNKED[:-2] + b"X-Long: a\r\n b\r\n\r\n" + CHUNKS,
    "a line that is no header": CHUNKED[:-2] + b"nonsense\r\n\r\n" + CHUNKS,
    "bytes that are no ASCII": CHUNKED[:-2] + b"X-Name: \xe9\r\n\r\n" + CHUNKS,
    "line ends of Unix": (CHUNKED.replace(b"\r\n", b"\n")) + CHUNKS,
    "line ends of old": CHUNKED.replace(b"\r\n", b"\r") + TEXT + TEXT,
    "many headers": CHUNKED[:-2] + b"X-A: 1\r\n" * 98 + b"\r\n" + CHUNKS,
    "too many headers": CHUNKED[:-2] + b"X-A: 1\r\n" * 101 + b"\r\n" + CHUNKS,
    "a long head": CHUNKED[:-2] + b"X-A: " + b"a" * (2 * LIMIT) + b"\r\n\r\n" + CHUNKS,
    "an endless header": CHUNKED[:-2] + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n" + CHUNKS,
    "after an interim one": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + CHUNKED + CHUNKS,
    "packed as it is": CHUNKED[:-2] + b"Content-Encoding: identity\r\n\r\n" + CHUNKS,
    "packed": CHUNKED[:-2] + b"Content-Encoding: gzip\r\n\r\n" + CHUNKS,
    "created": CHUNKED.replace(b"200 OK", b"201 Created") + CHUNKS,
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "an error": b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}",
    "a longer number": CHUNKED.replace(b"200", b"2000") + CHUNKS,
    "cut in its head": CHUNKED[:30],
    "cut in its first line": CHUNKED[:9],
}


def in_pieces(data: bytes, sizes: Callable[[], int]) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        at = 0
        while at < len(data):
            size = sizes()
            connection.sendall(data[at : at + size])
            at += size

    return answer


@pytest.mark.parametrize("pieces", ["whole", "in pieces"])
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_read_alike_with_and_without_requests(name: str, pieces: str) -> None:
    answer, chance = ANSWERS[name], random.Random(name)

    def size() -> int:
        return chance.choice((1, 2, 3, 40, 9000))

    sizes = size if pieces == "in pieces" else lambda: len(answer)
    with RawServer(in_pieces(answer, sizes)) as server:
        ahead, ordinary = (posted(Endpoint(server.url, "sk-1", {}), ahead=ahead) for ahead in (True, False))
    if isinstance(ordinary, Failure):
        assert fault_of(ahead) == fault_of(ordinary)
    else:
        assert ahead == ordinary


def unread(port: int) -> int:
    """The bytes that the loopback socket of this port has got and nobody has read."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        place, queues = line.split()[1], line.split()[4]
        if int(place.partition(":")[2], 16) == port:
            return int(queues.partition(":")[2], 16)
    return 0


def test_a_head_that_swallows_the_body_is_no_answer() -> None:
    answer = ANSWERS["line ends of old"]
    with RawServer(in_pieces(answer, lambda: len(answer))) as server:
        fault = fault_of(posted(Endpoint(server.url, None, {}), ahead=True))
    assert (fault.status, "it does not speak HTTP" in fault.message) == (7, True)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells what is unread")
@pytest.mark.parametrize("sent", [b"", CHUNKED[:20], CHUNKED, CHUNKED + CHUNKS[:20], sized(99) + TEXT])
def test_a_connection_that_is_reset_is_told_alike(sent: bytes) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(sent)
        # A reset throws away what has not been read.
        wait_until(lambda: not unread(connection.getpeername()[1]), "all to be read")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    with RawServer(answer) as server:
        ahead, ordinary = (posted(Endpoint(server.url, None, {}), ahead=ahead) for ahead in (True, False))
    assert fault_of(ahead) == fault_of(ordinary)


@pytest.mark.parametrize("sent", [CHUNKED[:20], CHUNKED, CHUNKED + CHUNKS[:20], sized(99) + TEXT])
@pytest.mark.parametrize("clock", ["first_token", "stall", "max_time"])
def test_an_answer_that_stops_is_under_the_same_clocks(sent: bytes, clock: str) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(sent)
        server.waits()

    with RawServer(answer) as server:
        endpoint = Endpoint(server.url, None, {})
        ahead, ordinary = (posted(endpoint, ahead=a, **{clock: 0.1}) for a in (True, False))
    assert fault_of(ahead) == fault_of(ordinary)
    assert fault_of(ahead).status == 8


@pytest.mark.parametrize(
    ("head", "framing"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", Framing.CHUNKED),
        (b"HTTP/1.1 200 OK", Framing.CLOSE),
        (b"HTTP/1.1 200 OK\r\ncontent-length:7 ", 7),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Length: 7", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: \xb2", None),
        (b"HTTP/1.1 200 OK\r\nX : y", None),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br", None),
        (b"HTTP/2 200 OK", None),
    ],
)
def test_what_is_plain(head: bytes, framing: Framing | int | None) -> None:
    assert framing_of(head) == framing
