"""What is asked, and what the question itself says of its answer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from dsk.errors import InvalidFault


class Question(NamedTuple):
    """The body as it is sent, and what it says; nothing of either where frames are decoded.

    ``content`` and ``reasoning`` are what another run has left of the answer, to be gone on with.
    """

    body: bytes = b""
    fields: Mapping[str, Any] = MappingProxyType({})
    content: str = ""
    reasoning: str = ""

    @property
    def wants_json(self) -> bool:
        """Whether the answer has to be JSON."""
        response_format = self.fields.get("response_format")
        return isinstance(response_format, dict) and response_format.get("type") == "json_object"

    def json_fault(self, text: str) -> InvalidFault | None:
        """The failure of an answer that has to be JSON and is not; None if it is."""
        from dsk.stream.grammar import json_trouble

        why = json_trouble(text)
        if not why:
            return None
        hint = 'say "JSON" in the prompt, with an example; run it again'
        if text.lstrip().startswith("```"):
            why, hint = "it is in a code fence", 'say "JSON without a code fence" in the prompt; run it again'
        return InvalidFault("the answer is not JSON", why, hint=hint)
