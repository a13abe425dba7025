"""Joins a resumed stream to the text that was there before it was cut.

The text so far, the prefix, has gone to the server as the beginning of its answer. Most servers, DeepSeek among
them, go on after it. Some repeat it first: that is noticed, and nothing is doubled. Some begin the answer anew with
other words: that cannot be joined. This room sees only text, and knows nothing of requests and attempts.

A text alone does not always say which it is, so the rules, in their order, are these.

- A prefix that is a text said twice or more (``line\\nline\\n``), only white space, or one character that is no
  letter (``#``) is never taken to be repeated: text that goes on in the same way looks just like it.
- What begins with the whole prefix repeats it. Where the prefix begins with white space, so does what begins
  with the rest of it, if that is at least ``MIN_REPEAT`` long: servers trim messages.
- What begins with the first ``MIN_REPEAT`` or more characters of it, but not with all, contradicts it; unless
  those characters are in the prefix twice, as in rows of a table, where one more of them is no surprise.
- Everything else goes on after it.

A prefix that is not the model's own, but the user's, is more easily said again by chance, and need not be obeyed: only
one of ``MIN_REPEAT`` characters or more is taken to be repeated, and nothing contradicts it.
"""

from __future__ import annotations

#: That many characters, three or four words, are not the beginning of the answer again by chance. Fewer may be:
#: list items, quotes and headings begin alike.
MIN_REPEAT = 16


class Contradiction(ValueError):
    """The server has begun the answer anew, with other words. ``at`` counts the characters that are the same."""

    def __init__(self, at: int, then: str) -> None:
        super().__init__(f"the server repeats the first {at} characters of the answer, and then {then}")
        self.at = at


class Splice:
    """Takes a resumed stream in pieces, and gives what is new in it.

    Held back is only what repeats the prefix so far. A stream that is cut again inside a repetition has said nothing
    new: what was held back is dropped by not calling ``close``.
    """

    def __init__(self, prefix: str, *, is_begun: bool = True) -> None:
        """``is_begun``: the prefix, or the end of it, is what the model has said."""
        self._is_begun = is_begun
        self._candidates = [prefix] if is_begun or len(prefix) >= MIN_REPEAT else []
        trimmed = prefix.lstrip()
        if MIN_REPEAT <= len(trimmed) < len(prefix):
            self._candidates.append(trimmed)
        #: What a repetition says in full. Empty before the first character, and once all is known.
        self._expected = ""
        self._matched = 0
        self._settled = False

    @property
    def is_over(self) -> bool:
        """Whether all that still comes is new."""
        return self._settled

    def feed(self, text: str) -> str:
        """What is new in the next piece, and in what was held back. Raises ``Contradiction``."""
        if self._settled or not text:
            return text
        if not self._matched:
            self._expected = next((whole for whole in self._candidates if whole[:1] == text[0]), "")
            if _may_be_said_twice(self._expected):
                return self._settle(text)
        rest = len(self._expected) - self._matched
        if self._expected.startswith(text[:rest], self._matched):
            self._matched += min(rest, len(text))
            return self._settle(text[rest:]) if rest <= len(text) else ""
        return self._diverge(text)

    def close(self) -> str:
        """What was held back: the answer has properly ended. Raises ``Contradiction``."""
        held = self._expected[: self._matched]
        if held and self._is_long(held):
            raise Contradiction(len(held), "ends")
        return self._settle(held)

    def _diverge(self, text: str) -> str:
        begun = self._matched
        expected = self._expected
        same = next(i for i, char in enumerate(text) if char != expected[begun + i])
        if self._is_long(expected[: begun + same]):
            raise Contradiction(begun + same, "says something else")
        return self._settle(expected[:begun] + text)

    def _is_long(self, repeated: str) -> bool:
        return self._is_begun and len(repeated) >= MIN_REPEAT and repeated not in self._expected[1:]

    def _settle(self, new: str) -> str:
        self._settled = True
        self._expected, self._matched = "", 0
        self._candidates.clear()
        return new


def _may_be_said_twice(text: str) -> bool:
    if not text.strip() or (len(text) == 1 and not text.isalpha()):
        return True
    # A text is a repeated unit if and only if it is found inside of its own double.
    return (text + text).find(text, 1) < len(text)
