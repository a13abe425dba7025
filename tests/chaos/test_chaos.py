"""A hundred runs of chaos in every run of the tests; the seed stands in pytest's header."""

from __future__ import annotations

import os

import pytest

from tests.chaos.running import run_once
from tests.conftest import CHAOS_SEED
from tests.harness import Dsk

BATCHES = 24
RUNS = int(os.environ.get("DSK_CHAOS_RUNS", "96"))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_run_gives_the_text_or_a_prefix_of_it_and_says_why(dsk: Dsk, batch: int) -> None:
    seeds = [int(os.environ[CHAOS_SEED]) * 1_000_003 + number for number in range(batch, RUNS, BATCHES)]
    reports = [report for seed in seeds if (report := run_once(dsk, seed))]
    assert not reports, "\n\n".join(reports)
