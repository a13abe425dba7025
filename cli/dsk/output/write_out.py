"""``--write-out FORMAT``: facts of a finished run in the user's own format, with the syntax of curl(1)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from dsk.errors import Status, UsageFault
from dsk.output.counts import counts_of, pace_of
from dsk.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from dsk.ending import Ending
    from dsk.output.outlet import Outlet

    #: What a run cost, as an estimate; None if there is nothing to be paid.
    Costing: TypeAlias = Callable[[Ending], str | None]


class Facts(NamedTuple):
    """The variables but ``json``, each under its name: seconds, tokens, tokens per second, the server's words.
    ``cost`` is a text such as ``~0.0012 USD``; ``cached`` is 1 if no server was asked, else 0."""

    ttft: float | None
    total: float | None
    tokens: int | None
    prompt_tokens: int | None
    cache_hit: int | None
    reasoning_tokens: int | None
    tps: float | None
    finish: str | None
    model: str | None
    id: str | None
    status: int
    http_status: int | None
    cost: str | None = None
    cached: int = 0


NAMES = (*Facts._fields, "json")
ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\\\": "\\", "%%": "%"}
_TOKEN = re.compile(r"\\[ntr\\]|%%|%\{([^}]*)\}")


def check_format(text: str) -> str:
    """The format to be used: the text itself, or with ``@FILE`` the file's without its line ends.

    Raises ``UsageFault`` for a file that cannot be read, an unknown variable, and one that is not closed.
    """
    if text.startswith("@"):
        text = _read(text[1:])
    for match in _TOKEN.finditer(text):
        if match[1] is not None and match[1] not in NAMES:
            raise UsageFault(
                f"--write-out: there is no variable %{{{match[1]}}}",
                hint=f"there are {' '.join(NAMES)}",
            )
    if "%{" in _TOKEN.sub("", text):
        raise UsageFault("--write-out: a variable is not closed", "%{ without }", hint="write %% for a percent sign")
    return text


def _read(path: str) -> str:
    if path == "-":
        raise UsageFault("--write-out @-", "stdin is the prompt's", hint="put the format in a file: -w @FILE")
    try:
        return "".join(Path(path).read_text("utf-8").split("\n"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageFault(
            f"--write-out @{path}",
            why.lower(),
            hint="-w @FILE reads the format from a file; without the @ it is the format itself",
        ) from error


class WriteOut:
    """Writes the format at the very end, also for a run that failed."""

    def __init__(self, outlet: Outlet, text: str, cost: Costing | None) -> None:
        """``text`` is what ``check_format`` gave; ``cost`` estimates what a run cost."""
        self._outlet = outlet
        self._text = text
        self._cost = cost

    def end(self, ending: Ending) -> None:
        """Write it, with what is not known left empty."""
        values = facts(ending)
        if self._cost and not ending.is_cached and ("%{cost}" in self._text or "%{json}" in self._text):
            values = values._replace(cost=self._cost(ending))

        def fill(match: re.Match[str]) -> str:
            name = match[1]
            if name is None:
                return ESCAPES[match[0]]
            return self._json(values) if name == "json" else self._safe(_shown(getattr(values, name)))

        self._outlet.put(_TOKEN.sub(fill, self._text).encode("utf-8", "surrogateescape"))

    def _json(self, values: Facts) -> str:
        from dsk.output.json_text import json_line

        return json_line(values._asdict(), is_terminal=self._outlet.is_terminal).decode().rstrip("\n")

    def _safe(self, text: str) -> str:
        firewall = self._outlet.firewall()
        return firewall.feed(text) + firewall.close() if firewall else text


def facts(ending: Ending) -> Facts:
    """What is known of a run."""
    answer, timing = ending.answer, ending.timing
    counts = counts_of(ending)
    pace = pace_of(ending)
    return Facts(
        ttft=_rounded(timing.first_token, 6),
        total=_rounded(timing.total, 6),
        tokens=counts.completion,
        prompt_tokens=counts.prompt,
        cache_hit=counts.cache_hit,
        reasoning_tokens=counts.reasoning,
        tps=None if ending.is_cached else _rounded(pace, 1),
        finish=answer.finish_reason,
        model=answer.model or None,
        id=answer.id or None,
        status=int(ending.failure.status if ending.failure else Status.OK),
        http_status=ending.http_status,
        cached=int(ending.is_cached),
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"{value:f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
