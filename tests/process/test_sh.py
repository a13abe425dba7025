"""``dsk sh``: a command is proposed; in a pipe that is all, on a terminal the user chooses."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pexpect
import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import DSK, KEY, Dsk, Result
from tests.process.templates import write_template
from tests.terminal import without_spinner

Serve = Callable[[Script], ScriptedServer]
QUESTION = "(r)un it, (e)dit it, e(x)plain it, (c)opy it, or (q)uit? "
WITHOUT_RUN = "dsk: (e)dit it, e(x)plain it, (c)opy it, or (q)uit? "
FENCED = "```bash\nls -l\n```\n"


def serving(serve: Serve, *texts: str, faults: tuple[str, ...] = ()) -> ScriptedServer:
    replies = tuple(Reply(text=text) for text in texts)
    return serve(Script(replies=replies, faults=tuple(parse_fault(fault) for fault in faults)))


def sh(dsk: Dsk, server: ScriptedServer, *args: str, **kw: Any) -> Result:
    return dsk.run("sh", "--base-url", server.base_url, "--retry", "0", *args, "list", stdin=None, **kw)


def body(dsk: Dsk, *args: str, **kw: Any) -> dict[str, Any]:
    result = dsk.run("sh", "--dry-run", *args, **{"stdin": None, **kw})
    assert (result.errors, result.status) == ("", 0)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


# In a pipe


IN_A_PIPE = [
    ("ls -l", "ls -l"),
    ("\n  ls -l\r\n", "ls -l"),
    (FENCED, "ls -l"),
    (f"Sure, here it is:\n\n{FENCED}\nIt lists.\n\n```\nrm x\n```\n", "ls -l"),
    ("~~~\nfor f in *; do\n    ls $f\r\ndone\n~~~", "for f in *; do\n    ls $f\ndone"),
    ("`ls -l`", "ls -l"),
    ("```ls -l```", "ls -l"),
    ("`date` | wc", "`date` | wc"),
    ("# list\nls -l", "# list\nls -l"),
    ("echo \x1b[31m", "echo \x1b[31m"),
]
# In one piece there is a whole fence to be found; what has none is the same in any pieces.
PIECES = [(answer, command, "tiny") for answer, command in IN_A_PIPE]
PIECES += [(answer, command, "one-write") for answer, command in IN_A_PIPE if "``" in answer or "~~" in answer]


@pytest.mark.parametrize(("answer", "command", "fault"), PIECES)
def test_in_a_pipe_the_command_alone_is_printed(dsk: Dsk, serve: Serve, answer: str, command: str, fault: str) -> None:
    assert sh(dsk, serving(serve, answer, faults=(fault,))) == Result(f"{command}\n".encode(), b"", 0)


@pytest.mark.parametrize(
    ("fault", "status"), [("drop-after=2", 12), ("finish=length", 10), ("finish=content_filter", 11), ("500", 6)]
)
def test_half_a_command_never_reaches_a_pipe(dsk: Dsk, serve: Serve, fault: str, status: int) -> None:
    result = sh(dsk, serving(serve, "rm -rf /tmp/only/this/folder", faults=(fault,)), "--no-resume")
    assert (result.stdout, result.status) == (b"", status)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("# that needs root", "that needs root"),
        ("```\n# no\n```", "no"),
        ("", "the answer is empty"),
        ("```\n```", "its block of code is empty"),
    ],
)
def test_an_answer_without_a_command_is_status_13_and_says_why(dsk: Dsk, serve: Serve, answer: str, why: str) -> None:
    result = sh(dsk, serving(serve, answer))
    assert (result.stdout, result.status) == (b"", 13)
    assert result.errors.splitlines()[0] == f"dsk: no command is proposed: {why}"


@pytest.mark.parametrize("end", ["stdin", "stdout"])
def test_one_end_that_is_no_terminal_is_enough_for_nothing_to_run(dsk: Dsk, serve: Serve, end: str) -> None:
    server = serving(serve, "touch ran")
    redirection = "< /dev/null" if end == "stdin" else "| cat"
    command = f"{' '.join(DSK)} sh --base-url {server.base_url} -I x {redirection}"
    child = pexpect.spawn(
        "bash", ["-c", f"set -o pipefail; {command}"], env=dsk.env, cwd=str(dsk.home), encoding="utf-8", timeout=30
    )
    child.expect(pexpect.EOF)
    child.wait()
    assert (without_spinner(child.before or ""), child.exitstatus) == ("touch ran\r\n", 0)
    assert not (dsk.home / "ran").exists()


# What the model is told


def test_the_model_is_told_the_shell_and_the_system(dsk: Dsk) -> None:
    messages = body(dsk, "find", "files", env={"SHELL": "/opt/bin/fish"})["messages"]
    system, user = messages
    assert user["content"] == "find files"
    kernel = os.uname().sysname
    assert f"command lines for fish on {'macOS' if kernel == 'Darwin' else kernel}" in system["content"]
    assert "one command line" in system["content"]


def test_params_name_another_shell_and_system(dsk: Dsk) -> None:
    system = body(dsk, "-p", "shell=sh", "-p", "os=FreeBSD 14", "x")["messages"][0]["content"]
    assert "command lines for sh on FreeBSD 14." in system
    dsk.write_config('[defaults]\nparam = ["os=Plan 9", "reader=me"]\n')
    assert " on Plan 9." in body(dsk, "x")["messages"][0]["content"]


def test_what_is_piped_in_and_files_come_before_the_words(dsk: Dsk) -> None:
    (dsk.home / "a.txt").write_text("A\n")
    prompt = body(dsk, "-f", "a.txt", "sort it", stdin=b"piped\n")["messages"][-1]["content"]
    assert prompt.index("a.txt") < prompt.index("piped") < prompt.index("sort it")


def test_a_template_of_ones_own_takes_the_place_of_the_one_that_came(dsk: Dsk) -> None:
    write_template(dsk, "shell", 'system = "One {shell} command."\n[options]\ntemperature = 0.5\njson_mode = true\n')
    found = body(dsk, "x", env={"SHELL": "/bin/zsh"})
    assert (found["messages"][0]["content"], found["temperature"]) == ("One zsh command.", 0.5)
    assert body(dsk, "--temperature", "0", "x")["temperature"] == 0
    assert "response_format" not in found


def test_what_is_said_of_answers_in_general_does_not_touch_it(dsk: Dsk, serve: Serve) -> None:
    dsk.write_config('[defaults]\nsystem = "In German."\nreasoning = "only"\nformat = "json"\noutput = "x"\n')
    env = {"DSK_SYSTEM": "In Latin.", "DSK_TEMPLATE": "commit", "DSK_FORMAT": "raw"}
    assert "command lines" in body(dsk, "x", env=env)["messages"][0]["content"]
    assert sh(dsk, serving(serve, "ls"), env=env) == Result(b"ls\n", b"", 0)
    result = dsk.run("sh", "--reasoning", "only", "x")
    assert (result.stdout, result.status) == (b"", 2)


def test_offline_there_is_a_command_too(dsk: Dsk) -> None:
    result = dsk.run("sh", "--offline", "find files", stdin=None)
    assert result.status == 0
    assert result.text.startswith("echo '")


def test_no_words_is_a_usage_error(dsk: Dsk) -> None:
    result = dsk.run("sh")
    assert (result.stdout, result.status) == (b"", 2)
    assert "there is no prompt" in result.errors


def test_the_question_and_the_answer_are_in_the_log(dsk: Dsk, serve: Serve) -> None:
    sh(dsk, serving(serve, "ls -l"))
    shown = json.loads(dsk.run("log", "show", "--json").stdout)
    assert (shown["command"], shown["content"], shown["status"]) == ("sh", "ls -l", 0)
    assert shown["request"]["messages"][-1]["content"] == "list"
    sh(dsk, serving(serve, "ls -a"), "-n")
    assert json.loads(dsk.run("log", "show", "--json").stdout)["content"] == "ls -l"


# On a terminal


class Terminal:
    """``dsk sh`` on a terminal."""

    def __init__(self, dsk: Dsk, server: ScriptedServer, *args: str, env: dict[str, str] | None = None) -> None:
        self.child: pexpect.spawn[str] = pexpect.spawn(
            DSK[0],
            [*DSK[1:], "sh", "--base-url", server.base_url, *args, "x"],
            env=dsk.env | {"SHELL": "/bin/bash", "INPUTRC": "/dev/null", "TERM": "dumb"} | (env or {}),
            cwd=str(dsk.home),
            encoding="utf-8",
            timeout=30,
            dimensions=(24, 200),
        )

    def until(self, text: str) -> str:
        """Wait until it is on the screen: what came before it, less what had been waited for."""
        self.child.expect_exact(text)
        assert isinstance(self.child.before, str)
        return self.child.before.replace("\r\n", "\n")

    def answer(self, line: str) -> None:
        """Type a line."""
        self.child.sendline(line)

    def ended(self) -> tuple[str, int]:
        """Wait for the end: what was still shown, and the status as a shell has it."""
        self.child.expect(pexpect.EOF)
        assert isinstance(self.child.before, str)
        self.child.wait()
        number = self.child.signalstatus
        status = self.child.exitstatus if number is None else 128 + number
        assert status is not None
        return self.child.before.replace("\r\n", "\n"), status


Start = Callable[..., Terminal]


@pytest.fixture
def start(dsk: Dsk, serve: Serve) -> Iterator[Start]:
    terminals: list[Terminal] = []

    def begin(*texts: str, faults: tuple[str, ...] = (), args: tuple[str, ...] = (), **env: str) -> Terminal:
        terminals.append(Terminal(dsk, serving(serve, *texts, faults=faults), *args, env=env))
        return terminals[-1]

    yield begin
    for terminal in terminals:
        terminal.child.close(force=True)


@pytest.mark.parametrize("yes", ["r", "run", "y", "YES "])
def test_after_a_yes_it_runs_and_its_status_is_passed_on(start: Start, yes: str) -> None:
    terminal = start('```sh\necho "ran in $BASH_VERSION"; exit 42\n```')
    assert terminal.until(QUESTION) == 'echo "ran in $BASH_VERSION"; exit 42\ndsk: '
    terminal.answer(yes)
    seen, status = terminal.ended()
    assert seen.startswith(f"{yes}\nran in ")
    assert status == 42


def test_a_command_that_dies_of_a_signal_dies_of_it_as_dsk_would(start: Start) -> None:
    terminal = start("kill -TERM $$")
    terminal.until(QUESTION)
    terminal.answer("r")
    assert terminal.ended()[1] == 128 + signal.SIGTERM


def test_what_runs_has_the_terminal_and_the_user_s_environment_and_signals(dsk: Dsk, start: Start) -> None:
    # A writer whose reader has gone must die of it, which it does not where the signal is ignored.
    (dsk.home / "facts").write_text(
        '[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo terminal\n(yes; echo "yes: $?" >&2) | head -n 1 > /dev/null\n'
        f'env | grep -c {KEY}\nread -r line && echo "read $line"\n'
    )
    dsk.env.pop("DEEPSEEK_API_KEY")
    assert dsk.run("key", "set", stdin=KEY.encode()).status == 0
    terminal = start(". ./facts")
    terminal.until(QUESTION)
    terminal.answer("r")
    assert terminal.until("0\n".replace("\n", "\r\n")) == "r\nterminal\nyes: 141\n"
    terminal.answer("hello")
    assert terminal.ended() == ("hello\nread hello\n", 0)


def test_enter_alone_and_what_is_no_answer_run_nothing(dsk: Dsk, start: Start) -> None:
    terminal = start("touch ran")
    terminal.until(QUESTION)
    for answer in ("", "what?", "rm", "rr"):
        terminal.answer(answer)
        assert terminal.until(QUESTION) == f"{answer}\ndsk: say r, e, x, c or q\ndsk: "
    terminal.answer("n")
    assert terminal.ended() == ("n\n", 0)
    assert not (dsk.home / "ran").exists()


def test_what_was_typed_before_the_question_is_no_answer(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve, "touch ran now", faults=("stall-after=2x1",))
    terminal = Terminal(dsk, server, "--stall", "1")
    terminal.until("touch ran")
    terminal.answer("y")
    terminal.until(QUESTION)
    terminal.answer("q")
    assert terminal.ended()[1] == 0
    assert not (dsk.home / "ran").exists()


@pytest.mark.parametrize(("key", "status"), [("\x04", 0), ("\x03", 130)])
def test_the_end_of_the_input_and_an_interrupt_run_nothing(dsk: Dsk, start: Start, key: str, status: int) -> None:
    terminal = start("touch ran")
    terminal.until(QUESTION)
    terminal.child.send(key)
    seen, ended = terminal.ended()
    assert ended == status
    assert "^Cdsk" not in seen
    assert not (dsk.home / "ran").exists()


def test_a_command_of_several_lines_is_shown_whole_and_run_whole(start: Start) -> None:
    command = "for n in 1 2; do\n\techo $n\ndone"
    terminal = start(f"```\n{command}\n```")
    assert terminal.until(QUESTION).expandtabs() == f"{command}\ndsk: ".expandtabs()
    terminal.answer("r")
    assert terminal.ended() == ("r\n1\n2\n", 0)


@pytest.mark.parametrize("fault", ["tiny", "one-write"])
def test_a_command_among_other_words_is_shown_once_and_last(start: Start, fault: str) -> None:
    terminal = start("Here it is:\n\n```sh\necho hi\n```\n\nIt greets.\n", faults=(fault,))
    assert terminal.until(QUESTION) == "Here it is:\n\necho hi\ndsk: "
    terminal.answer("r")
    assert terminal.ended() == ("r\nhi\n", 0)


@pytest.mark.parametrize("fault", ["tiny", "one-write"])
@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        ("`echo hi`\n", "echo hi"),
        ("`date` | wc", "`date` | wc"),
        ("`ls` lists.\n\nUse `ls`.\n", "`ls` lists.\n\nUse `ls`."),
    ],
)
def test_an_answer_without_a_fence_is_shown_once(start: Start, answer: str, seen: str, fault: str) -> None:
    terminal = start(answer, faults=(fault,))
    assert terminal.until(QUESTION) == f"{seen}\ndsk: "
    terminal.answer("q")
    assert terminal.ended()[1] == 0


def test_without_words_an_example_is_given(dsk: Dsk) -> None:
    result = dsk.run("sh", "--offline", stdin=None)
    assert result.status == 2
    assert result.errors.endswith('dsk: hint: say what the command is to do: dsk sh "find files over 1 GB"\n')


@pytest.mark.parametrize(
    ("command", "seen", "names"),
    [
        ("touch ran\x1b[8m; touch no", "touch ran^[[8m; touch no", "U+001B"),
        ("touch ran \u202eon", "touch ran <U+202E>on", "U+202E"),
        ("touch ran\u3164on", "touch ran<U+3164>on", "U+3164"),
        ("touch\u00a0ran \u200d; touch no\u200d", "touch<U+00A0>ran <U+200D>; touch no<U+200D>", "U+00A0, U+200D"),
        ("touch ran\rtouch no", "touch ran^Mtouch no", "U+000D"),
    ],
)
def test_a_command_with_characters_that_do_not_show_is_shown_and_refused(
    dsk: Dsk, start: Start, command: str, seen: str, names: str
) -> None:
    terminal = start(command)
    before = terminal.until(WITHOUT_RUN)
    assert seen in before
    verb = "do not show as they are" if "," in names else "does not show as it is"
    assert before.endswith(f"dsk: warning: {names} in the command {verb}: to run it, edit it\n")
    terminal.answer("r")
    terminal.until(WITHOUT_RUN)
    terminal.answer("q")
    assert terminal.ended() == ("q\n", 0)
    assert not (dsk.home / "ran").exists()


def test_it_is_edited_without_them_and_then_run(dsk: Dsk, start: Start) -> None:
    terminal = start("touch\u00a0r\u202ean")
    terminal.until(WITHOUT_RUN)
    terminal.answer("e")
    terminal.until("> touch ran")
    terminal.child.send("-it\r")
    assert terminal.until(QUESTION).endswith("\ntouch ran-it\ndsk: ")
    terminal.answer("r")
    assert terminal.ended() == ("r\n", 0)
    assert (dsk.home / "ran-it").exists()


def test_an_edit_that_leaves_nothing_leaves_the_command_as_it_was(start: Start) -> None:
    terminal = start("echo hi")
    terminal.until(QUESTION)
    terminal.answer("e")
    terminal.until("> echo hi")
    terminal.child.send("\x15\r")
    assert terminal.until(QUESTION).endswith("\necho hi\ndsk: ")


def test_several_lines_are_edited_in_the_editor(start: Start) -> None:
    terminal = start("```\necho 1\necho 2\n```", EDITOR="sed -i s/2/3/")
    terminal.until(QUESTION)
    terminal.answer("e")
    assert terminal.until(QUESTION).endswith("e\necho 1\necho 3\ndsk: ")
    terminal.answer("r")
    assert terminal.ended() == ("r\n1\n3\n", 0)


def test_an_editor_that_fails_leaves_the_command_as_it_was(start: Start) -> None:
    terminal = start("```\necho 1\necho 2\n```", EDITOR="false")
    terminal.until(QUESTION)
    terminal.answer("e")
    assert "set VISUAL or EDITOR; the command is as it was" in terminal.until(QUESTION)
    terminal.answer("r")
    assert terminal.ended() == ("r\n1\n2\n", 0)


def test_it_is_explained_and_then_still_to_be_decided(dsk: Dsk, start: Start) -> None:
    terminal = start("echo hi", "It greets.\x1b[2J")
    terminal.until(QUESTION)
    terminal.answer("x")
    assert terminal.until(QUESTION) == "x\nIt greets.^[[2J\ndsk: "
    terminal.answer("r")
    assert terminal.ended() == ("r\nhi\n", 0)
    asked = json.loads(dsk.run("log", "show", "--json").stdout)["request"]["messages"]
    assert asked[-1]["content"].endswith(":\n\necho hi")
    assert asked[0]["content"].lstrip().startswith("You explain")


def test_an_explanation_that_is_interrupted_or_fails_leaves_the_choice(dsk: Dsk, serve: Serve) -> None:
    stalling = Reply(text="It says hi to all", faults=(parse_fault("stall-after=4"),))
    server = serve(Script(replies=(Reply(text="echo hi"), stalling, Reply(status=400))))
    terminal = Terminal(dsk, server, "--no-resume")
    terminal.until(QUESTION)
    terminal.answer("x")
    terminal.until("It says")
    terminal.child.send("\x03")
    terminal.until("dsk: interrupted")
    terminal.until(QUESTION)
    terminal.answer("x")
    assert "HTTP 400" in terminal.until(QUESTION)
    terminal.answer("r")
    assert terminal.ended() == ("r\nhi\n", 0)


def test_it_is_copied_by_the_program_for_that(dsk: Dsk, start: Start, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "wl-copy").write_text('#!/bin/sh\ncat > "$HOME/copied"\n')
    (programs / "wl-copy").chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    terminal = start("echo 'hi'", PATH=path, WAYLAND_DISPLAY="wayland-0")
    terminal.until(QUESTION)
    terminal.answer("c")
    assert terminal.ended() == ("c\ndsk: copied, by wl-copy\n", 0)
    assert (dsk.home / "copied").read_text() == "echo 'hi'"


def test_a_terminal_that_knows_no_sequences_is_told_none(start: Start, tmp_path: Path) -> None:
    terminal = start("echo hi", PATH=str(tmp_path))
    terminal.until(QUESTION)
    terminal.answer("c")
    assert "dsk: nothing is copied: the terminal cannot" in terminal.until(QUESTION)


def test_without_one_the_terminal_is_told_to_copy_it(start: Start, tmp_path: Path) -> None:
    terminal = start("echo hi", PATH=str(tmp_path), TERM="xterm", NO_COLOR="1")
    terminal.until(QUESTION)
    terminal.answer("c")
    assert terminal.ended() == ("c\n\x1b]52;c;ZWNobyBoaQ==\x07dsk: the terminal was told to copy it\n", 0)


def test_a_program_that_cannot_copy_leaves_the_choice(start: Start, tmp_path: Path) -> None:
    (tmp_path / "xclip").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "xclip").chmod(0o755)
    terminal = start("echo hi", PATH=f"{tmp_path}:{os.environ['PATH']}", DISPLAY=":0")
    terminal.until(QUESTION)
    terminal.answer("c")
    assert "dsk: nothing is copied: xclip ended with status 3" in terminal.until(QUESTION)


def test_a_shell_that_is_not_there_is_told(start: Start) -> None:
    terminal = start("echo hi", SHELL="/no/such/shell")
    terminal.until(QUESTION)
    terminal.answer("r")
    seen, status = terminal.ended()
    assert seen.startswith("r\ndsk: cannot run /no/such/shell: no such file or directory\ndsk: hint: ")
    assert status == 1


def test_a_command_that_was_cut_is_shown_and_not_offered(start: Start) -> None:
    terminal = start("rm -rf /tmp/only/this", faults=("finish=length",))
    seen, status = terminal.ended()
    assert seen.startswith("rm -rf")
    assert "(r)un" not in seen
    assert status == 10


@pytest.mark.parametrize("fault", ["tiny", "one-write"])
def test_a_fence_is_not_shown(start: Start, fault: str) -> None:
    assert start("\n```bash\necho '```'\n```\n", faults=(fault,)).until(QUESTION) == "echo '```'\ndsk: "


def test_it_is_shown_while_it_arrives(start: Start) -> None:
    terminal = start("find here that", faults=("stall-after=2",))
    terminal.until("find here")
    terminal.child.send("\x03")
    assert terminal.ended()[1] == 130


def test_it_is_no_turn_of_the_terminal_s_session(dsk: Dsk, start: Start) -> None:
    terminal = start("echo hi")
    terminal.until(QUESTION)
    terminal.answer("q")
    assert terminal.ended() == ("q\n", 0)
    assert dsk.run("session", "list", "--json").stdout == b""
    assert len(dsk.run("log", "list").text.splitlines()) == 1


def test_the_run_is_in_the_log_before_the_command_begins(dsk: Dsk, start: Start) -> None:
    terminal = start("sleep 100")
    terminal.until(QUESTION)
    with closing(sqlite3.connect(dsk.home / "state" / "dsk" / "log.db")) as log:
        assert log.execute("SELECT command, status FROM runs").fetchall() == [("sh", 0)]
    terminal.answer("q")
    assert terminal.ended()[1] == 0
