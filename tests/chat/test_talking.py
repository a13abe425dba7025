"""A conversation at a terminal: what is typed is sent with all that was said before."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from collections.abc import Callable

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.chat.conftest import Open, sent, talk
from tests.chat.terminal import ALT_ENTER, CTRL_C, CTRL_D, ENTER, Screen, paste
from tests.harness import DSK, Dsk, wait_until

Serve = Callable[[Script], ScriptedServer]


def test_each_question_follows_what_was_said_before(open_chat: Open, server: ScriptedServer) -> None:
    with open_chat(server) as screen:
        screen.prompt()
        assert screen.say("one")[-4:] == ["> one", "Answer 1.", "", ">"]
        screen.say("two")
        assert screen.say("three")[-4:] == ["> three", "Answer 3.", "", ">"]
        screen.leave()
    assert sent(server) == talk("one", "Answer 1.", "two", "Answer 2.", "three")


def test_what_is_sent_begins_with_the_bytes_that_were_sent_before(open_chat: Open, server: ScriptedServer) -> None:
    with open_chat(server, "-s", "Sei höflich.") as screen:
        screen.prompt()
        screen.say("eins é 世界")
        screen.say("zwei")
        screen.leave()
    first, second = (request.body for request in server.requests)
    assert second.startswith(first[: first.index(b"]")])
    assert sent(server)[:2] == [
        {"role": "system", "content": "Sei höflich."},
        {"role": "user", "content": "eins é 世界"},
    ]


def test_the_answer_is_shown_as_it_arrives(open_chat: Open, stalling: ScriptedServer) -> None:
    with open_chat(stalling) as screen:
        screen.prompt()
        screen.type("go" + ENTER)
        screen.shows("one two")


def test_alt_enter_or_a_backslash_before_enter_begins_a_new_line(open_chat: Open, server: ScriptedServer) -> None:
    with open_chat(server) as screen:
        screen.prompt()
        screen.type(f"one{ALT_ENTER}two")
        screen.shows(". two")
        assert server.requests == []
        screen.say("")
        assert sent(server) == talk("one\ntwo")
        screen.type(f"three\\{ENTER}four")
        screen.shows(". four")
        assert len(server.requests) == 1
        screen.say("")
    assert sent(server)[-1] == {"role": "user", "content": "three\nfour"}


def test_neither_a_blank_line_nor_what_is_pasted_is_sent_before_enter(open_chat: Open, server: ScriptedServer) -> None:
    with open_chat(server) as screen:
        screen.prompt()
        screen.say("   ")
        screen.say("")
        screen.type(paste("rm -rf a\r/quit\r\tc"))
        screen.shows("/quit")
        assert server.requests == []
        screen.say("")
    assert sent(server) == talk("rm -rf a\n/quit\n\tc")


def test_what_begins_as_a_command_and_is_none_is_told_and_not_sent(open_chat: Open, server: ScriptedServer) -> None:
    with open_chat(server) as screen:
        screen.prompt()
        assert screen.say("/modle x")[-3:-1] == [
            "dsk: there is no command /modle",
            "dsk: hint: did you mean /model? a second slash in front sends it as text",
        ]
        screen.say("/")
        screen.shows("there is no command /")
        assert server.requests == []
        screen.say("//etc/hosts is what?")
    assert sent(server) == talk("/etc/hosts is what?")


def test_a_broken_stream_is_resumed(open_chat: Open, serve: Serve) -> None:
    text = "The clock at the station had stopped."
    server = serve(Script(replies=(Reply(text=text, faults=(parse_fault("drop-after=3x1"),)),)))
    with open_chat(server) as screen:
        screen.prompt()
        lines = screen.say("Tell me")
        assert any("resuming after" in line for line in lines)
        screen.say("And?")
    assert sent(server) == talk("Tell me", text, "And?")


def test_a_failure_is_told_and_the_conversation_goes_on(open_chat: Open, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(status=402), Reply(text="Here."))))
    with open_chat(server) as screen:
        screen.prompt()
        assert any("402" in line for line in screen.say("one"))
        assert screen.say("/retry")[-3:] == ["Here.", "", ">"]
        assert sent(server) == talk("one")
        screen.say("two")
        screen.leave()
    assert sent(server) == talk("one", "Here.", "two")


def test_interrupting_an_answer_keeps_it_and_the_program(open_chat: Open, stalling: ScriptedServer, here: Dsk) -> None:
    with open_chat(stalling) as screen:
        screen.prompt()
        screen.type("go" + ENTER)
        screen.shows("one two")
        screen.type(CTRL_C)
        screen.shows("dsk: stopped; what there is of the answer is kept")
        screen.prompt()
        screen.say("on")
        screen.leave()
    assert sent(stalling) == talk("go", "one two", "on")
    shown = json.loads(here.run("session", "show", "1", "--json").text)
    assert [turn["content"] for turn in shown["turns"]] == ["one two", "Answer 2."]
    assert shown["turns"][0]["status"] == 130


def test_interrupting_many_times_is_no_traceback_and_no_end(open_chat: Open, stalling: ScriptedServer) -> None:
    with open_chat(stalling) as screen:
        screen.prompt()
        screen.type("go" + ENTER)
        screen.shows("one two")
        for _ in range(20):
            screen.type(CTRL_C)
        screen.shows("dsk: stopped")
        screen.type("on")
        screen.until(lambda lines: lines[-1].endswith("> on"), "all of them at their end")
        screen.say("")
        screen.leave()
    assert b"Traceback" not in screen.raw
    assert sent(stalling) == talk("go", "one two", "on")


def test_an_interrupt_before_anything_came_leaves_the_question_to_be_asked_again(open_chat: Open, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(faults=(parse_fault("stall"),)), Reply(text="Here."))))
    with open_chat(server) as screen:
        screen.prompt()
        screen.type("go" + ENTER)
        wait_until(lambda: server.requests, "the request")
        screen.type(CTRL_C)
        screen.shows("dsk: stopped; /retry asks again")
        screen.prompt()
        screen.say("/retry")
        screen.say("on")
    assert sent(server) == talk("go", "Here.", "on")


def test_what_is_typed_while_the_answer_comes_is_kept_for_the_next_prompt(
    open_chat: Open, stalling: ScriptedServer
) -> None:
    with open_chat(stalling) as screen:
        screen.prompt()
        screen.type("go" + ENTER)
        screen.shows("one two")
        screen.type("next")
        screen.type(CTRL_C)
        lines = screen.shows("> next")
        assert "one two" in lines
        screen.say("")
    # ^C takes away what the terminal has of a line: what came before it is not lost, or not typed at all.
    assert sent(stalling) == talk("go", "one two", "next")


def test_words_are_the_first_question(open_chat: Open, server: ScriptedServer) -> None:
    with open_chat(server, "Tell", "me") as screen:
        screen.shows("Answer 1.")
        screen.prompt()
        screen.say("more")
    assert sent(server) == talk("Tell me", "Answer 1.", "more")


def shell(dsk: Dsk, server: ScriptedServer, script: str, **env: str) -> Screen:
    """A shell script at a terminal, in which ``dsk`` is the command under test."""
    dsk.env["DEEPSEEK_BASE_URL"] = server.base_url
    head = f'dsk() {{ command {" ".join(DSK)} "$@"; }}\n'
    return Screen(dsk, "-c", head + script, command=("bash",), env=env)


def test_what_is_piped_in_is_the_first_question_and_the_terminal_has_the_others(
    here: Dsk, server: ScriptedServer
) -> None:
    with shell(here, server, "printf 'a document' | dsk chat 'Sum it up'") as screen:
        screen.shows("Answer 1.")
        screen.prompt()
        screen.say("more")
        screen.leave()
    assert sent(server) == talk("a document\n\nSum it up", "Answer 1.", "more")


def test_an_empty_stdin_asks_nothing(here: Dsk, server: ScriptedServer) -> None:
    with shell(here, server, "dsk chat < /dev/null") as screen:
        screen.prompt()
        screen.say("one")
    assert sent(server) == talk("one")


def test_files_go_before_the_first_question_that_is_typed(open_chat: Open, server: ScriptedServer, here: Dsk) -> None:
    (here.home / "notes.txt").write_text("Fox.\n")
    with open_chat(server, "-f", "notes.txt") as screen:
        screen.prompt("(1 file) >")
        screen.say("Who?")
        screen.say("Why?")
    assert sent(server) == talk("==> notes.txt <==\nFox.\n\nWho?", "Answer 1.", "Why?")


def test_a_template_takes_the_first_question_that_is_typed(open_chat: Open, server: ScriptedServer, here: Dsk) -> None:
    (here.home / "t.toml").write_text('system = "Be brief."\nprompt = "Explain: {words}"\n')
    with open_chat(server, "-t", "./t.toml") as screen:
        screen.prompt()
        screen.say("tides")
        screen.say("why?")
    assert sent(server) == [
        {"role": "system", "content": "Be brief."},
        *talk("Explain: tides", "Answer 1.", "why?"),
    ]


def test_commands_of_a_terminal_go_on_with_one_conversation(here: Dsk, server: ScriptedServer) -> None:
    with shell(here, server, "dsk chat one; dsk ask -c two; dsk chat -c") as screen:
        screen.shows("Answer 1.")
        screen.leave_first()
        lines = screen.shows("session 1, 2 turns")
        assert "Answer 2." in lines
        screen.say("three")
        screen.leave()
    assert sent(server) == talk("one", "Answer 1.", "two", "Answer 2.", "three")


def test_a_named_session_is_gone_on_with(open_chat: Open, server: ScriptedServer, here: Dsk) -> None:
    with open_chat(server, "--session", "story", "one") as screen:
        screen.shows("Answer 1.")
        screen.leave()
    with open_chat(server, "--session", "story") as screen:
        assert screen.prompt()[1:-1] == ["> one", "Answer 1.", ""]
        screen.say("two")
        screen.leave()
    assert sent(server) == talk("one", "Answer 1.", "two")
    assert json.loads(here.run("session", "show", "story", "--json").text)["name"] == "story"


def test_a_conversation_that_is_not_logged_is_remembered_all_the_same(
    open_chat: Open, server: ScriptedServer, here: Dsk
) -> None:
    with open_chat(server, "--no-log") as screen:
        screen.prompt()
        screen.say("one")
        screen.say("/retry")
        screen.say("two")
        screen.say("/undo")
        screen.say("three")
        screen.leave()
    assert sent(server) == talk("one", "Answer 2.", "three")
    assert not (here.home / "state" / "dsk" / "log.db").exists()


def test_a_log_that_cannot_be_written_loses_no_conversation(open_chat: Open, server: ScriptedServer, here: Dsk) -> None:
    (here.home / "state" / "dsk" / "log.db").mkdir(parents=True)
    with open_chat(server, columns=300) as screen:
        screen.prompt()
        assert any("from here on, this conversation is not kept" in line for line in screen.say("one"))
        screen.say("two")
        screen.leave()
    assert sent(server) == talk("one", "Answer 1.", "two")


def test_two_conversations_in_one_session_do_not_mix(open_chat: Open, server: ScriptedServer) -> None:
    with open_chat(server, "--session", "s", "one") as left:
        left.shows("Answer 1.")
        left.prompt()
        with open_chat(server, "--session", "s") as right:
            assert any("s, 1 turn" in line for line in right.prompt())
            right.say("right")
            left.say("left")
            right.say("more")
        assert sent(server) == talk("one", "Answer 1.", "right", "Answer 2.", "more")


def test_it_is_for_a_terminal(here: Dsk) -> None:
    result = here.run("chat", "hi")
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.splitlines()[0] == "dsk: dsk chat writes to a terminal, not to a file or a pipe"


@pytest.mark.parametrize("args", [("-h",), ("hi",)])
def test_lines_that_can_be_edited_are_loaded_only_where_they_are_needed(here: Dsk, args: tuple[str, ...]) -> None:
    result = here.run("chat", *args, env={"PYTHONPROFILEIMPORTTIME": "1"})
    loaded = {line.rpartition("|")[2].strip() for line in result.errors.splitlines()}
    assert "dsk.commands.options.session" in loaded, "the list of modules was read"
    assert {"prompt_toolkit", "asyncio", "requests"} & loaded == set()


def test_without_a_terminal_to_type_at_it_does_not_begin(here: Dsk) -> None:
    master, slave = pty.openpty()
    try:
        done = subprocess.run(
            [*DSK, "chat", "hi"],
            stdin=subprocess.DEVNULL,
            stdout=slave,
            stderr=subprocess.PIPE,
            env=here.env,
            start_new_session=True,
            timeout=30,
            check=False,
        )
    finally:
        os.close(slave)
        os.close(master)
    assert done.returncode == 2
    assert done.stderr.startswith(b"dsk: dsk chat is for a terminal: there is none to type at\n")


def test_without_a_key_nothing_needs_to_be_typed(here: Dsk) -> None:
    del here.env["DEEPSEEK_API_KEY"]
    with Screen(here, "chat") as screen:
        assert screen.end() == 3
    assert not any(line.startswith(">") for line in screen.lines())


def test_the_scripted_endpoint_lives_as_long_as_the_conversation(here: Dsk) -> None:
    del here.env["DEEPSEEK_API_KEY"]
    with Screen(here, "chat", "--offline", rows=60) as screen:
        screen.prompt()
        screen.say("one")
        lines = screen.say("two")
        screen.leave()
    assert sum("no model was asked" in line for line in lines) == 1
    first, second = json.loads(here.run("session", "show", "1", "--json").text)["turns"]
    assert first["content"]
    assert second["status"] == 0


def test_control_characters_of_the_model_do_not_reach_the_terminal(open_chat: Open, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="a\x1b[31mred\x1b]0;title\x07"),)))
    with open_chat(server) as screen:
        screen.prompt()
        assert "a^[[31mred^[]0;title^G" in screen.say("go")
    assert not re.search(rb"\x1b\[31mred", screen.raw)


def test_an_answer_is_rendered_and_kept_as_it_was_written(open_chat: Open, serve: Serve) -> None:
    text = "# Tides\n\n- the **moon**\n- the sun\n"
    server = serve(Script(replies=(Reply(text=text),)))
    with open_chat(server) as screen:
        screen.prompt()
        lines = screen.say("why?")
        assert "• the moon" in "\n".join(lines)
        assert not any("**" in line for line in lines)
        screen.say("go on")
        screen.leave()
    assert sent(server) == talk("why?", text, "go on")


@pytest.mark.parametrize("columns", [20, 40])
def test_a_narrow_terminal_is_wide_enough(open_chat: Open, server: ScriptedServer, columns: int) -> None:
    text = "a question that is longer than the line is wide"
    with open_chat(server, columns=columns) as screen:
        screen.prompt()
        screen.say(text)
        assert max(map(len, screen.say("/help"))) <= columns
        screen.leave()
    assert sent(server) == talk(text)


def test_a_window_may_change_its_size(open_chat: Open, server: ScriptedServer) -> None:
    with open_chat(server) as screen:
        screen.prompt()
        screen.type("a question that is typed")
        screen.shows("> a question that is typed")
        screen.resize(40, 12)
        screen.type(" in two")
        screen.say(" windows")
        screen.leave()
    assert sent(server) == talk("a question that is typed in two windows")


def test_a_dumb_terminal_has_plain_lines(open_chat: Open, server: ScriptedServer) -> None:
    with open_chat(server, env={"TERM": "dumb"}) as screen:
        screen.prompt()
        screen.say("one")
        screen.type(f"two\\{ENTER}")
        screen.prompt(".")
        screen.say("lines")
        screen.type(CTRL_C)
        screen.shows("quit leaves")
        screen.prompt()
        screen.type(CTRL_D)
        assert screen.end() == 0
    assert sent(server) == talk("one", "Answer 1.", "two\nlines")
    assert b"\x1b" not in screen.raw
