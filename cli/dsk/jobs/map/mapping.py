"""The job of ``dsk map``: settings to records and to the request of each, which are shown or asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from dsk.errors import Status, UsageFault
from dsk.jobs.demanding import read_wanted, with_schema
from dsk.jobs.settling import settle_clocks, settle_request, settle_server
from dsk.jobs.system import settle_system
from dsk.map.bodies import Bodies
from dsk.map.choosing import Choice, choose
from dsk.map.halting import Halting
from dsk.map.prompting import Prompting, PromptTexts, check_words
from dsk.map.reading import Kind, read_records
from dsk.map.source import check_source
from dsk.output.notes import note, warn
from dsk.prompt.files import read_source, system_text
from dsk.prompt.stdin import say_if_silent
from dsk.prompt.text import argument
from dsk.records import NamedTuple
from dsk.state.config import load
from dsk.world import STDIN

if TYPE_CHECKING:
    from dsk.jobs.settings import Caching, FromTemplate
    from dsk.map.record import Record
    from dsk.prompt.files import Part
    from dsk.prompt.settings import PromptSettings
    from dsk.request.options import RequestOptions
    from dsk.wire.settings import NetworkSettings
    from dsk.world import World


class MapSettings(NamedTuple):
    """What ``map`` was told. ``files`` are those of the input, none for stdin; ``text`` is a template for lines of text
    in place of JSON, ``answered`` the names that an answer has by its schema; ``progress`` the seconds between two
    lines, 0 for no bar either."""

    prompt: PromptSettings
    request: RequestOptions
    from_file: frozenset[str]
    from_environment: frozenset[str]
    from_template: FromTemplate
    network: NetworkSettings
    files: tuple[str, ...]
    kind: Kind
    strict: bool
    choice: Choice
    output: str | None
    text: str | None
    in_order: bool
    resume: bool
    retry_failed: bool
    force: bool
    jobs: int
    halting: Halting
    progress: float | None
    dry_run: bool
    cache: Caching | None
    answered: tuple[str, ...] = ()


def map_records(settings: MapSettings, world: World) -> Status:
    """Ask every record; OK only if all of them are complete."""
    files = settings.files or ("-",)
    _check_files(files, world)
    wanted = read_wanted(settings.request.schema) if settings.request.schema else None
    settings = settings._replace(answered=wanted.names if wanted else ())
    config = load(world.env)
    server = settle_server(settings.network, config, world.env)
    settled = settle_request(
        settings.request, settings.from_file, settings.from_environment, settings.from_template, config, server
    )
    warn(settled.warnings, world)
    prompt = settle_system(settings.prompt, settings.from_file, config, server, world.env)
    bodies = Bodies(
        Prompting(_texts(prompt, settings.network)),
        settled.options,
        lambda text: warn([text], world),
        partial(with_schema, asked=wanted, server=server) if wanted else None,
        is_deepseek=server.is_deepseek,
    )
    found = _patiently(read_records(files, settings.kind, _field_check(settings)), files, world)
    records = choose(_strictly(found, settings.strict), settings.choice)
    if settings.dry_run:
        from dsk.jobs.map.showing import show_bodies

        return show_bodies(records, bodies.of, world)
    from dsk.jobs.map.running import run

    return run(settings._replace(files=files), server, bodies, records, world)


def _check_files(files: tuple[str, ...], world: World) -> None:
    for name in files:
        check_source(name)
    if files.count("-") > 1:
        raise UsageFault("stdin is named more than once", "it can be read only once", hint="leave one - out")
    if "-" in files and world.is_terminal(STDIN):
        raise UsageFault("there is no input", "stdin is a terminal", hint="pipe records in, or name a file with -a")


def _texts(prompt: PromptSettings, network: NetworkSettings) -> PromptTexts:
    words = [argument(word, f"word {i} of the prompt") for i, word in enumerate(prompt.words, 1)]
    name = prompt.system_name
    documents: list[Part] = []
    for source in prompt.files:
        documents += read_source(argument(source, "--file"), partial(_fetched, network), _no_stdin, _say_nothing)
    texts = PromptTexts(
        words=" ".join(words),
        system=None if prompt.system is None else system_text(argument(prompt.system, name), name),
        documents=documents,
        template=prompt.template,
    )
    check_words(texts)
    return texts


def _field_check(settings: MapSettings) -> Callable[[Collection[str]], None]:
    """What looks whether a template of lines names what is there. Other files may have what the first one has not."""
    if settings.text is None or settings.files[1:]:
        return lambda _names: None
    from dsk.map.texts import TextLines

    return TextLines(settings.text, settings.answered).check


def _fetched(network: NetworkSettings, url: str) -> bytes:
    from dsk.jobs.fetching import fetch_file

    return fetch_file(url, settle_clocks(network))


def _no_stdin() -> bytes:
    raise UsageFault("--file -", "stdin is where the records come from", hint="name a file")


def _say_nothing(_text: str) -> None:
    return


def _patiently(records: Iterator[Record], files: tuple[str, ...], world: World) -> Iterator[Record]:
    """The records, with a word to the user if there is nothing to read for a while."""
    if files[0] == "-":
        with suppress(OSError):
            say_if_silent(lambda: note("waiting for records on standard input; -a reads a file", world))
    yield from records


def _strictly(records: Iterator[Record], is_strict: bool) -> Iterator[Record]:
    for record in records:
        if is_strict and record.trouble:
            hint = "; ".join(filter(None, [record.hint, "without --strict the others are asked"]))
            raise UsageFault(f"{record.place} cannot be asked", record.trouble, hint=hint)
        yield record
