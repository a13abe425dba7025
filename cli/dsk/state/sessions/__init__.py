"""Sessions: conversations in the log, as turns that know which turn they follow."""
