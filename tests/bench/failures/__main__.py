"""``python -m tests.bench.failures``: see the package's docstring."""

from __future__ import annotations

import argparse
import platform
import signal
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path

from tests.bench.failures import page
from tests.bench.failures.askers import ASKERS, PATIENCE, Asker
from tests.bench.failures.mishaps import ANSWER, MISHAPS, Mishap
from tests.bench.failures.trial import DEADLINE, Remains, attempt, home_env
from tests.bench.measure import progress


def main() -> None:
    """Try what was asked for and print it; progress goes to stderr."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.failures", description="What is left of an answer.")
    _add_choice(parser, "--only", [asker.name for asker in ASKERS])
    _add_choice(parser, "--mishap", [mishap.name for mishap in MISHAPS])
    options = parser.parse_args()
    # A shell's background jobs ignore ^C, and those that ask would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    askers = [asker for asker in ASKERS if asker.name in options.only]
    mishaps = [mishap for mishap in MISHAPS if mishap.name in options.mishap]
    versions = {asker.name: _version(asker) for asker in askers}
    rows = {
        asker.name: _row(asker, mishaps) if versions[asker.name] else f"not installed ({asker.contender.install})"
        for asker in askers
    }
    progress("")
    head = {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "versions": ", ".join(dict.fromkeys(version for version in versions.values() if version)),
        "python": f"{platform.python_version()} (of dsk and the openai SDK)",
        "command": " ".join(["python -m tests.bench.failures", *sys.argv[1:]]),
        "whole answer": f"{len(ANSWER)} bytes",
        "patience": f"{PATIENCE} s of silence by its own setting, {DEADLINE:g} s in all",
    }
    print(page.render(head, [mishap.name for mishap in mishaps], rows), end="")


def _add_choice(parser: argparse.ArgumentParser, option: str, names: Sequence[str]) -> None:
    parser.add_argument(
        option, nargs="+", default=names, choices=names, metavar="NAME", help=f"of {', '.join(names)}; all by default"
    )


def _version(asker: Asker) -> str | None:
    with tempfile.TemporaryDirectory(prefix="dsk-failures-") as home:
        return asker.contender.version(home_env(Path(home)))


def _row(asker: Asker, mishaps: Iterable[Mishap]) -> Sequence[Remains]:
    row = []
    for mishap in mishaps:
        progress(f"{asker.name}: {mishap.name}")
        row.append(attempt(asker, mishap))
    return row


if __name__ == "__main__":
    main()
