"""The jobs of ``dsk profile``: servers that have names, and what kind of server answers."""
