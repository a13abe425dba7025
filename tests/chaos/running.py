"""One run, in a real process against a real server."""

from __future__ import annotations

from dsk.scripted.server import ScriptedServer
from tests.chaos.drawing import draw
from tests.chaos.judging import complaint, report
from tests.harness import Dsk


def run_once(dsk: Dsk, seed: int) -> str:
    """What went wrong in the run of this seed; "" if nothing did."""
    run = draw(seed)
    with ScriptedServer(run.script) as server:
        result = dsk.run("ask", "--base-url", server.base_url, *run.options, "hi", stdin=None, timeout=120)
    why = complaint(run, result)
    return report(seed, run, result, why) if why else ""
