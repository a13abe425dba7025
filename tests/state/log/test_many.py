"""Many processes at once, and processes that are killed: no row is lost, and no text that is older than a second."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

from dsk.state.log.reader import each
from dsk.state.log.reading import reading
from tests.state.log.driver import WORDS
from tests.state.log.writing import lines, logged, rows, start

CROWD = 200
SEED = 20261125


def test_two_hundred_processes_at_once_lose_nothing_and_none_fails(tmp_path: Path) -> None:
    path = tmp_path / "state" / "dsk" / "log.db"
    with start("crowd", path, CROWD) as process:
        output, errors = process.communicate(timeout=50)
    assert (output, errors, process.returncode) == ("", "", 0)
    found = rows(path, "SELECT title, content, state, status FROM runs")
    wanted = [(f"prompt {n}", "".join(f"{n}.{word} " for word in range(WORDS)), "ended", 0) for n in range(CROWD)]
    assert sorted(found) == sorted(wanted)
    assert rows(path, "SELECT count(*) FROM pieces") == [(0,)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_what_a_killed_process_was_given_a_second_before_is_in_the_log(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    chance = random.Random(SEED)
    moments = sorted(chance.uniform(0.0, 2.6) for _ in range(8))
    processes = [start("talk", path) for _ in moments]
    said = [[next(lines(process))] for process in processes]
    begun = time.monotonic()
    killed = []
    for moment, process in zip(moments, processes, strict=True):
        time.sleep(max(0.0, begun + moment - time.monotonic()))
        killed.append(time.monotonic())
        process.send_signal(signal.SIGKILL)
    for process, words in zip(processes, said, strict=True):
        words.extend(process.communicate(timeout=30)[0].splitlines(keepends=True))
    with reading(str(path)) as log:
        runs = {run.pid: run for run in each(log)}
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    proven = 0
    for process, words, end in zip(processes, said, killed, strict=True):
        old = [int(number) for number, at in (w.split() for w in words if w.endswith("\n")) if float(at) < end - 1]
        kept = runs[process.pid].content.split() if process.pid in runs else []
        assert kept == [str(number) for number in range(len(kept))], "from the beginning, each once"
        assert len(kept) > max(old, default=-1), f"seed {SEED}"
        proven += len(old)
    assert proven > 50, "the test has looked at something"


def test_a_killed_run_is_settled_by_the_next_reader(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    logged(path, "whole", "whole")
    with start("talk", path) as process:
        while not (path.exists() and rows(path, "SELECT 1 FROM pieces")):
            next(lines(process))
        with reading(str(path)) as log:
            whole, talking = each(log)
        assert (whole.state, talking.state, talking.ended) == ("ended", "running", None)
        assert talking.content.startswith("0 1 2 ")
        assert rows(path, "SELECT state, content FROM runs WHERE id = 2") == [("running", "")]
        process.kill()
        # Dead, but still in the table of processes.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        with reading(str(path)) as log:
            killed = list(each(log))[1]
    assert (killed.state, killed.status) == ("killed", None)
    assert killed.content.startswith(talking.content)
    assert rows(path, "SELECT state, content, ended FROM runs WHERE id = 2") == [
        ("killed", killed.content, killed.ended)
    ]
