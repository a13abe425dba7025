"""Bytes to frames to events to an answer. Pure: no file, socket, clock or terminal is touched here."""
