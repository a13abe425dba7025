"""Where and when, and with which versions: without these no number means anything."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path


def describe(versions: Mapping[str, str | None], load: float) -> dict[str, str]:
    """Lines for the head of the table; ``load`` is the machine's load average before the run."""
    found = dict.fromkeys(part for each in versions.values() if each for part in each.split(", "))
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{len(os.sched_getaffinity(0))} cores, {_cpu_model()}, {platform.system()} {platform.release()}",
        "load before": f"{load:.2f}" + (" (a busy machine: the numbers are worth little)" if load > 1 else ""),
        "python": f"{platform.python_version()}, {sys.executable}",
        "versions": ", ".join(found),
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
