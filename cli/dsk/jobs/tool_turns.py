"""Questions with tools: what the model calls is run, if it may be, and the results are the next question."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dsk.errors import LocalFault, UsageFault
from dsk.jobs.turns import Step
from dsk.output.summary import calls_of
from dsk.request.body import encode
from dsk.request.fields import is_set
from dsk.request.history import Said, follow_up, whole_calls
from dsk.state.log.terminal import terminal_of
from dsk.stream.events import ToolResult
from dsk.tools.arguments import read_arguments
from dsk.tools.calling import Call, Result, error, run_calls
from dsk.tools.consent import Consent, has_terminal
from dsk.tools.environment import hide_key, without_key
from dsk.tools.finding import find_tools

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.exchange.question import Question
    from dsk.jobs.asking import AskSettings
    from dsk.jobs.settings import ToolSettings
    from dsk.jobs.turns import Say
    from dsk.state.profile import Profile
    from dsk.tools.tool import Tool
    from dsk.world import World

REFUSED = "this call was refused and not run"


class ToolTurns:
    """A succession of questions, each with the results of the calls before."""

    def __init__(
        self,
        tools: Sequence[Tool],
        settings: ToolSettings,
        key_names: Sequence[str],
        goes_on: str,
        world: World,
    ) -> None:
        """The variables of ``key_names`` are no tool's business; ``goes_on`` is the option that goes on with this
        conversation, "" if none does."""
        self._tools = {tool.name: tool for tool in tools}
        self._settings = settings
        self._goes_on = goes_on
        self._world = world
        self._consent = Consent(settings.allowed, world)
        self._rounds = 0
        #: Whether the server wants the reasoning back, which is known once the server is.
        self.with_reasoning = False
        self._key_names = key_names

    @property
    def functions(self) -> tuple[Mapping[str, Any], ...]:
        """The tools, as a request describes them."""
        return tuple(tool.function for tool in self._tools.values())

    def next(self, question: Question, ending: Ending, say: Say, left: Callable[[], float]) -> Step | None:
        """The question with the results of what this answer calls; None if it calls nothing.

        Raises ``LocalFault`` if the user quits, or the calls have no end, and what ``left`` raises.
        """
        answer = ending.answer
        if ending.failure or not answer.tool_calls:
            return None
        most = self._settings.max_turns
        if self._rounds == most:
            hint = f"raise --max-turns{self._goes_on and ', or go on with '}{self._goes_on}"
            raise LocalFault("the model goes on calling tools", f"--max-turns {most} is reached", hint=hint)
        self._rounds += 1
        calls = whole_calls(calls_of(answer.tool_calls))
        results = self._results(calls, say, left)
        new = [{"role": "tool", "tool_call_id": result.id, "content": result.text} for result in results]
        said = Said((), answer.content, answer.reasoning, calls)
        fields = follow_up(question.fields, said, new, with_reasoning=self.with_reasoning)
        after = question._replace(body=encode(fields), fields=fields, before=())
        return Step(after, new, results)

    def _results(self, calls: Sequence[Mapping[str, Any]], say: Say, left: Callable[[], float]) -> list[ToolResult]:
        """The results of calls, in their order: first it is settled which may run, then they run side by side."""
        found = [self._settled(call["function"], say, left) for call in calls]
        orders = [call for call in found if isinstance(call, Call)]
        env = without_key(self._world.env, self._key_names) if orders else {}
        ran = iter(run_calls(orders, env, self._settings.timeout, left))
        results = []
        for call, settled in zip(calls, found, strict=True):
            result = next(ran) if isinstance(settled, Call) else settled
            name = call["function"]["name"]
            if result.fault and result.fault != REFUSED:
                say(f"{name}: {result.fault}")
            results.append(ToolResult(call["id"], name, result.text, bool(result.fault)))
        return results

    def _settled(self, function: Mapping[str, Any], say: Say, left: Callable[[], float]) -> Call | Result:
        """The call, if it can be made and may be, else its result."""
        tool = self._tools.get(function["name"])
        if not tool:
            return error(f"there is no tool of this name; there are {', '.join(self._tools)}")
        try:
            call = Call(tool, read_arguments(tool, function["arguments"]))
        except ValueError as fault:
            return error(str(fault))
        return call if self._consent.given(call, say, left) else error(REFUSED)


def open_tools(settings: AskSettings, wanted: ToolSettings, profile: Profile, world: World) -> ToolTurns:
    """The tools that a question is asked with, of a server with this profile.

    Raises ``UsageFault`` for what is no tool, for options that contradict them, and if no call could ever run.
    """
    if settings.sending.output.format == "raw":
        raise UsageFault("--raw shows the frames of one answer", "with tools there are several", hint="use --jsonl")
    if is_set("tools", settings.request.set):
        raise UsageFault("--set tools", "--tool makes the field", hint="leave one of them out")
    key_names = [profile.key_env] if profile.key_env else []
    hide_key(world.env, key_names)
    tools = find_tools(wanted.files, wanted.folders, world.env, wanted.timeout)
    names = [tool.name for tool in tools]
    for name in wanted.allowed:
        if wanted.meant and name not in names:
            raise UsageFault(f"--allow-tool {name}", "there is no such tool", hint=f"there are {', '.join(names)}")
    if not (set(wanted.allowed) & set(names) or settings.show or has_terminal()):
        hint = f"allow it beforehand: --allow-tool {names[0]}"
        raise UsageFault("no tool could run", "there is no terminal to ask on", hint=hint)
    return ToolTurns(tools, wanted, key_names, _goes_on(settings, world), world)


def _goes_on(settings: AskSettings, world: World) -> str:
    wish = settings.wish
    if not (wish and settings.sending.log):
        return ""
    if wish.session is not None:
        return f"--session {shlex.quote(wish.session)}"
    return "-c" if terminal_of(world.env) is not None else ""
