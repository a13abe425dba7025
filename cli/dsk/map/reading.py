"""Files as records, one format or another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Literal, TypeAlias

from dsk.errors import UsageFault
from dsk.map.record import Record
from dsk.map.source import blocks, peeked, shown
from dsk.map.splitting import LIMIT, Piece, split
from dsk.prompt.text import text_of
from dsk.request.json_value import json_value

Kind: TypeAlias = Literal["auto", "jsonl", "csv", "tsv", "lines", "null"]
SUFFIXES: dict[str, Kind] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".txt": "lines",
}
TOO_LONG = f"it is longer than {LIMIT >> 20} MiB"
SHORTER = "break it into smaller ones"
NO_NUL = r"leave \u0000 out of it"
LINES = "--input lines takes each line as a text"


def read_records(files: Sequence[str], kind: Kind, see_fields: Callable[[Collection[str]], None]) -> Iterator[Record]:
    """The records of all files, in their order; what cannot be asked is a record with its trouble.

    ``see_fields`` gets the names of the fields of each file whose records all have the same ones, before its first
    record.

    Raises ``LocalFault`` and ``UsageFault`` if a file cannot be read, or is a table whose header is none.
    """
    number = 0
    for name in files:
        for line, value in _values(name, blocks(name), kind, see_fields):
            number += 1
            if isinstance(value, _Bad):
                yield Record(number, name, line, value.data, value.trouble, value.hint)
            else:
                yield Record(number, name, line, value)


def count_records(files: Sequence[str], kind: Kind) -> int | None:
    """How many records there are, as far as that can be told without reading them for good."""
    count = 0
    for name in files:
        found = peeked(name)
        if found is None:
            return None
        exact, found = _kind_of(name, found, kind)
        if exact in ("csv", "tsv"):
            from dsk.map.tables import rows

            count += sum(1 for _ in rows(found, exact, shown(name)))
        else:
            count += sum(1 for _ in _full(split(found, _separator(exact))))
    return count


class _Bad:
    def __init__(self, data: bytes, trouble: str, hint: str) -> None:
        self.data = data.decode("utf-8", "backslashreplace")
        self.trouble = trouble
        self.hint = hint


def _values(
    name: str, found: Iterator[bytes], kind: Kind, see_fields: Callable[[Collection[str]], None]
) -> Iterator[tuple[int, Any]]:
    exact, found = _kind_of(name, found, kind)
    if exact in ("csv", "tsv"):
        from dsk.map.tables import rows

        for row in rows(found, exact, shown(name), see_fields):
            yield row.line, _Bad(row.trouble.encode(), row.trouble, row.hint) if row.trouble else row.fields
        return
    if exact != "jsonl":
        see_fields(())
    for piece in _full(split(found, _separator(exact))):
        if piece.is_too_long:
            yield piece.number, _Bad(b"", TOO_LONG, SHORTER)
        else:
            yield piece.number, _json(piece.data) if exact == "jsonl" else _text(piece.data)


def _full(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Those that hold more than white space."""
    return (piece for piece in pieces if piece.is_too_long or piece.data.strip())


def _separator(kind: Kind) -> bytes:
    return b"\0" if kind == "null" else b"\n"


def _text(data: bytes) -> str | _Bad:
    try:
        return text_of(data.removesuffix(b"\r"), "it")
    except UsageFault as fault:
        return _Bad(data, fault.message, fault.hint)


def _json(data: bytes) -> Any:
    try:
        value = json_value(text_of(data, "it"))
    except UsageFault as fault:
        return _Bad(data, fault.message, fault.hint)
    except ValueError as error:
        return _Bad(data, f"it is not JSON: {error}", LINES)
    if not isinstance(value, (str, dict)):
        return _Bad(data, "it is neither a JSON object nor a string", LINES)
    if b"\\u0000" in data and _has_nul(value):
        named = (
            next((name for name, item in value.items() if _has_nul(item)), "it") if isinstance(value, dict) else "it"
        )
        return _Bad(data, f"there is a NUL in {named}", NO_NUL)
    return value


def _has_nul(value: Any) -> bool:
    """Whether there is one in any text of a JSON value, which may be deep."""
    rest = [value]
    while rest:
        item = rest.pop()
        if isinstance(item, str):
            if "\0" in item:
                return True
        elif isinstance(item, dict):
            rest += [*item, *item.values()]
        elif isinstance(item, list):
            rest += item
    return False


def _kind_of(name: str, found: Iterator[bytes], kind: Kind) -> tuple[Kind, Iterator[bytes]]:
    """The format, by the name's end or else by how the bytes begin, and all the bytes."""
    if kind != "auto":
        return kind, found
    lower = name.lower().removesuffix(".gz")
    by_name = next((k for suffix, k in SUFFIXES.items() if lower.endswith(suffix)), None)
    if by_name:
        return by_name, found
    head = b""
    while not head.strip() and (block := next(found, b"")):
        head += block
    return _guess(head), chain([head], found)


def _guess(head: bytes) -> Kind:
    first = head.lstrip().removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    if first.startswith(b"{"):
        return "jsonl"
    if first.startswith(b'"') and isinstance(_json(first), str):
        return "jsonl"
    return "null" if b"\0" in head else "lines"
