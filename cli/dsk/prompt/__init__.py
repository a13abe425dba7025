"""What the user says: words, stdin, files and the editor, as messages. It knows nothing of servers or models."""
