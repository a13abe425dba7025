"""A conversation at the terminal: what is typed, what the commands mean, and one turn after another.

Each answer goes through the same exchange as that of ``dsk ask``; this room knows nothing of how it is sent or shown.
"""
