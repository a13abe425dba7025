"""Bytes to frames: the standard's examples, and each edge of sseclient that this room makes up for."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from dsk.stream.events import Comment, Malformed
from dsk.stream.frames import LONG, Body, Frame, Frames, Item
from tests.stream.growth import assert_grows_linearly
from tests.stream.ways import in_all_ways, pieces


def read_pieces(data: Iterable[bytes]) -> list[Item]:
    frames = Frames()
    items = [item for piece in data for item in frames.feed(piece)]
    return [*items, *frames.close()]


def read(data: bytes) -> list[Item]:
    return in_all_ways(data, read_pieces)


def data_of(data: bytes) -> list[str]:
    items = read(data)
    frames = [item for item in items if isinstance(item, Frame)]
    assert [frame.number for frame in frames] == list(range(1, len(frames) + 1))
    assert len(frames) == len(items)
    return [frame.data for frame in frames]


# The examples of https://html.spec.whatwg.org/multipage/server-sent-events.html


def test_data_lines_are_joined_by_line_ends() -> None:
    assert data_of(b"data: YHOO\ndata: +2\ndata: 10\n\n") == ["YHOO\n+2\n10"]


def test_comments_ids_and_spaces_are_read_as_in_the_standards_test_stream() -> None:
    stream = b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
    assert read(stream) == [
        Comment("test stream"),
        Frame(1, "message", "first event"),
        Frame(2, "message", "second event"),
        Frame(3, "message", " third event"),
    ]


def test_a_data_line_without_a_value_is_an_event_with_empty_data() -> None:
    assert data_of(b"data\n\ndata\ndata\n\n") == ["", "\n"]


def test_the_space_after_the_colon_makes_no_difference() -> None:
    assert data_of(b"data:test\n\ndata: test\n\n") == ["test", "test"]


def test_events_have_the_name_of_their_last_event_field() -> None:
    assert read(b"event: a\nevent: error\ndata: x\n\nevent:\ndata: y\n\n") == [
        Frame(1, "error", "x"),
        Frame(2, "message", "y"),
    ]


def test_events_without_data_and_unknown_fields_are_no_frames() -> None:
    assert data_of(b"event: ping\n\nid: 4\n\nretry: 10\n\nfoo: bar\nfoo\n\ndata: x\nfoo: bar\n\n") == ["x"]


# The edges of sseclient


@pytest.mark.parametrize("end", [b"\n\n", b"\r\r", b"\r\n\r\n", b"\n\r\n", b"\n\r", b"\r\r\n", b"\r\n\n"])
def test_any_blank_line_ends_an_event(end: bytes) -> None:
    assert data_of(b"data: one" + end + b"data: two" + end) == ["one", "two"]


def test_an_event_that_ends_with_cr_is_there_before_the_lf_comes() -> None:
    frames = Frames()
    assert frames.feed(b"data: one\r\n\r") == [Frame(1, "message", "one")]
    assert frames.feed(b"\ndata: two\r\n\r") == [Frame(2, "message", "two")]


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"\n\n\r\n"])
def test_a_bom_and_blank_lines_at_the_start_lose_nothing(start: bytes) -> None:
    assert data_of(start + b"data: one\n\n") == ["one"]


def test_a_bom_inside_the_stream_is_data() -> None:
    assert data_of("data: \ufeffx\n\n".encode()) == ["\ufeffx"]


def test_half_an_event_comes_only_when_the_body_is_closed() -> None:
    frames = Frames()
    assert frames.feed(b"data: one\n\ndata: tw") == [Frame(1, "message", "one")]
    assert frames.close() == [Frame(2, "message", "tw")]
    assert frames.close() == []


def test_bad_utf_8_is_malformed_with_the_number_of_its_frame() -> None:
    assert read(b"data: one\n\ndata: \xff\n\ndata: three\n\n: comment\n\n") == [
        Frame(1, "message", "one"),
        Malformed(2, "it is not UTF-8, at byte 0xff"),
    ]


def test_bad_utf_8_in_a_comment_harms_nothing() -> None:
    assert read(b": \xff\n\ndata: one\n\n") == [Comment("\ufffd"), Frame(1, "message", "one")]


def test_bad_utf_8_between_comments_ends_the_frames_all_the_same() -> None:
    assert read(b": a\n\ndata: \xff\n\n: b\n\ndata: two\n\n") == [
        Comment("a"),
        Malformed(1, "it is not UTF-8, at byte 0xff"),
    ]


def test_a_character_cut_by_the_network_is_whole() -> None:
    assert data_of("data: é世😀\n\n".encode()) == ["é世😀"]


@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x00"])
def test_only_cr_and_lf_end_lines(odd: str) -> None:
    assert data_of(f"data: a{odd}b\n\n".encode()) == [f"a{odd}b"]


def test_comments_come_in_their_place_and_before_the_frame_they_stand_in() -> None:
    assert read(b"data: one\n\n: a\n:b\n\ndata: two\n: c\ndata: 2\n\n:\n\n") == [
        Frame(1, "message", "one"),
        Comment("a"),
        Comment("b"),
        Comment("c"),
        Frame(2, "message", "two\n2"),
        Comment(""),
    ]


def test_an_unended_comment_comes_when_the_body_is_closed() -> None:
    assert read(b"data: one\n\n: keep-al") == [Frame(1, "message", "one"), Comment("keep-al")]


def test_a_block_of_many_lines_is_one_frame() -> None:
    lines = [f"line {n}" for n in range(3 * LONG)]
    block = "".join(f"data: {line}\n" for line in lines)
    assert data_of(f"data: a\n\n{block}\ndata: b\n\n".encode()) == ["a", "\n".join(lines), "b"]


def test_a_block_of_many_lines_keeps_its_name_and_its_empty_lines() -> None:
    padding = "x: y\n" * (2 * LONG)
    block = f"data:\n{padding}data: a\ndata\n{padding}event: error\n\n"
    assert read(block.encode()) == [Frame(1, "error", "\na\n")]


def test_a_block_of_many_lines_without_data_is_no_frame() -> None:
    assert read(b"event: x\n" * (2 * LONG) + b"\ndata: a\n\n") == [Frame(1, "message", "a")]


def test_bad_utf_8_late_in_a_block_of_many_lines_is_malformed_with_the_blocks_number() -> None:
    block = b"data: x\n" * (2 * LONG) + b"data: \xff\n\n"
    assert read(b"data: a\n\n" + block) == [
        Frame(1, "message", "a"),
        Malformed(2, "it is not UTF-8, at byte 0xff"),
    ]


def test_one_long_line_in_small_pieces_takes_linear_time() -> None:
    def work(size: int) -> None:
        (frame,) = read_pieces(pieces(b"data: " + b"x" * size + b"\n\n", 100))
        assert isinstance(frame, Frame)
        assert len(frame.data) == size

    assert_grows_linearly(work, 1_000_000)


def test_very_many_lines_in_one_event_take_linear_time() -> None:
    def work(lines: int) -> None:
        (frame,) = read_pieces(pieces(b"data: x\n" * lines + b"\n", 65536))
        assert isinstance(frame, Frame)
        assert frame.data.count("\n") == lines - 1

    assert_grows_linearly(work, 20_000)


def test_an_unfinished_frame_is_kept_only_up_to_the_limit() -> None:
    frames = Frames(limit=100)
    assert frames.feed(b"data: one\n\ndata: " + b"x" * 90) == [Frame(1, "message", "one")]
    assert frames.feed(b"x" * 10) == [Malformed(2, "it is longer than 100 bytes")]
    assert frames.feed(b"\n\ndata: three\n\n") == []
    assert frames.close() == []


def test_a_body_without_frames_is_kept_only_up_to_the_limit() -> None:
    frames = Frames(limit=100)
    assert frames.feed(b"{" + b" " * 99) == []
    assert frames.feed(b" ") == [Malformed(0, "it is longer than 100 bytes")]
    assert frames.close() == []


# What servers send beside the standard


@pytest.mark.parametrize("body", [b'{"a": 1}', b"<html>", b'[{"error": 1}]'])
def test_a_body_that_begins_like_no_field_is_given_whole(body: bytes) -> None:
    rest = b"\n\ndata: x\r\n\r\n"
    assert read(b"\n\r\n \n" + body + rest) == [Body(body + rest)]


def test_an_empty_body_has_no_frames() -> None:
    assert read(b"") == []
    assert read(b"\xef\xbb\xbf\r\n\n \n") == []


def test_a_body_of_plain_text_is_malformed_and_named() -> None:
    body = b"upstream connect error:\n\n reset"
    assert read(body) == [Malformed(0, "it is no event stream, it begins 'upstream connect error: reset'")]


def test_a_field_named_error_is_an_error_event() -> None:
    assert read(b'data: one\n\nerror: {"code": 500}\n\n') == [
        Frame(1, "message", "one"),
        Frame(2, "error", '{"code": 500}'),
    ]


def test_a_bare_error_object_between_events_is_a_frame() -> None:
    assert data_of(b'data: one\n\n{"error": "x"}\n\n') == ["one", '{"error": "x"}']
