"""Recordings: whatever a server sends comes back byte for byte, in its pieces, and other readers find its frames."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from sseclient import SSEClient

from dsk.errors import BrokenFault, Failure, InterruptFault, RateFault, ServerFault, Status
from dsk.stream.recording.reading import Damaged, is_recording, read_pieces, read_recording
from dsk.stream.recording.steps import Arrived, End, Failed, Head, Opened, Recording, Step
from dsk.stream.recording.writing import Writer
from tests.stream.test_golden import STREAMS, facts
from tests.stream.ways import answer_of, pieces, stream, ways

HEAD = Head({"n": 1, "messages": []}, {"retry": 5}, ("warning: a warning",))
FRAME = b'data: {"choices":[{"delta":{"content":"hi"}}]}\n\n'
GOLDEN = {path.stem: path.read_bytes() for path in sorted(STREAMS.glob("*.sse"))}
NO_STREAMS = {
    "nothing": b"",
    "blank lines": b"\n\n\r\n\n",
    "a page": b"<html>\n<title>Sign in</title>\n\ndata: x\n</html>\n",
    "JSON in lines": b'{\r\n  "choices": [\r\n  {"message": {"content": "hi"}, "finish_reason": "stop"}]\r\n}\r\n',
    "JSON that was cut": b'{"choices": [{"message": ',
    "a line of text": b"upstream connect error",
}
ODD = {
    "no final newline": FRAME + b"data: [DONE]",
    "CRLF": FRAME.replace(b"\n", b"\r\n") * 2,
    "CR": FRAME.replace(b"\n", b"\r") * 2,
    "mixed line ends": b"data: a\r\ndata: b\rdata: c\n\r\n\r\rdata: d\r\r\n\n",
    "a byte order mark": b"\xef\xbb\xbf" + FRAME,
    "blank lines and a byte order mark": b"\n\n\xef\xbb\xbf\n\r" + FRAME + b"\n",
    "blanks before the first field": b"  \t" + FRAME,
    "CR and nothing": FRAME + b"data: x\r",
    "NUL and bad UTF-8": b"data: \x00\xff\xfe\xc3\n\n",
    "separators that are no line ends": b"data: \xe2\x80\xa8 \xc2\x85 \x0b\x0c\x1c\n\n",
    "lines like ours": b': dsk {"at": 1}\n:: dsk \n:::: dsk x\n: dskx\n: dsk\n:dsk {}\ndata: : dsk \n\n: dsk {"end": 0',
    "a recording": b': dsk {"recording": 1, "request": {}, "policy": {}, "notes": []}\n' + FRAME,
}
BODIES = GOLDEN | NO_STREAMS | ODD


def written(streams: Iterable[Sequence[Step]], secret: str | None = None, end: End | None = None) -> bytes:
    """A recording of these streams."""
    writer = Writer(secret)
    found = [writer.head(HEAD)]
    for steps in streams:
        found.append(writer.begin())
        for step in steps:
            match step:
                case Opened(at, status):
                    found.append(writer.opened(at, status))
                case Arrived(at, data):
                    found.append(writer.arrived(at, data))
                case Failed(at, failure):
                    found.append(writer.failed(at, failure))
    last = end or End(9.0, None)
    found.append(writer.end(last.at, last.failure.status if last.failure else Status.OK, last.failure))
    return b"".join(found)


def steps_of(body: Iterable[bytes], *, is_ended: bool = True) -> list[Step]:
    """A stream of these pieces, one every quarter of a second."""
    found: list[Step] = [Opened(0.125, 200)]
    for piece in body:
        if piece:
            found.append(Arrived(len(found) / 4, piece))
    return [*found, Arrived(len(found) / 4, b"")] if is_ended else found


def data_of(recording: Recording) -> bytes:
    return b"".join(step.data for s in recording.streams for step in s.steps if isinstance(step, Arrived))


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("is_ended", [True, False], ids=["ended", "left"])
def test_every_byte_comes_back_in_its_piece(body: bytes, is_ended: bool) -> None:
    for way in ways(body):
        steps = steps_of(list(way), is_ended=is_ended)
        recording = read_recording(written([steps]))
        assert recording.head == HEAD
        assert [s.steps for s in recording.streams] == [tuple(steps)]
        assert recording.end == End(9.0, None)


@pytest.mark.parametrize("body", (GOLDEN | ODD).values(), ids=(GOLDEN | ODD))
def test_our_own_decoder_finds_the_same_answer_in_it(body: bytes) -> None:
    for way in ways(body):
        found = facts(answer_of(written([steps_of(way)])))
        expected = facts(answer_of(body))
        # That a body is no event stream is something else to say than that a stream has no frames.
        if not body.lstrip().startswith((b"{", b"<")) or found["status"] == 0:
            assert found == expected
        assert found["status"] == expected["status"]


@pytest.mark.parametrize("body", NO_STREAMS.values(), ids=NO_STREAMS)
def test_a_body_that_is_no_stream_ends_with_the_same_status(body: bytes) -> None:
    found, expected = facts(answer_of(written([steps_of([body])]))), facts(answer_of(body))
    assert (found["content"], found["status"]) == (expected["content"], expected["status"])


def plainly_read(body: bytes) -> list[tuple[str, str]]:
    return [(event.event, event.data) for event in SSEClient(iter(body.splitlines(keepends=True))).events()]


@pytest.mark.parametrize(
    "name", ["no final newline", "CRLF", "CR", "lines like ours", "separators that are no line ends"]
)
def test_a_plain_reader_of_event_streams_finds_the_same_events(name: str) -> None:
    expected = plainly_read(ODD[name])
    assert expected
    for way in ways(ODD[name]):
        assert plainly_read(written([steps_of(way)])) == expected


def test_a_plain_reader_finds_even_the_event_after_a_byte_order_mark() -> None:
    for way in ways(ODD["a byte order mark"]):
        assert plainly_read(written([steps_of(way)])) == plainly_read(FRAME)


def test_a_plain_reader_finds_a_json_answer_as_one_event() -> None:
    ((_, data),) = plainly_read(written([steps_of([NO_STREAMS["JSON in lines"]])]))
    assert json.loads(data) == json.loads(NO_STREAMS["JSON in lines"])


def test_a_half_frame_never_runs_into_the_next_stream() -> None:
    cut = [*steps_of([FRAME, FRAME[:20]], is_ended=False), Failed(1.0, BrokenFault("the stream broke"))]
    whole_line = steps_of([FRAME, FRAME[:-1]])
    for first in (cut, whole_line):
        data = written([first, steps_of([FRAME, b"data: [DONE]\n\n"])])
        events = [text for _, text in plainly_read(data)]
        assert events[-1] == "[DONE]"
        assert {json.loads(text)["choices"][0]["delta"]["content"] for text in events[:-1]} == {"hi"}
        assert len(read_recording(data).streams) == 2


def kinds(kind: type[Failure] = Failure) -> Iterator[type[Failure]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from kinds(inner)


@pytest.mark.parametrize("kind", list(kinds()))
def test_a_failure_comes_back_as_it_was(kind: type[Failure]) -> None:
    failures = [
        kind("what"),
        kind("Grüße", "why\nnot", hint="h", http_status=503, trace="t", transient=True, retry_after=0.0),
        kind("what", retry_after=1.5),
    ]
    steps = tuple(Failed(float(at), failure) for at, failure in enumerate(failures))
    data = written([[step] for step in steps], end=End(9.0, failures[0]))
    recording = read_recording(data)
    found = [step.failure for s in recording.streams for step in s.steps if isinstance(step, Failed)]
    assert recording.end
    assert recording.end.failure
    for one, other in zip([*found, recording.end.failure], [*failures, failures[0]], strict=True):
        assert type(one) is type(other)
        assert vars(one) == vars(other)


def test_a_delay_belongs_to_the_stream_before_it() -> None:
    writer = Writer()
    data = writer.head(HEAD)
    for delay in (0.25, None, 0.0):
        data += writer.begin() + writer.failed(1.0, RateFault("too many requests"))
        data += b"" if delay is None else writer.delay(delay)
    assert [s.delay for s in read_recording(data).streams] == [0.25, None, 0.0]


def test_a_recording_that_breaks_off_anywhere_is_read_as_far_as_it_goes() -> None:
    body = b"\xef\xbb\xbf" + FRAME + b": keep-alive\n\n" + ODD["lines like ours"] + b"\r\n" + FRAME[:20]
    stopped = End(9.0, InterruptFault("interrupted"))
    data = written([steps_of(pieces(body, 11)), [Failed(8.0, ServerFault("it failed"))]], end=stopped)
    first_line = data.index(b"\n") + 1
    longest = b""
    for size in range(first_line, len(data)):
        recording = read_recording(data[:size])
        found = data_of(recording)
        assert body.startswith(found)
        assert len(found) >= len(longest) - len(FRAME), "a line is given up only while it is written"
        longest = max(found, longest, key=len)
    assert longest == body


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_a_recording_is_the_same_in_whatever_pieces_it_is_read(line_end: bytes) -> None:
    body = (FRAME + b": keep-alive\n\n" + ODD["lines like ours"] + b"\n" + FRAME).replace(b"\n", line_end)
    data = written([steps_of(pieces(body, 11))], end=End(9.0, None))
    whole = read_recording(data)
    assert data_of(whole) == body
    for size in (1, 2, 3, 7, 100):
        assert read_pieces(data[at : at + size] for at in range(0, len(data), size)) == whole


def test_the_key_is_never_in_it() -> None:
    key = "sk-0123456789abcdef"
    body = f'data: {{"error": "no such key {key}"}}\n\ndata: {key}'.encode()
    said = Failed(7.0, ServerFault(f"{key} is refused", key, hint=key, trace=key))
    for way in ways(body):
        data = written([steps_of(way), [said]], key, End(9.0, InterruptFault(key)))
        assert key.encode() not in data
        recording = read_recording(data)
        assert len(data_of(recording)) == len(body)


def test_a_word_in_the_place_of_a_key_is_no_secret() -> None:
    body = stream({"choices": [{"delta": {"content": "ollama is a program"}}]}).encode()
    assert data_of(read_recording(written([steps_of([body])], "ollama"))) == body


def test_an_event_stream_is_no_recording_until_it_says_so() -> None:
    assert is_recording(written([]))
    assert not is_recording(FRAME)
    assert not is_recording(b"")
    assert not is_recording(FRAME + written([]))


GOOD_HEAD = b': dsk {"recording": 1, "request": {}, "policy": {}, "notes": []}\n'
BEGUN = GOOD_HEAD + b': dsk {"begin": true}\n'
OPEN = BEGUN + b': dsk {"at": 0, "open": 200}\n'


@pytest.mark.parametrize(
    ("data", "line", "why"),
    [
        (GOOD_HEAD.replace(b"1", b"2"), 1, "version 2"),
        (b': dsk {"recording": 1}\n', 1, "incomplete"),
        (b': dsk {"recording": 1, "requ', 1, "breaks off"),
        (GOOD_HEAD + b': dsk {"at": 0, "open": 200}\n', 2, "no stream has begun"),
        (BEGUN + b': dsk {"at": 1}\n', 3, "before the server has answered"),
        (OPEN + b'data: x\n\n: dsk {"at": "soon"}\n', 6, "'at'"),
        (OPEN + b': dsk {"at": NaN}\n', 4, "'at'"),
        (OPEN + b': dsk {"at": -1}\n', 4, "'at'"),
        (OPEN + b": dsk {}\n", 4, "'at'"),
        (OPEN + b": dsk garbage\n", 4, "not JSON"),
        (OPEN + b": dsk []\n", 4, "no object"),
        (OPEN + b": dsk \xff\n", 4, "not JSON"),
        (OPEN + b": dsk " + b"[" * 100_000 + b"\n", 4, "not JSON"),
        (OPEN + b': dsk {"at": 1, "part": 7}\n', 4, "'part'"),
        (OPEN + b': dsk {"at": 1, "part": "\\ud800"}\n', 4, "'part'"),
        (OPEN + b': dsk {"at": 1, "failure": 7}\n', 4, "failure"),
        (OPEN + b': dsk {"at": 1, "failure": {"class": "Exception"}}\n', 4, "'Exception'"),
        (OPEN + b': dsk {"at": 1, "failure": {"class": "KeyFault", "what": 1}}\n', 4, "wrong type"),
        (BEGUN + b': dsk {"at": 1, "open": "yes"}\n', 3, "'open'"),
        (OPEN + b': dsk {"delay": null}\n', 4, "'delay'"),
    ],
)
def test_what_is_damaged_is_named_with_its_line(data: bytes, line: int, why: str) -> None:
    with pytest.raises(Damaged, match=f"line {line} is damaged: .*{why}") as caught:
        read_recording(data)
    assert caught.value.line == line


def test_the_format_is_that_of_the_golden_file() -> None:
    """A stream that breaks in the middle of a line, one that is refused, and one that is whole, in CRLF."""
    broken = BrokenFault("the stream broke", "the connection was lost", hint="run it again", transient=True)
    busy = ServerFault(
        "the server is overloaded", "busy", hint="later", http_status=503, transient=True, retry_after=1.0
    )
    writer = Writer()
    data = b"".join(
        [
            writer.head(Head({"messages": []}, {"retry": 5, "resume": 2}, ("warning: a warning",))),
            writer.begin(),
            writer.opened(0.25, 200),
            writer.arrived(0.5, b"\xef\xbb\xbf: queued\n\n"),
            writer.arrived(0.75, b'data: {"choices":[{"delta":{"content":"Gr\xc3'),
            writer.arrived(1.0, b'\xbc\xc3\x9fe"}}]}\n\n: dsk {}\ndata: {"cho'),
            writer.failed(1.25, broken),
            writer.delay(0.5),
            writer.begin(),
            writer.failed(1.5, busy),
            writer.delay(1.0),
            writer.begin(),
            writer.opened(2.5, 200),
            writer.arrived(2.75, b'data: {"choices":[{"delta":{"content":"."},"finish_reason":"stop"}]}\r\n\r\n'),
            writer.arrived(3.0, b"data: [DONE]\r\n"),
            writer.arrived(3.125, b""),
            writer.end(3.125, Status.OK, None),
        ]
    )
    golden = Path(__file__).with_name("recording.golden")
    assert data == golden.read_bytes()
    assert data_of(read_recording(golden.read_bytes())).count(b"data: ") == 4
