"""A mere token goes to the listeners in few words, and nobody can tell the difference."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from dsk.ending import Ending
from dsk.exchange.reception import MOST_PASSED, Reception
from dsk.stream.answer import Answer
from dsk.stream.events import Content, Event, Malformed, Reasoning, ToolCall
from dsk.stream.splice import Splice
from tests.stream.test_shortcut import drawn, frame


class Told:
    """A listener who is told in full."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.data = b""

    def received(self, data: bytes, events: Sequence[Event]) -> None:
        self.data += data
        self.events += events

    def end(self, ending: Ending) -> None:
        raise AssertionError(f"nobody ends anything here: {ending}")


class Quick(Told):
    """One to whom a token can be told in few words."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = 0

    def taker(self, kind: type[Content | Reasoning]) -> Callable[[bytes], None]:
        def take(piece: bytes) -> None:
            self.taken += 1
            self.events.append(kind(piece.decode(), 0))

        return take


def received(listener: Told, arrivals: Sequence[bytes], splice: Splice | None = None) -> tuple[Answer, Reception]:
    answer = Answer()
    first: list[int] = []
    reception = Reception(
        answer,
        [listener],
        stopper=None,
        shaping=None,
        splice=splice,
        on_first_token=lambda: first.append(1),
        on_arrival=lambda _events: None,
    )
    for data in arrivals:
        reception.feed(data)
    reception.close(is_half=False)
    assert len(first) == min(reception.tokens, 1)
    return answer, reception


def test_whoever_can_be_quick_is_told_the_same() -> None:
    dice = random.Random(11)
    taken = 0
    for _ in range(60):
        frames, said = drawn(dice)
        arrivals: list[bytes] = []
        for one in frames:
            cut = dice.randint(0, len(one)) if dice.random() < 0.15 else 0
            arrivals += [one[:cut], one[cut:]] if cut else [one]
            if dice.random() < 0.1:
                arrivals[-2:] = [b"".join(arrivals[-2:])]
        told, quick = Told(), Quick()
        answer, reception = received(told, arrivals)
        other, other_reception = received(quick, arrivals)
        assert [event for event in told.events if event in said] == said
        assert quick.events == told.events
        assert told.data == b"".join(frames)
        assert (other.content, other.reasoning) == (answer.content, answer.reasoning)
        assert (other.finish_reason, other.done, other.begun) == ("stop", True, True)
        assert other_reception.tokens == reception.tokens
        taken += quick.taken
    assert taken > 100, "it is the usual way"


def test_a_frame_is_counted_whichever_way_it_came() -> None:
    quick = Quick()
    received(quick, [*(frame("a") for _ in range(9)), b"data: {bad\n\n"])
    assert quick.taken >= 7
    assert [event.number for event in quick.events if isinstance(event, Malformed)] == [10]


def test_everyone_is_told_in_full_from_time_to_time() -> None:
    quick = Quick()
    _, reception = received(quick, [frame("a")] * (3 * MOST_PASSED))
    assert reception.tokens == 3 * MOST_PASSED
    assert 3 * MOST_PASSED - 10 < quick.taken < 3 * MOST_PASSED - 2
    assert quick.data.count(b"data") == reception.tokens - quick.taken


def test_what_repeats_the_text_so_far_is_held_back_and_the_rest_is_quick() -> None:
    begun = "It was a dark and stormy night in May;"
    words = [*begun.split(" "), "the", "rain", "fell"]
    arrivals = [frame(word + " ") for word in words]
    quick = Quick()
    answer, _ = received(quick, arrivals, Splice(begun + " "))
    assert answer.content == "the rain fell "
    assert "".join(event.text for event in quick.events if isinstance(event, Content)) == "the rain fell "
    assert 1 <= quick.taken <= 2


def test_another_choice_is_never_quick() -> None:
    quick = Quick()
    other = [frame("a").replace(b'"index": 0', b'"index": 1')] * 9
    received(quick, other)
    assert quick.taken == 0
    assert quick.events.count(Content("a", 1)) == 9


def test_halves_of_a_character_are_joined_across_frames() -> None:
    quick = Quick()
    halves = [frame("\ud83d", ascii_only=True), frame("\ude00", ascii_only=True)]
    answer, _ = received(quick, [*[frame("a")] * 4, *halves, *[frame("b")] * 4])
    assert answer.content == "aaaa\U0001f600bbbb"
    assert quick.taken >= 4


def test_a_stream_without_text_has_no_common_frame() -> None:
    quick = Quick()
    call = b'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1"}}]}}]}\n\n'
    received(quick, [call] * 20)
    assert quick.taken == 0
    assert sum(isinstance(event, ToolCall) for event in quick.events) == 20
