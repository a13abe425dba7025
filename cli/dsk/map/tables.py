"""Tables with a header, as objects: CSV as in RFC 4180, and TSV, where a tab ends a field and quotes mean nothing."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Literal

from dsk.errors import UsageFault
from dsk.map.splitting import split
from dsk.records import NamedTuple

#: Characters of one field; it must fit into a C long wherever this runs.
LONGEST_FIELD = 64 << 20
NULS = "clean it first: tr -d '\\0'"
QUOTES = "a quote in a quoted field is doubled; --input tsv takes quotes as they are"
CONVERT = "convert it first: iconv -f LATIN1 -t UTF-8"


class Row(NamedTuple):
    """A row below the header; ``line`` is where it begins."""

    line: int
    fields: dict[str, str]
    trouble: str = ""
    hint: str = ""


def rows(
    blocks: Iterable[bytes],
    kind: Literal["csv", "tsv"],
    name: str,
    see_header: Callable[[Collection[str]], None] = lambda _names: None,
) -> Iterator[Row]:
    """The rows of a table; blank lines are none. ``see_header`` gets the names before the first row. Raises
    ``UsageFault`` if its header gives no names."""
    csv.field_size_limit(LONGEST_FIELD)
    lines = _lines(blocks)
    if kind == "csv":
        reader = csv.reader(lines, strict=True)
    else:
        reader = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader, None)
        except csv.Error as error:
            if header is None:
                raise UsageFault(f"the header of {name} cannot be read", str(error), hint=_advice(error)) from error
            yield Row(line, {}, f"it is no row of a table: {error}", _advice(error))
            continue
        if values is None:
            return
        if not values:
            continue
        if header is None:
            header = _checked(values, name)
            see_header(header)
        else:
            yield _row(line, header, values)


def _lines(blocks: Iterable[bytes]) -> Iterator[str]:
    """Bytes that are no UTF-8 are kept as halves of surrogate pairs, to be found in the row that they are in."""
    return (piece.data.decode("utf-8", "surrogateescape") + "\n" for piece in split(blocks, b"\n"))


def _checked(header: list[str], name: str) -> list[str]:
    doubles = [field for field in header if header.count(field) > 1]
    if doubles:
        raise UsageFault(
            f"the header of {name} names {doubles[0]!r} more than once", hint="give each a name of its own"
        )
    if not all(map(_is_text, header)):
        raise UsageFault(f"the header of {name} is not UTF-8 text", hint=CONVERT)
    return header


def _row(line: int, header: list[str], values: list[str]) -> Row:
    if len(values) != len(header):
        trouble = f"it has {len(values)} field{'' if len(values) == 1 else 's'}, the header has {len(header)}"
        return Row(line, {}, trouble, "a field with a comma in it is in quotes; what is left empty has its comma too")
    if not all(map(_is_text, values)):
        return Row(line, {}, "it is not UTF-8 text", CONVERT)
    nul = next((field for field, value in zip(header, values, strict=True) if "\0" in value), None)
    if nul is not None:
        return Row(line, {}, f"there is a NUL in {nul}", NULS)
    return Row(line, dict(zip(header, values, strict=True)))


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _advice(error: csv.Error) -> str:
    # Before Python 3.11 the csv module reads no NUL.
    return NULS if "NUL" in str(error) else QUOTES
