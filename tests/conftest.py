"""Fixtures that many rooms' tests share."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harness import KEY, Dsk

CHAOS_SEED = "DSK_CHAOS_SEED"
# Set before pytest-xdist starts its workers, which inherit it.
os.environ.setdefault(CHAOS_SEED, str(random.randrange(1_000_000)))

if TYPE_CHECKING:
    from dsk.scripted.script import Script
    from dsk.scripted.server import ScriptedServer


@pytest.fixture
def dsk(tmp_path: Path) -> Dsk:
    """dsk in a clean home, with a key in the environment and no server set."""
    return Dsk(tmp_path / "home", {"DEEPSEEK_API_KEY": KEY})


@pytest.fixture
def serve() -> Iterator[Callable[[Script], ScriptedServer]]:
    """Start scripted endpoints that end with the test."""
    from dsk.scripted.server import ScriptedServer

    with ExitStack() as stack:
        yield lambda script: stack.enter_context(ScriptedServer(script))


def pytest_report_header() -> str:
    """The seed with which this run of the tests can be seen again."""
    return f"chaos seed: {os.environ[CHAOS_SEED]} (set {CHAOS_SEED} to run it again)"
