"""A search in a text that still arrives finds what Python's ``re`` finds in the whole text, as soon as that is sure."""

from __future__ import annotations

import itertools
import random
import re

import pytest

from dsk.errors import UsageFault
from dsk.stream.matching import MAX_KEPT, Search
from dsk.stream.program import build
from tests.stream.growth import assert_grows_linearly

CHARACTERS = ["a", "b", "c", ".", "[ab]", "[^a]", "[a-c]", r"[\s\d]", r"\n", r"\w", r"\W", r"\S", "[^\\Wb]"]
PLACES = ["^", "$", r"\A", r"\Z", r"\b", r"\B", "(?-m:^)", "(?-m:$)"]
BEHIND = ["a", "ab", "[ab].", "^a", r"\b.", r"a\b", "a(?=b)", "a(?!b)", r"\n|a", ".$", r"\A..", "(?<!b)a"]
COUNTS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{,2}?", "{2,}", "{2,}?"]
FLAGS = ["", "(?s)", "(?i)", "(?a)", "(?is)"]


def random_expression(chance: random.Random, depth: int = 3) -> tuple[str, bool]:
    """An expression, and whether it may match nothing: such are not repeated, see ``program``."""
    kind = chance.random() if depth else 0
    if kind < 0.35:
        return chance.choice(CHARACTERS), False
    if kind < 0.4:
        return chance.choice(PLACES), True
    if kind < 0.43:
        return f"(?<{chance.choice('=!')}{chance.choice(BEHIND)})", True
    first, first_may_be_empty = random_expression(chance, depth - 1)
    if kind < 0.47:
        return f"(?{chance.choice('=!')}{first})", True
    if kind < 0.5:
        return f"(?{chance.choice('is')}:{first})", first_may_be_empty
    if kind < 0.65:
        count = chance.choice(["", *COUNTS])
        if first_may_be_empty or not count:
            return f"({first})", first_may_be_empty
        return f"(?:{first}){count}", count[0] in "*?" or count.startswith("{,")
    second, second_may_be_empty = random_expression(chance, depth - 1)
    if kind < 0.85:
        return first + second, first_may_be_empty and second_may_be_empty
    return f"(?:{first}|{second})", first_may_be_empty or second_may_be_empty


def end_by_re(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    return match.end() if match else None


@pytest.mark.parametrize("seed", range(4))
def test_the_match_is_that_of_python(seed: int) -> None:
    chance = random.Random(seed)
    found = 0
    for _ in range(1500):
        source = chance.choice(FLAGS) + random_expression(chance)[0]
        pattern = re.compile(source, re.MULTILINE)
        program = build(pattern)
        for _ in range(4):
            # Python 3.14 has changed its mind about \B in an empty text, so there is no empty text.
            text = "".join(chance.choices("aabbcA\n .", k=chance.randint(1, 9)))
            search = Search(program)
            for char in text:
                search.feed(char)
            search.close()
            assert search.end == end_by_re(pattern, text), (source, text)
            found += search.end not in (None, 0, len(text))
    assert found > 1000, "most texts said something"


@pytest.mark.parametrize("source", ["b(?:|a)*", "b(?:a*?)*", "b(?:a??)*c", "b(?:a*)*c", "b(?:a|)+", "b(?:a?){2}"])
def test_a_repetition_of_what_may_be_empty_comes_to_an_end(source: str) -> None:
    pattern = re.compile(source)
    for text in ("baa", "baac", "bc", "b"):
        search = Search(build(pattern))
        search.feed(text)
        search.close()
        assert search.end == end_by_re(pattern, text), text


EXPRESSIONS = [
    "ab",
    "a|ab",
    "ab|a",
    "a(?:bab)?",
    "b+",
    "b+?",
    "a.*b",
    "(?s)a.*b",
    "(?s)a.*?b",
    "ab$",
    "^b",
    "^$",
    r"b\b",
    r"\Bb",
    r"a\Z",
    r"\Aab|ba",
    "a(?=b)",
    "a(?!b)",
    "a(?=|b)",
    "a(?!.*b)",
    "(?s)a(?!.*b)",
    "a(?!b(?!a))",
    "(?<=a)b",
    "(?<!a)b",
    r"(?<=\na)b",
    "(?i)AB",
    "a{2,3}",
    "(?:ab){2}|b",
    "(?:a|ab)(?:ba|b)*$",
    r"a\n*b",
    r"(?=\n\n)",
    "(?!)|ab",
    "(?x) a  # a comment\n b",
]


@pytest.mark.parametrize("source", EXPRESSIONS)
def test_the_match_is_known_as_soon_as_no_further_text_changes_it_and_not_before(source: str) -> None:
    """For all texts of up to five characters and all that may follow them, four characters at most."""
    pattern = re.compile(source, re.MULTILINE)
    program = build(pattern)
    further = ["".join(chars) for n in range(5) for chars in itertools.product("ab\n", repeat=n)]
    ends: dict[str, int | None] = {}
    for text in ("".join(chars) for n in range(6) for chars in itertools.product("ab\n", repeat=n)):
        possible = set()
        for more in further:
            if (whole := text + more) not in ends:
                ends[whole] = end_by_re(pattern, whole)
            possible.add(ends[whole])
        search = Search(program)
        search.feed(text)
        [only] = possible if len(possible) == 1 else [None]
        assert search.end == only, (text, possible)
        least = min([end for end in possible if end is not None], default=len(text))
        assert search.safe == min(least, len(text)), "all of the text is safe but what may come after the match"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (r"(a)\1", "back-references are not supported"),
        (r"(?P<x>a)(?P=x)", "back-references are not supported"),
        (r"(a)?(?(1)b|c)", "conditional groups are not supported"),
        ("(?:a{200}){200}", "the expression is too large"),
    ],
)
def test_what_no_finite_number_of_steps_can_follow_is_refused(source: str, why: str) -> None:
    with pytest.raises(UsageFault, match=why):
        build(re.compile(source))


@pytest.mark.parametrize("source", ["(?>ab|a)b", "a++b"])
def test_atomic_groups_are_refused_where_python_has_them(source: str) -> None:
    try:
        pattern = re.compile(source)
    except re.error:
        pytest.skip("Python 3.11 brought them")
    with pytest.raises(UsageFault, match="are not supported"):
        build(pattern)


def test_what_is_remembered_of_a_text_is_bounded() -> None:
    search = Search(build(re.compile("[\x00-\uffff]!")))
    text = "".join(map(chr, range(0x100, 0xD800)))
    assert len(text) > MAX_KEPT
    search.feed(text)
    assert 0 < sum(len(state.after) for state in search._states.values()) <= MAX_KEPT
    search.feed("x!")
    assert search.end == len(text) + 2


@pytest.mark.parametrize(
    "source",
    [
        "END",
        "(?s)BEGIN.*?END",
        "(?s)a.*END",
        "(a+)+$",
        "(?:a|a)*!",
        "(?s)a(?!.*END)",
        r"(?<=aaa)\b",
        "a{1,50}!",
    ],
)
def test_the_work_grows_with_the_text_only(source: str) -> None:
    program = build(re.compile(source, re.MULTILINE))

    def read(size: int) -> None:
        search = Search(program)
        for _ in range(size // 4):
            search.feed("aaaa")
        search.close()

    assert_grows_linearly(read, 1500)
