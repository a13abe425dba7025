"""What came of a record, as its line of output. Pure."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dsk.ending import Ending, Timing
from dsk.map.batch import is_batch, result
from dsk.output.counts import token_counts
from dsk.output.json_text import json_line
from dsk.output.summary import summary
from dsk.records import NamedTuple
from dsk.stream.answer import Answer

if TYPE_CHECKING:
    from dsk.errors import Failure
    from dsk.map.record import Record

#: The members of a line that every line has, in their order.
MEMBERS = (
    *("id", "input", "content", "reasoning", "finish_reason", "usage"),
    *("status", "attempts", "timing", "error"),
)

#: The members of ``input``.
REFERENCE = ("file", "line", "number", "record", "template")


class Outcome(NamedTuple):
    """How the run of a record ended. ``template`` is the digest of what was asked of every record."""

    record: Record
    ending: Ending
    attempts: int
    template: str

    @property
    def status(self) -> int:
        """The exit status that ``dsk ask`` would have had."""
        return int(self.ending.failure.status) if self.ending.failure else 0

    @property
    def tokens(self) -> int | None:
        """Tokens of prompt and answer that were spent; None if the server did not say."""
        if self.ending.is_cached:
            return 0
        counts = token_counts(self.ending.answer.usage)
        if counts.prompt is None and counts.completion is None:
            return None
        return (counts.prompt or 0) + (counts.completion or 0)

    @property
    def completion_tokens(self) -> int | None:
        """Tokens of the answer that were spent; None if the server did not say."""
        return 0 if self.ending.is_cached else token_counts(self.ending.answer.usage).completion


def not_asked(record: Record, failure: Failure, template: str) -> Outcome:
    """The outcome of a record that cannot be asked."""
    return Outcome(record, Ending(Answer(), failure, Timing(None, None), None), 0, template)


def fields_of(outcome: Outcome) -> dict[str, Any]:
    """The members of its line; those that come after ``error`` only where they hold something."""
    record = outcome.record
    found = summary(outcome.ending, texts=True)
    found |= {"id": record.name, "input": _reference(outcome), "attempts": outcome.attempts}
    fields = {name: found[name] for name in MEMBERS}
    if found["tool_calls"]:
        fields["tool_calls"] = found["tool_calls"]
    choices = found["choices"]
    if len(choices) > 1 or any({"logprobs", "refusal"} & choice.keys() for choice in choices):
        fields["choices"] = choices
    return fields


def line_of(outcome: Outcome, *, is_terminal: bool) -> bytes:
    """The line, with its end: of the Batch API's format where the record was of that."""
    record = outcome.record
    if not is_batch(record.value):
        return json_line(fields_of(outcome), is_terminal=is_terminal)
    assert isinstance(record.value, dict)
    found = summary(outcome.ending, texts=True)
    line = result(str(record.value["custom_id"]), found, outcome.ending.http_status, int(time.time()))
    own = {"input": _reference(outcome), "status": outcome.status, "attempts": outcome.attempts}
    line["dsk"] = own | {"timing": found["timing"]}
    return json_line(line, is_terminal=is_terminal)


def _reference(outcome: Outcome) -> dict[str, Any]:
    """Where the record is, and what it and the template were when it was asked."""
    record = outcome.record
    return {
        "file": None if record.file == "-" else record.file,
        "line": record.line,
        "number": record.number,
        "record": record.digest,
        "template": outcome.template,
    }
