"""What an answer has to look like: read from a few words or JSON Schema, and put into a request. Pure."""
