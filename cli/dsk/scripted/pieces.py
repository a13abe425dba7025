"""Text into token-like pieces. Pure: the same text is always cut in the same places.

The pieces are not any model's tokens; they only look like them: short words with the space before them, single
ideographs and emoji, runs of blanks. Joined they are the text again.
"""

from __future__ import annotations

import re

# From U+2E80 on scripts mostly go without spaces, so each character is a piece of its own.
_PIECE = re.compile(r" ?[^\W\u2e80-\U0010ffff]{1,8}| +|\n+|.", re.DOTALL)


def cut(text: str) -> list[str]:
    """The text in pieces of 1 to 9 characters (runs of blanks may be longer); nothing is lost or added."""
    return _PIECE.findall(text)


def estimate(text: str) -> int:
    """About how many tokens a text is: one for every four characters, as is usual for English."""
    return (len(text) + 3) // 4
