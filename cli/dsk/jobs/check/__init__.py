"""The job of ``dsk check``: ``checking`` has the order in which things are looked at."""
