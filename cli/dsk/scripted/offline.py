"""What ``--offline`` answers with."""

from __future__ import annotations

from dsk.scripted.script import Script

#: About as fast as a large model writes, and slow enough to be seen to stream.
PACE = 40.0
FIRST_TOKEN = 0.2


def offline_script() -> Script:
    """A short story, at the pace of a model."""
    return Script(pace=PACE, first_token=FIRST_TOKEN)
