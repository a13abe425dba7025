"""Processes that write the log, as dsk does, for the tests.

``crowd PATH COUNT``: so many processes at once, each with a whole run; prints the warning of each that has one.
``talk PATH``: one run that goes on until the process is killed; prints number and time of each word once the log
has it, as the printer would.
``limited PATH BYTES``: one run in a process that may not write files longer than that; prints its warning.
``once PATH``: one run; prints its warning.
``interrupted PATH``: one run; prints when it ends, and what ended the waiting for that.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from traceback import walk_stack

from dsk.state.log.rows import Outcome
from dsk.state.log.writer import LogWriter
from tests.state.log.writing import content, entry

WORDS = 6
# Longer than the time between two writes of a log, so that pieces are written as well.
PAUSE = 0.12


def crowd(path: str, count: int) -> None:
    gate, opener = os.pipe()
    children = []
    for number in range(count):
        child = os.fork()
        if child == 0:
            os.close(opener)
            os.read(gate, 1)
            _whole_run(path, number)
            os._exit(0)
        children.append(child)
    os.close(opener)
    for child in children:
        assert os.waitpid(child, 0)[1] == 0


def _whole_run(path: str, number: int) -> None:
    writer = LogWriter(path, entry(f"prompt {number}"))
    words = [f"{number}.{word} " for word in range(WORDS)]
    for word in words:
        writer.add(content(word))
        time.sleep(PAUSE)
    writer.end(Outcome(content="".join(words), reasoning="", status=0))
    if writer.warning:
        os.write(1, f"{number}: {writer.warning}\n".encode())


def talk(path: str) -> None:
    writer = LogWriter(path, entry("talk"))
    for number in range(1 << 20):
        writer.add(content(f"{number} "))
        os.write(1, f"{number} {time.monotonic()}\n".encode())
        time.sleep(0.003)


def limited(path: str, size: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    once(path)


def once(path: str) -> None:
    writer = LogWriter(path, entry("x" * 100_000))
    writer.add(content("some text"))
    writer.end(Outcome(content="some text", reasoning="", status=0))
    print(writer.warning or "")


def _tell_when_waiting(thread: int) -> None:
    while not {"end", "wait"} <= {frame.f_code.co_name for frame, _ in walk_stack(sys._current_frames()[thread])}:
        time.sleep(0.001)
    os.write(1, b"ending\n")


def interrupted(path: str) -> None:
    writer = LogWriter(path, entry())
    threading.Thread(target=_tell_when_waiting, args=[threading.get_ident()], daemon=True).start()
    try:
        writer.end(Outcome("", "", 0))
    except KeyboardInterrupt as stop:
        print(type(stop).__name__, writer.warning)


if __name__ == "__main__":
    what, where, *numbers = sys.argv[1:]
    match what:
        case "crowd":
            crowd(where, int(numbers[0]))
        case "talk":
            talk(where)
        case "limited":
            limited(where, int(numbers[0]))
        case "once":
            once(where)
        case "interrupted":
            interrupted(where)
        case _:
            raise SystemExit(f"{what}?")
