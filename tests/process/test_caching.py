"""``--cache``: the same answer once more, from disk, with no key and no server; only whole answers are kept."""

from __future__ import annotations

import json
import os
import re
import stat
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script, ToolCall
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, Result
from tests.process.templates import write_template

Serve = Callable[[Script], ScriptedServer]
TEXT = "# Story\n\nOnce upon a time: Grüße 👩‍🚀\n\n```sh\necho hi\n```\n\nThe end.\n"
NO_KEY = {"DEEPSEEK_API_KEY": ""}


def serving(serve: Serve, *faults: str, **reply: Any) -> ScriptedServer:
    reply = {"text": TEXT, "reasoning": "Hm."} | reply
    return serve(Script(replies=(Reply(**reply),), faults=tuple(map(parse_fault, faults))))


def ask(dsk: Dsk, server: ScriptedServer, *args: str, env: Mapping[str, str] | None = None) -> Result:
    return dsk.run("ask", "--base-url", server.base_url, *args, "Tell me", stdin=None, env=env)


def folder(dsk: Dsk) -> Path:
    return dsk.home / ".cache" / "dsk" / "answers"


def answers(dsk: Dsk) -> list[Path]:
    return sorted(folder(dsk).glob("*.sse"))


def timeless(data: bytes) -> bytes:
    return re.sub(rb'"(first_token|total)":[0-9.e-]+', rb'"\1":0', data)


def test_a_hit_is_the_same_in_every_format_with_no_key_and_no_server(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve)
    forms = [[], ["--json"], ["--jsonl"], ["--raw"], ["-x"], ["--markdown", "always"], ["--reasoning", "only"]]
    once = [ask(dsk, server, "--think", *form, "--usage-to", "used") for form in forms]
    used = (dsk.home / "used").read_bytes()
    assert ask(dsk, server, "--think", "--cache") == once[0]
    count = len(server.requests)
    server.close()
    (dsk.home / "used").unlink()
    for form, first in zip(forms, once, strict=True):
        again = ask(dsk, server, "--think", "--cache", *form, "--usage-to", "used", env=NO_KEY)
        assert (timeless(again.stdout), again.errors, again.status) == (timeless(first.stdout), "", 0), form
    assert timeless((dsk.home / "used").read_bytes()) == timeless(used)
    assert len(server.requests) == count


def test_what_is_not_streamed_and_tool_calls_come_again(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve, tool_calls=(ToolCall("now", "{}"),))
    tools = '[{"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{}}}}]'
    for args in (["--no-stream"], ["--set", f"tools:={tools}"]):
        first = ask(dsk, server, "--cache", "--json", *args)
        again = ask(dsk, server, "--cache", "--json", *args, env=NO_KEY)
        assert timeless(again.stdout) == timeless(first.stdout)
        assert (first.status, again.status) == (0, 0)
    assert len(server.requests) == 2


def test_a_hit_is_told_where_it_is_asked_for_and_is_marked_in_the_log(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve)
    first = ask(dsk, server, "--cache", "-u", "-w", "%{cached} %{tps}\n")
    again = ask(dsk, server, "--cache", "-u", "-w", "%{cached} %{tps}\n", env=NO_KEY)
    assert re.search(r"first token [0-9.]+ s.*\n0 ", first.errors, re.DOTALL)
    assert re.fullmatch(r"dsk: usage: prompt \d+, cache hit \d+, completion \d+, cached\n1 \n", again.errors)
    assert f"dsk: cached: {answers(dsk)[0]}\n" == ask(dsk, server, "--cache", "--debug", env=NO_KEY).errors
    rows = [json.loads(line) for line in dsk.run("log", "list", "--json").stdout.splitlines()]
    assert [row["cached"] for row in rows] == [False, True, True]
    assert json.loads(dsk.run("usage", "--json").stdout)["total"]["runs"] == 1
    shown = [dsk.run("log", "show", number) for number in ("1", "2")]
    assert ["Cached:   no server was asked" in page.text for page in shown] == [False, True]
    # A hit can be recorded, and what is kept is a recording.
    assert ask(dsk, server, "--cache", "-n", "--record", "run.sse", env=NO_KEY).text == TEXT
    for file in ("run.sse", str(answers(dsk)[0])):
        assert dsk.run("replay", "--speed", "0", file).text == TEXT
        assert dsk.run("decode", file).text == TEXT


def test_files_and_folder_are_their_owners_alone(dsk: Dsk, serve: Serve) -> None:
    folder(dsk).mkdir(parents=True, mode=0o755)
    old_mask = os.umask(0)
    try:
        ask(dsk, serving(serve), "--cache")
    finally:
        os.umask(old_mask)
    assert stat.S_IMODE(folder(dsk).stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder(dsk).iterdir()} == {0o600}
    assert all(dsk.env["DEEPSEEK_API_KEY"].encode() not in path.read_bytes() for path in folder(dsk).iterdir())


CUT = {
    "a broken answer": (["drop-after=5"], ["--no-resume"], 12),
    "a resumed answer": (["drop-after=5x1"], ["--resume", "1", "--set", "model=deepseek-v4-flash"], 0),
    "an answer past the token limit": ([], ["--max-tokens", "7", "--continue-on-length", "9"], 0),
    "an answer that was ended at a word": ([], ["--until", "time"], 0),
    "an answer that is not JSON": ([], ["--json-mode", "-s", "JSON"], 13),
    "an answer with no code": (["empty"], ["-x"], 13),
    "the first block": ([], ["--extract", "first"], 0),
}


@pytest.mark.parametrize(("faults", "args", "status"), CUT.values(), ids=CUT)
def test_what_is_cut_or_joined_is_not_kept(
    dsk: Dsk, serve: Serve, faults: list[str], args: list[str], status: int
) -> None:
    assert ask(dsk, serving(serve, *faults), "--cache", *args).status == status
    assert not folder(dsk).exists() or list(folder(dsk).iterdir()) == []


def test_an_answer_whose_reader_went_is_not_kept_and_one_that_was_retried_is(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve, "503=0x1", text="a line\n" * 9)
    dsk.env["U"] = server.base_url
    assert ask(dsk, server, "--cache").text == "a line\n" * 9
    assert len(server.requests) == 2
    # A kept answer can be cut like any other.
    assert dsk.shell('dsk ask -I --base-url "$U" --cache --max-lines 2 Tell me').text == "a line\n" * 2
    assert len(server.requests) == 2
    slow = serve(Script(replies=(Reply(text="a line\n" * 99),), pace=50))
    assert dsk.shell('dsk ask -I --base-url "$S" --cache Tell me | head -1', env={"S": slow.base_url}).status == 141
    assert len(answers(dsk)) == 1


def test_only_the_cache_or_always_the_server(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve)
    missed = ask(dsk, server, "--cache-only", env=NO_KEY)
    assert missed.status == 1
    assert missed.errors.startswith("dsk: the answer is not in the cache: --cache-only asks no server\ndsk: hint: ")
    assert (missed.stdout, len(server.requests)) == (b"", 0)
    assert ask(dsk, server, "--refresh").text == TEXT
    assert ask(dsk, server, "--cache-only", env=NO_KEY).text == TEXT
    other = serve(Script(replies=(Reply(text="one"), Reply(text="two"))))
    assert [ask(dsk, other, *args).text for args in (["--cache"], ["--cache"], ["--refresh"], ["--cache"])] == [
        *("one\n", "one\n", "two\n", "two\n")
    ]
    for args in (["--cache-only", "--refresh"], ["--no-cache", "--refresh"], ["--cache-ttl", "soon"]):
        assert ask(dsk, other, *args).status == 2
    assert len(other.requests) == 2


def test_what_is_too_old_is_asked_anew(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="one"), Reply(text="two"))))
    ask(dsk, server, "--cache")
    hour_ago = time.time() - 3600
    os.utime(answers(dsk)[0], (hour_ago, hour_ago))
    assert ask(dsk, server, "--cache-ttl", "2h").text == "one\n"
    assert ask(dsk, server, "--cache-ttl", "59m").text == "two\n"
    assert ask(dsk, server, "--cache-ttl", "60").text == "two\n"


def test_the_wish_may_stand_in_every_place(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve)
    write_template(dsk, "kept", 'prompt = "Tell me"\n[options]\ncache = true\n')
    ask(dsk, server, "--cache")
    assert dsk.run("ask", "-I", "-t", "kept", "--base-url", server.base_url, env=NO_KEY).text == TEXT
    dsk.write_config('[defaults]\ncache = true\ncache-ttl = "1d"\n')
    assert ask(dsk, server, env=NO_KEY).text == TEXT
    assert ask(dsk, server, "--cache-only", env=NO_KEY | {"DSK_REFRESH": "1"}).text == TEXT
    assert len(server.requests) == 1
    ask(dsk, server, env={"DSK_CACHE": "0"})
    ask(dsk, server, "--no-cache", env={"DSK_CACHE_ONLY": "1"})
    assert len(server.requests) == 3
    for table in ('max_size = "2T"', "max_age = 0", "max = 1"):
        dsk.write_config(f"[cache]\n{table}\n")
        refused = ask(dsk, server)
        assert (refused.status, f"config.toml:2: {table.split()[0]} " in refused.errors) == (2, table != "max = 1")


def test_a_body_that_says_the_same_is_the_same_question(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve)
    body = json.loads(dsk.run("ask", "--dry-run", "Tell me").stdout)
    ask(dsk, server, "--cache")
    reordered = json.dumps(dict(reversed(body.items())), indent=1).encode()
    for data, env, count in ((reordered, NO_KEY, 1), (json.dumps(body | {"user_id": "me"}).encode(), {}, 2)):
        sent = dsk.run("send", "--cache", "--base-url", server.base_url, stdin=data, env=env)
        assert (sent.text, len(server.requests)) == (TEXT, count)


def test_nothing_that_is_wrong_with_the_cache_costs_an_answer(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve)
    ask(dsk, server, "--cache")
    path = answers(dsk)[0]
    path.write_bytes(path.read_bytes()[:-9])
    again = ask(dsk, server, "--cache")
    assert again == (
        TEXT.encode(),
        f"dsk: warning: the cache is left out: {path} is damaged: it breaks off\n".encode(),
        0,
    )
    assert ask(dsk, server, "--cache", env=NO_KEY) == (TEXT.encode(), b"", 0)
    full = dsk.shell(
        'ulimit -f 8; dsk ask -I -n --cache --base-url "$U" --set user_id=me Tell me', env={"U": server.base_url}
    )
    assert (full.text, full.status) == (TEXT, 0)
    assert full.errors == f"dsk: warning: the answer is not kept in the cache: {folder(dsk)}: file too large\n"
    (dsk.home / "file").touch()
    away = ask(dsk, server, "--cache", env={"XDG_CACHE_HOME": str(dsk.home / "file")})
    assert (away.text, away.status, away.errors.count("warning")) == (TEXT, 0, 1)
    assert len(answers(dsk)) == 1
    assert not list(folder(dsk).glob(".draft*"))


def test_many_processes_at_once_leave_one_whole_file(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text=TEXT),), pace=200))
    runs = [dsk.start("ask", "-I", "-n", "--cache", "--base-url", server.base_url, "Tell me") for _ in range(5)]
    for run in runs:
        assert (run.communicate()[0], run.returncode) == (TEXT.encode(), 0)
    assert {path.name for path in folder(dsk).iterdir()} == {answers(dsk)[0].name, ".pruned"}
    assert ask(dsk, server, "--cache-only") == (TEXT.encode(), b"", 0)


def test_the_command_lists_prunes_and_clears(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve)
    assert dsk.run("cache", "list") == (b"", b"", 0)
    for user in ("me", "you"):
        ask(dsk, server, "--cache", "--set", f"user_id={user}")
    assert dsk.run("cache", "path").text == f"{folder(dsk)}\n"
    listed = [line.split("\t") for line in dsk.run("cache", "list").text.splitlines()]
    assert [(line[2], line[3]) for line in listed] == [("deepseek-flash", "Tell me")] * 2
    rows = [json.loads(line) for line in dsk.run("cache", "list", "--json").stdout.splitlines()]
    assert {row["file"] for row in rows} == set(map(str, answers(dsk)))
    dsk.write_config(f"[cache]\nmax_size = {rows[1]['bytes'] + 9}\n")
    pruned = dsk.run("cache", "prune").errors
    assert pruned == f"dsk: removed one answer, {rows[0]['bytes']} bytes; kept one answer, {rows[1]['bytes']} bytes\n"
    assert dsk.run("cache", "clear").errors.endswith("kept 0 answers, 0 bytes\n")
    assert answers(dsk) == []


def test_map_asks_only_for_what_is_not_there(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(echo=True),)))
    records = b"".join(b"record %d\n" % number for number in range(40))
    args = ["map", "--base-url", server.base_url, "-j", "16"]
    first = dsk.run(*args, "--cache", stdin=records)
    assert (len(answers(dsk)), len(server.requests), first.status) == (40, 40, 0)
    again = dsk.run(*args, "--cache", "--max-tokens-total", "1", stdin=records, env=NO_KEY)
    lines = [json.loads(line) for line in again.stdout.splitlines()]
    assert {line["attempts"] for line in lines} == {0}
    without = ("timing", "attempts")
    assert [{k: v for k, v in line.items() if k not in without} for line in lines] == [
        {k: v for k, v in json.loads(line).items() if k not in without} for line in first.stdout.splitlines()
    ]
    assert (again.status, again.errors, len(server.requests)) == (0, "", 40)
    more = dsk.run(*args, "--cache-only", stdin=records + b"another\n", env=NO_KEY)
    assert [json.loads(line)["status"] for line in more.stdout.splitlines()] == [0] * 40 + [1]
    dsk.write_config('[profiles.far]\nbase_url = "https://far.invalid"\nmodel = "m"\n')
    far = dsk.run("map", "-P", "far", "--cache", stdin=b"a\nb\n", env=NO_KEY)
    assert {json.loads(line)["status"] for line in far.stdout.splitlines()} == {3}
    assert len(server.requests) == 40


def test_a_killed_process_leaves_no_answer(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="word " * 900),), pace=100))
    with dsk.start("ask", "-I", "--cache", "--base-url", server.base_url, "Tell me") as process:
        assert process.stdout
        process.stdout.read(1)
        process.kill()
    assert answers(dsk) == []
    with dsk.start("ask", "-I", "--cache", "--base-url", server.base_url, "Tell me") as process:
        assert process.stdout
        process.stdout.read(1)
        process.terminate()
        process.wait()
    assert not folder(dsk).exists()


def test_without_a_cache_none_of_it_is_loaded(dsk: Dsk, serve: Serve) -> None:
    server = serving(serve)
    env = dsk.env | {"PYTHONPROFILEIMPORTTIME": "1"}
    loaded = ask(dsk, server, env=env).errors
    assert "dsk.jobs.delivering" in loaded
    assert "dsk.jobs.caching" not in loaded
    assert "dsk.state.cache" not in loaded
    ask(dsk, server, "--cache")
    hit = ask(dsk, server, "--cache", env=env).errors
    assert "dsk.jobs.caching" in hit
    assert not [name for name in ("requests", "urllib3", "dsk.jobs.cache_keeping") if f" {name}\n" in hit]
