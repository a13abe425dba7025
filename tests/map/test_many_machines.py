"""A run that others divide, by the commands of the manual: its parts, joined, are what one run writes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.harness import DSK, KEY, Dsk
from tests.manual import PAGES, examples, plain, section
from tests.map import hosts
from tests.map.helpers import Serve, contents, echo, lines_of

PAGE = next(page for page in PAGES if page.name == "dsk-map.1")
WORDS = "Urgent, yes or no? {subject}"
COUNT = 60

with_tickets = pytest.mark.usefixtures("tickets")
needs_parallel = pytest.mark.skipif(not shutil.which("parallel"), reason="GNU parallel is not installed")
needs_jq = pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")


@pytest.fixture
def tickets(dsk: Dsk) -> None:
    """The file that the commands of the manual name, large enough to be divided."""
    subjects = [f"it's {number} {'ä' * (number % 40)} $HOME \\n" for number in range(COUNT)]
    (dsk.home / "tickets.jsonl").write_text(
        "".join(json.dumps({"id": f"t{n}", "subject": text}) + "\n" for n, text in enumerate(subjects))
    )


def command(start: str) -> str:
    """The one command of the page that begins so, its blocks small enough for the test's file."""
    (found,) = [each.command for each in examples(PAGE) if each.command.startswith(start)]
    return found.replace("--block 1M", "--block 2k")


def script() -> str:
    """The one script of the page."""
    lines = [plain(line) for line in section(PAGE, "MANY MACHINES")]
    first = next(number for number, line in enumerate(lines) if line.startswith("#!"))
    return "\n".join(lines[first : lines.index(".Ed", first)])


def whole(dsk: Dsk, base_url: str) -> list[tuple[object, ...]]:
    """What one run writes."""
    result = dsk.run("map", "-a", "tickets.jsonl", "--base-url", base_url, WORDS)
    assert (result.errors, result.status) == ("", 0)
    return told(result.stdout)


def told(data: bytes | Path) -> list[tuple[object, ...]]:
    """What does not depend on who wrote a line, and when."""
    return [
        (line["id"], line["input"]["record"], line["input"]["template"], line["content"], line["status"])
        for line in lines_of(data)
    ]


def programs(directory: Path) -> str:
    """A directory with the command under test, as others than our shell can call it."""
    directory.mkdir()
    program = directory / "dsk"
    program.write_text(f'#!/bin/sh\nexec {" ".join(DSK)} "$@"\n')
    program.chmod(0o755)
    return str(directory)


def bash(dsk: Dsk, text: str, *, errors: str = "", **env: str) -> None:
    """Run a script, which must succeed and say just these ``errors``."""
    done = subprocess.run(
        ["bash", "-c", text],
        cwd=dsk.home,
        env=dsk.env | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=50,
        check=False,
    )
    assert (done.stdout, done.stderr.decode(), done.returncode) == (b"", errors, 0)


@needs_parallel
@with_tickets
def test_blocks_of_a_pipe_are_divided_among_processes(dsk: Dsk, serve: Serve, tmp_path: Path) -> None:
    url = echo(serve).base_url
    path = f"{programs(tmp_path / 'bin')}:{dsk.env['PATH']}"
    bash(
        dsk,
        command("parallel -q -k --pipe --block 1M dsk").replace("parallel", "parallel -j 2"),
        PATH=path,
        DEEPSEEK_BASE_URL=url,
    )
    assert told(dsk.home / "out.jsonl") == whole(dsk, url)
    # There was more than one process: each counted from one.
    assert sum(line["input"]["number"] == 1 for line in lines_of(dsk.home / "out.jsonl")) > 1


@needs_parallel
@pytest.mark.skipif(bool(hosts.missing()), reason=hosts.missing())
@with_tickets
def test_blocks_of_a_pipe_are_divided_among_machines(dsk: Dsk, serve: Serve, tmp_path: Path) -> None:
    servers = {name: echo(serve, require_key=True) for name in ("alpha", "beta")}
    there = dsk.env | {"PATH": f"{programs(tmp_path / 'there')}:{dsk.env['PATH']}"}
    del there["DEEPSEEK_API_KEY"]
    env_of = {name: there | {"DEEPSEEK_BASE_URL": server.base_url} for name, server in servers.items()}
    with hosts.hosts(tmp_path / "ssh", env_of) as ssh:
        here = f"{ssh}:{dsk.env['PATH']}"
        bash(
            dsk,
            command("parallel -q -k --pipe --block 1M --sshlogin").replace("parallel", "parallel -j 1"),
            PATH=here,
            DEEPSEEK_API_KEY=KEY,
        )
    assert all(server.requests for server in servers.values())
    assert sum(len(server.requests) for server in servers.values()) == COUNT
    assert told(dsk.home / "out.jsonl") == whole(dsk, servers["alpha"].base_url)


@needs_parallel
def test_blocks_of_a_table_have_its_header(dsk: Dsk, serve: Serve, tmp_path: Path) -> None:
    url = echo(serve).base_url
    (dsk.home / "in.csv").write_text("id,subject\n" + "".join(f"t{n},ticket {n}\n" for n in range(COUNT)))
    divided = f"parallel -j 2 -q -k --pipe --block 300 --header : dsk map --input csv '{WORDS}' < in.csv > out.jsonl"
    path = f"{programs(tmp_path / 'bin')}:{dsk.env['PATH']}"
    bash(dsk, divided, PATH=path, DEEPSEEK_BASE_URL=url)
    assert contents(dsk.home / "out.jsonl") == [f"Urgent, yes or no? ticket {n}" for n in range(COUNT)]


@needs_parallel
@needs_jq
@with_tickets
def test_shards_are_joined_by_their_numbers(dsk: Dsk, serve: Serve, tmp_path: Path) -> None:
    url = echo(serve).base_url
    path = f"{programs(tmp_path / 'bin')}:{dsk.env['PATH']}"
    bash(dsk, command("parallel -q dsk map -a tickets.jsonl --shard"), PATH=path, DEEPSEEK_BASE_URL=url)
    assert told(dsk.home / "out.jsonl") == whole(dsk, url)
    assert [len(lines_of(dsk.home / f"out.{n}.jsonl")) for n in range(1, 5)] == [COUNT // 4] * 4


@with_tickets
def test_a_job_array_has_each_record_once_even_if_a_task_is_run_again(dsk: Dsk, serve: Serve, tmp_path: Path) -> None:
    server = echo(serve)
    env = {"PATH": f"{programs(tmp_path / 'bin')}:{dsk.env['PATH']}", "DEEPSEEK_BASE_URL": server.base_url}
    for task in "1234":
        bash(dsk, script(), SLURM_ARRAY_TASK_ID=task, **env)
    third = dsk.home / "out.3.jsonl"
    third.write_bytes(third.read_bytes()[:-40])
    asked = len(server.requests)
    torn = "dsk: warning: the last line of out.3.jsonl was torn: its record is asked again\n"
    bash(dsk, script(), errors=torn, SLURM_ARRAY_TASK_ID="3", **env)
    assert (asked, len(server.requests)) == (COUNT, COUNT + 1)
    parts = [line for task in range(1, 5) for line in lines_of(dsk.home / f"out.{task}.jsonl")]
    joined = sorted(parts, key=lambda line: line["input"]["number"])
    assert told(b"".join(json.dumps(line).encode() + b"\n" for line in joined)) == whole(dsk, server.base_url)
