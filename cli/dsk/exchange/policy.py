"""How often a question may be asked again."""

from __future__ import annotations

from dsk.records import NamedTuple


class Policy(NamedTuple):
    """What may be tried.

    ``retry`` counts further attempts before an answer began, all of them within ``retry_max_time`` seconds from the
    start (None: no limit). ``resume`` counts how often a broken answer is taken up again, ``continue_on_length`` how
    often one that the token limit cut. In a chat these two need a server with prefix completion (``can_prefix``).
    ``retry_invalid`` counts how often the model is asked for another answer than one that does not fit its schema.
    ``runs_calls``: what an answer calls is run, so that one with calls is not yet the answer that was asked for.
    """

    retry: int = 0
    retry_max_time: float | None = None
    resume: int = 0
    continue_on_length: int = 0
    can_prefix: bool = False
    retry_invalid: int = 0
    runs_calls: bool = False
