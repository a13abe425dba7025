"""What is kept in the cache and what is not: every small stream of tests/streams takes the way of an answer."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from dsk.ending import Ending
from dsk.errors import BrokenFault, StallFault
from dsk.exchange.loop import ONCE, Exchange
from dsk.exchange.policy import Policy
from dsk.exchange.question import Question
from dsk.jobs.caching import Cache, key_of
from dsk.jobs.playing import Player
from dsk.jobs.settings import Caching
from dsk.output.summary import summary
from dsk.stream.recording.steps import Arrived, Failed, Head, Opened, Recording, Step, Stream
from dsk.world import World

STREAMS = sorted((Path(__file__).resolve().parents[1] / "streams").glob("*.sse"))
FIELDS: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Say\n\nsomething"}], "stream": True}
SERVER = "https://api.example"
FIRST = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
STOP = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
END = Arrived(0.0, b"")
USE = Caching("use")


class Home:
    """A cache in a folder of its own, and what was said to its user."""

    def __init__(self, folder: Path) -> None:
        self.world = World({"XDG_CACHE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)})
        self.said: list[str] = []

    def cache(self, wish: Caching = USE) -> Cache:
        return Cache(wish, self.world, self.said.append)

    def files(self) -> list[Path]:
        return sorted(Path(self.cache().folder).glob("*")) if Path(self.cache().folder).exists() else []

    def answers(self) -> list[Path]:
        return [path for path in self.files() if path.suffix == ".sse"]

    def ask(self, *streams: Stream, fields: dict[str, Any] = FIELDS, policy: Policy = ONCE) -> Ending:
        """Ask with a cache; without it the server gives these streams."""
        question = Question(json.dumps(fields).encode(), fields)
        cached = self.cache().look(question, SERVER)
        player = Player(Recording(Head({}, {}), streams, None), 0)
        exchange = Exchange(question, cached.over(player, 0.0, None), [], policy=policy)
        ending = exchange.run(-1)._replace(is_cached=cached.is_hit)
        cached.end(ending)
        return ending


def stream(*steps: bytes | Step) -> Stream:
    arrived = [Arrived(0.0, step) if isinstance(step, bytes) else step for step in steps]
    return Stream((Opened(0.0, 200), *arrived), None)


def facts(ending: Ending) -> dict[str, Any]:
    """All that --json says but the times."""
    return summary(ending, texts=True) | {"timing": None, "http_status": ending.http_status}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_a_stream_is_kept_if_its_status_is_0_and_no_choice_was_cut_and_is_the_same_again(
    home: Home, path: Path
) -> None:
    data = path.read_bytes()
    # Byte by byte at the end, where [DONE] is.
    pieces = [data[:-20], *(data[at : at + 1] for at in range(max(len(data) - 20, 0), len(data)))]
    first = home.ask(stream(*filter(None, pieces), END))
    is_whole = first.failure is None and "length" not in [c.finish_reason for c in first.answer.choices.values()]
    assert (len(home.answers()), first.is_cached, home.said) == (is_whole, False, [])
    if is_whole:
        again = home.ask()
        assert again.is_cached
        assert facts(again) == facts(first)
    assert home.said == []


LOST = Failed(0.0, BrokenFault("the connection was lost", transient=True))
STALLED = Failed(0.0, StallFault("nothing came", transient=True))
OTHER = b'data: {"choices":[{"index":1,"delta":{"content":"b"},"finish_reason":"length"}]}\n\n'
UNPROVEN = {
    "no end after the finish reason": [FIRST, STOP, STALLED],
    "another choice was cut": [FIRST, OTHER, STOP, DONE],
    "cut": [FIRST, LOST],
    "cut after the finish reason": [FIRST, STOP, LOST],
}


@pytest.mark.parametrize("steps", UNPROVEN.values(), ids=UNPROVEN)
def test_what_has_not_proven_itself_is_not_kept(home: Home, steps: list[bytes | Step]) -> None:
    home.ask(stream(*steps))
    assert home.files() == []


PROVEN = {
    "with [DONE], whatever comes after it": [FIRST, STOP, DONE, LOST],
    "by the end of the body": [FIRST, STOP, END],
    "by [DONE] alone": [FIRST, DONE],
}


@pytest.mark.parametrize("steps", PROVEN.values(), ids=PROVEN)
def test_what_has_proven_itself_is_kept(home: Home, steps: list[bytes | Step]) -> None:
    home.ask(stream(*steps))
    again = home.ask()
    assert (again.is_cached, again.answer.content, again.failure) == (True, "a", None)


def test_of_an_answer_that_was_asked_for_again_the_last_stream_is_kept_alone(home: Home) -> None:
    home.ask(stream(b"data: ", LOST), stream(FIRST, STOP, DONE), policy=Policy(retry=1))
    assert home.ask().answer.content == "a"
    assert home.answers()[0].read_bytes().count(b'"begin"') == 1


def test_an_answer_of_two_streams_is_not_kept(home: Home) -> None:
    policy = Policy(resume=1, can_prefix=True)
    ending = home.ask(stream(FIRST, LOST), stream(FIRST, STOP, DONE), policy=policy)
    assert (ending.failure, len(ending.answer.resumed), home.files()) == (None, 1, [])


def test_an_answer_larger_than_what_is_held_in_memory_is_kept_whole_or_not_at_all(home: Home) -> None:
    long = b'data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n' % (b"x" * 50_000)
    home.ask(stream(*[long] * 9, LOST))
    assert home.files() == []
    home.ask(stream(*[long] * 9, STOP, DONE))
    assert home.ask().answer.content == "x" * 450_000


def test_an_invalid_answer_is_not_kept(home: Home) -> None:
    ending = home.ask(stream(FIRST, STOP, DONE), fields={**FIELDS, "response_format": {"type": "json_object"}})
    assert ending.failure
    assert home.files() == []


DAMAGE = {
    "empty": lambda _data: b"",
    "cut": lambda data: data[:-200],
    "cut in the last line": lambda data: data[:-1],
    "a bit": lambda data: data.replace(b'"a"', b'"b"'),
    "another format": lambda data: data.replace(b'"recording": 1', b'"recording": 9'),
    "the key of another": lambda data: data.replace(b'"key": "', b'"key": "0'),
    "no last line": lambda data: data[: data.rindex(b": cache")],
    "garbage": lambda _data: bytes(range(256)) * 9,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_told_of_and_replaced(home: Home, damage: Any) -> None:
    home.ask(stream(FIRST, STOP, DONE))
    [path] = home.answers()
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    again = home.ask(stream(FIRST, STOP, DONE))
    assert (again.is_cached, again.answer.content, len(home.said)) == (False, "a", 1)
    assert f"{path} is damaged" in home.said[0]
    assert home.ask().is_cached
    assert len(home.said) == 1


def test_what_is_no_file_is_told_of_and_the_question_is_asked(home: Home) -> None:
    question = Question(b"", FIELDS)
    (Path(home.cache().folder) / f"{key_of(question, SERVER)}.sse").mkdir(parents=True)
    assert home.ask(stream(FIRST, STOP, DONE)).answer.content == "a"
    assert len(home.said) == 2
    assert home.cache(Caching("only")).look(question, SERVER).fault


def test_the_key_is_what_is_asked_and_of_whom() -> None:
    def key(server: str = SERVER, **fields: Any) -> str:
        return key_of(Question(b"", FIELDS | fields), server)

    assert key() == key_of(Question(b"x", dict(reversed(FIELDS.items()))), SERVER)
    assert key(stream_options={"include_usage": False}) == key(stream_options=None) == key()
    assert key(temperature=1) == key(temperature=1.0)
    assert key(stream=False) == key(stream=None)
    prefix = [*FIELDS["messages"], {"role": "assistant", "content": "a", "prefix": True}]
    others = [
        key(),
        key("https://api.example/v1"),
        key(stream=False),
        key(stream_options={"include_usage": True}),
        key(user_id="me"),
        key(temperature=True),
        key(temperature=1),
        key(messages=prefix),
    ]
    assert len(set(others)) == len(others)


def test_a_long_answer_takes_the_room_of_its_file_once(home: Home) -> None:
    home.ask(stream(*[FIRST * 1000] * 50, STOP, DONE))
    size = home.answers()[0].stat().st_size
    question = Question(json.dumps(FIELDS).encode(), FIELDS)
    tracemalloc.start()
    try:
        cached = home.cache().look(question, SERVER)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert cached.is_hit
    assert size > 2_000_000
    assert peak < 1.5 * size
