"""What lies on disk and in the environment: config file, profiles, keys, templates, the log, sessions, the cache.

Knows nothing of how requests are sent or answers written. ``config.load`` reads the config file, whose values are
checked by ``rules``; ``keys.find_key`` finds a key; ``paths`` says where everything lies. ``log`` is a SQLite database,
``sessions`` are read out of it, ``cache`` is a folder of files.
"""
