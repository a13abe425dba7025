"""What is asked, and what the question itself says of its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dsk.errors import InvalidFault
from dsk.records import NamedTuple
from dsk.request.prefix import in_way

if TYPE_CHECKING:
    from dsk.exchange.demands import Demands
    from dsk.exchange.policy import Policy
    from dsk.request.schema.shape import Wanted
    from dsk.stream.events import Event
    from dsk.wire.clocks import Clocks

#: One of these is in every body that has a schema, or in what a recording keeps of it.
SCHEMA_FIELDS = frozenset(("tool_choice", "response_format", "dsk_schema"))


class Question(NamedTuple):
    """The body as it is sent, and what it says; nothing of either where frames are decoded, of which it ``is_unknown``
    what was asked.

    ``before`` is what another run has left of the answer, to be gone on with, and ends in a ``Resume``. ``prefix_way``
    is the server's way to be given the beginning of an answer: ``request.prefix.in_way``.
    """

    body: bytes = b""
    fields: Mapping[str, Any] = MappingProxyType({})
    before: Sequence[Event] = ()
    prefix_way: str = ""
    is_unknown: bool = False

    def sent(self, fields: Mapping[str, Any], body: bytes) -> tuple[str, bytes]:
        """Path and body as the server is sent them, for these fields in this body: the question's own, or those that go
        on with its answer."""
        path, put = in_way(fields, self.prefix_way)
        if put == fields:
            return path, body
        from dsk.request.body import encode

        return path, encode(put)

    @property
    def wants_json(self) -> bool:
        """Whether the answer has to be JSON."""
        response_format = self.fields.get("response_format")
        is_in_json_mode = isinstance(response_format, dict) and response_format.get("type") == "json_object"
        return is_in_json_mode or self.wanted is not None

    @property
    def wanted(self) -> Wanted | None:
        """What the answer has to be, where the body asks for it by a schema of ours."""
        if not SCHEMA_FIELDS & self.fields.keys():
            return None
        from dsk.request.schema.asking import wanted_in

        return wanted_in(self.fields)

    def demands(self, policy: Policy, *, is_raw: bool, clocks: Clocks | None) -> Demands | None:
        """What it demands of its answer, if anything; ``is_raw`` and ``clocks`` are those of ``Exchange``."""
        if not (self.wants_json or self.is_unknown):
            return None
        from dsk.exchange.demands import Demands

        return Demands(self, policy, is_raw=is_raw, clocks=clocks)

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
