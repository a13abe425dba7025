"""From events to bytes on descriptors. Knows nothing of the network and of how the events came about.

``printer`` makes parts (``part``) of the settings, one for each thing that is written: ``text``, ``raw``,
``json_lines``, ``markdown``, ``reasoning``, ``usage_line`` and others. Each writes to an ``outlet``; ``sinks`` owns
the descriptors behind them. What goes to a terminal passes ``escapes``; ``notes`` are the lines to the user on stderr.
"""
