"""Messages and options to a request body, and the curl command that sends it. Pure.

The entry is ``body.build``; ``options`` is what it is told. What DeepSeek's documentation says of fields and models is
in ``cautions``, ``models`` and ``images``, what other servers call them in ``dialect``.
"""
