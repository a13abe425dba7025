"""How the answer is written, as the user asked for it: plain values, checked by the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from dsk.records import NamedTuple

if TYPE_CHECKING:
    from dsk.output.edit import Edit
    from dsk.output.extraction import Extraction

Format: TypeAlias = 'Literal["text", "raw", "json", "jsonl"]'
Escapes: TypeAlias = 'Literal["auto", "show", "strip", "raw"]'
ReasoningMode: TypeAlias = 'Literal["auto", "show", "hide", "only"]'
Markdown: TypeAlias = 'Literal["auto", "always", "never"]'
Color: TypeAlias = 'Literal["auto", "always", "never"]'


class OutputSettings(NamedTuple):
    """The output options of ``ask``, ``send``, ``decode`` and ``fim``.

    ``output`` is a path, ``-`` or None for stdout. ``reasoning_to``, ``events_to`` and ``usage_to`` are each the
    number of an open descriptor, a path, ``-`` for stdout, or None. ``write_out`` has been checked.
    ``holds``: the text is written once it is known to be what was asked for.
    """

    format: Format = "text"
    newline: bool = True
    output: str | None = None
    escapes: Escapes = "auto"
    reasoning: ReasoningMode = "auto"
    reasoning_to: str | None = None
    events_to: str | None = None
    usage_to: str | None = None
    usage: bool = False
    write_out: str | None = None
    markdown: Markdown = "auto"
    color: Color = "auto"
    extract: Extraction | None = None
    edit: Edit | None = None
    holds: bool = False

    @property
    def is_particular(self) -> bool:
        """Whether anything was said of it that may turn out to be impossible."""
        places = self.output or self.reasoning_to or self.events_to or self.usage_to
        return bool(places or (self.extract and self.extract.into)) or self.markdown == "always"

    @property
    def wants_usage(self) -> bool:
        """Whether anything that will be written tells the token counts."""
        told = self.usage or self.usage_to or self.write_out or self.events_to
        return bool(told) or self.format in ("json", "jsonl")
