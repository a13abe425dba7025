"""What lies on disk and in the environment: config file, profiles, keys. Knows nothing of requests or answers."""
