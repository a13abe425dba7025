"""The job of ``dsk map``: settings to records, records to answers, answers to lines."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

from dsk.errors import Failure, LocalFault, ReaderGone, Status, Terminated, UsageFault
from dsk.jobs.settling import Server, settle_clocks, settle_endpoint, settle_request, settle_server
from dsk.jobs.system import settle_system
from dsk.map.batch import body_of, is_batch
from dsk.map.choosing import Choice, choose, count_of
from dsk.map.halting import Halting
from dsk.map.output_file import Resuming
from dsk.map.prompting import Prompting, PromptTexts, check_words
from dsk.map.reading import Kind, count_records, read_records
from dsk.map.record import Record, digest
from dsk.map.source import check_source, shown
from dsk.output.notes import note, tell, warn
from dsk.prompt.files import read_source, system_text
from dsk.prompt.text import argument
from dsk.request.body import build, encode
from dsk.state.config import load
from dsk.world import STDERR, STDIN, STDOUT

if TYPE_CHECKING:
    from dsk.jobs.settings import FromTemplate
    from dsk.map.crew import Crew
    from dsk.map.lines import Lines
    from dsk.map.outcome import Outcome
    from dsk.map.output_file import OutputFile
    from dsk.map.showing import Showing
    from dsk.map.tally import Tally
    from dsk.prompt.settings import PromptSettings
    from dsk.request.options import RequestOptions
    from dsk.wire.endpoint import Endpoint
    from dsk.wire.settings import NetworkSettings
    from dsk.world import World

#: Bodies that a dry run shows.
SHOWN = 3
#: Failures that are told one by one.
TOLD = 10


class MapSettings(NamedTuple):
    """What ``map`` was told. ``files`` are those of the input, none for stdin; ``text`` is a template for lines of text
    in place of JSON."""

    prompt: PromptSettings
    request: RequestOptions
    from_file: frozenset[str]
    from_environment: frozenset[str]
    from_template: FromTemplate
    network: NetworkSettings
    files: tuple[str, ...] = ()
    kind: Kind = "auto"
    strict: bool = False
    choice: Choice = Choice()
    output: str | None = None
    text: str | None = None
    in_order: bool = True
    resume: bool = False
    retry_failed: bool = False
    force: bool = False
    jobs: int = 8
    halting: Halting = Halting()
    progress: float | None = None
    dry_run: bool = False


class IncompleteFault(Failure):
    """Some records have no whole answer."""
