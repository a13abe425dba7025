"""The built-in endpoint: a real HTTP server on loopback that answers from a script.

For ``--offline``, ``dsk serve`` and tests. The way through: a request is read (``http``), understood or refused
(``schema``, ``asked``), answered (``endpoint``: script, faults, answer, chunks, frames) and played to the client at
its pace (``connection``: body, peer). Only ``server``, ``connection`` and ``peer`` know sockets and time, and nothing
here knows the rest of dsk but its errors.
"""
