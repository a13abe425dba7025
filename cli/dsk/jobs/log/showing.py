"""The job of ``dsk log show``: one run, for people, for programs, or only its answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dsk.errors import Status
from dsk.jobs.log.fields import error_text, fields, local_time, status_word, tokens
from dsk.jobs.log.finding import find_run
from dsk.output.json_text import json_line
from dsk.output.sinks import write_out_all
from dsk.request.prefix import text_of_prefix
from dsk.state.log.prompts import prompt_of, results_of
from dsk.state.log.reader import body_of
from dsk.state.log.reading import reading
from dsk.state.paths import log_file
from dsk.state.sessions.reader import by_number
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.state.log.reader import Run
    from dsk.state.sessions.reader import Session
    from dsk.world import World


def show_run(number: int, only_answer: bool, as_json: bool, world: World) -> Status:
    """Print a run, of which there may be only the beginning. Raises ``UsageFault`` if there is no such run."""
    with reading(log_file(world.env)) as log:
        run = find_run(log, number)
        body = body_of(log, run.id)
        session = by_number(log, int(run.session)) if run.session is not None else None
    is_terminal = world.is_terminal(STDOUT)
    if as_json:
        write_out_all(STDOUT, json_line(fields(run, body), is_terminal=is_terminal))
    else:
        _print(run.content if only_answer else _page(run, session, body), is_terminal)
    return Status.OK


def _page(run: Run, session: Session | None, body: str) -> str:
    """The run for people: what is known of it, the prompt, the answer."""
    head = {
        "Run": str(run.id),
        "Begun": local_time(run.begun),
        "Command": run.command,
        "Session": " ".join(filter(None, (str(session.id), session.name))) if session else "",
        "Model": run.model or run.model_asked,
        "Server": run.base_url,
        "Status": ": ".join(filter(None, (status_word(run), error_text(run, "message")))),
        "Hint": error_text(run, "hint"),
        "Cached": "no server was asked" if run.cached else "",
        "Tokens": _tokens(run),
        "Time": _times(run),
    }
    lines = [f"{name}:".ljust(10) + " ".join(value.split()) for name, value in head.items() if value]
    parts = {
        "Prompt": prompt_of(body),
        "Tool results": results_of(body),
        "Prefix": _prefix_of(body),
        "Reasoning": run.reasoning,
        "Answer": run.content,
        "Tool calls": run.tool_calls or "",
    }
    texts = [f"--- {name}\n{text}" for name, text in parts.items() if text]
    page = "\n\n".join(["\n".join(lines), *texts])
    return page if page.endswith("\n") else page + "\n"


def _prefix_of(body: str) -> str:
    """The beginning of the answer that the request gave."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return text_of_prefix(fields) if isinstance(fields, dict) else ""


def _tokens(run: Run) -> str:
    count = tokens(run)
    return "" if count is None else str(count)


def _times(run: Run) -> str:
    times = {"to the first token": run.first_token, "in all": run.total}
    return ", ".join(f"{seconds:.2f} s {what}" for what, seconds in times.items() if seconds is not None)


def _print(text: str, is_terminal: bool) -> None:
    if is_terminal:
        from dsk.output.escapes import firewall

        wall = firewall("show")
        text = wall.feed(text) + wall.close()
        text += "" if text.endswith("\n") or not text else "\n"
    write_out_all(STDOUT, text.encode("utf-8", "replace"))
