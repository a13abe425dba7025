"""The escape firewall: what a stranger's text may not do to a terminal.

Dangerous are the C0 controls but newline and tab, DEL, C1, the line and paragraph separators (U+2028, U+2029), the
characters that show nothing, bidirectional controls among them (dsk.unseen), and what was not UTF-8. A firewall takes
text in pieces, cut anywhere, and gives text without any of these:

- ``Show`` writes them as cat -v does, ``^[`` for ESC, and those above ASCII as ``<U+202E>``; bytes that were
  not UTF-8 become ``\\xff``;
- ``Strip`` removes them, and with them the control sequences that they introduce.

In both CR LF is a newline.
"""

from __future__ import annotations

import re
from typing import Protocol

from dsk.unseen import UNSEEN

# Surrogates stand for the bytes of broken UTF-8 (PEP 383).
_ABOVE_ASCII = rf"\x80-\x9f\u2028\u2029\ud800-\udfff{UNSEEN}"
_DANGEROUS_PATTERN = rf"\r\n|[\x00-\x08\x0b-\x1f\x7f{_ABOVE_ASCII}]"
_DANGEROUS = re.compile(_DANGEROUS_PATTERN)


class Firewall(Protocol):
    """Text in pieces in, safe text out."""

    def feed(self, text: str) -> str:
        """The safe form of the next piece; the end of it may be held back until more is known."""

    def close(self) -> str:
        """The safe form of what was held back: the text has ended."""


class Show:
    """Dangerous characters become visible text. Only a CR is held back, until it is known what follows."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """The piece with everything dangerous visible."""
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        return _DANGEROUS.sub(_visible, text[:-1] if self._held else text)

    def close(self) -> str:
        """A last CR."""
        held, self._held = self._held, ""
        return _DANGEROUS.sub(_visible, held)


class Strip:
    """Dangerous characters and whole control sequences are removed.

    The beginning of a sequence is held back. If it is not finished by the end of the text, or within the limit,
    it was none: it loses its control characters and the rest of it is text.
    """

    def __init__(self) -> None:
        from dsk.output.sequences import UNFINISHED, WHOLE

        self._at_end = re.compile(f"{WHOLE}|{_DANGEROUS_PATTERN}")
        self._in_midst = re.compile(rf"{WHOLE}|(?P<held>{UNFINISHED}|\r\Z)|{_DANGEROUS_PATTERN}")
        self._held = ""

    def feed(self, text: str) -> str:
        """The piece without anything dangerous."""
        text, self._held = self._held + text, ""
        return self._in_midst.sub(self._remove, text)

    def close(self) -> str:
        """What was held back and never finished."""
        text, self._held = self._held, ""
        return self._at_end.sub(self._remove, text)

    def _remove(self, match: re.Match[str]) -> str:
        if match.lastgroup:
            self._held = match[0]
        return "\n" if match[0] == "\r\n" else ""


def firewall(mode: str) -> Firewall:
    """The firewall for ``show`` or ``strip``."""
    return Strip() if mode == "strip" else Show()


def clean_line(text: str) -> str:
    """One line of a message with everything dangerous in it made visible; a newline becomes a space."""
    return _DANGEROUS.sub(_visible, text).replace("\n", " ")


def clean_field(text: str) -> str:
    """One field of a table, also of one in a pipe: what could end the field or the row becomes visible as well."""
    return clean_line(text.replace("\r\n", "^M^J").replace("\n", "^J").replace("\t", "^I"))


def clean_json(text: str) -> str:
    """JSON text that means the same, with everything dangerous in its strings as ``\\u`` escapes (RFC 8259, 7)."""
    return _DANGEROUS.sub(_json_escape, text)


def _visible(match: re.Match[str]) -> str:
    char = match[0]
    if char == "\r\n":
        return "\n"
    code = ord(char)
    if code < 0x80:
        return "^" + chr(code ^ 0x40)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"<U+{code:04X}>"


def _json_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))
