"""Lines of text in the place of JSON: ``--text '{id}\\t{content}'``. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dsk.map.outcome import MEMBERS, fields_of
from dsk.map.record import compact
from dsk.prompt.placeholders import FIELD, Placeholder, pieces_of

if TYPE_CHECKING:
    from dsk.map.outcome import Outcome

DEFAULT = "{content}"
ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\0": "\0", "\\\\": "\\"}


class TextLines:
    """Writes outcomes as texts. A name is that of a member of the JSON line, or else a field of the record, or of what
    stands in ``input``."""

    def __init__(self, template: str) -> None:
        """Raises ``UsageFault`` for a stray brace."""
        text = re.sub(r"\\[ntr0\\]", lambda match: ESCAPES[match[0]], template)
        self._pieces = pieces_of(text, FIELD)

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
            **{name: fields[name] for name in MEMBERS},
            "error": error["message"] if error else "",
            "": outcome.record.text,
        }


def _shown(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else "" if value is None else compact(value)
