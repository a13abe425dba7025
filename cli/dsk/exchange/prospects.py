"""What may still be tried for an answer: sending the question again, or taking up what has come of it.

Only counts and rules; the exchange does what they allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dsk.errors import Failure, LengthFault, StallFault
from dsk.request.prefix import can_go_on

if TYPE_CHECKING:
    from dsk.exchange.policy import Policy
    from dsk.stream.answer import Answer

# With one of these all text has come: a stream that breaks after it has nothing left to give.
SAID_ALL = ("stop", "length", "content_filter", "tool_calls", "function_call")


class Prospects:
    """The prospects of one answer, under a policy."""

    def __init__(
        self, answer: Answer, policy: Policy, fields: Mapping[str, Any], *, is_raw: bool, keeps_reasoning: bool
    ) -> None:
        """``fields`` are those of the body. ``is_raw``: no second stream may follow the first. ``keeps_reasoning``:
        the reasoning is what is written."""
        self._answer = answer
        self._policy = policy
        self._fields = fields
        self._is_raw = is_raw
        self._keeps_reasoning = keeps_reasoning
        #: Failed attempts since something came last.
        self.failures = 0
        #: Tokens that count against the limit of the next request.
        self.spent = 0
        self._resumes = 0
        self._continues = 0
        # Taking up an answer again and again is worth no wait as long as each stream brings something.
        self._fruitless = 0
        self._resumed_at = -1

    def has_said_all(self) -> bool:
        """Whether the finish reason means that no text follows; usage may, and ``[DONE]``."""
        choices = self._answer.choices
        if 0 not in choices or choices[0].finish_reason not in SAID_ALL:
            return False
        asked = self._fields.get("n")
        if isinstance(asked, int) and len(choices) < asked:
            return False
        return len(choices) == 1 or all(choice.finish_reason in SAID_ALL for choice in choices.values())

    def may_retry(self, failure: Failure, *, is_open: bool) -> bool:
        """Whether to send the same request again: it may pass, and nothing has come of this attempt."""
        return failure.transient and not isinstance(failure, StallFault) and self.has_retries(is_open=is_open)

    def has_retries(self, *, is_open: bool) -> bool:
        """Whether the same request may be sent again: not once something has come of it. ``is_open``: the server has
        begun to answer."""
        has_begun = is_open and (self._is_raw or self._answer.has_text or self._answer.trouble)
        return not has_begun and self.failures < self._policy.retry

    def may_take_up(self, failure: Failure) -> bool:
        """Whether a stream that broke off, or that the token limit cut, may go on in another."""
        if isinstance(failure, LengthFault):
            # A new request may generate as much again.
            self.spent = 0
            has_grown = len(self._answer.content) > self._resumed_at
            return self._can_go_on() and has_grown and self._continues < self._policy.continue_on_length
        return failure.transient and self.can_take_up()

    def can_take_up(self) -> bool:
        """Whether a stream that broke off may go on in another."""
        if self._resumes >= self._policy.resume or self._is_raw or self.has_said_all():
            return False
        return self._can_go_on() or self._can_start_again()

    def take_up(self, failure: Failure, at: int) -> tuple[str, int]:
        """Count another stream, which begins after ``at`` characters: what to say of it, and how often in a row one
        has brought nothing."""
        if isinstance(failure, LengthFault):
            self._continues += 1
            said = f"the token limit is reached; going on ({self._continues} of {self._policy.continue_on_length})"
            fruitless = 0
        else:
            self._resumes += 1
            what = (
                f"resuming after {at} character{'s' if at > 1 else ''}"
                if at
                else "starting again, the reasoning was cut"
            )
            said = f"{failure.message}; {what} ({self._resumes} of {self._policy.resume})"
            fruitless = self._fruitless = self._fruitless + 1 if at == self._resumed_at else 0
        self._resumed_at = at
        self.failures = 0
        return said, fruitless

    def _can_go_on(self) -> bool:
        answer = self._answer
        is_one_text = answer.has_content and set(answer.choices) == {0} and not answer.tool_calls
        if not (is_one_text and can_go_on(self._fields, has_beta=self._policy.can_prefix)):
            return False
        limit = self._fields.get("max_tokens")
        return not self._is_raw and (not isinstance(limit, int) or self.spent < limit)

    def _can_start_again(self) -> bool:
        """Whether nothing but reasoning has come, none of it on stdout."""
        answer = self._answer
        has_only_thought = answer.has_reasoning and not answer.has_content and not answer.tool_calls
        return has_only_thought and set(answer.choices) == {0} and not self._keeps_reasoning
