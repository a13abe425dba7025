"""Stop early, stop paying: ``--until``, ``--max-lines`` and readers that leave close the connection at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable

import pytest

from dsk.scripted.faults import Fault, parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, Result, wait_closed

Serve = Callable[[Script], ScriptedServer]
TEXT = "one two END three\nfour END five\nsix\nseven\n"


def stalled(serve: Serve, *faults: str) -> ScriptedServer:
    """A server that says nothing more after the text, and does not end it."""
    names = ("stall-after=14", *faults)
    return serve(Script(replies=(Reply(text=TEXT + "more words come never ever at all"),), faults=_faults(*names)))


def _faults(*names: str) -> tuple[Fault, ...]:
    return tuple(parse_fault(name) for name in names)


def ask(dsk: Dsk, server: ScriptedServer, *args: str) -> Result:
    return dsk.run("ask", "--base-url", server.base_url, *args, "hi", stdin=None)


@pytest.mark.parametrize("faults", [[], ["tiny"], ["one-write"], ["split-utf8"]])
def test_until_prints_the_match_and_nothing_after_it(dsk: Dsk, serve: Serve, faults: list[str]) -> None:
    server = serve(Script(replies=(Reply(text=TEXT),), faults=_faults(*faults)))
    assert ask(dsk, server, "--until", "END") == Result(b"one two END\n", b"", 0)
    assert ask(dsk, server, "--until", "E.D f") == Result(b"one two END three\nfour END f\n", b"", 0)
    assert ask(dsk, server, "--until", "nowhere") == Result(TEXT.encode(), b"", 0)


def test_the_token_that_the_text_ends_with_keeps_its_log_probabilities(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text=TEXT),), faults=_faults("one-write")))
    result = ask(dsk, server, "--until", "END", "--logprobs", "2", "--json")
    (choice,) = json.loads(result.stdout)["choices"]
    assert [entry["token"] for entry in choice["logprobs"]["content"]] == ["one", " two", " END"]


def test_until_closes_the_connection_while_the_server_still_holds_it(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="a b END"),), faults=_faults("stall-after=3")))
    assert ask(dsk, server, "--until", "END") == Result(b"a b END\n", b"", 0)
    assert wait_closed(server, 0).closed_early


def test_max_lines_ends_after_so_many(dsk: Dsk, serve: Serve) -> None:
    server = stalled(serve)
    assert ask(dsk, server, "--max-lines", "2") == Result(b"one two END three\nfour END five\n", b"", 0)
    assert wait_closed(server, 0).closed_early


def test_a_stopped_answer_is_whole_in_json_too(dsk: Dsk, serve: Serve) -> None:
    found = json.loads(ask(dsk, stalled(serve), "--max-lines", "1", "--json").stdout)
    assert (found["content"], found["status"], found["finish_reason"]) == ("one two END three\n", 0, None)


def test_decode_stops_as_ask_does(dsk: Dsk, serve: Serve) -> None:
    frames = ask(dsk, serve(Script(replies=(Reply(text=TEXT),))), "--raw").stdout
    assert dsk.run("decode", "--until", "END", stdin=frames) == Result(b"one two END\n", b"", 0)


def test_a_match_across_a_resumption_counts(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text=TEXT),), faults=_faults("drop-after=2x1")))
    result = ask(dsk, server, "--until", "two END")
    assert (result.stdout, result.status) == (b"one two END\n", 0)


@pytest.mark.parametrize("regex", ["(", "x*", r"(a)\1"])
def test_a_regex_that_cannot_be_used_is_refused_before_the_request(dsk: Dsk, serve: Serve, regex: str) -> None:
    server = serve(Script())
    result = ask(dsk, server, "--until", regex)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith("dsk: --until")
    assert server.requests == []


def test_raw_frames_do_not_stop_in_the_midst(dsk: Dsk, serve: Serve) -> None:
    assert ask(dsk, serve(Script()), "--raw", "--until", "END").status == 2


@pytest.mark.parametrize("form", [(), ("--raw",), ("--json",)])
def test_nothing_is_sent_once_the_reader_has_gone_while_stdin_was_read(
    dsk: Dsk, serve: Serve, form: tuple[str, ...]
) -> None:
    server = serve(Script())
    gone, stdout = os.pipe()
    with dsk.start("ask", "--base-url", server.base_url, *form, stdin=subprocess.PIPE, stdout=stdout) as process:
        os.close(gone)
        os.close(stdout)
        _, errors = process.communicate(b"a question", timeout=30)
    assert (process.returncode, errors) == (-signal.SIGPIPE, b"")
    assert server.requests == []


def test_a_reader_that_leaves_closes_the_connection_while_the_server_is_silent(dsk: Dsk, serve: Serve) -> None:
    server = stalled(serve)
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        assert process.stdout
        seen = b""
        while seen.count(b"\n") < 4:
            seen += os.read(process.stdout.fileno(), 100)
        process.stdout.close()
        assert wait_closed(server, 0).closed_early
