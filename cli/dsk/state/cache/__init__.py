"""Answers that are kept on disk, each in a file of its own, to be given again without asking."""
