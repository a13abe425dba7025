"""A text that a simple regular expression matches: literals, classes, groups, alternatives and repetitions. Pure."""

from __future__ import annotations

import re

_REPEAT = re.compile(r"\{(\d+)(?:,\d*)?\}\??|([*?])\??|\+\??")
_GROUP = re.compile(r"\((?:\?:|\?P<\w+>)?(?!\?)")
_ONE = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|[^\\\[()]", re.DOTALL)
# What a class may stand for, the likeliest first.
_CANDIDATES = "a0A" + "".join(map(chr, range(32, 127)))
_LONGEST = 10_000


def matching(pattern: str) -> str | None:
    """One of the shortest texts that match; None if the expression has more in it than is known here."""
    try:
        text, end = _alternatives(pattern, 0)
        return text if end == len(pattern) and re.search(pattern, text) else None
    except (ValueError, IndexError, StopIteration, OverflowError, RecursionError, re.error):
        return None


def _alternatives(pattern: str, at: int) -> tuple[str, int]:
    """The text of the first alternative, and where the last of them ends."""
    found = [""]
    while pattern[at : at + 1] not in ("", ")"):
        if pattern[at] == "|":
            found.append("")
            at += 1
            continue
        atom, at = _atom(pattern, at)
        if repeat := _REPEAT.match(pattern, at):
            atom *= 0 if repeat[2] else min(int(repeat[1] or 1), _LONGEST)
            at = repeat.end()
        found[-1] += atom
        if len(found[-1]) > _LONGEST:
            raise ValueError(pattern)
    return found[0], at


def _atom(pattern: str, at: int) -> tuple[str, int]:
    """The text of a group, or of what stands for one character or a place. Raises as ``matching`` expects."""
    if group := _GROUP.match(pattern, at):
        text, end = _alternatives(pattern, group.end())
        return text, end + len(pattern[end])
    one = _ONE.match(pattern, at)
    if not one:
        raise ValueError(pattern)
    if one[0] in ("^", "$", r"\b", r"\A", r"\Z"):
        return "", one.end()
    return next(c for c in _CANDIDATES + one[0] if re.fullmatch(one[0], c)), one.end()
