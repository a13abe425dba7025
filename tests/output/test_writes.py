"""How bytes leave: one write an arrival, whole on any descriptor, and what a descriptor that fails means."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsk.errors import LocalFault, ReaderGone
from dsk.output.settings import OutputSettings
from dsk.output.sinks import write_out_all
from dsk.stream.events import Content, Event, Logprobs, Reasoning, Usage
from tests.harness import wait_until
from tests.output.playing import DEADLINE, Arrival, Player, arrive, said

MANY: list[Event] = [Content("one ", 0), Reasoning("r", 0), Content("two ", 0), Content("three", 1), Content("four", 0)]
BIG = "".join(f"{n:07d}\n" for n in range(100_000))


def writes_of(player: Player, arrivals: list[Arrival], settings: OutputSettings) -> list[bytes]:
    """The writes to stdout one by one: each is a datagram."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with theirs:
            process = player.start(arrivals, settings, stdout=theirs.fileno())
        with process:
            packets = list(iter(lambda: ours.recv(1 << 20), b""))
            process.communicate(timeout=DEADLINE)
    return packets


def test_what_arrives_together_leaves_in_one_write(player: Player) -> None:
    arrivals = [Arrival(b"", MANY), *arrive(Content("five\n", 0))]
    assert writes_of(player, arrivals, OutputSettings()) == [b"one two four", b"five\n"]


def test_each_arrival_leaves_at_once_and_without_waiting_for_a_line(player: Player) -> None:
    assert writes_of(player, said("a", "b", "c"), OutputSettings()) == [b"a", b"b", b"c", b"\n"]


def test_json_lines_of_one_arrival_leave_in_one_write(player: Player) -> None:
    packets = writes_of(player, [Arrival(b"", MANY)], OutputSettings(format="jsonl"))
    assert [packet.count(b"\n") for packet in packets] == [5, 1]


def test_raw_bytes_leave_as_they_were_read(player: Player) -> None:
    reads = [b"x" * 65536, b"y", b"z" * 50_000]
    assert writes_of(player, [Arrival(data, []) for data in reads], OutputSettings(format="raw")) == reads


def test_events_without_output_write_nothing(player: Player) -> None:
    arrivals = [*arrive(Usage({})), *arrive(Logprobs({}, 0)), *said("a\n")]
    assert writes_of(player, arrivals, OutputSettings()) == [b"a\n"]


def test_more_than_a_pipe_holds_is_written_whole(player: Player) -> None:
    assert player.play(said(BIG)).stdout == BIG.encode()


def test_a_pipe_that_does_not_block_is_written_whole(player: Player) -> None:
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    with open(read_end, "rb") as pipe:
        process = player.start(
            said(*(BIG[i : i + 5000] for i in range(0, len(BIG), 5000))), OutputSettings(), stdout=write_end
        )
        os.close(write_end)
        with process:
            assert pipe.read() == BIG.encode()
            _, stderr = process.communicate(timeout=DEADLINE)
    assert (stderr, process.returncode) == (b"", 0)


def test_an_interrupted_write_to_a_slow_reader_loses_and_doubles_nothing(player: Player) -> None:
    process = player.start(said(BIG, "never reached"), OutputSettings())
    assert process.stdout
    with process, process.stdout:
        wait_until(lambda: is_blocked_in_write(process.pid), "the pipe to be full")
        process.send_signal(signal.SIGINT)
        seen = bytearray()
        while data := os.read(process.stdout.fileno(), 1000):
            seen += data
        assert process.stderr
        stderr = process.stderr.read()
        process.wait(DEADLINE)
    assert seen == BIG.encode()
    assert (stderr, process.returncode) == (b"dsk: interrupted\n", 130)


def is_blocked_in_write(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/wchan").read_text() in ("pipe_write", "anon_pipe_write")
    except OSError:
        pytest.skip("there is no /proc/PID/wchan to look at")


def test_a_closed_reader_ends_it_silently(player: Player) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    process = player.start(said("a", "b"), OutputSettings(), stdout=write_end)
    os.close(write_end)
    with process:
        _, stderr = process.communicate(timeout=DEADLINE)
    assert (stderr, process.returncode) == (b"", 141)


def test_a_reader_that_closes_before_the_newline_ends_it_silently(player: Player) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # The socket is full after a few packets: the writer waits until the reader goes.
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    with theirs:
        process = player.start(said(*["x" * 1000] * 1000), OutputSettings(), stdout=theirs.fileno())
    with process:
        assert ours.recv(1000) == b"x" * 1000
        ours.close()
        _, stderr = process.communicate(timeout=DEADLINE)
    assert (stderr, process.returncode) == (b"", 141)


FULL = b"dsk: hint: free some room, or write elsewhere\n"
CLOSED = b"dsk: hint: have it open for writing: > FILE, or > /dev/null\n"


@pytest.mark.parametrize("format_", ["text", "json", "jsonl"])
def test_a_full_disk_is_one_line_and_status_1(player: Player, format_: str) -> None:
    played = player.play(said("a", "b"), OutputSettings(format=format_), redirect=">/dev/full")  # type: ignore[arg-type]
    assert (played.stderr, played.status) == (b"dsk: cannot write to stdout: no space left on device\n" + FULL, 1)


def test_a_closed_stdout_fails_before_anything_is_sent(player: Player) -> None:
    played = player.play(said("a"), redirect=">&-")
    assert (played.stderr, played.status) == (b"dsk: cannot write to stdout: bad file descriptor\n" + CLOSED, 1)


def test_a_stdout_that_is_open_for_reading_only_fails_alike(player: Player) -> None:
    played = player.play(said("a"), redirect="1</dev/null")
    assert (played.stderr, played.status) == (b"dsk: cannot write to stdout: bad file descriptor\n" + CLOSED, 1)


def test_a_closed_stderr_harms_nothing(player: Player) -> None:
    settings = OutputSettings(reasoning="show", usage=True, write_out="%{tokens}")
    played = player.play([*arrive(Reasoning("hm", 0)), *said("a")], settings, redirect="2>&-")
    assert (played.stdout, played.status) == (b"a\n", 0)


def test_a_full_stderr_harms_nothing(player: Player) -> None:
    settings = OutputSettings(reasoning="show", usage=True, write_out="%{tokens}")
    played = player.play([*arrive(Reasoning("hm", 0)), *said("a")], settings, redirect="2>/dev/full")
    assert (played.stdout, played.status) == (b"a\n", 0)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


def test_write_out_all_writes_more_than_a_pipe_holds(pipe: tuple[int, int]) -> None:
    seen: list[bytes] = []
    reader = threading.Thread(target=lambda: seen.extend(iter(lambda: os.read(pipe[0], 5000), b"")))
    reader.start()
    write_out_all(pipe[1], BIG.encode())
    os.close(pipe[1])
    reader.join(DEADLINE)
    assert b"".join(seen) == BIG.encode()


def test_write_out_all_tells_that_the_reader_has_gone(pipe: tuple[int, int]) -> None:
    os.close(pipe[0])
    with pytest.raises(ReaderGone):
        write_out_all(pipe[1], b"a")


def test_write_out_all_tells_of_a_full_disk() -> None:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    with pytest.raises(LocalFault, match="no space left on device"):
        write_out_all(descriptor, b"a")
    os.close(descriptor)


def test_write_out_all_tells_of_a_closed_descriptor() -> None:
    with pytest.raises(LocalFault, match="bad file descriptor"):
        write_out_all(99, b"a")
