"""From the start of the process to its first token, over TLS, far away, with nothing prepared."""

from tests.bench.lab import ROUND_TRIP_MS, Lab
from tests.bench.measure import Measure, Sample, not_installed
from tests.bench.plan import STAMP
from tests.bench.roster import CURL, DSK, LLM, NAIVE, NODE, OPENAI, PIPELINE, SGPT

QUANTITY = "ms"


def _sample(lab: Lab, name: str) -> Sample:
    asked = lab.ask(name, lab.plan(3, rate=1000), tls=True)
    first = next(read.at for read in asked.run.reads if STAMP in read.data)
    return {QUANTITY: (first - asked.run.started) / 1e6}


MEASURE = Measure(
    "first-token",
    f"Process start to the first token, TLS, {ROUND_TRIP_MS} ms round trip",
    (DSK, CURL, PIPELINE, NAIVE, OPENAI, NODE, LLM, SGPT),
    _sample,
    not_installed,
)
