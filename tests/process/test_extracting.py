"""``--extract``, ``--extract-all`` and ``--into``: of an answer only the code in it, as whole processes see it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, Result, wait_closed
from tests.terminal import on_quiet_terminal

Serve = Callable[[Script], ScriptedServer]
TEXT = """Sure! Two files:

```python title="src/x.py"
def f():\n\treturn "``` ü"  \n```

and a script:

> ```sh
> f
> ```

That is all.
"""
FIRST = 'def f():\n\treturn "``` ü"  \n'
ALL = FIRST + "f\n"


def serving(serve: Serve, *faults: str, text: str = TEXT) -> ScriptedServer:
    return serve(Script(replies=(Reply(text=text),), faults=tuple(parse_fault(fault) for fault in faults)))


def ask(dsk: Dsk, server: ScriptedServer, *args: str) -> Result:
    return dsk.run("ask", "--base-url", server.base_url, "--retry", "0", *args, "hi", stdin=None)


def frames(dsk: Dsk, serve: Serve, text: str) -> bytes:
    return ask(dsk, serving(serve, text=text), "--raw").stdout


@pytest.mark.parametrize("faults", [[], ["tiny"], ["one-write"], ["split-utf8"]])
def test_only_code_is_written(dsk: Dsk, serve: Serve, faults: list[str]) -> None:
    server = serving(serve, *faults)
    for first in ("-x", "--extract"):
        assert ask(dsk, server, first) == Result(FIRST.encode(), b"", 0)
    for every in ("-X", "--extract-all"):
        assert ask(dsk, server, every) == Result(ALL.encode(), b"", 0)


def test_the_last_of_both_counts_and_a_file_takes_the_code(dsk: Dsk, serve: Serve) -> None:
    assert ask(dsk, serving(serve), "-x", "-X", "-o", "code.txt") == Result(b"", b"", 0)
    assert (dsk.home / "code.txt").read_text() == ALL


def test_code_is_written_while_it_arrives(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve, "stall-after=9", text="Here:\n```\none two three four five six seven\n```\n")
    with dsk.start("ask", "--base-url", server.base_url, "-x", "hi") as process:
        assert process.stdout
        seen = b""
        while not seen.startswith(b"one two"):
            seen += os.read(process.stdout.fileno(), 100)
        assert process.poll() is None
        process.terminate()


def test_after_the_first_block_the_connection_is_closed_and_the_log_has_the_text_so_far(dsk: Dsk, serve: Serve) -> None:
    text = "Here:\n```\nx\n```\n"
    server = serving(serve, "stall-after=14", text=text + "And many more words come after it, as ever.")
    assert ask(dsk, server, "-x") == Result(b"x\n", b"", 0)
    assert wait_closed(server, 0).closed_early
    assert dsk.run("log", "show", "--answer").text == text


def test_an_answer_without_code_is_not_what_was_asked_for(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve, text="Use `f()`.")
    for option in ("-x", "-X", "--into=out"):
        result = ask(dsk, server, option)
        assert (result.stdout, result.status) == (b"", 13)
        assert result.errors == (
            "dsk: there is no code in the answer: it has no fenced block\ndsk: hint: dsk log show has the answer\n"
        )
    assert dsk.run("log", "show", "--answer").text == "Use `f()`."
    assert not (dsk.home / "out").exists(), "a folder that was made for nothing is removed"
    assert "hint: without -x the answer is shown" in ask(dsk, server, "-x", "-n").errors


def test_an_empty_block_is_code(dsk: Dsk, serve: Serve) -> None:
    assert ask(dsk, serving(serve, text="```\n```\n"), "-x") == Result(b"", b"", 0)


def test_code_that_no_fence_ends_is_whole_with_the_answer(dsk: Dsk, serve: Serve) -> None:
    assert ask(dsk, serving(serve, text="```\nx"), "-x") == Result(b"x\n", b"", 0)
    assert ask(dsk, serving(serve, text="```\nx"), "-x", "--no-newline") == Result(b"x", b"", 0)


def test_of_a_cut_answer_the_code_that_came_is_written(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve, text="Here:\n```\none two three four five\n```\n")
    result = ask(dsk, server, "-x", "--max-tokens", "10")
    assert result.status == 10
    assert result.stdout
    assert b"one two three four five\n".startswith(result.stdout)


def test_code_is_one_across_a_resumption(dsk: Dsk, serve: Serve) -> None:
    for after in range(1, 20, 3):
        result = ask(dsk, serving(serve, f"drop-after={after}x1"), "-X")
        assert (result.stdout, result.status) == (ALL.encode(), 0)


@pytest.mark.parametrize("option", ["-x", "-X"])
def test_all_stages_do_the_same(dsk: Dsk, serve: Serve, option: str) -> None:
    server = serving(serve)
    expected = ask(dsk, server, option)
    recorded = ask(dsk, server, "--raw", "--record", "run.sse").stdout
    assert dsk.run("decode", option, stdin=recorded) == expected
    assert dsk.run("replay", "--speed", "0", option, "run.sse") == expected
    body = ask(dsk, server, "--dry-run").stdout
    assert dsk.run("send", "--base-url", server.base_url, option, stdin=body) == expected
    result = dsk.run("decode", option, stdin=frames(dsk, serve, "none"))
    assert (result.status, result.errors.splitlines()[1]) == (13, "dsk: hint: without -x the answer is shown")


def test_what_was_recorded_with_it_is_replayed_with_it(dsk: Dsk, serve: Serve) -> None:
    expected = ask(dsk, serving(serve), "-x", "--record", "run.sse")
    assert dsk.run("replay", "--speed", "0", "-x", "run.sse") == expected


def test_a_match_and_a_number_of_lines_are_those_of_the_answer(dsk: Dsk, serve: Serve) -> None:
    assert ask(dsk, serving(serve), "-X", "--max-lines", "4").stdout == b"def f():\n"
    assert ask(dsk, serving(serve), "-x", "--until", "two files|Two").status == 13


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["-x", "--json"], "-x and --json: code is text"),
        (["-X", "--raw"], "-X and --raw: code is text"),
        (["--into", "out", "--format", "jsonl"], "--into and --jsonl: code is text"),
        (["-x", "--reasoning", "only"], "-x and --reasoning only: code is looked for in the answer"),
        (["--into", "out", "-o", "x"], "--into and --output: the code goes to one place"),
    ],
)
def test_what_cannot_be_had_together_is_a_usage_error(dsk: Dsk, serve: Serve, args: list[str], message: str) -> None:
    server = serving(serve)
    result = ask(dsk, server, *args)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.splitlines()[0] == f"dsk: {message}"
    assert server.requests == []
    assert not (dsk.home / "out").exists()


def test_it_can_be_a_default(dsk: Dsk, serve: Serve) -> None:
    dsk.write_config("[defaults]\nextract-all = true\n")
    assert ask(dsk, serving(serve)).stdout == ALL.encode()
    assert ask(dsk, serving(serve), "-x").stdout == FIRST.encode()


def test_on_a_terminal_code_obeys_no_escape(dsk: Dsk, serve: Serve) -> None:
    (dsk.home / "a.sse").write_bytes(frames(dsk, serve, "```\n\x1b[31mred\n```\n"))
    assert on_quiet_terminal(dsk, "decode", "-x", str(dsk.home / "a.sse")) == "^[[31mred\n"
    assert dsk.run("decode", "-x", "a.sse").stdout == b"\x1b[31mred\n"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def into(dsk: Dsk, serve: Serve, text: str, *args: str) -> Result:
    return dsk.run("decode", "--into", "out", *args, stdin=frames(dsk, serve, text))


def test_blocks_become_files_under_their_names(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, serving(serve), "--into", "out")
    assert result == Result(b"", b"dsk: wrote out/src/x.py\ndsk: wrote out/block-2.sh\n", 0)
    assert (dsk.home / "out/src/x.py").read_bytes() == FIRST.encode()
    assert sorted(path.name for path in (dsk.home / "out").rglob("*")) == ["block-2.sh", "src", "x.py"]


def test_with_x_only_the_first_block_becomes_a_file(dsk: Dsk, serve: Serve) -> None:
    assert ask(dsk, serving(serve), "-x", "--into", "out").errors == "dsk: wrote out/src/x.py\n"


def test_no_file_is_replaced_unless_that_is_forced(dsk: Dsk, serve: Serve) -> None:
    text = "```a.txt\nnew\n```\n```b.txt\nb\n```\n```b.txt\nagain\n```\n"
    (dsk.home / "out").mkdir()
    (dsk.home / "out/a.txt").write_text("old\n")
    result = into(dsk, serve, text)
    assert (result.stdout, result.status) == (b"", 1)
    assert result.errors.splitlines() == [
        "dsk: warning: out/a.txt is not written: it is there already",
        "dsk: wrote out/b.txt",
        "dsk: warning: out/b.txt is not written: it is there already",
        "dsk: 2 of 3 blocks of code not written",
        "dsk: hint: --force replaces files; --into names another folder",
    ]
    assert [(dsk.home / "out" / name).read_text() for name in ("a.txt", "b.txt")] == ["old\n", "b\n"]
    assert into(dsk, serve, text, "--force").status == 0
    assert [(dsk.home / "out" / name).read_text() for name in ("a.txt", "b.txt")] == ["new\n", "again\n"]
    assert names(dsk.home / "out") == ["a.txt", "b.txt"], "nothing is left of how they were made"


def test_a_name_that_leads_out_of_the_folder_is_refused(dsk: Dsk, serve: Serve) -> None:
    result = into(dsk, serve, "```../a.txt\nx\n```\n`/etc/b.txt`:\n```\ny\n```\n```c.txt\nz\n```\n")
    assert (result.stdout, result.status) == (b"", 13)
    assert result.errors.splitlines() == [
        "dsk: warning: block 1 is not written: it leads out of the folder",
        "dsk: warning: block 2 is not written: it is an absolute path",
        "dsk: wrote out/c.txt",
        "dsk: 2 of 3 blocks of code not written: their names are not safe",
        "dsk: hint: ask for relative paths, or use -X",
    ]
    assert names(dsk.home / "out") == ["c.txt"]


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_no_link_leads_out_of_the_folder(dsk: Dsk, serve: Serve, force: list[str]) -> None:
    outside = dsk.home / "outside"
    outside.mkdir()
    (dsk.home / "out").mkdir()
    (dsk.home / "out/sub").symlink_to(outside)
    (dsk.home / "out/file.txt").symlink_to(outside / "file.txt")
    result = into(dsk, serve, "```sub/a.txt\nx\n```\n```file.txt\ny\n```\n", *force)
    assert result.status == 1
    assert names(outside) == []
    # With --force a link is a file that is replaced, as any other.
    assert (dsk.home / "out/file.txt").is_symlink() == (not force)


def test_the_folder_itself_may_be_a_link_and_is_made_with_those_above_it(dsk: Dsk, serve: Serve) -> None:
    (dsk.home / "real").mkdir()
    (dsk.home / "link").symlink_to("real")
    assert ask(dsk, serving(serve), "--into", "link/a/b").status == 0
    assert (dsk.home / "real/a/b/src/x.py").exists()


def test_a_folder_that_cannot_be_had_is_told_before_the_request(dsk: Dsk, serve: Serve) -> None:
    (dsk.home / "file").touch()
    server = serving(serve)
    result = ask(dsk, server, "--into", "file")
    assert (result.stdout, result.status) == (b"", 1)
    assert result.errors.startswith("dsk: cannot write to file: ")
    assert server.requests == []


def test_a_block_that_is_cut_is_no_file(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve, text="```a.txt\nx\n```\n\n```b.txt\none two three four five six\n```\n")
    result = ask(dsk, server, "--into", "out", "--max-tokens", "20")
    assert result.status == 10
    assert result.errors.splitlines()[:2] == [
        "dsk: wrote out/a.txt",
        "dsk: out/b.txt is not written: its code is cut",
    ]
    assert names(dsk.home / "out") == ["a.txt"]


def test_a_block_where_a_folder_is_is_told(dsk: Dsk, serve: Serve) -> None:
    (dsk.home / "out/a.txt").mkdir(parents=True)
    for option in ("--no-force", "--force"):
        result = into(dsk, serve, "```a.txt\nx\n```\n", option)
        assert result.status == 1
        assert result.errors.startswith("dsk: warning: out/a.txt is not written: it is ")
    assert names(dsk.home / "out") == ["a.txt"]


def test_files_have_the_mode_that_the_user_wants(dsk: Dsk) -> None:
    line = json.dumps({"choices": [{"index": 0, "delta": {"content": "```a.txt\nx\n```\n"}, "finish_reason": "stop"}]})
    (dsk.home / "a.sse").write_text(f"data: {line}\n\ndata: [DONE]\n\n")
    assert dsk.shell("umask 027; dsk decode --into out a.sse").status == 0
    assert (dsk.home / "out/a.txt").stat().st_mode & 0o777 == 0o640
