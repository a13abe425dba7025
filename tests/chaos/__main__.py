"""The long form: as many runs as are asked for, on all cores; prints what went wrong and a closing line."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.chaos.running import run_once
from tests.harness import KEY, Dsk


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.runs} runs", flush=True)
    with tempfile.TemporaryDirectory() as home:
        dsk = Dsk(Path(home), {"DEEPSEEK_API_KEY": KEY})
        seeds = [options.seed * 1_000_003 + number for number in range(options.runs)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            reports = [report for report in pool.map(lambda seed: run_once(dsk, seed), seeds) if report]
    print("\n\n".join(reports))
    print(f"{options.runs - len(reports)} of {options.runs} runs held, seed {options.seed}")
    return 1 if reports else 0


if __name__ == "__main__":
    sys.exit(main())
