"""Peak resident memory of few records and of many, and how much of it the many add."""

from tests.bench import crowd
from tests.bench.lab import Lab
from tests.bench.measure import Measure, Sample

JOBS = 64
GROWTH = "growth MB"


def peak(count: int) -> str:
    """The name of the quantity with so many records."""
    return f"peak MB at {count:,}"


def _sample(lab: Lab, name: str) -> Sample:
    # The largest size is for dsk alone: others would take too long for what they show.
    sizes = lab.sizes.map_memory if name == crowd.DSK_MAP else lab.sizes.map_memory[:-1]
    peaks: dict[str, float] = {}
    for count in sizes:
        crowd.ask(lab, name, count, JOBS, wrapper=lab.launcher)
        peaks[peak(count)] = lab.launched_peak()
    if len(sizes) > 1:
        peaks[GROWTH] = peaks[peak(sizes[-1])] - peaks[peak(sizes[0])]
    return peaks


MEASURE = Measure(
    "map-memory",
    f"Memory of many records, {JOBS} at a time",
    (crowd.DSK_MAP, crowd.OPENAI_POOL),
    _sample,
    crowd.missing,
    enough=1,
)
