r"""Control sequences as patterns: whole ones, and the beginning of one at the end of a text.

The grammar is that of ECMA-48, with the habits of terminals: BEL ends an OSC; CAN, SUB and a new ESC or C1
break off any sequence. A sequence longer than ``LIMIT`` is not looked for, so that a stray introducer cannot
hold back or swallow an answer.
"""

from __future__ import annotations

LIMIT = 4096

# CAN and SUB belong to what they break off; an ESC or C1 is the beginning of the next. ESC \ and U+009C are ST,
# the proper end of a string.
_BROKEN_OFF = r"[\x18\x1a]|(?=[\x1b\x80-\x9f])"
_STRING_BROKEN_OFF = r"[\x18\x1a]|(?=\x1b[^\\]|[\x80-\x9b\x9d-\x9f])"

_CSI = rf"(?:\x1b\[|\x9b)[0-?]{{0,{LIMIT}}}[ -/]{{0,{LIMIT}}}"
_OSC = rf"(?:\x1b\]|\x9d)[^\x07\x18\x1a\x1b\x80-\x9f]{{0,{LIMIT}}}"
# DCS, SOS, PM, APC
_STRING = rf"(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x18\x1a\x1b\x80-\x9f]{{0,{LIMIT}}}"
_ESCAPE = rf"\x1b[ -/]{{0,{LIMIT}}}"

WHOLE = (
    rf"{_CSI}(?:[@-~]|{_BROKEN_OFF})"
    rf"|{_OSC}(?:\x07|\x1b\\|\x9c|{_STRING_BROKEN_OFF})"
    rf"|{_STRING}(?:\x1b\\|\x9c|{_STRING_BROKEN_OFF})"
    # Straight after ESC, P X [ ] ^ _ introduce the ones above.
    rf"|\x1b[0-OQ-WYZ\\`-~]"
    rf"|\x1b[ -/]{{1,{LIMIT}}}[0-~]"
    rf"|{_ESCAPE}(?:{_BROKEN_OFF})"
)

#: To be matched where ``WHOLE`` does not match.
UNFINISHED = rf"(?:{_CSI}|(?:{_OSC}|{_STRING})\x1b?|{_ESCAPE})\Z"
