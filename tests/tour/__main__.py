"""Play the session and write it to docs/session.svg."""

from pathlib import Path

from tests.tour.playing import play

DOCS = Path(__file__).resolve().parents[2] / "docs"

if __name__ == "__main__":
    (DOCS / "session.svg").write_text(play())
