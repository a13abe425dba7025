"""`dsk map` killed again and again by kill -9 until it comes to its end: each record is there, exactly once.

``python -m tests.map.kills --records 100000 --every 3`` is the long form of the test.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import KEY, Dsk
from tests.map.helpers import numbered

IN, OUT = "in.txt", "out.jsonl"


def run_with_kills(
    dsk: Dsk, server: ScriptedServer, count: int, wait: Callable[[Popen[bytes]], object], *args: str
) -> int:
    """How many kills it took to ask of ``count`` records; ``wait`` returns when it is time for one, or the run has
    ended, whose status has to be 0."""
    (dsk.home / IN).write_bytes(numbered(count))
    kills = 0
    while True:
        with dsk.start("map", "--base-url", server.base_url, "-a", IN, "-o", OUT, "--resume", *args) as process:
            wait(process)
            if process.poll() is not None:
                assert process.returncode == 0
                return kills
            process.kill()
            process.wait(30)
            kills += 1


def check_each_once(dsk: Dsk, count: int, *, in_order: bool) -> None:
    """Every record is in the output whole, once, with its own answer, and nothing else is there."""
    seen, last = bytearray(count + 1), 0
    with (dsk.home / OUT).open("rb") as file:
        for text in file:
            line = json.loads(text)
            assert text.endswith(b"\n")
            assert (line["content"], line["status"]) == (f"record {line['id']}", 0)
            seen[line["id"]] += 1
            assert line["id"] > last or not in_order
            last = line["id"]
    assert seen == b"\x00" + b"\x01" * count
    assert not (dsk.home / f"{OUT}.waiting").exists()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.map.kills", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--every", type=float, default=3.0, metavar="SECONDS")
    parser.add_argument("-j", type=int, default=64, dest="level")
    options = parser.parse_args()

    def wait(process: Popen[bytes]) -> None:
        end = time.monotonic() + options.every
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)

    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as home, ScriptedServer(Script(replies=(Reply(echo=True),))) as server:
        dsk = Dsk(Path(home), {"DEEPSEEK_API_KEY": KEY})
        kills = run_with_kills(dsk, server, options.records, wait, "-j", str(options.level))
        check_each_once(dsk, options.records, in_order=True)
        asked = len(server.requests)
    took = time.monotonic() - begun
    print(f"{options.records} records, each exactly once, after {kills} kills, {asked} requests, {took:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
