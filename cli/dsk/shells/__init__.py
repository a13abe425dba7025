"""How bash, zsh and fish ask for completions: the scripts they load and the lines they send. Pure."""
