"""Bytes to frames to events to an answer. Pure: no file, socket, clock or terminal is touched here.

The way through: ``blocks`` and ``frames`` cut the bytes, ``parsing`` and ``chunk`` make ``events`` of them, all joined
by ``decoder``; ``answer`` gathers what was said and ``verdict`` judges it. ``shortcut`` is the fast way of the common
frame; ``splice`` joins a resumed stream, ``stopping`` ends a text early.
"""
