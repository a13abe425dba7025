"""The ways of asking that are held against each other, as people write them."""
