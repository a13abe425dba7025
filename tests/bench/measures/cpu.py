"""CPU time, user and system, of the process and its children at a usual pace."""

from tests.bench.lab import Lab
from tests.bench.measure import Measure, Sample, not_installed
from tests.bench.roster import CURL, DSK, NAIVE, NODE, OPENAI, PIPELINE

RATE = 100
ANSWER = "ms, start and 1,000 tokens"
FURTHER = "ms per further 1,000 tokens"


def _sample(lab: Lab, name: str) -> Sample:
    tokens = lab.sizes.cpu
    short = lab.ask(name, lab.plan(1, rate=RATE)).run.cpu * 1000
    long = lab.ask(name, lab.plan(tokens, rate=RATE)).run.cpu * 1000
    further = (long - short) / (tokens - 1) * 1000
    return {ANSWER: short + further, FURTHER: further}


MEASURE = Measure(
    "cpu",
    f"CPU time at {RATE} tokens/s",
    (DSK, CURL, PIPELINE, NAIVE, OPENAI, NODE),
    _sample,
    not_installed,
)
