"""Failures as JSON objects, and back: the class by its name, and what it says."""

from __future__ import annotations

from typing import Any

from dsk.errors import Failure

_TEXTS = ("what", "why", "hint", "trace")


def to_fields(failure: Failure) -> dict[str, Any]:
    """The failure as a JSON object, what it does not say left out."""
    said = {name: getattr(failure, name) for name in (*_TEXTS, "http_status", "retry_after")}
    fields = {name: value for name, value in said.items() if value not in ("", None)}
    return {"class": type(failure).__name__} | fields | ({"transient": True} if failure.transient else {})


def from_fields(fields: object) -> Failure:
    """The failure that the object stands for. Raises ``ValueError`` if it stands for none."""
    if not isinstance(fields, dict):
        raise ValueError("its failure is no object")
    kind = _kinds().get(str(fields.get("class")))
    if kind is None:
        raise ValueError(f"its failure is of an unknown class {fields.get('class')!r}")
    texts = {name: fields.get(name, "") for name in _TEXTS}
    http_status, retry_after = fields.get("http_status"), fields.get("retry_after")
    if not (
        all(isinstance(text, str) for text in texts.values())
        and isinstance(http_status, int | None)
        and isinstance(retry_after, int | float | None)
    ):
        raise ValueError("its failure has a field of the wrong type")
    return kind(**texts, http_status=http_status, transient=fields.get("transient") is True, retry_after=retry_after)


def _kinds() -> dict[str, type[Failure]]:
    found: dict[str, type[Failure]] = {}
    pending: list[type[Failure]] = [Failure]
    while pending:
        kind = pending.pop()
        found[kind.__name__] = kind
        pending += kind.__subclasses__()
    return found
