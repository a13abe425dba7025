"""The fenced code in an answer, found while the answer arrives. Pure.

``extractor`` is the entry; ``lines``, ``containers`` and ``fence`` read Markdown as far as that takes, ``names`` says
what a block is called as a file.
"""
