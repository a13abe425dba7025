"""The job of ``dsk usage``: runs of the log, counted and told."""
