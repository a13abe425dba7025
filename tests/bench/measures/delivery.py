"""From the server's write to the reader of the pipe, token by token."""

from statistics import quantiles

from tests.bench.lab import Lab
from tests.bench.measure import Measure, Sample, not_installed
from tests.bench.plan import stamps
from tests.bench.process import Run
from tests.bench.roster import CURL, DSK, DSK_RAW, NAIVE, NODE, OPENAI, PIPELINE

RATES = (50, 200, 1000)
#: Models think before they speak, and what a program has to do until then is nobody's delay.
THINK_MS = 300


def p50(rate: int) -> str:
    """The name of the median at so many tokens a second."""
    return f"p50 ms at {rate}/s"


def p99(rate: int) -> str:
    """The name of the 99th percentile."""
    return f"p99 ms at {rate}/s"


def _sample(lab: Lab, name: str) -> Sample:
    sample: dict[str, float] = {}
    for rate in RATES:
        plan = lab.plan(int(rate * lab.sizes.delivery), rate=rate, think=THINK_MS)
        late = sorted(_delays(lab.ask(name, plan).run))
        cuts = quantiles(late, n=100, method="inclusive")
        sample |= {p50(rate): cuts[49], p99(rate): cuts[98]}
    return sample


def _delays(run: Run) -> list[float]:
    """Milliseconds of each token. A token that came in two reads counts with the later one."""
    late: list[float] = []
    held = b""
    for at, data in run.reads:
        held += data
        whole = held.rfind(b" ") + 1
        late += [(at - stamp) / 1e6 for stamp in stamps(held[:whole])]
        held = held[whole:]
    return late


MEASURE = Measure(
    "delivery",
    "Delivery: the server's write to the reader of the pipe",
    (DSK, DSK_RAW, CURL, PIPELINE, NAIVE, OPENAI, NODE),
    _sample,
    not_installed,
)
