"""A run on its way into the log: what an exchange tells its listeners, in the words of the log."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from dsk.errors import Terminated
from dsk.output.json_text import json_line
from dsk.state.log.rows import Entry, Outcome, Piece, joined, says_more
from dsk.state.log.writer import LogWriter
from dsk.state.paths import log_file
from dsk.stream.events import Content, Event, Finish, Reasoning, Refusal, Resume, Start, ToolCall, Usage
from dsk.stream.usage import total

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.exchange.question import Question
    from dsk.state.log.rows import NewTurn
    from dsk.world import World

COUNTED = (Usage, Resume)
#: Bytes of texts above which they stay in the log piece by piece: SQLite makes several copies of what is in one row.
LONG = 1 << 16
#: Seconds for which a run that has failed waits to be told its number, and between two looks for it.
MOMENT = 5.0
STEP = 0.005


class RunLog:
    """A listener that has the run logged; the log is opened and the row begun at once, in another thread."""

    def __init__(self, path: str, entry: Entry) -> None:
        self._number: int | None = None
        self._writer = LogWriter(path, entry._replace(numbered=self._numbered))
        self._add = self._writer.add
        self._usage: dict[str, Any] | None = None
        self._usage_before: dict[str, Any] | None = None

    @property
    def warning(self) -> str | None:
        """One line for the user if the log cannot be written; for certain after ``end``."""
        return self._writer.warning

    def number(self) -> int | None:
        """The number that the run has in the log; None if it has none yet, for which a moment is waited. A signal ends
        the waiting: what has come is kept all the same."""
        give_up_at = time.monotonic() + MOMENT
        with suppress(KeyboardInterrupt, Terminated):
            while self._number is None and not self.warning and time.monotonic() < give_up_at:
                time.sleep(STEP)
        return self._number

    def _numbered(self, number: int) -> None:
        self._number = number

    def received(self, _data: bytes, events: Sequence[Event]) -> None:
        """Have what arrived written soon; this waits for nothing."""
        pieces = [
            piece
            for event in events
            if (piece := _piece(event if type(event) not in COUNTED else self._counted(event)))
        ]
        # A burst is many tokens: they are kept as one text until the next write.
        for piece in joined(pieces) if len(pieces) > 1 else pieces:
            self._add(piece)

    def taker(self, kind: type[Content | Reasoning]) -> Callable[[bytes], None]:
        """As ``Listener.taker``."""
        return self._writer.taker("content" if kind is Content else "reasoning")

    def end(self, ending: Ending) -> None:
        """Have the end written and wait for it: all of the run is in the database then, or ``warning`` says why
        not."""
        self._writer.end(_outcome(ending))

    def _counted(self, event: Event) -> Event:
        """The event with the tokens of all streams so far: each tells its own."""
        if isinstance(event, Resume):
            self._usage_before = self._usage
        elif isinstance(event, Usage):
            self._usage = total(self._usage_before, event.data)
            return Usage(self._usage)
        return event


def log_run(
    command: str,
    profile: str,
    base_url: str,
    world: World,
    question: Question,
    turn: NewTurn | None = None,
    *,
    is_cached: bool = False,
) -> RunLog:
    """Begin to log a run, now; ``turn`` is its place in a session. ``is_cached``: no server is asked."""
    model = question.fields.get("model")
    return RunLog(
        log_file(world.env),
        Entry(
            command=command,
            profile=profile,
            base_url=base_url,
            model=model if isinstance(model, str) else "",
            body=question.body,
            begun=time.time(),
            turn=turn,
            cached=is_cached,
        ),
    )


def _piece(event: Event) -> Piece | None:
    match event:
        case Content(text, choice):
            return Piece("content", choice, text)
        case Reasoning(text, choice):
            return Piece("reasoning", choice, text)
        case Refusal(text, choice):
            return Piece("refusal", choice, text)
        case Start(stream_id, model):
            return Piece("start", 0, _json([stream_id or None, model or None]))
        case ToolCall(index, call_id, name, arguments, choice):
            return Piece("tool_call", choice, _json([index, call_id, name, arguments]))
        case Finish(reason, choice):
            return Piece("finish", choice, reason)
        case Usage(data):
            return Piece("usage", 0, _json(data))
        case Resume():
            return Piece("resume", 0, _json(event.fields()))
        case _:
            return None


def _outcome(ending: Ending) -> Outcome:
    from dsk.output.summary import summary

    fields = summary(ending, texts=not _stays_in_pieces(ending))
    choices = fields["choices"]
    return Outcome(
        content=fields.get("content"),
        reasoning=fields.get("reasoning"),
        status=fields["status"],
        id=fields["id"],
        model=fields["model"],
        tool_calls=_json(fields["tool_calls"]) if fields["tool_calls"] else None,
        finish_reason=fields["finish_reason"],
        usage=_json(fields["usage"]) if fields["usage"] is not None else None,
        choices=_json(choices) if says_more(choices) else None,
        first_token=fields["timing"]["first_token"],
        total=fields["timing"]["total"],
        resumed=_json(fields["resumed"]) if fields["resumed"] else None,
        error=_json(fields["error"]) if fields["error"] else None,
        http_status=ending.http_status,
    )


def _stays_in_pieces(ending: Ending) -> bool:
    """Whether the texts are long, and nothing but what the pieces make."""
    answer = ending.answer
    return (
        answer.size > LONG
        and not ending.earlier
        and all(index == 0 and one.logprobs is None and not one.refusal for index, one in answer.choices.items())
    )


def _json(value: Any) -> str:
    return json_line(value).decode().rstrip("\n")
