"""A run of several questions, where each answer leads to the next: for the user it is one run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dsk.ending import Ending
from dsk.errors import BrokenFault, InvalidFault, LocalFault, Status
from dsk.exchange.question import Question
from dsk.jobs.delivering import deliver
from dsk.jobs.replaying import replay
from dsk.jobs.settings import Caching, Sending, Stops
from dsk.jobs.settling import settle_server
from dsk.jobs.turns import Say, Step
from dsk.output.settings import OutputSettings
from dsk.request.body import encode
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from dsk.state.config import load
from dsk.state.log.reader import each
from dsk.state.log.reading import reading
from dsk.state.log.rows import NewTurn
from dsk.state.paths import log_file
from dsk.state.sessions.reader import by_name, line
from dsk.stream.events import ToolResult
from dsk.wire.settings import NetworkSettings
from dsk.world import World

Serve = Callable[[Script], ScriptedServer]
RESULT = ToolResult("call_1", "clock", "noon", False)
ANSWERS = Script(replies=(Reply(text="one"), Reply(text="two words", reasoning="hm"), Reply(text="three")))


class Again:
    """Asks ``times`` times again, then fails if it is to."""

    def __init__(self, times: int, fault: BaseException | None = None) -> None:
        self._left = times
        self._fault = fault

    def next(self, question: Question, ending: Ending, say: Say, left: Callable[[], float]) -> Step | None:
        assert left() > 0
        if not self._left:
            if self._fault:
                say("that was all")
                raise self._fault
            return None
        self._left -= 1
        say(f"after {ending.answer.content}")
        said = [{"role": "user", "content": "again"}]
        answer = {"role": "assistant", "content": ending.answer.content}
        fields = dict(question.fields) | {"messages": [*question.fields["messages"], answer, *said]}
        return Step(Question(encode(fields), fields), said, [RESULT])


@pytest.fixture
def world(tmp_path: Path) -> World:
    homes = {f"XDG_{name}_HOME": str(tmp_path) for name in ("CACHE", "CONFIG", "STATE")}
    return World(homes | {"DEEPSEEK_API_KEY": "sk-0"})


def run(server: ScriptedServer, world: World, output: OutputSettings, again: Again, **settings: object) -> Status:
    """Ask, with the answers in a session that is called story."""
    network = NetworkSettings(base_url=server.base_url)
    fields = {"model": "deepseek-flash", "messages": [{"role": "user", "content": "hi"}], "stream": True}
    sending = Sending(
        "ask", network, output, Stops(), turn=lambda: NewTurn([{"role": "user", "content": "hi"}], name="story")
    )._replace(**settings)  # type: ignore[arg-type]
    question = Question(encode(fields), fields)
    return deliver(question, settle_server(network, load(world.env), world.env), sending, world, succession=again)


def test_it_is_one_text_one_usage_line_and_one_recording_and_a_turn_each_in_the_log(
    serve: Serve, world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tape = str(tmp_path / "run.sse")
    output = OutputSettings(usage_to=str(tmp_path / "usage"))
    assert run(serve(ANSWERS), world, output, Again(2), record=tape) is Status.OK
    text, errors = capfd.readouterr()
    assert text == "one\ntwo words\nthree\n"
    assert errors == "dsk: after one\ndsk: after two words\n"
    usage = json.loads((tmp_path / "usage").read_text())
    with reading(log_file(world.env)) as log:
        runs = list(each(log))
        session = by_name(log, "story")
        assert session
        turns = line(log, session).turns
    assert [run.content for run in runs] == ["one", "two words", "three"]
    own = [json.loads(run.usage or "{}")["completion_tokens"] for run in runs]
    assert usage["usage"]["completion_tokens"] == sum(own)
    assert all((run.first_token or 0) <= (run.total or 0) < 30 for run in runs)
    assert [turn.messages[0]["content"] for turn in turns] == ["hi", "again", "again"]
    assert replay(tape, 0.0, OutputSettings(), Stops(), world) is Status.OK
    assert capfd.readouterr() == (text, errors)


def test_json_is_one_object_of_the_last_answer_with_the_earlier_ones_as_turns(
    serve: Serve, world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tape = str(tmp_path / "run.sse")
    run(serve(ANSWERS), world, OutputSettings(format="json"), Again(1), record=tape)
    shown = capfd.readouterr()
    told = json.loads(shown.out)
    assert told["content"] == "two words"
    (before,) = told["turns"]
    assert (before["content"], before["messages"]) == ("one", [{"role": "user", "content": "again"}])
    replay(tape, 0.0, OutputSettings(format="json"), Stops(), world)
    assert capfd.readouterr() == shown


def test_jsonl_tells_what_tools_gave_between_the_answers_and_ends_once(
    serve: Serve, world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tape = str(tmp_path / "run.sse")
    run(serve(ANSWERS), world, OutputSettings(format="jsonl"), Again(1), record=tape)
    shown = capfd.readouterr()
    lines = [json.loads(line) for line in shown.out.splitlines()]
    kinds = [line["type"] for line in lines if line["type"] in ("start", "tool_result", "end")]
    assert kinds == ["start", "tool_result", "start", "end"]
    assert {"type": "tool_result"} | RESULT._asdict() in lines
    replay(tape, 0.0, OutputSettings(format="jsonl"), Stops(), world)
    assert capfd.readouterr() == shown


@pytest.mark.parametrize("fault", [BrokenFault("enough"), InvalidFault("it is no good")], ids=["broken", "invalid"])
def test_a_failure_between_two_questions_ends_the_run_and_its_replay_alike(
    serve: Serve, world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str], fault: Exception
) -> None:
    tape = str(tmp_path / "run.sse")
    with pytest.raises(type(fault), match=str(fault.args[0])):
        run(serve(ANSWERS), world, OutputSettings(), Again(1, fault), record=tape)
    shown = capfd.readouterr()
    assert "that was all" in shown.err
    with pytest.raises(type(fault), match=str(fault.args[0])):
        replay(tape, 0.0, OutputSettings(), Stops(), world)
    assert capfd.readouterr() == shown
    with reading(log_file(world.env)) as log:
        assert [run.status for run in each(log)] == [0, fault.status]  # type: ignore[attr-defined]


def test_an_interrupt_between_two_questions_ends_the_run_and_its_replay_alike(
    serve: Serve, world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tape = str(tmp_path / "run.sse")
    stopped = Again(1, KeyboardInterrupt())
    with pytest.raises(Exception, match="interrupted") as raised:
        run(serve(ANSWERS), world, OutputSettings(), stopped, record=tape)
    first = capfd.readouterr()
    with pytest.raises(Exception, match="interrupted") as again:
        replay(tape, 0.0, OutputSettings(), Stops(), world)
    assert raised.value.status is again.value.status is Status.INTERRUPTED  # type: ignore[attr-defined]
    assert capfd.readouterr().out == first.out == "one\ntwo words\n"


def test_each_question_is_looked_for_in_the_cache_by_itself(
    serve: Serve, world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    server = serve(ANSWERS)
    counted = OutputSettings(write_out="%{cached}")
    for cache, times, requests, told in (
        (Caching(), 1, 2, "0"),
        (Caching("only"), 1, 2, "1"),
        (Caching(), 2, 3, "0"),
        (Caching("only"), 2, 3, "1"),
    ):
        assert run(server, world, counted, Again(times), cache=cache) is Status.OK
        text, errors = capfd.readouterr()
        assert text == "".join(["one\n", "two words\n", "three\n"][: times + 1])
        assert (len(server.requests), errors[-1]) == (requests, told)
    with pytest.raises(LocalFault, match="not in the cache"):
        run(server, world, counted, Again(3), cache=Caching("only"))
    assert capfd.readouterr().out == "one\ntwo words\nthree\n"
    assert len(server.requests) == 3
    with reading(log_file(world.env)) as log:
        marks = "".join(str(run.cached) for run in each(log))
    assert marks == "00" + "11" + "110" + "111" + "1110"
