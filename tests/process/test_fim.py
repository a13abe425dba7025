"""Filling in the middle: what is sent of a text with a cursor in it, and what becomes of the answer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import KEY, Dsk, Result

Serve = Callable[[Script], ScriptedServer]
BODY = "return a + b  # Grüße\n    # \x1b[31mred"


@pytest.fixture
def server(serve: Serve) -> ScriptedServer:
    return serve(Script(replies=(Reply(text=BODY),), strict=True))


@pytest.fixture
def here(dsk: Dsk, server: ScriptedServer) -> Dsk:
    """dsk that speaks to the scripted server, in a folder with a file."""
    dsk.env["DEEPSEEK_BASE_URL"] = server.base_url
    (dsk.home / "add.py").write_bytes(b"def add(a, b):\n    \n\nadd(1, 2)\n")
    return dsk


def dry(dsk: Dsk, *args: str, stdin: bytes | None = None) -> dict[str, Any]:
    result = dsk.run("fim", "--dry-run", *args, stdin=stdin)
    assert (result.errors, result.status) == ("", 0)
    fields: dict[str, Any] = json.loads(result.text)
    return fields


def refused(dsk: Dsk, *args: str, stdin: bytes | None = None) -> str:
    result = dsk.run("fim", "--dry-run", *args, stdin=stdin)
    assert (result.stdout, result.status) == (b"", 2)
    return result.errors.splitlines()[0].removeprefix("dsk: ")


def test_the_answer_is_written_as_it_is_and_nothing_is_added(here: Dsk, server: ScriptedServer) -> None:
    assert here.run("fim", "--at", "add.py:2:5", stdin=None) == Result(BODY.encode(), b"", 0)
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/beta/completions")
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.json == {
        "model": "deepseek-flash",
        "prompt": "def add(a, b):\n    ",
        "suffix": "\n\nadd(1, 2)\n",
        "stream": True,
    }
    assert here.run("fim", "--newline", "--at", "add.py:2:5", stdin=None).stdout == BODY.encode() + b"\n"
    here.write_config("[defaults]\nnewline = true\n")
    assert here.run("fim", "--no-stream", "--at", "add.py:2:5", stdin=None).stdout == BODY.encode()


def test_every_option_of_the_request_is_its_field(here: Dsk) -> None:
    words = "-m deepseek-v4-pro --temperature 0.5 --top-p 0.9 --max-tokens 4096 --stop a --stop b --logprobs 20"
    assert dry(here, *words.split(), "--set", "best_of:=7", "--no-stream", "--before", "x") == {
        "model": "deepseek-v4-pro",
        "prompt": "x",
        "stream": False,
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 4096,
        "logprobs": 20,
        "stop": ["a", "b"],
        "best_of": 7,
    }
    here.write_config("[profiles.deepseek]\nmax_tokens = 8192\nthink = true\nsystem = 'Be brief.'\n")
    assert dry(here, "--after", "x") == {
        "model": "deepseek-flash",
        "prompt": "",
        "suffix": "x",
        "stream": True,
        "max_tokens": 4096,
    }


def test_the_cursor_is_a_mark_or_a_place_or_between_two_texts(here: Dsk) -> None:
    def around(*args: str, stdin: bytes | None = None) -> tuple[str, str]:
        fields = dry(here, *args, stdin=stdin)
        return fields["prompt"], fields.get("suffix", "")

    (here.home / "marked.py").write_bytes(b"a = <cursor>\r\nb = |\n")
    assert around("marked.py") == ("a = ", "\r\nb = |\n")
    assert around("--mark", "|", "marked.py") == ("a = <cursor>\r\nb = ", "\n")
    assert around(stdin=b"a<cursor>b") == around("-", stdin=b"a<cursor>b") == ("a", "b")
    assert around("--at", "marked.py:2:1") == ("a = <cursor>\r\n", "b = |\n")
    assert around("--at", "-:1:2", "--name", "x.py", stdin="üb".encode()) == ("ü", "b")
    assert around("--before", "a\n", "--after", "") == ("a\n", "")
    assert around("--before", "@-", "--after", "@marked.py", stdin=b"a\n") == ("a\n", "a = <cursor>\r\nb = |\n")
    assert around("--context", "4", "--before", "abcdef", "--after", "ghi") == ("def", "g")
    assert len("".join(around("--before", "a" * 99_999))) == 32_000
    assert len("".join(around("--context", "0", "--before", "a" * 99_999))) == 99_999


def test_what_is_no_place_is_named_before_anything_is_sent(here: Dsk, server: ScriptedServer) -> None:
    assert refused(here, "--at", "add.py:9:1") == "--at add.py:9:1: add.py has 4 lines and ends at 5:1"
    assert (
        refused(here, "--at", "-:3:1", "--name", "x.py", stdin=b"a\n") == "--at -:3:1: x.py has 1 line and ends at 2:1"
    )
    assert refused(here, "--at", "gone.py:1:1") == "--at gone.py: no such file or directory"
    assert refused(here, "add.py") == "there is no cursor mark <cursor> in add.py"
    many = "the cursor mark ( is in add.py 2 times: on lines 1, 4"
    assert refused(here, "--mark", "(", "add.py") == many
    assert refused(here, stdin=b"\xff<cursor>").startswith("stdin is not UTF-8 text: byte 0 is 0xff")
    assert refused(here, stdin=b"<cursor>") == "there is no text around the cursor"
    assert refused(here, "--before", "@-", "--after", "@-") == "stdin is named more than once: it can be read only once"
    assert refused(here, "--at", "add.py:1:1", "add.py") == "--at and FILE add.py: each says where the text is"
    assert refused(here, "--name", "x", "add.py") == "--name x: it names stdin, which is not the text"
    assert refused(here, "", stdin=b"a<cursor>") == "FILE is empty"
    forgotten = here.run("fim", "add.py:2:5", stdin=None)
    assert (forgotten.errors, forgotten.status) == (
        "dsk: cannot read add.py:2:5: no such file or directory\ndsk: hint: --at add.py:2:5 says where the cursor is\n",
        2,
    )
    assert refused(here, "--before", "a", "--max-tokens", "4097") == (
        "--max-tokens 4097: DeepSeek fills in at most 4096 tokens"
    )
    assert refused(here, "--before", "a", "--set", "prompt=b") == "--set prompt: the text around the cursor makes it"
    in_none = ": a diff is of a file, and the text is in none"
    assert refused(here, "--print-edit", "--before", "a", "--name", "n") == f"--print-edit and --before{in_none}"
    assert refused(here, "--print-edit", "--after", "@add.py") == f"--print-edit and --after{in_none}"
    assert refused(here, "--print-edit", stdin=b"<cursor>a") == "--print-edit: stdin has no file's name"
    assert refused(here, "--print-edit", "--json", "--before", "a") == "--print-edit and --json: a diff is text"
    assert refused(here, "-o", "./add.py", "--at", "add.py:1:1") == (
        "--output ./add.py: it is the file that has the cursor"
    )
    assert server.requests == []


@pytest.mark.parametrize("tool", ["patch -p1", "git apply"])
@pytest.mark.parametrize(
    ("text", "cursor", "result"),
    [
        (b"def f():\n    \n", ["--at", "x.py:2:5"], b"def f():\n    return 1\n    # done\n"),
        (b"def f():\n    <cursor>", ["x.py"], b"def f():\n    return 1\n    # done"),
        (b"def f():\r\n    <cursor>\r\n", ["x.py"], b"def f():\r\n    return 1\r\n    # done\r\n"),
    ],
)
def test_an_edit_is_a_diff_of_the_file_as_it_is(
    dsk: Dsk, serve: Serve, tool: str, text: bytes, cursor: list[str], result: bytes
) -> None:
    if not shutil.which(tool.split()[0]):
        pytest.skip(f"{tool} is not installed")
    dsk.env["DEEPSEEK_BASE_URL"] = serve(Script(replies=(Reply(text="return 1\n    # done"),))).base_url
    (dsk.home / "x.py").write_bytes(text)
    done = dsk.shell(f"dsk fim --print-edit {' '.join(cursor)} | {tool} >&2")
    assert done.status == 0, done.errors
    assert (dsk.home / "x.py").read_bytes() == result


def test_an_edit_names_the_file_so_that_it_is_found(here: Dsk) -> None:
    outside = here.home.parent / "outside.py"
    outside.write_text("a\n")
    diff = here.run("fim", "--print-edit", "--at", f"{outside}:2:1", stdin=None).text
    assert diff.startswith(f"--- a{outside}\n+++ b{outside}\n@@ -1 +1,3 @@\n a\n+return")
    diff = here.run("fim", "--print-edit", "--at", "-:1:1", "--name", "./dir/new.py", stdin=b"").text
    assert diff == ""
    diff = here.run(
        "fim", "--print-edit", "--at", "-:1:1", "--name", "./dir/new.py", "--max-lines", "1", stdin=b"a\n"
    ).text
    assert diff == "--- a/dir/new.py\n+++ b/dir/new.py\n@@ -1 +1,2 @@\n+return a + b  # Grüße\n a\n"


@pytest.mark.parametrize("tool", ["patch", "git"])
def test_an_edit_is_applied_from_a_folder_that_the_file_is_not_in_or_in_one_of_a_work_tree(
    here: Dsk, tool: str
) -> None:
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    (here.home / "sub").mkdir()
    (here.home / "link.py").symlink_to("sub/x.py")
    outer, inner = here.home / "add.py", here.home / "sub" / "x.py"
    inner.write_bytes(b"x = 1\n")
    there, below = ("patch -sd / -p1", "patch -sp1") if tool == "patch" else ("git -C / apply", "git apply")
    edit = "dsk fim --print-edit --max-lines 1 --at"
    result = here.shell(
        f"if [ {tool} = git ]; then git init -q . || exit; fi\n"
        f"{edit} link.py:1:1 | {below} && cd sub && {edit} x.py:1:1 | {below} && {edit} ../add.py:2:1 | {there}"
    )
    assert result == Result(b"", b"", 0)
    first = BODY.splitlines()[0].encode() + b"\n"
    assert inner.read_bytes() == first * 2 + b"x = 1\n"
    assert outer.read_bytes() == b"def add(a, b):\n" + first + b"    \n\nadd(1, 2)\n"


@pytest.mark.parametrize("tool", ["patch -p1", "git apply --allow-empty"])
def test_an_edit_that_changes_nothing_is_applied_too(dsk: Dsk, serve: Serve, tool: str) -> None:
    if not shutil.which(tool.split()[0]):
        pytest.skip(f"{tool} is not installed")
    dsk.env["DEEPSEEK_BASE_URL"] = serve(Script(replies=(Reply(text=""),))).base_url
    (dsk.home / "x.py").write_bytes(b"a\n")
    result = dsk.shell(f"set -o pipefail; dsk fim --print-edit --at x.py:1:1 | {tool}")
    assert (result, (dsk.home / "x.py").read_bytes()) == (Result(b"", b"", 0), b"a\n")


def test_an_edit_of_an_answer_that_was_cut_has_what_came(here: Dsk) -> None:
    result = here.run("fim", "--print-edit", "--max-tokens", "2", "--at", "add.py:2:5", stdin=None)
    assert result.status == 10
    assert "\n-    \n+    return a\n" in result.text


def test_an_answer_that_breaks_off_goes_on_after_the_prompt_that_has_grown(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text=BODY),), faults=(parse_fault("drop-after=5x1"),)))
    args = ["fim", "--base-url", server.base_url, "--max-tokens", "50", "--record", "run.sse", "--before", "x = "]
    result = dsk.run(*args, stdin=None)
    assert (result.text, result.status) == (BODY, 0)
    assert "; resuming after 12 characters (1 of 2)\n" in result.errors
    first, second = (request.json for request in server.requests)
    assert second == first | {"prompt": f"x = {BODY[:12]}", "max_tokens": 45}
    played = dsk.run("replay", "--no-newline", "--speed", "0", "run.sse")
    assert (played.text, played.errors, played.status) == (BODY, result.errors, 0)


def test_the_limit_is_gone_past_and_a_text_ends_early(here: Dsk, server: ScriptedServer) -> None:
    result = here.run("fim", "--max-tokens", "4", "--continue-on-length", "9", "--before", "x", stdin=None)
    assert (result.text, result.status) == (BODY, 0)
    prompts = [request.json["prompt"] for request in server.requests]
    assert all(f"x{BODY}".startswith(prompt) for prompt in prompts)
    assert len(prompts) > 2
    assert here.run("fim", "--max-lines", "1", "--before", "x", stdin=None).text == "return a + b  # Grüße\n"
    assert here.run("fim", "--stop", "\n", "--before", "x", stdin=None).text == "return a + b  # Grüße"
    assert here.run("fim", "--until", "a.{3}", "--before", "x", stdin=None).text == "return a + "


def test_a_broken_answer_is_finished_from_the_log(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text=BODY),), faults=(parse_fault("drop-after=5x1"),)))
    dsk.env["DEEPSEEK_BASE_URL"] = server.base_url
    broken = dsk.run("fim", "--no-resume", "--before", "def add(a, b):\n", stdin=None)
    assert (broken.text, broken.status) == (BODY[:12], 12)
    shown = json.loads(dsk.run("log", "show", "--json", "1").text)
    assert (shown["command"], shown["request"]["prompt"]) == ("fim", "def add(a, b):\n")
    resumed = dsk.run("log", "resume", "1")
    assert (resumed.text, resumed.status) == (BODY, 0)
    assert dsk.run("log", "resume", "2").text == BODY


def test_the_stages_are_the_same_for_it(here: Dsk, server: ScriptedServer) -> None:
    ask = f"--base-url {server.base_url} --before x --after y"
    for script in (
        f"dsk fim {ask}",
        f"dsk fim --dry-run {ask} | dsk send --no-newline",
        f"dsk fim --dry-run {ask} | dsk send --raw | dsk decode --no-newline",
        f'eval "$(dsk fim --print-curl {ask})" | dsk decode --no-newline',
    ):
        assert here.shell(script) == Result(BODY.encode(), b"", 0), script
    assert {(seen.path, seen.body.rstrip()) for seen in server.requests} == {
        ("/beta/completions", b'{"model":"deepseek-flash","prompt":"x","suffix":"y","stream":true}')
    }
    object_ = json.loads(here.run("fim", "--json", "--logprobs", "0", "--before", "x", stdin=None).text)
    assert (object_["content"], object_["finish_reason"], object_["status"]) == (BODY, "stop", 0)
    assert "".join(object_["choices"][0]["logprobs"]["tokens"]) == BODY
    lines = here.run("fim", "--jsonl", "--before", "x", stdin=None).text.splitlines()
    types = [json.loads(line)["type"] for line in lines]
    assert (types[0], types[1], types[-2:]) == ("start", "content", ["usage", "end"])


def test_other_servers_are_asked_where_they_take_it(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text=BODY),)))
    dsk.write_config(f'[profiles.local]\nbase_url = "{server.base_url}"\nmodel = "coder"\nkey_env = ""\n')
    result = dsk.run("fim", "-P", "local", "--max-tokens", "5000", "--retry", "0", "--before", "x", stdin=None)
    assert [request.path for request in server.requests] == ["/completions", "/v1/completions"]
    # It has DeepSeek's limit, and says so.
    assert result.status == 9
    assert dsk.run("fim", "-P", "local", "--before", "x", stdin=None).text == BODY
    curl = dsk.run("fim", "-P", "mistral", "-m", "codestral-latest", "--print-curl", "-u", "--before", "x", stdin=None)
    assert " https://api.mistral.ai/v1/fim/completions \\\n" in curl.text
    assert '{"model":"codestral-latest","prompt":"x","stream":true}' in curl.text
    # What chats there call max_completion_tokens is max_tokens here.
    assert dry(dsk, "-P", "openai", "-m", "gpt-3.5-turbo-instruct", "--max-tokens", "5", "--before", "x") == {
        "model": "gpt-3.5-turbo-instruct",
        "prompt": "x",
        "stream": True,
        "max_tokens": 5,
    }


def test_a_refusal_names_the_command_that_shows_the_body(here: Dsk) -> None:
    result = here.run("fim", "--top-p", "1", "--set", "top_p:=2", "--before", "x", stdin=None)
    assert result.status == 9
    assert "dsk fim --dry-run shows what was sent" in result.errors


def test_it_works_offline_and_what_goes_to_a_terminal_is_shown(here: Dsk) -> None:
    result = here.run("fim", "--offline", "--max-lines", "1", "--before", "x", stdin=None)
    assert (result.errors, result.status) == ("dsk: offline: the built-in script answers, no model was asked\n", 0)
    assert result.text.endswith("\n")
    shown = here.run("fim", "--escapes", "show", "--print-edit", "--at", "add.py:2:5", stdin=None)
    assert "+    # ^[[31mred" in shown.text
    assert b"\x1b" not in shown.stdout
