"""Lines of files that a description fits: read, decided by the engine of ``dsk.map``, written in their order."""
