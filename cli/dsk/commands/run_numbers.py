"""Runs and sessions in the log, for the shell at the cursor, each with the beginning of its prompt."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

from dsk.state.log.glimpse import last_runs, last_sessions, last_turns, last_unfinished
from dsk.state.paths import log_file

if TYPE_CHECKING:
    from dsk.state.log.glimpse import KnownRun

#: Characters of the prompt.
WIDTH = 60


def runs(incomplete: str) -> list[CompletionItem]:
    """The last runs whose numbers begin so."""
    return _items(last_runs, incomplete)


def unfinished(incomplete: str) -> list[CompletionItem]:
    """The last runs with an answer that is not whole whose numbers begin so."""
    return _items(last_unfinished, incomplete)


def turns(incomplete: str) -> list[CompletionItem]:
    """The last turns of sessions whose numbers begin so."""
    return _items(last_turns, incomplete)


def sessions(incomplete: str) -> list[CompletionItem]:
    """The sessions whose names, or numbers where they have none, begin so."""
    found = last_sessions(log_file(os.environ))
    return [CompletionItem(called, help=_line(title)) for called, title in found if called.startswith(incomplete)]


def _items(find: Callable[[str], Sequence[KnownRun]], incomplete: str) -> list[CompletionItem]:
    found = find(log_file(os.environ))
    return [CompletionItem(str(run.id), help=_line(run.title)) for run in found if str(run.id).startswith(incomplete)]


def _line(title: str) -> str:
    """Words that no shell can stumble over."""
    return "".join(char if char.isprintable() else " " for char in title)[:WIDTH]
