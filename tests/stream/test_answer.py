"""What the events add up to, and the verdict on it."""

from __future__ import annotations

import pytest

from dsk.errors import BrokenFault, Failure, FilterFault, LengthFault
from dsk.stream.answer import Answer
from dsk.stream.events import (
    Comment,
    Content,
    Done,
    Event,
    Finish,
    Logprobs,
    Malformed,
    Reasoning,
    Refusal,
    Start,
    ToolCall,
    Trouble,
    Usage,
)
from tests.stream.growth import assert_grows_linearly
from tests.stream.ways import calls_of, gather

START = Start("c-1", "m-1")
A = Content("a", 0)


def verdict_of(*events: Event) -> Failure | None:
    answer = gather(events)
    verdict = answer.verdict()
    assert answer.complete == (verdict is None)
    return verdict


def failure_of(*events: Event) -> Failure:
    verdict = verdict_of(*events)
    assert verdict is not None
    return verdict


def test_an_answer_without_events_is_empty() -> None:
    answer = Answer()
    assert (answer.id, answer.model, answer.choices, answer.usage) == ("", "", {}, None)
    assert (answer.content, answer.reasoning, answer.refusal, answer.tool_calls) == ("", "", "", [])
    assert (answer.finish_reason, answer.done, answer.trouble, answer.complete) == (None, False, False, False)


def test_an_answer_may_keep_no_text_and_be_judged_all_the_same() -> None:
    answer = Answer(keeps_text=False)
    for event in (START, Reasoning("r", 0), A, Finish("length", 0), Usage({"completion_tokens": 2})):
        answer.add(event)
    assert (answer.content, answer.reasoning) == ("", "")
    assert (answer.has_content, answer.has_reasoning, answer.has_text) == (True, True, True)
    verdict = answer.verdict()
    assert isinstance(verdict, LengthFault)
    assert verdict.why == "it has 2 tokens"
    refused = Answer(keeps_text=False)
    refused.add(Refusal("no", 0))
    refused.add(Finish("stop", 0))
    assert isinstance(refused.verdict(), FilterFault)


def test_texts_are_joined_as_they_are() -> None:
    events: list[Event] = [
        START,
        Reasoning("h", 0),
        Reasoning("m\r\n", 0),
        A,
        Content("\r\nb\x00é", 0),
        Refusal("n", 0),
        Refusal("o", 0),
    ]
    answer = gather(events)
    assert (answer.id, answer.model) == ("c-1", "m-1")
    assert (answer.reasoning, answer.content, answer.refusal) == ("hm\r\n", "a\r\nb\x00é", "no")


def test_a_text_may_be_looked_at_while_it_grows() -> None:
    answer = gather([A])
    assert answer.content == "a"
    answer.add(Content("b", 0))
    assert answer.content == "ab"


def test_choices_are_kept_apart_and_choice_0_speaks_for_the_answer() -> None:
    answer = gather([Content("b", 1), A, Finish("stop", 1), Content("c", 1)])
    assert answer.content == "a"
    assert answer.finish_reason is None
    assert {index: choice.content for index, choice in answer.choices.items()} == {0: "a", 1: "bc"}
    assert answer.choices[1].finish_reason == "stop"


def test_tool_calls_are_joined_by_index_and_an_id_once_set_stays() -> None:
    answer = gather(
        [
            ToolCall(1, "y", "g", "", 0),
            ToolCall(0, None, "f", "{", 0),
            ToolCall(0, "x", None, "}", 0),
            ToolCall(1, "z", "h", "{}", 0),
        ]
    )
    assert calls_of(answer) == [("x", "f", "{}"), ("y", "g", "{}")]


def test_logprobs_are_joined_list_by_list() -> None:
    first: dict[str, object] = {"content": [{"token": "a"}], "reasoning_content": None}
    answer = gather([Logprobs(first, 0), Logprobs({"content": [{"token": "b"}], "refusal": [1], "x": None}, 0)])
    assert answer.choices[0].logprobs == {
        "content": [{"token": "a"}, {"token": "b"}],
        "reasoning_content": None,
        "refusal": [1],
        "x": None,
    }
    assert first == {"content": [{"token": "a"}], "reasoning_content": None}


def test_the_last_usage_counts() -> None:
    assert gather([Usage({"total_tokens": 1}), Usage({"total_tokens": 2})]).usage == {"total_tokens": 2}


@pytest.mark.parametrize(
    "event", [A, Reasoning("a", 0), ToolCall(0, None, None, "x", 0), Logprobs({"content": [1]}, 0)], ids=repr
)
def test_many_pieces_take_linear_time(event: Event) -> None:
    def work(size: int) -> None:
        answer = Answer()
        for _ in range(size):
            answer.add(event)

    assert_grows_linearly(work, 15_000)


# The verdict


@pytest.mark.parametrize("reason", ["stop", "tool_calls", "function_call"])
@pytest.mark.parametrize("end", [(), (Done(),)])
def test_an_answer_with_a_good_finish_reason_is_whole_with_or_without_done(reason: str, end: tuple[Event, ...]) -> None:
    assert verdict_of(START, A, Finish(reason, 0), *end) is None


def test_done_without_a_finish_reason_is_whole() -> None:
    assert verdict_of(START, A, Done()) is None
    assert verdict_of(Done()) is None


def test_the_finish_reason_of_another_choice_is_not_that_of_the_printed_one() -> None:
    assert isinstance(verdict_of(A, Finish("stop", 1)), BrokenFault)
    assert isinstance(verdict_of(A, Finish("length", 0), Content("b", 1), Finish("content_filter", 1)), LengthFault)


B = Content("b", 1)
C = Content("c", 2)


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([B, Finish("length", 1)], "the token limit cut choice 1"),
        ([B, Finish("content_filter", 1)], "the content filter cut choice 1"),
        ([B, Finish("aborted", 1)], "the server cut choice 1: it aborted the answer (finish reason aborted)"),
        ([B, Finish("odd", 1)], "the server cut choice 1: unknown finish reason 'odd'"),
        ([B], "choice 1 was cut: the stream ended without its finish reason"),
        ([B, Finish("stop", 1), C, Finish("length", 2)], "the token limit cut choice 2"),
        ([Refusal("no", 1), Finish("stop", 1)], "the model refused in choice 1: no"),
    ],
)
@pytest.mark.parametrize("end", [(), (Done(),)])
def test_another_choice_that_is_cut_makes_the_answer_incomplete(
    events: list[Event], message: str, end: tuple[Event, ...]
) -> None:
    assert failure_of(START, A, Finish("stop", 0), *events, *end).message == message


def test_choices_are_whole_with_a_finish_reason_each_or_done_without_any() -> None:
    assert verdict_of(A, B, Finish("stop", 0), Finish("tool_calls", 1)) is None
    assert verdict_of(A, B, Done()) is None


@pytest.mark.parametrize("first", [(), (Finish("stop", 0),)])
def test_text_that_comes_only_as_another_choice_is_no_whole_answer(first: tuple[Event, ...]) -> None:
    failure = failure_of(START, *first, B, Finish("stop", 1), Done())
    assert isinstance(failure, BrokenFault)
    assert failure.message == "the first choice is empty: there is text in choice 1"
    assert failure.hint == "--json has all choices"


def test_length_names_the_tokens_and_the_option() -> None:
    failure = failure_of(A, Finish("length", 0), Usage({"completion_tokens": 16}), Done())
    assert isinstance(failure, LengthFault)
    assert failure.message == "the token limit cut the answer: it has 16 tokens"
    assert "--max-tokens" in failure.hint
    assert failure_of(A, Finish("length", 0)).message == "the token limit cut the answer"


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ([Reasoning("hm", 0)], "the reasoning used up all tokens"),
        ([Reasoning("hm", 0), Usage({"completion_tokens": 16})], "the reasoning used up all 16 tokens"),
        (
            [Usage({"completion_tokens": 16, "completion_tokens_details": {"reasoning_tokens": 16}})],
            "the reasoning used up all 16 tokens",
        ),
    ],
)
def test_length_without_content_says_that_the_reasoning_used_it_up(events: list[Event], why: str) -> None:
    failure = failure_of(*events, Finish("length", 0))
    assert isinstance(failure, LengthFault)
    assert failure.why == why
    assert "--no-think" in failure.hint


def test_length_says_how_much_of_it_was_reasoning_and_where_the_limit_comes_from() -> None:
    def counted(tokens: int) -> Event:
        return Usage({"completion_tokens": tokens, "completion_tokens_details": {"reasoning_tokens": 9}})

    failure = failure_of(A, counted(16), Finish("length", 0))
    assert isinstance(failure, LengthFault)
    assert (failure.why, failure.hint) == ("it has 16 tokens, 9 of them reasoning", "raise --max-tokens")
    limits = "(DeepSeek's own limit is 8K, with --think 64K, with --effort max 128K)"
    by_default = failure_of(A, counted(8192), Finish("length", 0))
    assert isinstance(by_default, LengthFault)
    assert by_default.hint == f"raise --max-tokens {limits}"
    only_thought = failure_of(counted(65_536), Finish("length", 0))
    assert isinstance(only_thought, LengthFault)
    assert only_thought.hint.startswith(f"raise --max-tokens {limits}, lower --effort, or")


def test_length_in_a_tool_call_after_reasoning_is_not_blamed_on_the_reasoning() -> None:
    failure = failure_of(Reasoning("hm", 0), ToolCall(0, "x", "f", "{", 0), Finish("length", 0))
    assert "reasoning" not in failure.message


def test_the_content_filter_is_a_filter_fault() -> None:
    failure = failure_of(A, Finish("content_filter", 0))
    assert isinstance(failure, FilterFault)
    assert failure.message == "the content filter cut the answer"


@pytest.mark.parametrize("end", [Finish("stop", 0), Done()])
def test_a_refusal_without_content_is_a_filter_fault(end: Event) -> None:
    failure = failure_of(Refusal("I can't.", 0), end)
    assert isinstance(failure, FilterFault)
    assert failure.message == "the model refused: I can't."


def test_a_refusal_beside_content_is_no_failure() -> None:
    assert verdict_of(A, Refusal("but", 0), Finish("stop", 0)) is None


@pytest.mark.parametrize("reason", ["insufficient_system_resource", "aborted", "error", "STOP"])
def test_any_other_finish_reason_is_a_broken_stream_that_names_it(reason: str) -> None:
    failure = failure_of(A, Finish(reason, 0), Done())
    assert isinstance(failure, BrokenFault)
    assert reason in failure.why


def test_no_end_is_a_broken_stream() -> None:
    failure = failure_of(START, A)
    assert isinstance(failure, BrokenFault)
    assert failure.message == "the stream ended without finish reason and [DONE]"


@pytest.mark.parametrize("events", [[], [Comment("keep-alive")]])
def test_no_frames_are_a_broken_stream_of_their_own(events: list[Event]) -> None:
    failure = failure_of(*events)
    assert isinstance(failure, BrokenFault)
    assert failure.what == "no frames came"


def test_a_malformed_frame_is_named_by_its_number_also_after_a_finish_reason() -> None:
    answer = gather([A, Finish("stop", 0), Malformed(7, "it is odd")])
    failure = answer.verdict()
    assert answer.trouble
    assert isinstance(failure, BrokenFault)
    assert failure.message == "frame 7 is malformed: it is odd"


def test_a_malformed_body_is_named_without_a_number() -> None:
    assert failure_of(Malformed(0, "it is a page")).message == "the body is malformed: it is a page"


@pytest.mark.parametrize(
    ("trouble", "why"), [(Trouble("no", ""), "no"), (Trouble("no", "server_error"), "no (server_error)")]
)
def test_an_error_frame_is_a_broken_stream_with_the_servers_words(trouble: Trouble, why: str) -> None:
    failure = failure_of(A, Finish("stop", 0), trouble)
    assert isinstance(failure, BrokenFault)
    assert (failure.what, failure.why) == ("the server reported an error", why)


FAILURES: list[list[Event]] = [
    [],
    [A],
    [A, Finish("length", 0)],
    [A, Finish("content_filter", 0)],
    [A, Finish("aborted", 0)],
    [Refusal("no", 0), Done()],
    [Trouble("no", "")],
    [Malformed(1, "odd")],
    [Malformed(0, "odd")],
]


@pytest.mark.parametrize("events", FAILURES, ids=repr)
def test_every_failure_has_a_next_step(events: list[Event]) -> None:
    assert failure_of(*events).hint
