"""Tokens a second when the server sends as fast as they are taken."""

from tests.bench.lab import Lab
from tests.bench.measure import Measure, Sample, not_installed
from tests.bench.roster import CURL, DSK, DSK_RAW, NAIVE, NODE, OPENAI, PIPELINE

QUANTITY = "tokens/s"


def _sample(lab: Lab, name: str) -> Sample:
    tokens = lab.sizes.flat_out
    asked = lab.ask(name, lab.plan(tokens), keep=False)
    return {QUANTITY: tokens / (asked.run.ended - asked.received) * 1e9}


MEASURE = Measure(
    "flat-out",
    "Flat out: from the request at the server to the end of the process",
    (DSK, DSK_RAW, CURL, PIPELINE, NAIVE, OPENAI, NODE),
    _sample,
    not_installed,
)
