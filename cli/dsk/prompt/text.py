"""Bytes from outside as text that can be sent exactly as it is, or not at all."""

from __future__ import annotations

from dsk.errors import UsageFault

# Named by their first bytes, so that a picture given as text is told apart from a broken text.
KINDS = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "gzip data",
    b"\x7fELF": "a program",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}


def text_of(data: bytes, name: str) -> str:
    """The text in UTF-8 bytes.

    Raises ``UsageFault`` with ``name`` and the offset of the first byte that is not UTF-8, or is NUL.
    """
    kind = next((k for start, k in KINDS.items() if data.startswith(start)), "")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageFault(
            f"{name} is not UTF-8 text",
            f"byte {error.start} is 0x{data[error.start]:02x}" + (f"; it looks like {kind}" if kind else ""),
            hint="convert it first: iconv -f LATIN1 -t UTF-8" if not kind else "",
        ) from None
    offset = data.find(b"\0")
    if offset >= 0:
        raise UsageFault(f"{name} is not text", f"byte {offset} is NUL" + (f"; it looks like {kind}" if kind else ""))
    return text


def argument(word: str, name: str) -> str:
    """A word of argv, which Python decodes with surrogates where it is not UTF-8; checked as ``text_of`` does."""
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        return text_of(word.encode("utf-8", "surrogateescape"), name)
    return word
