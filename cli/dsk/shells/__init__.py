"""How bash, zsh and fish ask for completions. Pure.

``scripts`` are what the shells load, ``line`` takes a command line apart that they hand over; what may stand there
is found in ``dsk.commands.completing``.
"""
