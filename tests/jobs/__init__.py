"""Jobs as other parts of the program use them."""
