"""dsk: stream chat completions to stdout, token by token."""

__version__ = "0.1.0"
