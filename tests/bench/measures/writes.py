"""Writes to stdout for each arrival, which is a write of the server.

strace counts them; where it is missing, the reads of the pipe do, from which one or two may have been missed.
"""

import shutil

from tests.bench.lab import Lab
from tests.bench.measure import Measure, Sample, not_installed
from tests.bench.roster import CURL, DSK, DSK_RAW, NAIVE, NODE, OPENAI, PIPELINE

#: Arrivals a second: slow enough for a traced program.
PACE = 50
THINK_MS = 300
BURST = 10
SINGLE = "writes per arrival of 1 token"
BURSTS = f"writes per arrival of {BURST} tokens"


def _sample(lab: Lab, name: str) -> Sample:
    return {SINGLE: _writes(lab, name, 1), BURSTS: _writes(lab, name, BURST)}


def _writes(lab: Lab, name: str, burst: int) -> float:
    arrivals = lab.sizes.writes
    plan = lab.plan(arrivals * burst, rate=PACE * burst, burst=burst, think=THINK_MS)
    # The end, and before the first token a frame without text, which only the raw stream shows.
    arrivals += 2 if lab.contender(name).raw else 1
    strace = shutil.which("strace")
    if not strace:
        return len(lab.ask(name, plan).run.reads) / arrivals
    log = lab.home / "strace"
    run = lab.ask(name, plan, wrapper=(strace, "-f", "-qq", "-y", "-e", "trace=write,writev", "-o", str(log))).run
    return sum(f"<{run.stdout}>" in line for line in log.read_text(errors="replace").splitlines()) / arrivals


MEASURE = Measure(
    "writes",
    "Writes to stdout",
    (DSK, DSK_RAW, CURL, PIPELINE, NAIVE, OPENAI, NODE),
    _sample,
    not_installed,
)
