"""The jobs of ``dsk log``: runs listed, shown, gone on with, and the log as a whole."""
