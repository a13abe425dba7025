"""A process with a printer in it: plays what it is given on stdin, on the descriptors that it was started with.

Run by ``tests.output.playing``; the descriptors are what is under test, so they must not be those of pytest.
"""

from __future__ import annotations

import os
import pickle
import sys

from dsk.ending import Ending
from dsk.errors import Failure, InterruptFault
from dsk.main import report
from dsk.output.printer import open_printer
from dsk.signals import catch_signals
from dsk.stream.answer import Answer
from dsk.world import World
from tests.output.playing import Play


def main() -> int:
    play: Play = pickle.load(sys.stdin.buffer)
    world = World()
    catch_signals(world)
    answer = Answer()
    failure: Failure | None = None
    try:
        printer = open_printer(play.settings, world)
    except Failure as fault:
        report(fault, world)
        return fault.status
    try:
        for data, events in play.arrivals:
            for event in events:
                answer.add(event)
            printer.received(data, events)
        failure = play.failure or (answer.verdict() if play.arrivals else None)
    except KeyboardInterrupt:
        failure = InterruptFault("interrupted")
    except Failure as fault:
        failure = fault
    try:
        printer.end(Ending(answer, failure, play.timing, play.http_status))
    except Failure as fault:
        failure = failure or fault
    if failure is None:
        return 0
    report(failure, world)
    return failure.status


if __name__ == "__main__":
    os._exit(main())
