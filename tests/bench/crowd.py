"""Who asks many records: each way as people write it, against the scripted endpoint in a process of its own.

dsk has its answers streamed, as it does by default; the others ask for them whole, which is less work. The endpoint
is on the same cores, so that at the highest rates a part of what is measured is the endpoint, for everyone alike.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.bench.lab import Lab
from tests.bench.process import Run, RunError
from tests.bench.roster import Env, dsk_command, dsk_version, package, programs

_SCRIPTS = Path(__file__).parent / "contenders"

LEVELS = (1, 8, 64, 256)
DSK_MAP = "dsk map"
CURL_LOOP = "shell loop, curl"
PARALLEL = "GNU parallel, curl"
OPENAI_POOL = "openai SDK, threads"


class Mapper(NamedTuple):
    """One way of asking many records."""

    #: From the base URL, a file of lines and the number of records at a time to the command line.
    command: Callable[[str, Path, int], Sequence[str]]
    #: Its version; None if it is not there.
    version: Callable[[Env], str | None]
    #: How to get it.
    install: str
    #: Records at a time that it can do.
    levels: Sequence[int] = LEVELS


MAPPERS = {
    DSK_MAP: Mapper(
        lambda url, file, jobs: dsk_command(
            *("map", "--base-url", url, "-a", str(file), "-j", str(jobs), "--format", "text")
        ),
        dsk_version,
        "pip install .",
    ),
    CURL_LOOP: Mapper(
        lambda url, file, _jobs: ("sh", str(_SCRIPTS / "curl_loop.sh"), url, str(file)),
        programs("curl", "jq"),
        "apt-get install curl jq",
        levels=(1,),
    ),
    PARALLEL: Mapper(
        lambda url, file, jobs: (
            *("parallel", "-k", "-j", str(jobs), "-a", str(file)),
            *("sh", str(_SCRIPTS / "curl_record.sh"), url, "{}"),
        ),
        programs("parallel", "curl", "jq"),
        "apt-get install parallel curl jq",
    ),
    OPENAI_POOL: Mapper(
        lambda url, file, jobs: (sys.executable, str(_SCRIPTS / "openai_pool.py"), url, str(file), str(jobs)),
        package("openai"),
        "pip install '.[test]'",
    ),
}


def missing(lab: Lab, name: str) -> str | None:
    """How to get one that is not there; None if it is."""
    if name not in lab.versions:
        lab.versions[name] = MAPPERS[name].version(lab.env())
    return None if lab.versions[name] else MAPPERS[name].install


def ask(lab: Lab, name: str, count: int, jobs: int, *, think: float = 0, wrapper: Sequence[str] = ()) -> Run:
    """Have so many records asked and answered, ``think`` seconds each before the first token.

    Raises ``RunError`` if the answers are not just those.
    """
    lines = [f"record {number}" for number in range(count)]
    file = lab.home / "records.txt"
    file.write_text("\n".join(lines) + "\n")
    with _endpoint(think) as url:
        run = lab.run((*wrapper, *MAPPERS[name].command(url, file, jobs)))
    answers = run.output.decode(errors="replace").splitlines()
    if answers != lines:
        raise RunError(f"{name} printed {len(answers)} lines that are not the {count} answers")
    return run


@contextmanager
def _endpoint(think: float) -> Iterator[str]:
    """The base URL of an endpoint of its own, which answers what it is asked."""
    command = dsk_command("serve", "--echo", "--first-token", str(think))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()
