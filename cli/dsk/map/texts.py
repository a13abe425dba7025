"""Lines of text in the place of JSON: ``--text '{id}\\t{content}'``. Pure."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from dsk.errors import UsageFault
from dsk.map.outcome import MEMBERS, REFERENCE, fields_of
from dsk.map.record import compact
from dsk.prompt.placeholders import FIELD, Placeholder, pieces_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from dsk.map.outcome import Outcome

DEFAULT = "{content}"
ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\0": "\0", "\\\\": "\\"}


class TextLines:
    """Writes outcomes as texts. A name is that of a member of the JSON line, or else of the answer's object, where that
    has to have it, or else a field of the record, or of what stands in ``input``."""

    def __init__(self, template: str, answered: Collection[str] = ()) -> None:
        """``answered`` are the names that the answer's object has. Raises ``UsageFault`` for a stray brace."""
        text = re.sub(r"\\[ntr0\\]", lambda match: ESCAPES[match[0]], template)
        self._pieces = pieces_of(text, FIELD)
        self._answered = answered

    def check(self, fields: Collection[str]) -> None:
        """Raise ``UsageFault`` for a name that no line can have a value of, if records have these fields."""
        known = ["", *MEMBERS, *REFERENCE, *self._answered, *fields]
        for piece in self._pieces:
            if isinstance(piece, Placeholder) and piece.name not in known:
                near = get_close_matches(piece.name, known, n=1)
                hint = (
                    f"did you mean {near[0]}?"
                    if near
                    else f"there are {', '.join(dict.fromkeys([*self._answered, *fields, *MEMBERS]))}"[:200]
                )
                raise UsageFault(f"--text: there is no {piece.name!r} in records or lines", hint=hint)

    def line_of(self, outcome: Outcome) -> bytes:
        """The text, with a newline after it if it has none."""
        values = self._values(outcome)
        parts = [_shown(values, p.name) if isinstance(p, Placeholder) else p for p in self._pieces]
        text = "".join(parts)
        return (text if text.endswith("\n") else text + "\n").encode("utf-8", "replace")

    def _values(self, outcome: Outcome) -> dict[str, Any]:
        fields = fields_of(outcome)
        own = outcome.record.value if isinstance(outcome.record.value, dict) else {}
        error = fields["error"]
        return {
            **fields["input"],
            **own,
            **(self._answer(outcome) if self._answered else {}),
            **{name: fields[name] for name in MEMBERS},
            "error": error["message"] if error else "",
            "": outcome.record.text,
        }

    def _answer(self, outcome: Outcome) -> dict[str, Any]:
        """What the answer says; nothing unless it is what was asked for."""
        value = json.loads(outcome.ending.answer.content) if outcome.status == 0 else {}
        return {name: value.get(name) for name in self._answered}


def _shown(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else "" if value is None else compact(value)
