"""The way through: argv to a job, the job to an ending, the ending to an exit status.

The only place that prints a failure and the only one that ends the process. A run that was stopped by a signal
dies of that signal, so that shells and their loops see it.
"""

from __future__ import annotations

# The module signal without its enumerations, which are slow to make.
import _signal as signal  # type: ignore[import-not-found]

# Until a run is there that could end in order, ^C ends the process by itself, not in the midst of an import.
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import dsk.finding  # noqa: F401 - it finds all that are imported from here on
from dsk.errors import Failure, InterruptFault, LocalFault, Status, Terminated, UsageFault
from dsk.output.notes import tell, tell_failure
from dsk.signals import catch_signals, hush_signals, stay_awake
from dsk.world import STDERR, STDIN, STDOUT, World

if TYPE_CHECKING:
    from dsk.commands.command import Job
    from dsk.successor import Successor

# Loading modules makes many objects and no garbage: to look for it time and again costs more than it could free.
gc.set_threshold(50_000)

SIGNALS = {
    Status.HUNG_UP: signal.SIGHUP,
    Status.INTERRUPTED: signal.SIGINT,
    Status.CLOSED: signal.SIGPIPE,
    Status.TERMINATED: signal.SIGTERM,
}


def run() -> NoReturn:
    """The ``dsk`` command: run argv and end the process."""
    forget_folder()
    if "_DSK_COMPLETE" in os.environ:
        complete()
    status = None
    while True:
        try:
            status = main(sys.argv[1:]) if status is None else status
            hush_signals()
            break
        except KeyboardInterrupt:
            # A second signal, while the first was being told.
            status = Status.INTERRUPTED
        except Terminated as terminated:
            status = terminated.fault.status
    if status in SIGNALS:
        die_of(SIGNALS[status])
    # All output went through os.write: nothing is left to flush, and taking the interpreter apart takes longer
    # than a short answer.
    os._exit(status)


def forget_folder() -> None:
    """Look for no module in the folder of the command, or in the one that ``python -m`` is run in: there are none of
    ours, and for each that is loaded Python would look there first."""
    is_first = not (sys.flags.isolated or getattr(sys.flags, "safe_path", False))
    if is_first and not __file__.startswith(f"{sys.path[0]}{os.sep}"):
        del sys.path[0]


def main(argv: Sequence[str]) -> Status:
    """Run one command line and give its exit status; failures are told on stderr."""
    keep_descriptors()
    world = World()
    world.is_debugging = "--debug" in argv or world.env.get("DSK_DEBUG", "0") not in ("", "0")
    try:
        # A termination before this line has nothing to keep: the default action is right until then.
        catch_signals(world)
        job = parse(argv)
        if job is None:
            return Status.OK
        stay_awake()
        ended = job(world)
        return ended if isinstance(ended, Status) else become(ended)
    except Failure as failure:
        fault = failure
    except KeyboardInterrupt:
        fault = InterruptFault("interrupted")
    except Terminated as terminated:
        fault = terminated.fault
    except BrokenPipeError:
        return Status.CLOSED
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        fault = LocalFault("this machine refused", why, hint="run it again with --debug, which shows what was refused")
        fault.__cause__ = error
    except MemoryError:
        fault = LocalFault("out of memory", hint="dsk log show has what had come; --max-tokens asks for less")
    except Exception as error:
        fault = signal_behind(error) or LocalFault(
            "this is a bug in dsk",
            f"{type(error).__name__}: {error}",
            hint="run it again with --debug and report what it shows",
        )
        fault.__cause__ = error
    if not fault.hint and fault.status not in SIGNALS:
        from dsk.commands.faults import next_step

        fault.hint = next_step(fault, argv)
    report(fault, world)
    return Status(world.trouble) if fault.status is Status.FAILED else fault.status


def signal_behind(error: BaseException) -> Failure | None:
    """The signal that was being handled when the error came, if one was: a second one can raise in the midst of
    what the first has made a library do."""
    behind = error.__context__
    while behind:
        if isinstance(behind, KeyboardInterrupt):
            return InterruptFault("interrupted")
        if isinstance(behind, Terminated):
            return behind.fault
        behind = behind.__context__
    return None


def keep_descriptors() -> None:
    """Keep a standard descriptor that was closed (``>&-``) from being given to the next file that is opened.

    What stands in for it fails in use just as a closed one does.
    """
    for descriptor, mode in ((STDIN, os.O_WRONLY), (STDOUT, os.O_RDONLY), (STDERR, os.O_RDONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, mode)


def parse(argv: Sequence[str]) -> Job | None:
    """The job that argv asks for; None where showing help or the version was all.

    Raises ``UsageFault`` for a command line that cannot be understood.
    """
    from dsk.deferred import FOR_ALL, UnreadAnnotations, defer

    defer(FOR_ALL)
    with UnreadAnnotations():
        import click

    from dsk.commands.root import ROOT

    try:
        with ROOT.make_context("dsk", list(argv) or ["--help"]) as context:
            job: Job = ROOT.invoke(context)
            return job
    except click.exceptions.Exit:
        return None
    except click.UsageError as error:
        from dsk.commands.faults import usage_fault

        raise usage_fault(error) from error
    except click.ClickException as error:
        raise UsageFault(error.format_message(), hint="dsk --help lists the commands") from error


def report(failure: Failure, world: World) -> None:
    """Tell a failure on stderr: what and why, then the next step. Nobody is left to tell of a closed pipe."""
    if failure.status is Status.CLOSED:
        return
    if world.is_debugging:
        import traceback

        tell("".join(traceback.format_exception(failure)).rstrip("\n"), world)
    tell_failure(failure, world)


def complete() -> NoReturn:
    """Answer the shell's completion request, which the completion script makes through the environment."""
    from dsk.deferred import FOR_ALL, defer

    defer(FOR_ALL)
    from dsk.commands.completing import answer

    answer(os.environ["_DSK_COMPLETE"].partition("_")[0], sys.argv[1:])
    os._exit(Status.OK)


def become(successor: Successor) -> NoReturn:
    """Have the other program in the place of this one. Raises ``LocalFault`` if it cannot be run."""
    # Python ignores these two, and who ignores a signal hands that on.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    try:
        os.execvp(successor.program, [successor.program, *successor.arguments])
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise LocalFault(f"cannot run {successor.program}", why, hint="set SHELL to a shell that is there") from error


def die_of(number: int) -> NoReturn:
    """End the process by this signal's default action."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    os._exit(128 + number)
