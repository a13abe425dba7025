"""From the start of the process to the request's last byte at a server on loopback."""

from tests.bench.lab import Lab
from tests.bench.measure import Measure, Sample, not_installed
from tests.bench.roster import CURL, DSK, LLM, NAIVE, NODE, OPENAI, SGPT

QUANTITY = "ms"


def _sample(lab: Lab, name: str) -> Sample:
    asked = lab.ask(name, lab.plan(3))
    return {QUANTITY: (asked.received - asked.run.started) / 1e6}


MEASURE = Measure(
    "request",
    "Process start to the request at the server, loopback",
    (DSK, CURL, NAIVE, OPENAI, NODE, LLM, SGPT),
    _sample,
    not_installed,
)
