"""The built-in endpoint: a real HTTP server on loopback that answers from a script.

For ``--offline``, ``dsk serve`` and tests. The way through: a request is read (``requests``), understood or
refused (``schema``, ``asked``), answered (``endpoint``: script, faults, answer, chunks, frames) and played to the
client at its pace (``body``, ``connection``, ``server``). Only the last three know sockets and time, and nothing
here knows the rest of dsk but its errors.
"""

from __future__ import annotations

from dsk.scripted.script import Script

#: About as fast as a large model writes, and slow enough to be seen to stream.
OFFLINE_PACE = 40.0
OFFLINE_FIRST_TOKEN = 0.2


def offline_script() -> Script:
    """What ``--offline`` answers with: a short story, written at the pace of a model."""
    return Script(pace=OFFLINE_PACE, first_token=OFFLINE_FIRST_TOKEN)
