"""Calls of tools: from what the model has written to what it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dsk.errors import without_secrets
from dsk.records import NamedTuple
from dsk.tools.processes import MOST_OUTPUT, Order, Ran, run_all
from dsk.tools.tool import Tool

#: Calls that run side by side; more than these wait for each other.
SIDE_BY_SIDE = 16
# Characters.
LONGEST_REASON = 200


class Call(NamedTuple):
    """A call that can be made: its tool, and the arguments as the tool gets them, a line of JSON."""

    tool: Tool
    arguments: str


class Result(NamedTuple):
    """What the model is told of a call. ``fault`` is what went wrong, in a few words; "" if nothing did."""

    text: str
    fault: str = ""


def run_calls(calls: Sequence[Call], env: Mapping[str, str], seconds: float, left: Callable[[], float]) -> list[Result]:
    """Make the calls, side by side, each for ``seconds`` at most; their results in the same order. ``left`` gives the
    seconds that there are for all of them, and raises if there are none any more."""
    results: list[Result] = []
    for begin in range(0, len(calls), SIDE_BY_SIDE):
        some = calls[begin : begin + SIDE_BY_SIDE]
        orders = [Order((call.tool.path,), call.arguments.encode() + b"\n") for call in some]
        results += [_result(ran, seconds) for ran in run_all(orders, env, min(seconds, left()))]
        left()
    return results


def error(fault: str) -> Result:
    """The result of a call that was not made."""
    return Result(f"error: {fault}", fault)


def _result(ran: Ran, seconds: float) -> Result:
    if ran.fault:
        return error(f"it cannot be run: {ran.fault}")
    out = _decoded(ran.stdout, is_cut=ran.is_cut)
    if out is None:
        return error("what it wrote is not UTF-8")
    if ran.is_late:
        fault = f"it took longer than {seconds:g} s and was ended"
    elif ran.is_cut:
        return Result(f"{out}\n[cut: it wrote more than {MOST_OUTPUT} bytes]")
    elif ran.status:
        fault = f"signal {-ran.status}" if ran.status < 0 else f"exit status {ran.status}"
    else:
        return Result(out)
    errors = without_secrets(ran.stderr.decode("utf-8", "replace").strip())
    parts = [f"error: {fault}", f"stderr: {errors}" if errors else "", f"stdout: {out}" if out else ""]
    # People are told the last that it said, which is why, as a rule.
    last = errors.rpartition("\n")[2]
    return Result("\n".join(filter(None, parts)), f"{fault}: {last[:LONGEST_REASON]}" if last else fault)


def _decoded(data: bytes, *, is_cut: bool) -> str | None:
    """The text without its last newline, and without the key; None if it is none. A character that the limit has cut
    is left out."""
    try:
        text = data.decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError as error:
        if not is_cut or error.reason != "unexpected end of data":
            return None
        text = data[: error.start].decode("utf-8")
    return without_secrets(text)
