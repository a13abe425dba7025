"""One question from its body to its ending: attempts, retries, resumption. The only room that meets wire and stream.

Bytes come from a ``Transport`` (``source``): requests under way, files that are decoded, or a recording. The loop is
the same for all, so that a stream means the same whichever way it came. ``loop.Exchange`` is the entry; it receives
each stream by ``reception`` and asks ``prospects`` what may still be tried, ``demands`` whether an answer fits.
"""
