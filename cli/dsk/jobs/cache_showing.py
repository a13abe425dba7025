"""The jobs of ``dsk cache``: the answers that are kept, listed and removed."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from dsk.errors import LocalFault, Status
from dsk.jobs.log.fields import local_time
from dsk.output.json_text import json_line
from dsk.output.notes import note
from dsk.output.opening import described
from dsk.output.plain import write_line
from dsk.output.sinks import write_out_all
from dsk.state.cache.limits import limits_of
from dsk.state.cache.pruning import about, answers, clear, prune
from dsk.state.config import load
from dsk.state.file_advice import to_read, to_write
from dsk.state.paths import answers_folder
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.state.cache.pruning import File, Pruned
    from dsk.world import World

HEADING = ["WRITTEN", "BYTES", "MODEL", "PROMPT"]


def print_cache_path(world: World) -> Status:
    """Print where the answers are, whether there are any or not."""
    write_line(answers_folder(world.env), world)
    return Status.OK


def list_answers(as_json: bool, world: World) -> Status:
    """Print the answers, the newest last. Raises ``LocalFault`` if the folder cannot be read."""
    folder = answers_folder(world.env)
    try:
        found = answers(folder)
    except OSError as error:
        raise LocalFault(f"cannot read {folder}", described(error), hint=to_read(folder)) from error
    is_terminal = world.is_terminal(STDOUT)
    if as_json:
        for file in found:
            write_out_all(STDOUT, json_line(_fields(file), is_terminal=is_terminal))
        return Status.OK
    rows = [_row(_fields(file)) for file in found]
    if is_terminal:
        from dsk.output.escapes import clean_line
        from dsk.output.table import fitted

        clean = [[clean_line(field) for field in row] for row in rows]
        text = fitted(HEADING, clean, os.get_terminal_size(STDOUT).columns)
    else:
        text = "".join("\t".join(row) + "\n" for row in rows)
    write_out_all(STDOUT, text.encode("utf-8", "replace"))
    return Status.OK


def prune_answers(world: World) -> Status:
    """Remove what is beyond the limits of the config file; say how much."""
    folder = answers_folder(world.env)
    limits = limits_of(load(world.env).cache)
    try:
        _tell(prune(folder, limits, time.time()), world)
    except OSError as error:
        raise _not_removed(folder, error) from error
    return Status.OK


def clear_answers(world: World) -> Status:
    """Remove all; say how much."""
    folder = answers_folder(world.env)
    try:
        _tell(clear(folder, time.time()), world)
    except OSError as error:
        raise _not_removed(folder, error) from error
    return Status.OK


def _fields(file: File) -> dict[str, Any]:
    said = about(file.path)
    return {
        "file": str(file.path),
        "written": round(file.written, 3),
        "used": round(max(file.used, file.written), 3),
        "bytes": file.size,
        "model": said.get("model"),
        "prompt": said.get("prompt"),
    }


def _row(fields: dict[str, Any]) -> list[str]:
    texts = [local_time(fields["written"]), fields["bytes"], fields["model"] or "", fields["prompt"] or ""]
    return [" ".join(str(text).split()) for text in texts]


def _tell(pruned: Pruned, world: World) -> None:
    removed, left = (
        f"{'one answer' if files == 1 else f'{files} answers'}, {size} bytes"
        for files, size in ((pruned.files, pruned.size), (pruned.files_left, pruned.size_left))
    )
    note(f"removed {removed}; kept {left}", world)


def _not_removed(folder: str, error: OSError) -> LocalFault:
    # What is in it is removed, which is for who may write to the folder itself.
    hint = to_write(f"{folder}/answer", error)
    return LocalFault(f"cannot remove answers from {folder}", described(error), hint=hint)
