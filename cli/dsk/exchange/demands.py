"""What a question demands of its answer, and the question asked again when it is not met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsk.errors import Failure, InvalidFault
from dsk.request.body import encode
from dsk.request.schema.asking import tools_in
from dsk.request.schema.shape import SHAPES

if TYPE_CHECKING:
    from dsk.exchange.apart import JudgeApart
    from dsk.exchange.judging import Judge
    from dsk.exchange.policy import Policy
    from dsk.exchange.question import Question
    from dsk.exchange.recognising import Recognising
    from dsk.exchange.shaping import Shaping
    from dsk.stream.answer import Answer
    from dsk.wire.clocks import Clocks


class Demands:
    """JSON, or JSON that fits a schema; ``policy`` says how often another answer may be asked for, and whether tools
    that the answer calls are run, so that another one follows."""

    def __init__(self, question: Question, policy: Policy, *, is_raw: bool, clocks: Clocks | None) -> None:
        """``is_raw``: no second answer may follow the first, whatever the policy is. The run has ``clocks``."""
        self._question = question
        self._wanted = question.wanted
        # Of frames alone it is not known which functions the model was given.
        self._has_tools = question.is_unknown or bool(tools_in(question.fields))
        self._judge = _judge(self._wanted.schema, clocks) if self._wanted else None
        self._shaping: Shaping | Recognising | None = None
        self._retries = 0 if is_raw else policy.retry_invalid
        self._is_raw = is_raw
        self._runs_calls = policy.runs_calls
        self._asked_again = 0

    def shaping(self) -> Shaping | Recognising | None:
        """What shapes the next attempt's answer, where there is a schema, or may have been one."""
        if self._question.is_unknown:
            from dsk.exchange.recognising import Recognising

            self._shaping = Recognising()
        if self._wanted and self._judge:
            from dsk.exchange.shaping import Shaping

            self._shaping = Shaping(self._wanted, self._judge, keeps_text=self._retries > 0, may_call=self._runs_calls)
        return self._shaping

    def verdict(self, answer: Answer) -> Failure | None:
        """Why a whole answer is not what was asked for; None if it is, or is no answer yet but calls of tools."""
        if calls := answer.tool_calls:
            if not self._has_tools:
                return _uncalled_for(calls[0].name)
            if self._runs_calls or not answer.has_content:
                return None
        return self._shaping.end(answer.content) if self._shaping else self._question.json_fault(answer.whole_content)

    def may_ask_again(self, failure: Failure) -> bool:
        """Whether the model is to give another answer. Once that was in vain another hint is due."""
        if not isinstance(failure, InvalidFault):
            return False
        if self._is_raw and self._shaping:
            from dsk.exchange.judging import AGAIN, AGAIN_RAW

            failure.hint = AGAIN_RAW if failure.hint == AGAIN else failure.hint
        if not self._retries:
            return False
        if self._asked_again == self._retries:
            failure.hint = "say in the prompt what is meant"
        return self._asked_again < self._retries

    def ask_again(self, failure: Failure, content: str) -> tuple[Question, str]:
        """The question with the answer and its fault in it, and what to say of that to the user."""
        from dsk.request.schema.again import with_fault

        self._asked_again += 1
        said = self._shaping.said(content) if self._shaping else content
        fields = with_fault(self._question.fields, said, failure.message)
        self._question = self._question._replace(body=encode(fields), fields=fields)
        return self._question, f"{failure.message}; asking again ({self._asked_again} of {self._retries})"


def _judge(schema: dict[str, Any], clocks: Clocks | None) -> Judge | JudgeApart:
    from dsk.request.schema.references import may_take_long

    if may_take_long(schema):
        from dsk.exchange.apart import JudgeApart

        return JudgeApart(schema, clocks)
    from dsk.exchange.judging import Judge

    return Judge(schema)


def _uncalled_for(name: str) -> InvalidFault:
    """The failure of an answer with a call in it that nobody has asked for."""
    from dsk.exchange.judging import AGAIN, shown

    what = f"the function {shown(name)}, which it was not given" if name else "a function without a name"
    if name in SHAPES:
        what = "the function for it more than once"
    return InvalidFault("the answer is not what was asked for", f"the model called {what}", hint=AGAIN)
