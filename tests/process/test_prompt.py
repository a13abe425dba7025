"""The prompt: words, stdin, files and the editor, as whole processes see them in ``--dry-run``."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from dsk.scripted.script import Script
from dsk.scripted.server import ScriptedServer
from tests.harness import DSK, Dsk, Result, shell_status, wait_until


def messages(result: Result) -> list[dict[str, Any]]:
    assert (result.errors, result.status) == ("", 0)
    found: list[dict[str, Any]] = json.loads(result.stdout)["messages"]
    return found


def prompt(dsk: Dsk, *args: str | bytes, stdin: bytes | None = None, **kw: Any) -> str:
    found = messages(dsk.run("ask", "--dry-run", *args, stdin=stdin, **kw))
    assert [m["role"] for m in found] == ["user"]
    text: str = found[0]["content"]
    return text


def test_words_are_joined_by_a_space(dsk: Dsk) -> None:
    assert prompt(dsk, "Tell", "me  a", "story") == "Tell me  a story"


def test_stdin_comes_before_the_words_a_blank_line_between(dsk: Dsk) -> None:
    assert prompt(dsk, "Explain", stdin=b"a document") == "a document\n\nExplain"


def test_a_final_newline_of_stdin_is_part_of_the_blank_line(dsk: Dsk) -> None:
    assert prompt(dsk, "Explain", stdin=b"a document\n") == "a document\n\nExplain"


def test_stdin_alone_is_the_prompt_as_it_is(dsk: Dsk) -> None:
    assert prompt(dsk, stdin=b"  hello \n") == "  hello \n"


def test_a_lone_dash_puts_stdin_there(dsk: Dsk) -> None:
    assert prompt(dsk, "before", "-", "after", stdin=b"middle") == "before\n\nmiddle\n\nafter"


def test_ignore_stdin_does_not_read_it(dsk: Dsk) -> None:
    assert prompt(dsk, "-I", "hi", stdin=b"noise") == "hi"
    assert prompt(dsk, "hi", stdin=b"noise", env={"DSK_STDIN": "ignore"}) == "hi"


def test_ignore_stdin_does_not_wait_for_a_pipe_that_never_ends(dsk: Dsk) -> None:
    read, write = os.pipe()
    with dsk.start("ask", "--dry-run", "-I", "hi", stdin=read) as process:
        stdout, _ = process.communicate(timeout=30)
    os.close(read)
    os.close(write)
    assert json.loads(stdout)["messages"][0]["content"] == "hi"


def test_a_silent_pipe_is_said_once_and_its_bytes_are_not_dropped(dsk: Dsk) -> None:
    read, write = os.pipe()
    with dsk.start("ask", "--dry-run", "Explain", stdin=read) as process:
        os.close(read)
        assert process.stderr
        said = process.stderr.readline()
        os.write(write, b"slow")
        os.close(write)
        stdout, rest = process.communicate(timeout=30)
    assert said == b"dsk: waiting for standard input; -I ignores it\n"
    assert rest == b""
    assert json.loads(stdout)["messages"][0]["content"] == "slow\n\nExplain"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"abc\xffdef", "dsk: stdin is not UTF-8 text: byte 3 is 0xff\n"),
        (b"abc\xe4\xb8", "dsk: stdin is not UTF-8 text: byte 3 is 0xe4\n"),
        (b"ab\0c", "dsk: stdin is not text: byte 2 is NUL\n"),
        (b"\x89PNG\r\n\x1a\n", "dsk: stdin is not UTF-8 text: byte 0 is 0x89; it looks like a PNG image\n"),
    ],
)
def test_input_that_is_not_text_is_refused_with_its_offset(dsk: Dsk, data: bytes, message: str) -> None:
    result = dsk.run("ask", "--dry-run", "Explain", stdin=data)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith(message)


def test_a_word_that_is_not_utf8_is_refused(dsk: Dsk) -> None:
    result = dsk.run("ask", "--dry-run", "good", b"b\xe4d", stdin=None)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith("dsk: word 2 of the prompt is not UTF-8 text: byte 1 is 0xe4\n")


@pytest.mark.parametrize("stdin", [b"", b" \n\t\n"])
def test_no_words_and_nothing_on_stdin_is_a_usage_error(dsk: Dsk, stdin: bytes) -> None:
    assert dsk.run("ask", "--dry-run", stdin=stdin).status == 2


def test_files_come_first_each_under_its_name(dsk: Dsk) -> None:
    (dsk.home / "a.txt").write_text("alpha\n")
    (dsk.home / "b.txt").write_text("beta")
    found = prompt(dsk, "-f", "a.txt", "-f", "b.txt", "Compare", stdin=b"stdin\n")
    assert found == "==> a.txt <==\nalpha\n\n==> b.txt <==\nbeta\n\nstdin\n\nCompare"


def test_a_dash_as_file_is_stdin_under_its_name(dsk: Dsk) -> None:
    assert prompt(dsk, "-f", "-", "Explain", stdin=b"x = 1\n") == "==> stdin <==\nx = 1\n\nExplain"


def test_stdin_can_be_named_only_once(dsk: Dsk) -> None:
    assert dsk.run("ask", "--dry-run", "-", "-", stdin=b"x").status == 2
    assert dsk.run("ask", "--dry-run", "-f", "-", "-", stdin=b"x").status == 2


def test_a_dash_contradicts_ignore_stdin(dsk: Dsk) -> None:
    result = dsk.run("ask", "--dry-run", "-I", "-", stdin=b"x")
    said, hint = result.errors.splitlines()
    assert said == "dsk: - among the words reads stdin: it is to be ignored (-I)"
    assert hint == "dsk: hint: leave the - out, or have it read: --no-ignore-stdin"
    assert (result.stdout, result.status) == (b"", 2)


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_a_file_that_cannot_be_read_is_named(dsk: Dsk, name: str) -> None:
    result = dsk.run("ask", "--dry-run", "-f", name, "hi", stdin=None)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith(f"dsk: --file {name}: ")


def test_a_file_may_be_a_url(dsk: Dsk, serve: Callable[[Script], ScriptedServer]) -> None:
    server = serve(Script())
    found = prompt(dsk, "-f", server.base_url + "/models", "Explain")
    assert found.startswith(f"==> {server.base_url}/models <==\n")
    assert "deepseek-flash" in found
    assert "Authorization" not in server.requests[0].headers, "a key goes to its own server only"


def test_the_system_message_is_text_or_a_file(dsk: Dsk) -> None:
    (dsk.home / "sys.md").write_text("Be exact.\n")
    for value in ("Be exact.", "@sys.md"):
        found = messages(dsk.run("ask", "--dry-run", "-s", value, "hi", stdin=None))
        assert found[0] == {"role": "system", "content": "Be exact."}


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("dsk ask --dry-run hi < /dev/zero", "stdin is not text: byte 0 is NUL"),
        ("dsk send < /dev/zero", "stdin is not text: byte 0 is NUL"),
        ("(printf abc; cat /dev/zero) | dsk ask --dry-run -f - hi", "stdin is not text: byte 3 is NUL"),
        (
            r"(printf 'ab\377c'; cat /dev/zero) | dsk ask --dry-run",
            "stdin is not UTF-8 text: byte 2 is 0xff; it looks like binary data",
        ),
        ("yes | dsk ask --dry-run hi", "stdin is too long: it has more than 64 MiB, and no model reads as much"),
        ("yes | dsk send", "stdin is too long: it has more than 64 MiB, and no model reads as much"),
        ("dsk ask --dry-run -I -f /dev/zero hi", "--file /dev/zero: it has more than 64 MiB"),
    ],
)
def test_what_would_never_end_is_not_read_to_its_end(dsk: Dsk, command: str, why: str) -> None:
    result = dsk.shell(f"set +o pipefail; {command}")
    assert (result.stdout, result.errors.splitlines()[0], result.status) == (b"", f"dsk: {why}", 2)


@pytest.mark.parametrize("variable", ["EDITOR", "VISUAL"])
def test_the_editor_gets_the_prompt_and_gives_it_back(dsk: Dsk, variable: str) -> None:
    script = dsk.home / "edit.sh"
    script.write_text('#!/bin/sh\nprintf \'%s!\' "$(cat "$2")" > "$2"\n')
    script.chmod(0o755)
    assert prompt(dsk, "-e", "hi", stdin=None, env={variable: f"{script} --flag"}) == "hi!"


def test_an_editor_that_fails_sends_nothing(dsk: Dsk) -> None:
    result = dsk.run("ask", "--dry-run", "-e", "hi", stdin=None, env={"EDITOR": "false"})
    assert (result.stdout, result.status) == (b"", 1)
    assert result.errors.startswith("dsk: the editor 'false' failed: exit status 1\n")


def test_an_editor_that_leaves_nothing_is_a_usage_error(dsk: Dsk) -> None:
    assert dsk.run("ask", "--dry-run", "-e", stdin=None, env={"EDITOR": "true"}).status == 2


def test_an_editor_that_removes_the_file_leaves_nothing(dsk: Dsk) -> None:
    result = dsk.run("ask", "--dry-run", "-e", "hi", stdin=None, env={"VISUAL": "rm"})
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith("dsk: there is no prompt: the editor left nothing\n")


def test_an_editor_that_leaves_no_file_is_told(dsk: Dsk) -> None:
    script = dsk.home / "edit.sh"
    script.write_text('#!/bin/sh\nrm "$1"; mkdir "$1"\n')
    script.chmod(0o755)
    result = dsk.run("ask", "--dry-run", "-e", "hi", stdin=None, env={"VISUAL": str(script)})
    assert (result.stdout, result.status) == (b"", 1)
    assert result.errors.startswith("dsk: what the editor left cannot be read: is a directory\n")


@pytest.mark.parametrize(
    ("args", "env", "stdin", "why"),
    [
        ([], {}, b"", "no words were given and stdin is empty"),
        ([], {}, b" \n", "no words were given and stdin is blank"),
        ([], {}, None, "no words were given and stdin is empty"),
        (["-I"], {}, b"text", "no words were given and stdin is ignored (-I)"),
        ([], {"DSK_STDIN": "ignore"}, b"text", "no words were given and stdin is ignored (DSK_STDIN)"),
        ([], {"DSK_IGNORE_STDIN": "1"}, b"text", "no words were given and stdin is ignored (-I)"),
        ([" "], {}, b"", "the words are blank and stdin is empty"),
        (["-"], {}, b"", "no words were given and stdin is empty"),
    ],
)
def test_why_there_is_no_prompt_is_said(
    dsk: Dsk, args: list[str], env: dict[str, str], stdin: bytes | None, why: str
) -> None:
    result = dsk.run("ask", "--dry-run", *args, stdin=stdin, env=env)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.splitlines()[0] == f"dsk: there is no prompt: {why}"


def test_dsk_stdin_knows_one_value(dsk: Dsk) -> None:
    result = dsk.run("ask", "--dry-run", "hi", stdin=None, env={"DSK_STDIN": "foo"})
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith("dsk: DSK_STDIN in the environment: only 'ignore' is known, not 'foo'\ndsk: hint: ")
    assert prompt(dsk, "-I", "hi", stdin=b"noise", env={"DSK_STDIN": "foo"}) == "hi"


def test_dsk_ignore_stdin_is_the_options_own_variable(dsk: Dsk) -> None:
    assert prompt(dsk, "hi", stdin=b"noise", env={"DSK_IGNORE_STDIN": "1"}) == "hi"
    assert prompt(dsk, "hi", stdin=b"text", env={"DSK_IGNORE_STDIN": "0", "DSK_STDIN": "ignore"}) == "text\n\nhi"


@pytest.mark.parametrize("flag", ["--dry-run", "--print-curl"])
def test_what_is_shown_goes_where_the_answer_would(dsk: Dsk, flag: str) -> None:
    expected = dsk.run("ask", flag, "hi", stdin=None).stdout
    result = dsk.run("ask", flag, "-o", "body.json", "hi", stdin=None)
    assert result == Result(b"", b"", 0)
    assert (dsk.home / "body.json").read_bytes() == expected
    assert dsk.run("ask", flag, "-o", "-", "hi", stdin=None) == Result(expected, b"", 0)
    result = dsk.run("ask", flag, "-o", "missing/body.json", "hi", stdin=None)
    assert (result.stdout, result.status) == (b"", 1)
    assert result.errors.startswith("dsk: cannot write to missing/body.json: ")


def test_a_closed_stdin_is_an_empty_one(dsk: Dsk) -> None:
    assert json.loads(dsk.shell("dsk ask --dry-run hi <&-").stdout)["messages"][0]["content"] == "hi"


def test_a_terminal_without_words_is_a_usage_error_and_with_words_is_not_read(dsk: Dsk) -> None:
    leader, terminal = os.openpty()
    for words, status in ([], 2), (["hi"], 0):
        done = subprocess.run(
            [*DSK, "ask", "--dry-run", *words],
            stdin=terminal,
            capture_output=True,
            env=dsk.env,
            timeout=30,
            check=False,
        )
        assert shell_status(done.returncode) == status
        if status:
            assert b"no words were given and stdin is a terminal\n" in done.stderr
    os.close(leader)
    os.close(terminal)


def test_a_large_document_arrives_whole(dsk: Dsk) -> None:
    document = "".join(f"line {n} ü\n" for n in range(200_000)).encode()
    assert prompt(dsk, "Summarise", stdin=document) == document.decode() + "\nSummarise"


def test_control_c_while_stdin_is_read_ends_it_by_the_signal(dsk: Dsk) -> None:
    read, write = os.pipe()
    os.write(write, b"some")
    with dsk.start("ask", "--dry-run", "hi", stdin=read) as process:
        wait_until(lambda: _is_drained(read), "stdin to be read")
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
    os.close(read)
    os.close(write)
    assert (process.returncode, stderr) == (-signal.SIGINT, b"dsk: interrupted\n")


def _is_drained(descriptor: int) -> bool:
    return not select.select([descriptor], [], [], 0)[0]


@pytest.mark.parametrize(
    ("data", "is_binary"),
    [
        (bytes(range(256)) * 8, True),
        (b"\xff\xad\x01\x02\x03\x04", True),
        ("Gr\u00fc\u00dfe\taus\r\nK\u00f6ln\n".encode("latin-1"), False),
        ("\u3053\u3093\u306b\u3061\u306f\n".encode("shift-jis"), False),
    ],
    ids=["all bytes", "controls", "latin-1", "shift-jis"],
)
def test_binary_data_is_told_from_text_in_another_encoding(dsk: Dsk, data: bytes, is_binary: bool) -> None:
    (dsk.home / "some.dat").write_bytes(data)
    result = dsk.run("ask", "--offline", "-f", "some.dat", "hi", stdin=None)
    assert result.status == 2
    assert ("it looks like binary data" in result.errors, "iconv" in result.errors) == (is_binary, not is_binary)
