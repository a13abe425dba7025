"""What ``--offline`` answers with."""

from __future__ import annotations

from dsk.scripted.script import Script

#: About as fast as a quick model writes, and slow enough to be seen to stream.
PACE = 60.0
FIRST_TOKEN = 0.1


def offline_script() -> Script:
    """A short story, at the pace of a model."""
    return Script(pace=PACE, first_token=FIRST_TOKEN)
