"""The jobs of ``dsk log list`` and ``dsk log search``: runs, a line each, the newest last."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dsk.errors import Status
from dsk.jobs.log.fields import local_time, row, status_word, tokens
from dsk.output.json_text import json_line
from dsk.output.sinks import write_out_all
from dsk.state.log.reader import each, find
from dsk.state.log.reading import PATIENCE, reading
from dsk.state.paths import log_file
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.state.log.query import Excerpt, Query
    from dsk.state.log.reader import Run
    from dsk.state.log.reading import Log
    from dsk.world import World

HEADING = ["RUN", "BEGUN", "MODEL", "STATUS", "TOKENS", "PROMPT"]
# Characters of the last field in a pipe.
TEXT_WIDTH = 200
# What a narrow terminal does without, first to last, to show what was found.
DISPENSABLE = ["TOKENS", "MODEL", "STATUS", "BEGUN"]


def list_runs(count: int, as_json: bool, world: World) -> Status:
    """Print the last ``count`` runs, 0: all."""
    with reading(log_file(world.env)) as log:
        _print(((run, run.title) for run in each(log, last=count)), as_json, world)
    return Status.OK


def search_runs(query: Query, count: int, as_json: bool, world: World) -> Status:
    """Print the last ``count`` runs that match, 0: all; FAILED if none does."""
    from dsk.state.log.index import matching
    from dsk.state.log.sharing import patience

    path = log_file(world.env)
    with reading(path) as log:
        numbers = list(matching(log, path, query, patience(PATIENCE)))[-count:]
        found = _excerpts(log, numbers, query)
        if world.is_terminal(STDOUT) and not as_json:
            _print_found(found)
        else:
            _print(((run, "".join(place)) for run, place in found), as_json, world)
    return Status.OK if numbers else Status.FAILED


def _excerpts(log: Log, numbers: Iterable[int], query: Query) -> Iterator[tuple[Run, Excerpt]]:
    """The runs, each with the line of it that was looked for."""
    from dsk.state.log.prompts import prompt_of
    from dsk.state.log.query import Excerpt, excerpt
    from dsk.state.log.reader import body_of

    pattern = query.pattern()
    for number in numbers:
        run = find(log, number)
        if run:
            found = excerpt(run.content, pattern, TEXT_WIDTH)
            found = found or excerpt(prompt_of(body_of(log, number)), pattern, TEXT_WIDTH)
            yield run, found or Excerpt("", "", run.title)


def _print(found: Iterable[tuple[Run, str]], as_json: bool, world: World) -> None:
    if as_json:
        is_terminal = world.is_terminal(STDOUT)
        for run, text in found:
            write_out_all(STDOUT, json_line(row(run, text), is_terminal=is_terminal))
    elif world.is_terminal(STDOUT):
        _print_table([_fields(run, text) for run, text in found])
    else:
        for run, text in found:
            write_out_all(STDOUT, ("\t".join(_fields(run, text[:TEXT_WIDTH])) + "\n").encode("utf-8", "replace"))


def _fields(run: Run, text: str) -> list[str]:
    count = tokens(run)
    fields = [
        str(run.id),
        local_time(run.begun),
        run.model or run.model_asked,
        status_word(run),
        "" if count is None else str(count),
        text,
    ]
    return [" ".join(field.split()) for field in fields]


def _print_table(rows: list[list[str]]) -> None:
    from dsk.output.escapes import clean_line
    from dsk.output.table import fitted

    clean = [[clean_line(field) for field in fields] for fields in rows]
    text = fitted(HEADING, clean, os.get_terminal_size(STDOUT).columns)
    write_out_all(STDOUT, text.encode("utf-8", "replace"))


def _print_found(found: Iterable[tuple[Run, Excerpt]]) -> None:
    from dsk.output.escapes import clean_line
    from dsk.output.found_table import found_table

    runs = list(found)
    rows = [[clean_line(field) for field in _fields(run, "")[:-1]] for run, _ in runs]
    places = [(clean_line(place.before), clean_line(place.found), clean_line(place.after)) for _, place in runs]
    text = found_table(HEADING, rows, places, DISPENSABLE, os.get_terminal_size(STDOUT).columns)
    write_out_all(STDOUT, text.encode("utf-8", "replace"))
