"""The scripted endpoint answers questions that a yes or a no answers."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log
from typing import Any

import pytest

from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from dsk.scripted.yes_or_no import answer_to
from tests.scripted.client import ask

Serve = Callable[[Script], ScriptedServer]
SYSTEM = "Say Yes or No."


def body(prompt: str, **fields: Any) -> dict[str, Any]:
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": prompt}]
    return {"model": "deepseek-flash", "messages": messages, "logprobs": True, "top_logprobs": 4, **fields}


def test_of_a_yes_the_opposite_has_what_is_left(serve: Serve) -> None:
    server = serve(Script(replies=(Reply(yes_if="bad", logprobs=(log(0.25),)),)))
    for prompt, token, other in (("a bad day", "Yes", "No"), ("a good day", "No", "Yes")):
        choice = ask(server, body(prompt, thinking={"type": "disabled"})).json["choices"][0]
        assert choice["message"]["content"] == token
        (entry,) = choice["logprobs"]["content"]
        rows = entry["top_logprobs"]
        assert [row["token"] for row in rows[:2]] == [other, token]
        assert [exp(row["logprob"]) for row in rows] == pytest.approx([0.75, 0.25, 0, 0])


@pytest.mark.parametrize(
    ("system", "prompt", "answer"),
    [
        (f"{SYSTEM}\n\nerrors of a disk", "Disk full", "Yes"),
        (f"{SYSTEM}\n\nerrors of a disk", "all of it is fine", "No"),
        (f"{SYSTEM}\n\nerrors", "an ERROR", "Yes"),
        (SYSTEM, "an error\n\nAre there errors?", "Yes"),
        (SYSTEM, "nothing\n\nAre there errors?", "No"),
        (SYSTEM, "Are there errors?", "Yes"),
    ],
)
def test_a_script_without_answers_looks_for_the_words_of_the_question(system: str, prompt: str, answer: str) -> None:
    assert answer_to(system, prompt) == answer
