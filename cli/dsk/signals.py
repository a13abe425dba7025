"""Signals as exceptions in the main thread, however it waits; ``main`` alone uses this."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dsk.errors import HangUpFault, Terminated, TerminateFault
from dsk.output.notes import tell

if TYPE_CHECKING:
    import signal
    from types import FrameType

    from dsk.world import World
else:
    import _signal as signal

CAUGHT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)
# Its default action is to do nothing, and nothing else here uses it.
NUDGE = signal.SIGURG
# Seconds after a signal at which the main thread is woken, in case it had just fallen asleep.
NUDGES = (0.01, 0.05, 0.2)
IMPORT_SYSTEM = "<frozen importlib"
# Of objects, and of weak references.
FINALISERS = ("__del__", "_remove")

# What was to be raised by a signal and could not be yet.
_held: list[BaseException] = []


def catch_signals(world: World) -> None:
    """Let SIGINT raise ``KeyboardInterrupt``, SIGTERM and SIGHUP ``Terminated``, and SIGUSR1 tell how far it is.

    What the parent has ignored, as nohup(1) does with SIGHUP, stays so.
    """

    is_telling = False

    def show_progress(_number: int, _frame: FrameType | None) -> None:
        nonlocal is_telling
        # One that comes in the midst of telling is answered by what is being told.
        if not is_telling:
            is_telling = True
            try:
                tell(f"dsk: {world.progress()}", world)
            finally:
                is_telling = False

    signal.signal(signal.SIGUSR1, show_progress)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, _interrupt)
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN:
        signal.signal(signal.SIGTERM, _terminate)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _hang_up)


def stay_awake() -> None:
    """Have a signal end a wait of the main thread in any case.

    Python runs handlers between its own steps. A signal that comes between the last step and a system call that
    waits, or that the kernel gives to another thread, would be heard only when the wait is over: so a thread is
    told of each signal, and nudges the main thread out of its wait.
    """
    import threading

    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.signal(NUDGE, _nudged)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    threading.Thread(target=_nudge, args=(read, threading.get_ident()), name="signals", daemon=True).start()
    # What came while there was no such thread.
    _raise_held()


def hush_signals() -> None:
    """Let no signal that was caught until now interrupt the ending of the process."""
    for number in CAUGHT:
        signal.signal(number, signal.SIG_IGN)


def _nudge(read: int, thread: int) -> None:
    import time

    while heard := os.read(read, 64):
        if set(heard) == {NUDGE}:
            continue
        for seconds in NUDGES:
            time.sleep(seconds)
            signal.pthread_kill(thread, NUDGE)
        while _held:
            time.sleep(NUDGES[0])
            signal.pthread_kill(thread, NUDGE)


def _nudged(_number: int, frame: FrameType | None) -> None:
    """That it was called ends the wait, and it may be the time to raise what could not be raised before."""
    if _held and not _would_swallow(frame):
        _raise_held()


def _raise_held() -> None:
    if _held:
        held = _held[0]
        _held.clear()
        raise held


def _interrupt(_number: int, frame: FrameType | None) -> None:
    _raise(KeyboardInterrupt(), frame)


def _terminate(_number: int, frame: FrameType | None) -> None:
    _raise(Terminated(TerminateFault("terminated")), frame)


def _hang_up(_number: int, frame: FrameType | None) -> None:
    _raise(Terminated(HangUpFault("the terminal is gone")), frame)


def _raise(signalled: BaseException, frame: FrameType | None) -> None:
    if _would_swallow(frame):
        _held.append(signalled)
    else:
        raise signalled


def _would_swallow(frame: FrameType | None) -> bool:
    """Whether what is raised here may never be seen: Python drops what is raised while an object is finalised, and
    the import system, which does that with its locks, is where a program that has just begun spends its time."""
    while frame:
        code = frame.f_code
        if code.co_name in FINALISERS or code.co_filename.startswith(IMPORT_SYSTEM):
            return True
        frame = frame.f_back
    return False
