"""Tests of the room that shows Markdown."""
