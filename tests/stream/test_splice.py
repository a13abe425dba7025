"""A resumed stream is joined to the text so far: nothing doubled, nothing lost, nothing made up."""

from __future__ import annotations

import random

import pytest

from dsk.stream.splice import MIN_REPEAT, Contradiction, Splice
from tests.stream.growth import assert_grows_linearly

SKY = "The sky is blue because of scattering"
ROWS = '{"type": "person", "name": "Ann"}\n{"type": "person", "name": "Bob"}\n'


def join(prefix: str, *pieces: str) -> str:
    splice = Splice(prefix)
    return "".join([splice.feed(piece) for piece in pieces]) + splice.close()


def outcome(prefix: str, *pieces: str) -> str | int:
    """What is new, or where the contradiction is."""
    try:
        return join(prefix, *pieces)
    except Contradiction as contradiction:
        return contradiction.at


def expected_outcome(prefix: str, text: str) -> str | int:
    """The rules once more, for a text that is there as a whole."""
    trimmed = prefix.lstrip()
    for whole in (prefix, trimmed) if len(trimmed) >= MIN_REPEAT else (prefix,):
        same = max(n for n in range(len(whole) + 1) if text.startswith(whole[:n]))
        is_periodic = any(whole == whole[:n] * (len(whole) // n) for n in range(1, len(whole)))
        is_slight = whole.isspace() or (len(whole) == 1 and not whole.isalpha())
        if same == 0 or is_periodic or is_slight:
            continue
        if same == len(whole):
            return text[same:]
        if same >= MIN_REPEAT and not any(whole.startswith(whole[:same], n) for n in range(1, len(whole))):
            return same
    return text


@pytest.mark.parametrize(
    ("prefix", "text", "new"),
    [
        pytest.param(SKY, " of light.", " of light.", id="what goes on is new"),
        pytest.param(SKY, SKY + " of light.", " of light.", id="what repeats the text so far is dropped"),
        pytest.param(SKY, SKY, "", id="a repetition and nothing more is nothing new"),
        pytest.param(SKY, "", "", id="nothing is nothing new"),
        pytest.param(SKY, "The end.", "The end.", id="a few characters alike are chance"),
        pytest.param(SKY, "The sky", "The sky", id="a few characters alike, and then the end, are chance too"),
        pytest.param(SKY, SKY[: MIN_REPEAT - 1] + "!", SKY[: MIN_REPEAT - 1] + "!", id="one less than a repetition"),
        pytest.param(SKY, SKY + SKY, SKY, id="only one repetition is dropped"),
        pytest.param("", "The sky", "The sky", id="there was nothing to repeat"),
        pytest.param("Once", "Once upon", " upon", id="a short prefix may be repeated"),
        pytest.param("Once", "On", "On", id="a short prefix may be followed by its beginning"),
        pytest.param("I", "I am", " am", id="so may a single letter"),
        pytest.param("#", "# Title", "# Title", id="a single sign may well come twice"),
        pytest.param("\n ", "\n  x", "\n  x", id="so may white space"),
        pytest.param("haha", "haha!", "haha!", id="a text said twice may be said three times"),
        pytest.param("line\n" * 9, "line\n" * 12, "line\n" * 12, id="and lines that are all the same"),
        pytest.param("line\n" * 9, "line\n" * 5 + "end", "line\n" * 5 + "end", id="or fewer of them"),
        pytest.param("\n\n" + SKY, SKY + " of", " of", id="a server may trim what it repeats"),
        pytest.param("\n\n" + SKY, "\n\n" + SKY + " of", " of", id="or not"),
        pytest.param("\n\n" + SKY, "\n\nThe air", "\n\nThe air", id="white space alike is chance"),
        pytest.param("\nhi", "hi", "hi", id="a short text is not taken for a trimmed one"),
        pytest.param("\n" + "line\n" * 9, "line\n" * 9 + "end", "line\n" * 9 + "end", id="nor is one said twice"),
        pytest.param(ROWS, ROWS[:26] + '"name": "Cy"}', ROWS[:26] + '"name": "Cy"}', id="one more row of a table"),
        pytest.param(ROWS, ROWS[:26], ROWS[:26], id="even if it ends early"),
        pytest.param(ROWS, ROWS + "x", "x", id="a whole table is repeated"),
    ],
)
def test_a_resumed_stream_adds_what_is_new(prefix: str, text: str, new: str) -> None:
    assert join(prefix, text) == new
    assert join(prefix, *text) == new


@pytest.mark.parametrize(
    ("prefix", "text", "at"),
    [
        pytest.param(SKY, "The sky is blue as can be", 16, id="sixteen characters, then other words"),
        pytest.param(SKY, SKY[:-1] + "!", len(SKY) - 1, id="the last character is another"),
        pytest.param(SKY, "The sky is blue because", 23, id="the end in the midst of the repetition"),
        pytest.param("\n\n" + SKY, "The sky is blue as can be", 16, id="a trimmed repetition, then other words"),
        pytest.param(ROWS, ROWS[:-9] + '"Dan"}', len(ROWS) - 9, id="further than one more row"),
    ],
)
def test_an_answer_begun_anew_with_other_words_is_a_contradiction(prefix: str, text: str, at: int) -> None:
    for pieces in ([text], list(text)):
        assert outcome(prefix, *pieces) == at


def test_a_contradiction_says_in_one_line_where_it_is() -> None:
    splice = Splice(SKY)
    assert splice.feed("The sky is blue ") == ""
    with pytest.raises(Contradiction) as caught:
        splice.feed("as can be")
    assert str(caught.value) == "the server repeats the first 16 characters of the answer, and then says something else"
    splice = Splice(SKY)
    splice.feed("The sky is blue b")
    with pytest.raises(ValueError, match=r"^the server repeats the first 17 characters of the answer, and then ends$"):
        splice.close()


def test_only_what_repeats_the_prefix_is_held_back() -> None:
    splice = Splice(SKY)
    assert [splice.feed(piece) for piece in ("The ", "", "s", "un", " is")] == ["", "", "", "The sun", " is"]
    splice = Splice(SKY)
    assert [splice.feed(piece) for piece in (SKY[:20], SKY[20:], " of", "The")] == ["", "", " of", "The"]


def test_a_text_that_goes_on_is_never_held_back() -> None:
    splice = Splice("line\n" * 3)
    assert [splice.feed(piece) for piece in "line\nend"] == list("line\nend")


def random_case(chance: random.Random) -> tuple[str, str]:
    """A prefix, and what a server might send after it: often nearly the same."""
    words = chance.choice([["a", "b"], ["row; ", "row: ", "\n"], ["The ", "sky ", "is ", "blue ", "\n", " "]])
    prefix = "".join(chance.choices(words, k=chance.randint(0, 12)))
    text = "".join(chance.choices(words, k=chance.randint(0, 6)))
    repeated = chance.choice(["", prefix, prefix.lstrip()])
    return prefix, repeated[: chance.choice([len(prefix), chance.randint(0, len(prefix))])] + text


def test_any_cutting_gives_what_the_rules_say() -> None:
    chance = random.Random(7)
    kinds = set()
    for _ in range(3000):
        prefix, text = random_case(chance)
        expected = expected_outcome(prefix, text)
        kinds.add((type(expected), expected == text))
        cuts = sorted(chance.choices(range(len(text) + 1), k=3))
        pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        for way in ([text], list(text), pieces):
            assert outcome(prefix, *way) == expected, (prefix, way)
    assert kinds == {(str, True), (str, False), (int, False)}, "all kinds of cases were met"


@pytest.mark.parametrize("unit", ["a", "ab", "The sky is blue. "])
def test_the_work_grows_with_the_text(unit: str) -> None:
    def repeat(size: int) -> None:
        prefix = unit * size + "!"
        text = prefix + "more"
        assert join(prefix, *[text[at : at + 3] for at in range(0, len(text), 3)]) == "more"
        assert outcome(prefix, prefix[:-1] + "?") in (len(prefix) - 1, prefix[:-1] + "?")

    assert_grows_linearly(repeat, 10_000)
