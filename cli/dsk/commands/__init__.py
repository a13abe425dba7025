"""One file a command: its flags, its help, and the job they make. Nothing is read, sent or written here.

``root`` has the table of commands, which are loaded when they are named. What commands are made of is in ``command``,
``group`` and ``option``, the options that several share in ``options``; ``completing`` answers a shell's completion.
"""
