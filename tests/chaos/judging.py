"""What every run must hold to, whatever was drawn."""

from __future__ import annotations

from tests.chaos.drawing import Run
from tests.harness import Result

#: Statuses that may end a run in which the server, the network or a limit failed.
HONEST = {5, 6, 7, 8, 10, 12}


def complaint(run: Run, result: Result) -> str:
    """What is wrong with the outcome; "" if nothing is."""
    stdout, errors = result.stdout, result.errors
    whole = run.text.encode()
    ended = whole if whole.endswith(b"\n") or not whole else whole + b"\n"
    if "Traceback" in errors or "bug in dsk" in errors:
        return "it crashed"
    if result.status == 0:
        return "" if stdout == ended else "status 0, but stdout is not the text"
    if result.status not in HONEST:
        return f"status {result.status} is none of those that were to be expected"
    if not whole.startswith(stdout) and stdout != ended:
        return "stdout is no prefix of the text"
    if not any(line.startswith("dsk: ") for line in errors.splitlines()):
        return "nothing was said"
    return ""


def report(seed: int, run: Run, result: Result, why: str) -> str:
    """All that is needed to see it again."""
    return (
        f"seed {seed}: {why}\nfaults: {' '.join(run.faults)}\noptions: {' '.join(run.options)}\n"
        f"text:   {run.text!r}\nstdout: {result.stdout.decode(errors='replace')!r}\n"
        f"status: {result.status}\nstderr: {result.errors}"
    )
