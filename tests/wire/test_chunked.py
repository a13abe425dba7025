"""The chunked coding, whole, cut at every place and damaged."""

from __future__ import annotations

import pytest

from dsk.wire.chunked import LINE_LIMIT, Chunked, ChunkedBody, CutShort


def same(error: Exception) -> Exception:
    return error


BODY = b"5\r\nhello\r\n1;name=value\r\n,\r\n009\r\n\r\nworld\r\n\r\n0\r\nTrailer: x\r\n\r\n"
CONTENT = b"hello,\r\nworld\r\n"


def test_all_chunks_of_one_read_come_together() -> None:
    body = Chunked()
    assert body.feed(BODY) == CONTENT
    assert body.done


@pytest.mark.parametrize("size", range(1, 12))
def test_pieces_of_any_size_give_the_same(size: int) -> None:
    body = Chunked()
    found = b"".join(body.feed(BODY[at : at + size]) for at in range(0, len(BODY), size))
    assert found == CONTENT
    assert body.done


@pytest.mark.parametrize("content", [b"a", b"hello", b"\r\n", b"5\r\nhello\r\n", b"x" * 70_000])
def test_a_chunk_that_comes_by_itself_is_its_content(content: bytes) -> None:
    data = b"%x\r\n%b\r\n" % (len(content), content)
    read = ChunkedBody(iter([data, data, b"0\r\n\r\n"]).__next__, same, data).read
    assert [read() for _ in range(5)] == [content, content, content, b"", b""]


def test_what_only_looks_like_one_chunk_is_not_taken_for_it() -> None:
    longer = [b"20\r\n1", b"5\r\nhello\r\n", b""]
    read = ChunkedBody(iter(longer).__next__, same).read
    assert (read(), read()) == (b"1", b"5\r\nhello\r\n")
    with pytest.raises(CutShort):
        read()
    cut = [b"1", b"0\r\n0123456789abcdef\r\n"]
    assert ChunkedBody(iter(cut).__next__, same).read() == b"0123456789abcdef"
    two = b"1\r\na\r\n2\r\nbc\r\n"
    assert ChunkedBody(iter([two]).__next__, same).read() == b"abc"


def test_content_is_given_before_its_chunk_is_whole() -> None:
    body = Chunked()
    assert body.feed(b"ff\r\nab") == b"ab"
    assert not body.done


def test_bare_line_feeds_are_borne() -> None:
    body = Chunked()
    assert body.feed(b"2\nab\n0\n\n") == b"ab"
    assert body.done


def test_what_follows_the_end_is_left_alone() -> None:
    body = Chunked()
    assert body.feed(b"0\r\n\r\nHTTP/1.1 200 OK\r\n") == b""
    assert body.done
    assert body.feed(b"more") == b""


@pytest.mark.parametrize(
    "data",
    [
        b"zz\r\n",
        b"-1\r\n",
        b"\r\n",
        b"2\r\nabc\r\n",
        b"+2\r\nab\r\n",
        b"0x2\r\nab\r\n",
        b"1_0\r\n0123456789\r\n",
        b"1" * (LINE_LIMIT + 1),
    ],
)
def test_damage_is_named(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"chunk|line"):
        Chunked().feed(data)
    with pytest.raises(ValueError, match="the chunks are damaged"):
        ChunkedBody(iter([data]).__next__, same).read()
