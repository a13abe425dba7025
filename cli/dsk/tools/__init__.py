"""Tools: programs of the user's that a model may call. What they say of themselves, whether they may run, and running
them. What is asked of the model, and what it is told, is not known here."""
