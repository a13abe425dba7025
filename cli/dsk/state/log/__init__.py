"""The log: every run in a SQLite database, written while the answer arrives, read by ``dsk log``."""
