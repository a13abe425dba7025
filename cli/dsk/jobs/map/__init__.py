"""The job of ``dsk map``: ``mapping`` makes requests of the settings, ``running`` has a crew work them off.

What the crew is made of is in the room ``dsk.map``.
"""
