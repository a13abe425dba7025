"""Questions that a yes or a no answers: how they are put, and what the answer comes to. Pure."""
