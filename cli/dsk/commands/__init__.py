"""One file a command: its flags, its help, and the job they make. Nothing is read, sent or written here."""
