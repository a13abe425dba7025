"""Each failure on the way from the command line to the request says in a second line what to do."""

from __future__ import annotations

import os
import pty

import pytest

from tests.harness import Dsk, Result

NO_JSON = (
    "line 1 of stdin cannot be asked: it is not JSON: extra data at character 4\n"
    "--input lines takes each line as a text"
)
TWO_NAMES = (
    "dsk session rename takes at most two arguments: the session, and the new name\n"
    "a name with spaces is in quotes: dsk session rename 'a' 'my tea'"
)
NO_TERMINAL = "this process has no terminal whose last session could be meant"
KEY_ENV = (
    '--key-env must be the name of an environment variable, or "" if the server needs no key\n'
    "as in --key-env GROQ_API_KEY; the key itself"
)
NO_KEY_COMMAND = "there is no command 'remove': the commands of dsk key are set, path, unset, origin"
UTF_16 = "naïve".encode("utf-16")


@pytest.mark.parametrize(
    ("args", "stdin", "said"),
    [
        (
            ["ask", "-f", "-"],
            b"\n",
            "there is no prompt: the files are blank, no words were given and stdin is blank\n",
        ),
        (
            ["ask", "-f", "none.txt"],
            None,
            "there is no prompt: the files are blank, no words were given and stdin is empty\n",
        ),
        (["log", "show", "abc"], None, "'abc' is not the number of a run\ndsk log list shows the numbers"),
        (["log", "resume", "1.5"], None, "'1.5' is not the number of a run\ndsk log list shows the numbers"),
        (["session", "undo", "--to", "x"], None, "--to x is not the number of a run\ndsk session tree shows"),
        (["session", "fork", "--at", "0"], None, "--at 0 is not the number of a run\ndsk session tree shows"),
        (["key", "remove"], None, f"{NO_KEY_COMMAND}\ndid you mean dsk key unset?"),
        (["test", ""], b"Is it?", 'the question is blank\nask something: git diff | dsk test "Does'),
        (["test", "-", " ", "\t"], b"Is it?", "the question is blank\nask something: "),
        (["version"], None, "there is no command 'version'\ndid you mean dsk --version?"),
        (["ask", "-s", "@-", "hi"], None, "--system -: no such file or directory\nstdin is not read here: name a file"),
        (["ask", "-f", b"n\xe4"], None, "--file is not UTF-8 text: byte 1 is 0xe4\nrename it, or give it without"),
        (["ask", "-", "-"], b"", "stdin is named more than once: it can be read only once\nleave one - where all of"),
        (["ask", "-I", "-"], b"", "- among the words reads stdin: it is to be ignored (-I)\nleave the - out"),
        (["ask", "-m", "", "hi"], None, "--model is empty\ngive it a value, or leave it out"),
        (["ask", "hi"], UTF_16, "stdin is not UTF-8 text: byte 0 is 0xff; it looks like UTF-16 text\nconvert it first"),
        (["ask", "hi"], b"a\0", "stdin is not text: byte 1 is NUL\nconvert or clean it first: iconv -f UTF-16LE"),
        (["ask", "-f", "note.txt", "hi"], None, "--file note.txt: no such file or directory\ndid you mean notes.txt?"),
        (
            ["ask", "-f", "ftp://x/y"],
            None,
            "--file ftp://x/y: only http:// and https:// are understood\nfetch it first",
        ),
        (
            ["ask", "--base-url", "box", "hi"],
            None,
            "base URL 'box' does not start with http:// or https://\nas in https",
        ),
        (["decode", "no/x.sse"], None, "cannot read no/x.sse: no such file or directory\nthere is no folder no, or"),
        (["decode", ""], None, "cannot read '': no such file or directory\na file has a name, and - is stdin"),
        (["send", "."], None, "cannot read .: is a directory\nname the files in it"),
        (
            ["send"],
            b'{"a": nil}',
            "the request body in stdin is not JSON: expecting value at character 7\ndsk ask",
        ),
        (["log", "resume"], None, "there is no run in the log yet\ndsk ask makes one"),
        (["session", "show"], None, f"{NO_TERMINAL}\nname a session: dsk session list shows"),
        (["map", "--shard", "3/2"], None, "--shard must be I/N, with I from 1 to N, not '3/2'\nas in --shard 1/4"),
        (
            ["map", "--halt", "ten"],
            None,
            "--halt must be fail=N, fail=N% or never, not 'ten'\nas in --halt fail=10 or --halt fail=5%",
        ),
        (
            ["map", "--force", "-o", "x"],
            None,
            "--force: it goes with --resume or --retry-failed\nadd one of these, or leave it out",
        ),
        (["map", "-a", "note.txt"], None, "cannot read note.txt: no such file or directory\ndid you mean notes.txt?"),
        (
            ["map", "--resume", "-o", "/dev/null", "hi"],
            b"a\n",
            "--resume with /dev/null: it is no file that could hold anything\n-o names a plain file",
        ),
        (
            ["map", "--input", "csv", "hi"],
            b"a,a\n1,2\n",
            "the header of stdin names 'a' more than once\ngive each a name of its own",
        ),
        (["map", "--strict", "--dry-run", "hi"], b"{} a\n", f"{NO_JSON}; without --strict the others are asked"),
        (
            ["fim", "--at", "notes.txt:3:1"],
            None,
            "--at notes.txt:3:1: notes.txt has 1 line and ends at 2:1\nlines and columns",
        ),
        (
            ["session", "rename", "a", "my", "tea"],
            None,
            TWO_NAMES,
        ),
        (
            ["profile", "add", "box"],
            None,
            "--base-url is missing: it says where the server is\nas in https://api.deepseek.com, or http",
        ),
        (
            ["profile", "remove", "deepseek"],
            None,
            "there is no profile 'deepseek' in HOME/config/dsk/config.toml: it is built in\ndsk",
        ),
        (
            ["profile", "add", "box", "--base-url", "http://127.0.0.1:1", "--key-env", "$K"],
            None,
            '--key-env must be the name of an environment variable, or "" if the server needs no key\nas in --key-env',
        ),
        (["send"], b"[]", "the request body in stdin is not a JSON object\ndsk ask --dry-run makes one"),
    ],
)
def test_a_failure_says_what_to_do(dsk: Dsk, args: list[str | bytes], stdin: bytes | None, said: str) -> None:
    (dsk.home / "notes.txt").write_text("milk\n")
    (dsk.home / "none.txt").touch()
    result = dsk.run(*args, stdin=stdin)
    assert (result.stdout, result.status) == (b"", 2)
    what, hint = said.replace("HOME", str(dsk.home)).split("\n")
    first, second = result.errors.splitlines()
    assert first == f"dsk: {what}"
    assert second.startswith(f"dsk: hint: {hint}")


def test_a_script_that_cannot_be_written_names_stdout(dsk: Dsk) -> None:
    with open("/dev/full", "wb") as full, dsk.start("completion", "bash", stdout=full.fileno()) as process:
        _, stderr = process.communicate(timeout=30)
    assert stderr.startswith(b"dsk: cannot write to stdout: no space left on device\ndsk: hint: ")
    assert process.returncode == 1


def test_a_body_is_typed_at_a_terminal_only_if_a_dash_asks_for_it(dsk: Dsk) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, b"{}\n\x04")
    with dsk.start("send", stdin=theirs) as process:
        assert process.communicate(timeout=30) == (
            b"",
            b"dsk: there is no request body: stdin is a terminal\ndsk: hint: dsk ask --dry-run makes one\n",
        )
    with dsk.start("send", "-", "--base-url", "http://127.0.0.1:1", "--retry", "0", stdin=theirs) as process:
        _, stderr = process.communicate(timeout=30)
    os.close(theirs)
    os.close(ours)
    assert process.returncode == 7, stderr


def test_a_pipe_that_stays_silent_after_files_is_said_too(dsk: Dsk) -> None:
    (dsk.home / "notes.txt").write_text("milk\n")
    read, write = os.pipe()
    with dsk.start("ask", "--dry-run", "-f", "notes.txt", stdin=read) as process:
        os.close(read)
        assert process.stderr
        said = process.stderr.readline()
        os.close(write)
        stdout, _ = process.communicate(timeout=30)
    assert said == b"dsk: waiting for standard input; -I ignores it\n"
    assert b"milk" in stdout


def test_a_frame_that_follows_good_ones_is_no_reason_to_doubt_the_input(dsk: Dsk) -> None:
    good = b'data: {"choices":[{"index":0,"delta":{"content":"ab"}}]}\n\n'
    assert dsk.run("decode", stdin=good + b'data: {"a":"\x01"}\n\n') == Result(
        b"ab",
        b'dsk: frame 2 is malformed: \'{"a":"\\x01"}\' is not JSON: invalid control character at character 7\n'
        b"dsk: hint: what follows it is not read: ask again for a whole answer\n",
        12,
    )
