"""What to do next about an answer that is not whole, where more is known of its run than who found it broken knew.

Loaded only once a run has failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.errors import Status
from dsk.request.prefix import can_go_on
from dsk.stream.verdict import WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from dsk.ending import Ending
    from dsk.errors import Failure

RESUME = "log resume"
#: Commands that leave an answer in the log that can be gone on with.
RESUMED = ("ask", "send", RESUME)
RETRY = "/retry asks again"
#: After these there may be more to come of the same answer.
CUT = (Status.BROKEN, Status.CLOCK, Status.LENGTH, Status.INTERRUPTED, Status.TERMINATED)
# What begins a hint that knows of no other way than to ask anew, and its last word.
_AGAIN = ("run it again", "try again")
_ELSE = ", or "
# Options that are named in hints and that it has not.
_NOT_OF_RESUME = ("--max-tokens", "--raw")


def goes_on_with(run: int) -> str:
    """What goes on with an answer that is in the log, as the run of this number."""
    return f"dsk {RESUME} {run} goes on with it"


def advised(failure: Failure, command: str, run: int | None = None) -> str:
    """The hint of a failure of this command. ``run`` is the number of the run in the log if ``dsk log resume`` can go
    on with its answer."""
    hint = failure.hint
    again = next((word for word in _AGAIN if hint == word or hint.startswith((f"{word};", f"{word},"))), "")
    if command == "chat":
        return RETRY + hint.removeprefix(again) if again else hint
    if command not in RESUMED or failure.status not in CUT:
        return hint
    goes_on = goes_on_with(run) if run is not None else ""
    if command == RESUME and any(option in hint for option in _NOT_OF_RESUME):
        return goes_on or (f"with dsk ask, {hint}" if hint.startswith("raise --") else hint)
    if not goes_on:
        return hint
    if again:
        rest = hint.removeprefix(again)
        return goes_on + (f"; or {rest.removeprefix(_ELSE)}" if rest.startswith(_ELSE) else rest)
    return f"{goes_on}; or {hint}" if hint else goes_on


def can_resume(failure: Failure, ending: Ending, fields: Mapping[str, Any], *, has_beta: bool) -> bool:
    """Whether ``dsk log resume`` can go on with an answer that is in the log; ``fields`` and ``has_beta`` as for
    ``can_go_on``. Calls of tools it does not run, so that with tools it is not promised."""
    answer = ending.answer
    if not answer.has_content or answer.tool_calls or answer.finish_reason in WHOLE or set(answer.choices) != {0}:
        return False
    choice = answer.choices[0]
    is_one_text = choice.logprobs is None and not choice.refusal
    return is_one_text and not failure.is_final and not fields.get("tools") and can_go_on(fields, has_beta=has_beta)
