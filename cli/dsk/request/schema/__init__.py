"""What an answer has to look like, for ``--schema``. Pure.

``reading`` takes JSON Schema or the few words of ``short``, ``asking`` puts it into a body in the way that the server
knows best, ``shape`` is what is taken off the answer again. Whether an answer fits is judged in ``dsk.exchange``.
"""
