"""The jobs of ``dsk template``, and the opening of a template that any command may name."""
