"""Texts that a pattern matches: for simple ones there is one, for others none is made up."""

from __future__ import annotations

import re

import pytest

from dsk.request.schema.pattern import matching


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^[0-9]{5}$", "00000"),
        (r"^\d{3}-\d{4,}$", "000-0000"),
        (r"^[A-Z]{2}[b-d]+x?\.y*$", "AAb."),
        (r"^(?:red|green)(?P<of>!)$", "red!"),
        (r"^[^@a]+@[]x]", "0@]"),
        (r"\Aa||b\Z", "a"),
        (r"[\wäö]+\b", "a"),
        ("[äö]", "ä"),
        ("", ""),
    ],
)
def test_a_simple_pattern_has_a_text(pattern: str, text: str) -> None:
    assert matching(pattern) == text
    assert re.search(pattern, text)


@pytest.mark.parametrize(
    "pattern",
    ["(a", "a)", "[", "*", "(?i)x", "(?=a)b", r"(a)\1", r"\p{L}", "x{99999999999}", "((a{999}){999}){999}", "(" * 3000],
)
def test_another_has_none(pattern: str) -> None:
    assert matching(pattern) is None
