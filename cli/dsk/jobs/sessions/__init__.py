"""The jobs of ``dsk session``: conversations listed, shown and changed.

How a session is gone on with, whichever command asks, is in ``dsk.jobs.talk`` and ``dsk.jobs.holding``.
"""
