"""Questions that a yes or a no answers: how they are put, and what the answer comes to. Pure.

``asking`` puts the question, ``reading`` gets the likelihood of yes out of log probabilities or text, ``verdict``
decides. Used by ``dsk test`` and ``dsk grep``.
"""
