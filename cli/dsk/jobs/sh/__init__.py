"""The job of ``dsk sh``: ``proposing`` asks for a command, the others are what may become of it on a terminal."""
