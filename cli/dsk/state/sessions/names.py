"""The names of sessions: what may be one, and which there are, for completion."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dsk.errors import UsageFault
from dsk.unseen import UNSEEN

LONGEST = 100
LIST_HINT = "dsk session list shows those that there are"
# How much alike two names are that may be the same with a slip, of 1.
ALIKE = 0.75


def check_name(name: str) -> None:
    """Raise ``UsageFault`` for what cannot be the name of a session."""
    why, hint = "", "take another name: any letters, digits and signs that can be seen"
    if name != name.strip() or not name:
        why = "it begins or ends with a space" if name else "it is empty"
    elif not name.isprintable() or re.search(f"[{UNSEEN}]", name):
        why = "it has characters that cannot be seen"
    elif name.startswith("-"):
        why = "it would be taken for an option"
    elif is_number(name):
        why, hint = "numbers are those of the list", f"a letter makes it a name: n{name}"
    elif len(name) > LONGEST:
        why, hint = f"it has more than {LONGEST} characters", "take a shorter one"
    if why:
        raise UsageFault(f"{name!r} cannot be the name of a session", why, hint=hint)


def is_number(text: str) -> bool:
    """Whether a text names a session by its number."""
    return re.fullmatch("[0-9]{1,18}", text) is not None


def near_name(name: str, names: Iterable[str]) -> str | None:
    """The one of these names that may be meant by a name that is none of them. Names that differ in their numbers
    alone are those of a series."""
    from difflib import get_close_matches

    series = _without_digits(name)
    others = {other.casefold(): other for other in names if _without_digits(other) != series}
    return next((others[near] for near in get_close_matches(name.casefold(), others, n=1, cutoff=ALIKE)), None)


def known_names(path: str, beginning: str) -> list[str]:
    """The names in the log at ``path`` that begin so, the last used first; none of a log that cannot be read now."""
    from dsk.state.log.glimpse import glimpse

    rows = glimpse(path, "SELECT name FROM sessions WHERE name IS NOT NULL ORDER BY used DESC")
    return [name for (name,) in rows if name.startswith(beginning)]


def _without_digits(name: str) -> str:
    return re.sub("[0-9]+", "0", name)
