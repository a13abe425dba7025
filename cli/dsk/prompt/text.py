"""Bytes from outside as text that can be sent exactly as it is, or not at all."""

from __future__ import annotations

from dsk.errors import UsageFault

UTF_16 = "UTF-16 text"
TEXT_FIRST = "make text of it first: pdftotext, zcat, strings"
# Named by their first bytes, so that a picture given as text is told apart from a broken text.
KINDS = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "gzip data",
    b"\x7fELF": "a program",
    b"\xff\xfe": UTF_16,
    b"\xfe\xff": UTF_16,
}

PICTURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF87a": "gif", b"GIF89a": "gif"}
#: So many bytes tell whether it is a picture.
HEAD = 12
#: Bytes that no encoding of texts has but rarely, how rarely, and how many bytes are looked at.
CONTROLS = bytes({*range(32), 127} - set(b"\t\n\v\f\r\x1b"))
SCARCE = 50
LOOKED_AT = 1 << 16


def picture_kind(data: bytes) -> str | None:
    """What follows ``image/`` in the media type of a picture that begins with these bytes; None if they are none that
    can be sent. https://api-docs.deepseek.com/guides/vision"""
    if data[:4] == b"RIFF" and data[8:HEAD] == b"WEBP":
        return "webp"
    return next((kind for start, kind in PICTURES.items() if data.startswith(start)), None)


def _known(data: bytes) -> str:
    return next((kind for start, kind in KINDS.items() if data.startswith(start)), "")


def _kind(data: bytes) -> str:
    """What data that is not UTF-8 looks like; empty if it may be a text in another encoding."""
    head = data[:LOOKED_AT]
    controls = len(head) - len(head.translate(None, CONTROLS))
    return _known(data) or ("binary data" if b"\0" in head or controls * SCARCE > len(head) else "")


def _advice(kind: str) -> str:
    if kind.endswith("image"):
        return "-f sends images: -f FILE, or -f - for stdin"
    if kind == UTF_16:
        return "convert it first: iconv -f UTF-16 -t UTF-8"
    return TEXT_FIRST if kind else "convert it first: iconv -f LATIN1 -t UTF-8"


def text_of(data: bytes, name: str) -> str:
    """The text in UTF-8 bytes.

    Raises ``UsageFault`` with ``name`` and the offset of the first byte that is not UTF-8, or is NUL.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        kind = _kind(data)
        raise UsageFault(
            f"{name} is not UTF-8 text",
            f"byte {error.start} is 0x{data[error.start]:02x}" + (f"; it looks like {kind}" if kind else ""),
            hint=_advice(kind),
        ) from None
    offset = data.find(b"\0")
    if offset >= 0:
        kind = _known(data)
        raise UsageFault(
            f"{name} is not text",
            f"byte {offset} is NUL" + (f"; it looks like {kind}" if kind else ""),
            hint=_advice(kind) if kind else "convert or clean it first: iconv -f UTF-16LE -t UTF-8, tr -d '\\0'",
        )
    return text


def argument(word: str, name: str) -> str:
    """A word of argv, which Python decodes with surrogates where it is not UTF-8; checked as ``text_of`` does."""
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        return text_of(word.encode("utf-8", "surrogateescape"), name)
    return word
