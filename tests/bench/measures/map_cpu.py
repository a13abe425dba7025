"""CPU time, user and system, of all processes that many records take, start included."""

from tests.bench import crowd
from tests.bench.lab import Lab
from tests.bench.measure import Measure, Sample

QUANTITY = "CPU s per 1,000 records"
JOBS = 8


def _sample(lab: Lab, name: str) -> Sample:
    count = lab.sizes.map_cpu
    return {QUANTITY: crowd.ask(lab, name, count, JOBS).cpu / count * 1000}


MEASURE = Measure(
    "map-cpu",
    f"CPU time of many records, {JOBS} at a time where that can be said",
    tuple(crowd.MAPPERS),
    _sample,
    crowd.missing,
)
