"""The room's fixture: a player that runs in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.output.playing import Player


@pytest.fixture
def player(tmp_path: Path) -> Player:
    return Player(tmp_path)
