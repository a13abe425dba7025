"""Peak resident memory, and how much of it a long answer adds."""

from tests.bench.lab import Lab
from tests.bench.measure import Measure, Sample, not_installed
from tests.bench.roster import CURL, DSK, DSK_RAW, NAIVE, PIPELINE

PEAK = "peak MB"
GROWTH = "growth MB"


def _sample(lab: Lab, name: str) -> Sample:
    few, many = (lab.peak_memory(name, lab.plan(tokens)) for tokens in lab.sizes.memory)
    return {PEAK: few, GROWTH: many - few}


MEASURE = Measure(
    "memory",
    "Memory, of the largest process, and its growth from the short answer to the long one",
    (DSK, DSK_RAW, CURL, PIPELINE, NAIVE),
    _sample,
    not_installed,
)
