"""The pieces of a run that has no end: put together as the program would have done at its end. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from dsk.state.log.rows import Outcome, Piece, says_more


class _Choice:
    """One of the answers so far."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {"content": [], "reasoning": [], "refusal": []}
        self.calls: dict[int, dict[str, Any]] = {}
        self.finish_reason: str | None = None

    def text(self, kind: str) -> str:
        return "".join(self.texts[kind])

    def add_call(self, index: int, call_id: str | None, name: str | None, arguments: str) -> None:
        call = self.calls.setdefault(index, {"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
        call["id"] = call["id"] or call_id or ""
        function = call["function"]
        function["name"] = function["name"] or name or ""
        function["arguments"] += arguments

    def tool_calls(self) -> list[dict[str, Any]]:
        return [self.calls[index] for index in sorted(self.calls)]

    def fields(self, index: int) -> dict[str, Any]:
        """As ``--json`` has it."""
        fields = {
            "index": index,
            "content": self.text("content"),
            "reasoning": self.text("reasoning"),
            "tool_calls": self.tool_calls(),
            "finish_reason": self.finish_reason,
        }
        refusal = self.text("refusal")
        return fields | {"refusal": refusal} if refusal else fields


def put_together(pieces: Iterable[Piece]) -> Outcome:
    """What has come of a run."""
    choices: dict[int, _Choice] = {}
    resumed: list[dict[str, Any]] = []
    usage = call_id = model = None
    for kind, index, text in pieces:
        if kind == "start":
            call_id, model = json.loads(text)
        elif kind == "usage":
            usage = text
        elif kind == "resume":
            resumed.append(json.loads(text))
            if resumed[-1]["at"] == 0:
                choices.clear()
        else:
            choice = choices.setdefault(index, _Choice())
            if kind == "tool_call":
                choice.add_call(*json.loads(text))
            elif kind == "finish":
                choice.finish_reason = text
            elif kind in choice.texts:
                choice.texts[kind].append(text)
    first = choices.get(0) or _Choice()
    fields = [choices[index].fields(index) for index in sorted(choices)]
    calls = first.tool_calls()
    return Outcome(
        content=first.text("content"),
        reasoning=first.text("reasoning"),
        status=None,
        id=call_id,
        model=model,
        tool_calls=_json(calls) if calls else None,
        finish_reason=first.finish_reason,
        usage=usage,
        choices=_json(fields) if says_more(fields) else None,
        resumed=_json(resumed) if resumed else None,
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
