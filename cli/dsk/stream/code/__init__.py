"""The fenced code in an answer, found while the answer arrives. Pure."""
