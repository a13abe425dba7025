"""The session in the README is what a terminal shows."""

from __future__ import annotations

from pathlib import Path

from tests.tour.playing import play

DRAWN = Path(__file__).resolve().parents[1] / "docs" / "session.svg"


def test_the_drawn_session_is_that_of_this_program() -> None:
    assert play() == DRAWN.read_text(), "python -m tests.tour draws it anew"
