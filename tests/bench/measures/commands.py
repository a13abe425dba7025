"""What needs no server: from the start of the process to its end."""

import sys

from tests.bench.lab import Lab
from tests.bench.measure import Measure, Sample
from tests.bench.roster import DSK, dsk_command

QUANTITY = "ms"
BARE = "python3 -c pass"
COMMANDS = {
    "dsk --version": ("--version",),
    "dsk --help": ("--help",),
    "dsk ask --help": ("ask", "--help"),
    "dsk ask --nonsense": ("ask", "--nonsense"),
    "dsk completion bash": ("completion", "bash"),
}
_USAGE_ERROR = 2


def _sample(lab: Lab, entry: str) -> Sample:
    argv = (sys.executable, "-c", "pass") if entry == BARE else dsk_command(*COMMANDS[entry])
    wanted = _USAGE_ERROR if entry.endswith("--nonsense") else 0
    run = lab.run(argv, status=wanted)
    return {QUANTITY: (run.ended - run.started) / 1e6}


def _missing(lab: Lab, entry: str) -> str | None:
    return None if entry == BARE or lab.is_installed(DSK) else lab.contender(DSK).install


MEASURE = Measure("commands", "Whole run without a request", (BARE, *COMMANDS), _sample, _missing)
