"""Records a second, from the start of the process to its end, of answers that take a while to begin."""

from tests.bench import crowd
from tests.bench.lab import Lab
from tests.bench.measure import Measure, Sample

#: A model's first token takes longer than that; a longer one would only make the runs longer.
THINK = 0.2


def rate(jobs: int) -> str:
    """The name of the quantity with so many records at a time."""
    return f"records/s at -j {jobs}"


def _sample(lab: Lab, name: str) -> Sample:
    sample: dict[str, float] = {}
    for jobs, times in zip(crowd.LEVELS, lab.sizes.map_rates, strict=True):
        if jobs in crowd.MAPPERS[name].levels:
            run = crowd.ask(lab, name, jobs * times, jobs, think=THINK)
            sample[rate(jobs)] = jobs * times / (run.ended - run.started) * 1e9
    return sample


MEASURE = Measure(
    "map",
    f"Many records, each {THINK * 1000:g} ms from its first token",
    tuple(crowd.MAPPERS),
    _sample,
    crowd.missing,
)
