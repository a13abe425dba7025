"""Whoever reads stdout is missed at once, also while nothing is written."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

from dsk.output.reader import ReaderWatch
from tests.output.playing import DEADLINE


def test_a_pipe_that_loses_its_reader_is_noticed() -> None:
    read_end, write_end = os.pipe()
    gone = threading.Event()
    with ReaderWatch(write_end, gone.set) as watch:
        assert not watch.is_gone
        os.close(read_end)
        assert gone.wait(DEADLINE)
        assert watch.is_gone
    os.close(write_end)


def test_a_socket_that_loses_its_reader_is_noticed() -> None:
    ours, theirs = socket.socketpair()
    gone = threading.Event()
    with ours, ReaderWatch(ours.fileno(), gone.set):
        theirs.close()
        assert gone.wait(DEADLINE)


def test_nothing_is_called_after_the_watch_has_ended() -> None:
    read_end, write_end = os.pipe()
    gone = threading.Event()
    before = threading.active_count()
    with ReaderWatch(write_end, gone.set) as watch:
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
    os.close(read_end)
    os.close(write_end)
    assert not watch.is_gone
    assert not gone.is_set()


def test_a_watch_leaves_no_descriptor_open() -> None:
    read_end, write_end = os.pipe()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - of ourselves, with its own descriptor
    for _ in range(3):
        with ReaderWatch(write_end, lambda: None):
            pass
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    os.close(read_end)
    os.close(write_end)


def test_a_file_and_a_closed_descriptor_are_not_watched(tmp_path: Path) -> None:
    before = threading.active_count()
    with open(tmp_path / "file", "wb") as file, ReaderWatch(file.fileno(), lambda: None) as watch:
        assert threading.active_count() == before
    with ReaderWatch(9999, lambda: None):
        assert threading.active_count() == before
    assert not watch.is_gone
