"""A session as a program holds it: turn after turn in one process, back, aside and on."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsk.errors import UsageFault
from dsk.jobs.talk import Talk, talk_of, talk_of_terminal
from dsk.state.log.rows import Entry, Outcome
from dsk.state.log.writer import LogWriter
from dsk.state.paths import log_file
from dsk.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World({"XDG_STATE_HOME": str(tmp_path), "DSK_SESSION": "test"})


def say(talk: Talk, text: str, answer: str, world: World, *, status: int = 0) -> None:
    """One turn, as a run that is sent leaves it in the log."""
    turn = talk.turn("Be brief.", [{"role": "user", "content": text}])
    writer = LogWriter(log_file(world.env), Entry("chat", "deepseek", "http://127.0.0.1:9", "m", b"{}", 1.0, turn))
    writer.end(Outcome(answer, "", status))
    assert writer.warning is None
    talk.read()


def heard(talk: Talk) -> list[str]:
    messages = talk.messages(talk.system, [], with_reasoning=False)
    return [message["content"] for message in messages]


def test_a_talk_goes_on_turn_after_turn(world: World) -> None:
    talk = Talk(world)
    assert (heard(talk), talk.last, talk.title) == ([], None, "a new session")
    say(talk, "one", "1", world)
    say(talk, "two", "2", world)
    assert heard(talk) == ["Be brief.", "one", "1", "two", "2"]
    assert talk.title == "session 1"
    again = talk_of_terminal(world)
    assert again
    assert heard(again) == heard(talk)


def test_a_talk_is_taken_back_branched_and_forked(world: World) -> None:
    talk = Talk(world, name="story")
    say(talk, "one", "1", world)
    say(talk, "two", "2", world)
    assert talk.undo().run.id == 2
    talk.read()
    assert heard(talk) == ["Be brief.", "one", "1"]
    fork = talk.fork(name="other")
    fork.read()
    say(fork, "aside", "a", world)
    assert heard(fork) == ["Be brief.", "one", "1", "aside", "a"]
    talk.branch(2)
    talk.read()
    assert heard(talk) == ["Be brief.", "one", "1", "two", "2"]
    talk.rename("tale")
    assert heard(talk_of("tale", world)) == heard(talk)


def test_a_talk_tells_what_is_not_whole(world: World) -> None:
    talk = Talk(world, name="story")
    say(talk, "one", "half", world, status=12)
    assert talk.warnings() == ["story: the last answer is not whole, and is sent as far as it came"]
    say(talk, "two", "", world, status=6)
    assert talk.warnings()[0] == "story: run 2 got no answer and is left out"
    assert heard(talk) == ["Be brief.", "one", "half"]


def test_what_another_process_has_said_is_read(world: World) -> None:
    talk = Talk(world, name="story")
    say(talk, "one", "1", world)
    other = talk_of("story", world)
    say(other, "two", "2", world)
    assert heard(talk) == ["Be brief.", "one", "1"]
    talk.read()
    assert heard(talk) == heard(other)


@pytest.mark.parametrize("method", ["undo", "fork"])
def test_a_talk_without_a_turn_has_nothing_to_take_back_or_fork(world: World, method: str) -> None:
    with pytest.raises(UsageFault, match="has no turn yet"):
        getattr(Talk(world), method)()


def test_a_talk_whose_session_was_removed_says_so(world: World) -> None:
    from dsk.jobs.sessions.changing import delete_session

    talk = Talk(world, name="story")
    say(talk, "one", "1", world)
    delete_session("story", world)
    talk.read()
    assert heard(talk) == []
    with pytest.raises(UsageFault, match="story has gone"):
        talk.undo()
