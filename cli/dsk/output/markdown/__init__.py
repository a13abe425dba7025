"""The answer as rendered Markdown, while it streams, on a screen.

Bytes come in through ``part``; ``loading`` has the libraries loaded meanwhile. ``document`` takes the text apart into
leaves: the blocks that hold text, each under the lists and quotes that it is in. A leaf that is finished becomes rows
that are written once; the leaf in progress becomes the rows that ``painter`` may write anew while they are on the
screen. What becomes of a text depends on the text and the size of the screen alone, never on the pieces in which it
arrives.
"""
