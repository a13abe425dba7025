"""Markdown on a terminal: whole processes, seen through a terminal emulator."""

from __future__ import annotations

import os
import random
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script, ToolCall
from dsk.scripted.server import ScriptedServer
from tests.harness import DSK, Dsk, Result, wait_until
from tests.output.markdown.emulator import PLAIN, Screen, bare, shown
from tests.process.tool_files import write_tool
from tests.terminal import Terminal, on_terminal, without_spinner

Serve = Callable[[Script], ScriptedServer]

ANSWER = """\
# Pipes

A **pipe** joins the *output* of `one` to the input of [another](https://example.com/pipe), as the shell does when you
write a bar between two commands. 世界 🚀

1. First
   - [x] nested **task**
   - [ ] open
2. Second:

   ```python
   def f(x):
       return x + 1  # one more
   ```

> A quote.

| Name | Value |
|------|------:|
| a | 1 |
| long name | 22 |

---

The end.
"""


def server_of(serve: Serve, text: str = ANSWER, pace: float = 0, **changes: object) -> ScriptedServer:
    return serve(Script(replies=(Reply(text=text, **changes),), pace=pace))  # type: ignore[arg-type]


def ask(server: ScriptedServer, *args: str) -> list[str]:
    return ["ask", "--base-url", server.base_url, "--no-resume", *args, "hi"]


def screen_of(seen: str, width: int = 80, height: int = 24) -> Screen:
    screen = Screen(width, height)
    screen.feed(seen)
    return screen


@pytest.mark.parametrize("pace", [0, 400])
@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 12), (100, 5)])
def test_the_scrollback_is_the_finished_text(dsk: Dsk, serve: Serve, width: int, height: int, pace: float) -> None:
    seen = on_terminal(dsk, *ask(server_of(serve, pace=pace)), width=width, height=height)
    screen = screen_of(seen, width, height)
    assert screen.rows() == shown(ANSWER, width, height)
    assert screen.is_sane()
    assert seen.endswith("\n")
    assert "\x1b" not in bare(seen)


def test_a_pipe_and_a_file_get_the_bytes_of_the_model(dsk: Dsk, serve: Serve) -> None:
    server = server_of(serve)
    assert dsk.run(*ask(server), stdin=None) == Result(ANSWER.encode(), b"", 0)
    assert without_spinner(on_terminal(dsk, *ask(server, "-o", "answer.md"))) == ""
    assert (dsk.home / "answer.md").read_text() == ANSWER


@pytest.mark.parametrize("args", [["--markdown", "never"], ["--escapes", "raw"]])
def test_where_it_is_not_wanted_a_terminal_gets_the_text(dsk: Dsk, serve: Serve, args: list[str]) -> None:
    assert without_spinner(on_terminal(dsk, *ask(server_of(serve), *args))) == ANSWER


def test_a_dumb_terminal_gets_the_text(dsk: Dsk, serve: Serve) -> None:
    assert on_terminal(dsk, *ask(server_of(serve)), env={"TERM": "dumb"}) == ANSWER


@pytest.mark.parametrize("args", [["--json"], ["--jsonl"], ["--raw"]])
def test_other_formats_are_what_they_are(dsk: Dsk, serve: Serve, args: list[str]) -> None:
    seen = on_terminal(dsk, *ask(server_of(serve), *args))
    assert "output" in seen
    assert "─┼─" not in seen


def test_the_environment_and_the_config_file_say_when(dsk: Dsk, serve: Serve) -> None:
    server = server_of(serve)
    dsk.write_config('[defaults]\nmarkdown = "never"\n')
    assert without_spinner(on_terminal(dsk, *ask(server))) == ANSWER
    seen = on_terminal(dsk, *ask(server), env={"DSK_MARKDOWN": "auto"})
    assert screen_of(seen).rows() == shown(ANSWER)


def test_no_color_leaves_the_marks_and_lays_out_all_the_same(dsk: Dsk, serve: Serve) -> None:
    for args, env in ((["--color", "never"], {}), ([], {"NO_COLOR": "1"})):
        seen = on_terminal(dsk, *ask(server_of(serve, pace=400), *args), env=env)
        assert not re.search(r"\x1b\[[0-9;]*m", seen)
        assert screen_of(seen).rows() == shown(ANSWER, look=PLAIN)


def test_always_renders_into_a_pipe_block_by_block(dsk: Dsk, serve: Serve) -> None:
    server = server_of(serve, "# One\n\n**two**\n\n- three \x1b[31m\n\n```sh\nls\n```\n")
    found = dsk.run(*ask(server, "--markdown", "always"), stdin=None)
    assert found == Result(b"# One\n\n**two**\n\n\xe2\x80\xa2 three ^[[31m\n\n```sh\nls\n```\n", b"", 0)
    styled = dsk.run(*ask(server, "--markdown", "always", "--color", "always"), stdin=None).text
    assert "\x1b[1mtwo\x1b[0m" in styled
    assert not re.search(r"\x1b\[\d*[AGKJ]|\r", styled)


def test_always_is_as_wide_as_columns_says(dsk: Dsk, serve: Serve) -> None:
    server = server_of(serve, "word " * 20)
    found = dsk.run(*ask(server, "--markdown", "always"), stdin=None, env={"COLUMNS": "30"}).text
    assert found == "word word word word word word\n" * 3 + "word word\n"


def test_always_with_escapes_raw_is_a_contradiction(dsk: Dsk, serve: Serve) -> None:
    server = server_of(serve)
    result = dsk.run(*ask(server, "--markdown", "always", "--escapes", "raw"), stdin=None)
    assert (result.stdout, result.status, server.requests) == (b"", 2, [])
    assert "--markdown always" in result.errors


HOSTILE = [
    "plain \x1b[31m \x9b2J \u202e",
    "# head \x1b]0;title\x07",
    "- item \x1b[2J\n- [ ] \x1b[A",
    "> quote \x1b[H",
    "| a \x1b[31m | b |\n|---|---|\n| \x1b[2J | \u202e |",
    "```\x1b[31m\ncode \x1b[2J\n```",
    "    code \x1b[2J",
    "**bold \x1b[0m** `code \x1b[2J` ~~\x1b[A~~",
    "[text \x1b[2J](http://e.com/\x1b[2J) [a](<http://e.com/\x1b]8;;evil\x1b\\>)",
    "![image \x1b[2J](\x1b[2J.png)",
    "<http://e.com/%1B[2J%07> &#27;[2J &#x9b;2J &#8238; &#x202e;",
    "$$ \x1b[2J $$ \\( \x1b[31m \\)",
    "\x1b[31m\r\x1b[2J\x00\x7f",
    "a\n\x1b[2J\n===\n\n1\x1b[2J. a",
]


@pytest.mark.parametrize("links", ["0", "1"])
def test_no_sequence_of_the_models_reaches_the_terminal(dsk: Dsk, serve: Serve, links: str) -> None:
    text = "\n\n".join(f"{block}\n\nend of {number}." for number, block in enumerate(HOSTILE))
    server = serve(Script(replies=(Reply(text=text),), faults=(parse_fault("tiny"),)))
    seen = on_terminal(dsk, *ask(server), env={"FORCE_HYPERLINK": links})
    rows = screen_of(seen).rows()
    assert [row for row in rows if row.startswith("end of")] == [f"end of {n}." for n in range(len(HOSTILE))]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", bare(seen))
    for url in re.findall(r"\x1b\]8;[^;]*;([^\x1b]*)\x1b", seen):
        assert re.fullmatch("[!-~]*", url)
    assert screen_of(seen).is_sane()


def test_escapes_strip_removes_them_within_markdown(dsk: Dsk, serve: Serve) -> None:
    seen = on_terminal(dsk, *ask(server_of(serve, "a **\x1b[31mred\x1b[0m** b"), "--escapes", "strip"))
    screen = screen_of(seen)
    assert screen.rows() == ["a red b"]
    assert screen.style("red").bold
    assert "\x1b[31m" not in seen


def test_interrupted_in_the_midst_of_a_block_it_is_whole_and_the_terminal_sane(dsk: Dsk, serve: Serve) -> None:
    text = "A **bold word and `code that never"
    server = serve(Script(replies=(Reply(text=text + " ends"),), faults=(parse_fault("stall-after=12"),)))
    with Terminal(dsk, *ask(server)) as terminal:
        terminal.wait_for("never")
        terminal.process.send_signal(signal.SIGINT)
        screen = screen_of(terminal.finish())
        assert terminal.process.returncode == -signal.SIGINT
    assert screen.rows() == [text, "dsk: interrupted", "dsk: hint: dsk log resume 1 goes on with it"]
    assert screen.is_sane()


def test_a_message_in_the_midst_stands_on_a_row_of_its_own(dsk: Dsk, serve: Serve) -> None:
    text = "A paragraph with **some bold words** in it, and it goes on and on for a while\n\nend"
    server = serve(Script(replies=(Reply(text=text),), faults=(parse_fault("drop-after=14x1"),)))
    seen = on_terminal(dsk, "ask", "--base-url", server.base_url, "hi", width=200)
    rows = screen_of(seen, 200).rows()
    place = next(at for at, row in enumerate(rows) if row.startswith("dsk: "))
    assert place > 0
    said = "".join(rows[:place] + rows[place + 1 :])
    assert "".join(said.replace("**", "").split()) == "".join(text.replace("**", "").split())


@pytest.mark.parametrize("width", [100, 30])
def test_another_size_in_the_midst_loses_nothing(dsk: Dsk, serve: Serve, width: int) -> None:
    words = [f"word{number}" for number in range(60)]
    server = serve(Script(replies=(Reply(text=" ".join(words)),), pace=60))
    with Terminal(dsk, *ask(server), width=60, height=20) as terminal:
        terminal.wait_for("word20")
        terminal.resize(width, 20)
        seen = terminal.finish()
    # Until the libraries are loaded, rows end in the midst of words.
    said = "".join(bare(without_spinner(seen)).split())
    assert said.endswith("word59")
    assert [word for word in words if not re.search(rf"{word}(?!\d)", said)] == []


def test_what_has_left_a_screen_that_became_lower_is_not_written_again(dsk: Dsk, serve: Serve) -> None:
    rows = [f"| row{number} | x{number} |" for number in range(16)]
    text = "\n".join(["| a | b |", "|---|---|", *rows, "| a much longer cell | y |", "| row16 | x16 |", "", "end"])
    server = server_of(serve, text, pace=150)
    with Terminal(dsk, *ask(server), width=60, height=24) as terminal:
        terminal.wait_for("row9")
        begun = len(terminal.seen)
        terminal.resize(60, 8)
        seen = terminal.finish()
    assert "row2" not in seen[begun:]
    said = re.findall(r"\w+", bare(without_spinner(seen)))
    assert set(re.findall(r"\w+", text)) <= set(said)


def test_reasoning_is_dim_above_the_answer(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="**yes**", reasoning="is it *so*"),), pace=100))
    screen = screen_of(on_terminal(dsk, *ask(server, "--think")))
    assert screen.rows() == ["is it *so*", "", "yes"]
    assert screen.style("yes").bold


SLOW = """
import os, sys
open(os.environ["GATE"]).close()
sys.path.remove(os.path.dirname(__file__))
del sys.modules["wcwidth"]
import wcwidth
"""


def test_a_token_is_seen_at_once_also_while_the_libraries_are_being_loaded(dsk: Dsk, serve: Serve) -> None:
    (dsk.home / "slow").mkdir()
    (dsk.home / "slow" / "wcwidth.py").write_text(SLOW)
    gate = dsk.home / "gate"
    os.mkfifo(gate)
    server = server_of(serve, "A **bold** word\n\n- and 世界", pace=20)
    env = {"GATE": str(gate), "PYTHONPATH": str(dsk.home / "slow")}
    with Terminal(dsk, *ask(server), env=env) as terminal:
        terminal.wait_for("A **bo")
        gate.write_text("")
        screen = screen_of(terminal.finish())
    assert screen.rows() == ["A bold word", "", "• and 世界"]
    assert screen.style("bold").bold


def test_nothing_of_it_is_loaded_for_a_pipe(dsk: Dsk, serve: Serve) -> None:
    result = dsk.run(*ask(server_of(serve)), stdin=None, env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert "dsk.output.text" in result.errors, "the list of modules was read"
    for module in ("markdown", "pygments", "wcwidth", "dsk.output.spinner"):
        assert module not in result.errors


def test_under_tmux_the_scrollback_is_the_finished_text(dsk: Dsk, serve: Serve) -> None:
    if not shutil.which("tmux"):
        pytest.skip("there is no tmux")
    server = server_of(serve, ANSWER * 3 + "Emoji 👩‍🚀 👍🏽 ❤️ e\u0301 end\n", pace=800)
    name = f"dsk-{random.randrange(1 << 40):x}"
    tmux = ["tmux", "-L", name, "-f", "/dev/null"]
    command = f"{shlex.join([*DSK, *ask(server)])}; touch finished; cat"
    try:
        subprocess.run(
            [*tmux, "new-session", "-d", "-x", "50", "-y", "12", command],
            env=dsk.env,
            cwd=dsk.home,
            check=True,
            timeout=30,
        )
        wait_until((dsk.home / "finished").exists, "the answer to end")
        capture = subprocess.run(
            [*tmux, "capture-pane", "-p", "-S", "-"], check=True, capture_output=True, timeout=30
        ).stdout.decode()
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, timeout=30)
    found = [row.rstrip() for row in capture.rstrip().split("\n")]
    expected = shown(ANSWER * 3, 50, 12)
    assert found[: len(expected)] == expected
    assert found[-1].startswith("Emoji 👩")
    assert found[-1].endswith("end")


def test_a_wait_shows_what_for_and_how_long_and_vanishes(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="yes"),), first_token=1.3, keep_alive=2))
    seen = on_terminal(dsk, *ask(server))
    assert re.search(r"\r\x1b\[K\x1b\[2m\S queued 1 s\x1b\[0m", seen)
    assert seen.endswith("\r\x1b[Kyes\n")


@pytest.mark.parametrize(("args", "state"), [((), "waiting for the first token"), (("--think", "-R"), "thinking")])
def test_a_server_that_says_nothing_is_connected_to_or_waited_for(
    dsk: Dsk, serve: Serve, args: tuple[str, ...], state: str
) -> None:
    server = serve(Script(replies=(Reply(text="yes"),), first_token=0.8))
    seen = on_terminal(dsk, *ask(server), *args, env={"NO_COLOR": "1"})
    found = re.findall(r"\r\x1b\[K\S (.*?) \d s(?=\r)", seen)
    assert set(found) <= {"connecting", state}
    assert found
    assert seen.endswith("\r\x1b[Kyes\n")


def test_the_seconds_count_anew_from_the_message_that_tells_of_another_attempt(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="yes"),), faults=(parse_fault("503=1x3"),)))
    after = on_terminal(dsk, "ask", "--base-url", server.base_url, "hi", width=300).partition("(3 of 5)")[2]
    # The first two waits alone take longer than what is told as a second.
    assert re.findall(r"waiting (\d) s", after)[:1] == ["0"]


def test_hidden_reasoning_is_thinking(dsk: Dsk, serve: Serve) -> None:
    reply = Reply(text="yes", reasoning="well " * 30)
    seen = on_terminal(dsk, *ask(serve(Script(replies=(reply,), pace=40)), "--think", "-R"))
    assert re.search(r"\S thinking \d+ s", seen)
    assert "well" not in seen
    assert screen_of(seen).rows() == ["yes"]


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["--schema", "[{a}]"], '{"items": [{"a": "%s"}]}'),
        (["--schema", "a", "--retry-invalid", "1"], '{"a": "%s"}'),
        (["--json"], "%s"),
        (["-x"], "%s\n```\nprint()\n```"),
        (["--tool", "one", "--allow-tool", "one"], ""),
        (["fim", "--print-edit", "--at", "one:1:1"], "%s"),
    ],
)
def test_what_is_held_back_is_being_received(dsk: Dsk, serve: Serve, args: list[str], text: str) -> None:
    long = "word " * 25
    write_tool(dsk.home, "one", "echo seen")
    calls = () if text else (ToolCall("one", f'{{"a": "{long}"}}'),)
    replies = (Reply(text=text.replace("%s", long), tool_calls=calls), Reply(text="Done."))
    server = serve(Script(replies=replies, pace=40))
    command = args if args[0] == "fim" else ["ask", *args, "hi"]
    seen = on_terminal(dsk, command[0], "--base-url", server.base_url, *command[1:], env={"NO_COLOR": "1"})
    counts = re.findall(r"\r\x1b\[K\S receiving \((\d+) characters?\) \d s(?=\r)", seen)
    assert len(set(counts)) > 1
    assert sorted(counts, key=int) == counts
    shown = without_spinner(seen)
    assert "receiving" not in shown
    assert shown.strip()


def test_what_is_held_back_between_two_lines_is_being_received(dsk: Dsk, serve: Serve) -> None:
    long = "word " * 12
    reply = Reply(text=f'{{"items": ["one", "{long}", "two"]}}')
    server = serve(Script(replies=(reply,), pace=20))
    seen = on_terminal(dsk, *ask(server), "--schema", "[str]", width=120, env={"NO_COLOR": "1"})
    after = seen.partition('"one"')[2]
    assert re.search(r"\S receiving \(\d+ characters?\) \d s(?=\r)", after)
    assert screen_of(seen, 120).rows() == ['"one"', f'"{long}"', '"two"']
    # An object has its line open while it comes.
    whole = on_terminal(dsk, *ask(server), "--schema", "items [str]", width=120, env={"NO_COLOR": "1"})
    assert without_spinner(whole) == f"{reply.text}\n"
    assert "receiving" not in whole.partition("{")[2]


def test_a_message_while_it_waits_is_not_written_over(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="yes"),), first_token=0.6, faults=(parse_fault("503=1x1"),)))
    screen = screen_of(on_terminal(dsk, "ask", "--base-url", server.base_url, "hi", width=300), 300)
    rows = screen.rows()
    assert re.fullmatch(r"dsk: .*; trying again in .* s \(1 of 5\)", rows[0])
    assert rows[1:] == ["yes"]


@pytest.mark.parametrize("place", ["2>err", "--log"])
def test_no_spinner_where_nobody_looks(dsk: Dsk, serve: Serve, place: str) -> None:
    server = serve(Script(replies=(Reply(text="yes"),), first_token=0.6, keep_alive=3))
    command = shlex.join([*DSK, *ask(server)])
    if place == "2>err":
        result = dsk.shell(f"{command} 2>err; cat err >&2")
        assert result == Result(b"yes\n", b"", 0)
    else:
        assert dsk.run(*ask(server), stdin=None) == Result(b"yes\n", b"", 0)
        seen = on_terminal(dsk, *ask(server), env={"TERM": "dumb"})
        assert seen == "yes\n"
