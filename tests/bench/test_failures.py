"""The table of failures shows what it saw. How long anything takes is not looked at."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.failures.page import cell
from tests.bench.failures.trial import Remains

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_each_way_of_asking_has_a_line_with_what_was_left() -> None:
    lines = ("--only", "dsk ask --no-resume", "curl", "--mishap", "cut", "filter", "head")
    command = (sys.executable, "-m", "tests.bench.failures", *lines)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=50)
    rows = [re.split(r" *\| *", line.strip("| ")) for line in done.stdout.splitlines() if line.startswith("| ")]
    head, _, ours, curls = rows
    assert head == ["cut", "filter", "head"]
    assert ours[0] == "`dsk ask --no-resume`"
    assert re.fullmatch(r"12: ([1-9]\d*)\+log", ours[1])
    assert ours[2] == "11: 520+log"
    assert re.match(r"141: 20(\+log|, log \d+)$", ours[3])
    assert curls[0] == "`curl`"
    assert re.fullmatch(r"18: [1-9]\d*", curls[1])
    assert curls[2:] == ["0: 520", "23: 0"]


@pytest.mark.parametrize(
    ("remains", "text"),
    [
        (Remains(0, 1040, 1040), "0: all+log"),
        (Remains(12, 48, 48), "12: 48+log"),
        (Remains(137, 48, 40), "137: 48, log 40"),
        (Remains(1, 48, 0), "1: 48"),
        (Remains(None, 48, 0), "hangs: 48"),
    ],
)
def test_a_cell_is_the_status_and_what_was_kept(remains: Remains, text: str) -> None:
    assert cell(remains) == text
