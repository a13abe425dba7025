"""What was said before, as messages."""

from __future__ import annotations

from typing import Any

import pytest

from dsk.request.history import NOT_CALLED, Said, conversation, follow_up

CALL = {"id": "a", "type": "function", "function": {"name": "clock", "arguments": "{}"}}
OTHER = CALL | {"id": "b"}
RESULT = {"role": "tool", "tool_call_id": "a", "content": "noon"}


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def test_turns_stand_between_the_system_message_and_the_new_question() -> None:
    turns = [Said([user("one")], "1"), Said([user("two"), user("more")], "2", "why")]
    assert conversation("Be brief.", turns, [user("three")], with_reasoning=False) == [
        {"role": "system", "content": "Be brief."},
        user("one"),
        {"role": "assistant", "content": "1"},
        user("two"),
        user("more"),
        {"role": "assistant", "content": "2"},
        user("three"),
    ]


@pytest.mark.parametrize("system", [None, ""])
def test_no_system_message_is_no_message(system: str | None) -> None:
    assert conversation(system, [], [user("one")], with_reasoning=True) == [user("one")]


def test_reasoning_is_kept_also_where_it_is_empty() -> None:
    turns = [Said([user("one")], "1", "why"), Said([user("two")], "2")]
    messages = conversation(None, turns, [], with_reasoning=True)
    assert [m["reasoning_content"] for m in messages if m["role"] == "assistant"] == ["why", ""]


def test_a_call_goes_before_its_result() -> None:
    turns = [Said([user("one")], "", tool_calls=[CALL]), Said([RESULT], "It is noon.")]
    assert conversation(None, turns, [user("two")], with_reasoning=False) == [
        user("one"),
        {"role": "assistant", "content": "", "tool_calls": [CALL]},
        RESULT,
        {"role": "assistant", "content": "It is noon."},
        user("two"),
    ]


@pytest.mark.parametrize("new", [[user("two")], [RESULT, user("two")]])
def test_a_call_without_a_result_gets_one_that_says_so(new: list[dict[str, Any]]) -> None:
    messages = conversation(None, [Said([user("one")], "", tool_calls=[CALL, OTHER])], new, with_reasoning=False)
    results = {m["tool_call_id"]: m["content"] for m in messages if m["role"] == "tool"}
    assert results == {"a": "noon" if RESULT in new else NOT_CALLED, "b": NOT_CALLED}
    assert messages[-1] == user("two")


def test_what_follows_does_not_change_what_was_sent() -> None:
    turns = [Said([user("one")], "", "why", [CALL]), Said([user("two")], "2"), Said([user("three")], "3")]
    whole = conversation("Be brief.", turns, [user("four")], with_reasoning=True)
    for count in range(3):
        before = conversation("Be brief.", turns[:count], turns[count].messages, with_reasoning=True)
        assert whole[: len(before)] == before


def test_a_call_that_lacks_what_a_server_wants_is_made_whole_the_same_way_each_time() -> None:
    bare = {"id": "", "type": "function", "function": {"name": "clock", "arguments": ""}}
    turns = [Said([user("one")], "", tool_calls=[CALL, bare])]
    _, answer, *results = conversation(None, turns, [], with_reasoning=False)
    assert answer["tool_calls"] == [CALL, CALL | {"id": "call_1"}]
    assert [result["tool_call_id"] for result in results] == ["a", "call_1"]


def test_what_follows_a_question_has_its_answer_and_the_results() -> None:
    fields = {"model": "m", "messages": [user("one")], "tools": [1], "tool_choice": "auto"}
    again = follow_up(fields, Said((), "", "", [CALL]), [RESULT], with_reasoning=True)
    answer = {"role": "assistant", "content": "", "reasoning_content": "", "tool_calls": [CALL]}
    assert again == fields | {"messages": [user("one"), answer, RESULT]}
    assert fields["messages"] == [user("one")]


def test_a_call_that_was_required_is_not_required_again() -> None:
    for choice in ("required", {"type": "function", "function": {"name": "clock"}}):
        again = follow_up({"messages": [], "tool_choice": choice}, Said((), ""), [], with_reasoning=False)
        assert "tool_choice" not in again


def test_the_prefix_of_an_answer_is_part_of_it_in_what_follows() -> None:
    prefix = {"role": "assistant", "content": "It ", "prefix": True}
    again = follow_up({"messages": [user("one"), prefix]}, Said((), "is"), [user("two")], with_reasoning=False)
    assert again["messages"] == [user("one"), {"role": "assistant", "content": "It is"}, user("two")]
