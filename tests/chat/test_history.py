"""What was typed before: nothing of it is lost, and it can be had again."""

from __future__ import annotations

import json
import signal
import stat
from pathlib import Path

import pytest

from dsk.scripted.server import ScriptedServer
from dsk.state.history import History
from tests.chat.conftest import Open, sent
from tests.chat.terminal import CTRL_C, CTRL_R, ENTER, UP, Screen, paste
from tests.harness import Dsk


def file_of(dsk: Dsk) -> Path:
    return dsk.home / "state" / "dsk" / "history"


def kept(dsk: Dsk) -> list[str]:
    return History(str(file_of(dsk))).texts()


def test_what_was_typed_is_kept_for_its_owner_alone(open_chat: Open, server: ScriptedServer, here: Dsk) -> None:
    with open_chat(server) as screen:
        screen.prompt()
        screen.say("one")
        screen.say("/usage")
        screen.type(paste("two\nlines é 世界"))
        screen.say("")
        screen.say("/usage")
        screen.say("/usage")
        screen.leave()
    assert kept(here) == ["one", "/usage", "two\nlines é 世界", "/usage"]
    assert stat.S_IMODE(file_of(here).stat().st_mode) == 0o600
    assert stat.S_IMODE(file_of(here).parent.stat().st_mode) == 0o700


def test_the_up_key_brings_back_what_was_typed_in_another_run(open_chat: Open, server: ScriptedServer) -> None:
    with open_chat(server) as screen:
        screen.prompt()
        screen.say("tell me of foxes")
        screen.leave()
    with open_chat(server) as screen:
        screen.prompt()
        screen.type(UP)
        screen.shows("> tell me of foxes")
        screen.say("")
    assert sent(server)[-1]["content"] == "tell me of foxes"


def test_what_was_typed_can_be_searched(open_chat: Open, server: ScriptedServer) -> None:
    with open_chat(server) as screen:
        screen.prompt()
        for text in ("tell me of foxes", "and of hares", "and of owls"):
            screen.say(text)
        screen.type(CTRL_R + "fox")
        screen.shows("tell me of foxes")
        screen.until(lambda lines: sum("tell me of foxes" in line for line in lines) == 2, "the text found")
        screen.type(ENTER)
        screen.say("")
    assert sent(server)[-1]["content"] == "tell me of foxes"


def test_an_interrupt_takes_away_what_is_typed_and_the_up_key_brings_it_back(
    open_chat: Open, server: ScriptedServer, here: Dsk
) -> None:
    with open_chat(server) as screen:
        screen.prompt()
        screen.type("half a quest")
        screen.shows("half a quest")
        screen.type(CTRL_C)
        screen.prompt()
        assert kept(here) == ["half a quest"]
        assert server.requests == []
        screen.type(UP)
        screen.until(lambda lines: lines[-1] == "> half a quest", "the text")
        screen.say("ion")
    assert sent(server)[-1]["content"] == "half a question"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_no_signal_loses_what_was_sent(
    open_chat: Open, stalling: ScriptedServer, here: Dsk, number: signal.Signals
) -> None:
    with open_chat(stalling) as screen:
        screen.prompt()
        screen.type("go" + ENTER)
        screen.shows("one two")
        screen.process.kill(number)
        assert screen.end() == 128 + number
    assert kept(here) == ["go"]


def test_a_history_that_cannot_be_written_is_told_once(open_chat: Open, server: ScriptedServer, here: Dsk) -> None:
    file_of(here).mkdir(parents=True)
    with open_chat(server) as screen:
        screen.prompt()
        screen.say("one")
        lines = screen.say("two")
        screen.leave()
    assert sum("what is typed is not kept" in line for line in lines) == 1
    assert len(server.requests) == 2


def test_a_dumb_terminal_has_the_same_history(open_chat: Open, server: ScriptedServer, here: Dsk) -> None:
    with open_chat(server, env={"TERM": "dumb"}) as screen:
        screen.prompt()
        screen.say("one")
    assert kept(here) == ["one"]


def test_a_line_that_was_cut_costs_no_other(tmp_path: Path) -> None:
    history = History(str(tmp_path / "dsk" / "history"))
    history.add("one")
    with (tmp_path / "dsk" / "history").open("ab") as file:
        file.write(b'"half of a li')
    history.add("not \udcff UTF-8")
    assert history.texts() == ["one", "not \udcff UTF-8"]


def test_of_a_long_history_the_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text("".join(json.dumps(f"{n} {'x' * 1000}") + "\n" for n in range(6000)))
    texts = History(str(path)).texts()
    assert texts[-1].startswith("5999 ")
    assert 4000 < len(texts) < 6000


def test_there_need_be_no_history(tmp_path: Path) -> None:
    assert History(str(tmp_path / "none" / "history")).texts() == []


def completed(screen: Screen, typed: str, what: str) -> None:
    screen.prompt()
    screen.type(typed + "\t")
    screen.until(lambda lines: f"> {what}" in lines, f"{typed!r} completed to {what!r}")
    screen.type(CTRL_C)
    screen.prompt()


def test_the_tab_key_completes_what_a_command_takes(open_chat: Open, server: ScriptedServer, here: Dsk) -> None:
    here.write_config('[aliases]\nbright = "deepseek-v4-pro"\n')
    here.env["DEEPSEEK_BASE_URL"] = server.base_url
    assert here.run("ask", "--session", "tides", "-m", "my-own-model", "hi").status == 0
    (here.home / "folder").mkdir()
    (here.home / "folder" / "a file.txt").write_text("A\n")
    with open_chat(server) as screen:
        for typed, what in [
            ("/mod", "/model"),
            ("/model bri", "/model bright"),
            ("/model deepseek-v", "/model deepseek-v4-pro"),
            ("/model my", "/model my-own-model"),
            ("/file fol", "/file folder/"),
            ("/file folder/a", "/file folder/a file.txt"),
            ("/file ~/fol", "/file ~/folder/"),
            ("/system @folder/a", "/system @folder/a file.txt"),
            ("/session ti", "/session tides"),
            ("/think hi", "/think high"),
            ("/help ret", "/help retry"),
            ("/save folder/a", "/save folder/a file.txt"),
        ]:
            completed(screen, typed, what)


def test_several_completions_are_shown(open_chat: Open, server: ScriptedServer) -> None:
    with open_chat(server) as screen:
        screen.prompt()
        screen.type("/s\t")
        screen.shows("/save")
        screen.shows("/session")
        screen.shows("/system")
