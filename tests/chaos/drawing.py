"""What one run is made of, drawn from a seed alone."""

from __future__ import annotations

import random
from typing import NamedTuple

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script

WORDS = [
    *["the", "a", "lighthouse", "kettle", "sings", "when", "storms", "come", "and", "gulls", "leave", "roof", "tea"],
    *["boats", "Grüße", "naïve", "世界", "雨", "👩\u200d🚀", "🫖", "é", "“quoted”"],
]
#: Faults that end a stream or stand in for it; each hits one request.
ENDINGS = ("drop-after={n}", "reset-after={n}", "error-after={n}", "cut-frame-after={n}", "garbage-after={n}")
STALL = "stall-after={n}"
INSTEAD = ("503=0", "429=0", "500=0", "502=0", "504=0", "drop", "reset")
REASONS = ("finish=aborted", "finish=insufficient_system_resource")
#: How all requests of a run are answered, whatever else happens.
MANNERS = ("split-utf8", "tiny", "gzip=always", "close-delimited", "crlf", "comments", "usage-alone", "no-space", "bom")
LAST = ("late-error", "no-done", "no-finish", "not-stream")


class Run(NamedTuple):
    """One run: the script of the server, the options of dsk, and the text that is wanted."""

    script: Script
    options: tuple[str, ...]
    text: str
    faults: tuple[str, ...]


def draw(seed: int) -> Run:
    """The run that this seed stands for."""
    dice = random.Random(seed)
    text = _text(dice)
    faults = [fault + "x1" for fault in _schedule(dice)]
    faults += dice.sample(MANNERS, dice.choice((0, 0, 1, 1, 2, 3)))
    if dice.random() < 0.3:
        faults.append("repeat-prefix")
    if dice.random() < 0.1:
        faults.append("no-prefix")
    if dice.random() < 0.15:
        faults.append(dice.choice(LAST))
    if "gzip=always" in faults and dice.random() < 0.5:
        faults.remove("gzip=always")
    reasoning = _text(dice, 6) if dice.random() < 0.3 else ""
    script = Script(
        replies=(Reply(text=text, reasoning=reasoning),),
        faults=tuple(parse_fault(fault) for fault in faults),
        pace=dice.choice((0, 0, 0, 2000, 400)),
        keep_alive=dice.choice((0, 0, 3)),
        first_token=dice.choice((0.0, 0.0, 0.02)),
    )
    options = ["--stall", "0.4", "--retry", str(dice.choice((0, 2, 5))), "--resume", str(dice.choice((0, 1, 2, 5)))]
    if reasoning:
        options.append("--think")
    # A server that cuts at the limit and does not say so cannot be found out.
    if dice.random() < 0.15 and "no-finish" not in faults:
        options += ["--max-tokens", str(dice.randint(1, 30)), "--continue-on-length", str(dice.choice((0, 3, 100)))]
    return Run(script, tuple(options), text, tuple(faults))


def _text(dice: random.Random, longest: int = 60) -> str:
    # A word of its own: a text that begins by saying something twice is not to be told from one that a server
    # repeats when it takes it up again.
    pieces = ["Once "]
    for _ in range(dice.randint(0, longest - 1)):
        pieces.append(dice.choice(WORDS))
        pieces.append(dice.choice((" ", " ", " ", " ", ", ", ".\n\n", "\n")))
    return "".join(pieces).rstrip() + dice.choice((".", "", "\n"))


def _schedule(dice: random.Random) -> list[str]:
    """What befalls the first requests, one after another."""
    found = []
    for _ in range(dice.choice((0, 1, 1, 2, 2, 3))):
        kind = dice.random()
        if kind < 0.6:
            found.append(dice.choice(ENDINGS).format(n=dice.randint(0, 40)))
        elif kind < 0.7:
            found.append(STALL.format(n=dice.randint(1, 20)))
        elif kind < 0.9:
            found.append(dice.choice(INSTEAD))
        else:
            found.append(dice.choice(REASONS))
    return found
