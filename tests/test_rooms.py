"""The house: which room may know which, what is pure, and where the doors to the outside are.

Read from the source, imports inside functions and for types included. The tables are exact: a way that nobody
takes any more is to be closed.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk

SOURCE = Path(__file__).resolve().parents[1] / "cli" / "dsk"

# Each room and the rooms that it knows. A room stands below all that it knows: the way goes upwards only.
KNOWS = {
    "errors": "",
    "records": "",
    "world": "",
    "successor": "records",
    "deferred": "",
    "finding": "",
    "shells": "records",
    "unseen": "",
    "pricing": "records",
    "stream": "errors records unseen",
    "request": "errors records",
    "prompt": "errors records world",
    "state": "errors records unseen pricing",
    "wire": "errors records deferred",
    "scripted": "errors records request",
    "ending": "errors records stream",
    "judging": "errors records stream request ending",
    "output": "errors records world unseen stream ending",
    "tools": "errors records world request output",
    "exchange": "errors records request stream wire ending output",
    "map": "errors records world request prompt stream wire ending output exchange",
    "grep": "errors records judging prompt map",
    "jobs": "errors records world successor shells unseen pricing stream request prompt state wire scripted ending"
    " judging output tools exchange map grep",
    "chat": "errors records world stream request prompt state wire scripted ending output exchange jobs",
    "commands": "errors records world successor shells stream request prompt state wire scripted judging output map"
    " grep jobs chat",
    "signals": "errors world output",
    "main": "errors world successor deferred finding output commands signals",
    "__main__": "main",
}

# Rooms that only compute: the same in, the same out.
PURE = {"errors", "records", "shells", "unseen", "pricing", "stream", "request", "ending", "judging"}
PURE_MAY_IMPORT = {
    "__future__",
    "collections",
    "decimal",
    "enum",
    "functools",
    "html",
    "json",
    "math",
    "re",
    "shlex",
    "types",
    "typing",
    "unicodedata",
    "warnings",
    "zlib",
}
IMPURE_CALLS = {"open", "print", "input", "exec", "eval"}

# Modules with a door of their own, and the files that alone may go through it.
DOORS = {
    "click": {"commands", "main.py"},
    "requests": {"wire"},
    "urllib3": {"wire"},
    "ssl": {"wire", "scripted/server.py"},
    "socket": {"wire", "scripted"},
    "_socket": {
        "wire/connecting.py",
        "wire/endpoint.py",
        "wire/line.py",
        "wire/plain_reply.py",
        "wire/preconnection.py",
    },
    "jsonschema": {"exchange/judging.py"},
    "referencing": {"exchange/judging.py"},
    "http": {"wire/sockets.py", "wire/reply.py"},
    "rich": {"map/bar.py"},
    "sseclient": {"stream/frames.py"},
    "signal": {
        "signals.py",
        "jobs/hidden_prompt.py",
        "state/key_command.py",
        "exchange/apart.py",
        "tools/processes.py",
        "chat/editor.py",
        "chat/modes.py",
        "chat/interrupts.py",
        "chat/prompt_signals.py",
    },
    "_signal": {"main.py", "signals.py"},
    "ctypes": {"tools/environment.py"},
    "readline": {"jobs/sh/editing.py"},
    "sqlite3": {"state/log", "state/sessions"},
    "_sqlite3": {"state/log"},
    "subprocess": {
        "exchange/apart.py",
        "jobs/copying.py",
        "prompt/editor.py",
        "prompt/listing.py",
        "state/key_command.py",
        "tools/processes.py",
    },
    "termios": {
        "jobs/sh/choosing.py",
        "jobs/hidden_prompt.py",
        "tools/consent.py",
        "chat/modes.py",
        "chat/terminal.py",
    },
    "prompt_toolkit": {"chat/editor.py"},
    "asyncio": {"chat/editor.py"},
    "markdown_it": {"output/markdown/dialect.py", "output/markdown/inline.py", "output/markdown/leaves.py"},
    "pygments": {"output/markdown/code.py"},
    "wcwidth": {"output/markdown/cells.py"},
}
NOT_USED = {"argparse", "httpx", "logging"}

ENDS_THE_PROCESS = {"os._exit", "os.abort", "os.kill", "sys.exit", "exit", "quit", "SystemExit"}

# The modules of the standard library and of others that a run in a pipe may have loaded when its request is sent:
# those are what the user waits for. The smallest Python that starts at all has loaded the rest.
EARLY = {
    *("click", "collections", "contextlib", "copyreg", "datetime", "enum", "errno", "fcntl", "functools"),
    *("gc", "importlib", "itertools", "json", "keyword", "operator", "re", "reprlib"),
    *("runpy", "select", "threading", "types", "typing"),
    *("warnings", "weakref"),
}
# What re and datetime load in Pythons before 3.12.
EARLY_IN_OLD_ONES = {"locale", "math", "sre_compile", "sre_constants", "sre_parse"}
# Those that may be loaded while the server thinks: sseclient and what it loads. A plain answer needs no HTTP library,
# and the log no sqlite3, which is Python around SQLite.
WHILE_WAITING = {
    "sseclient",
}
# Ours that nobody may wait for: the rooms of what comes after the request, and of other commands.
LATE_ROOMS = {"dsk.scripted", "dsk.wire.transport", "dsk.stream.decoder", "dsk.exchange.loop", "dsk.commands.serve"}
# And those of what nobody has asked for.
UNASKED = ("dsk.request.schema", "dsk.exchange.demands", "dsk.output.held", "dsk.jobs.demanding")
# The first module of those that are loaded once the request is on its way.
FIRST_AFTER = "dsk.exchange.concluding"


class Import(NamedTuple):
    """One import: the file it is in, relative to the package, and the module."""

    file: Path
    module: str


def room_of(file: Path) -> str:
    return file.parts[0] if len(file.parts) > 1 else file.stem


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE), ast.parse(path.read_text(), str(path))


def imports() -> Iterator[Import]:
    for file, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from (Import(file, name.name) for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file}: imports are absolute"
                yield Import(file, node.module or "")


IMPORTS = [found for found in imports() if room_of(found.file) != "__init__"]
OURS = [found for found in IMPORTS if found.module.startswith("dsk.")]
# "from dsk import __version__" is no room.
FOREIGN = [found for found in IMPORTS if found.module.partition(".")[0] != "dsk"]


def test_every_room_is_in_the_table() -> None:
    assert {room_of(file) for file, _ in sources()} - {"__init__"} == set(KNOWS)


@pytest.mark.parametrize("room", KNOWS)
def test_a_room_knows_its_neighbours_and_nobody_else(room: str) -> None:
    known = {found.module.split(".")[1] for found in OURS if room_of(found.file) == room} - {room}
    assert known == set(KNOWS[room].split())


def test_the_way_goes_upwards_only() -> None:
    order = list(KNOWS)
    for room, known in KNOWS.items():
        assert set(known.split()) <= set(order[: order.index(room)]), room


@pytest.mark.parametrize("room", sorted(PURE))
def test_a_pure_room_imports_nothing_that_could_look_outside(room: str) -> None:
    used = {found.module.partition(".")[0] for found in FOREIGN if room_of(found.file) == room}
    doors = {module for module, files in DOORS.items() if any(Path(f).parts[0] == room for f in files)}
    assert used - PURE_MAY_IMPORT <= doors


@pytest.mark.parametrize("room", sorted(PURE))
def test_a_pure_room_opens_and_prints_nothing(room: str) -> None:
    called = {
        node.func.id
        for file, tree in sources()
        if room_of(file) == room
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called & IMPURE_CALLS == set()


@pytest.mark.parametrize("module", DOORS)
def test_a_door_is_used_where_it_belongs_and_only_there(module: str) -> None:
    users = {found.file for found in FOREIGN if found.module.partition(".")[0] == module}
    places = {Path(place) for place in DOORS[module]}
    assert {user for user in users if not places & {user, *user.parents}} == set()
    assert {place for place in places if not any(place in (user, *user.parents) for user in users)} == set()


def test_some_modules_are_not_used_at_all() -> None:
    assert {found for found in FOREIGN if found.module.partition(".")[0] in NOT_USED} == set()


def test_only_main_ends_the_process() -> None:
    enders = {
        file
        for file, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, (ast.Attribute, ast.Name)) and ast.unparse(node) in ENDS_THE_PROCESS
    }
    assert enders == {Path("main.py")}


def test_nothing_is_printed_but_through_descriptors() -> None:
    printers = {
        file
        for file, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"print", "click.secho", "sys.stdout.write", "sys.stderr.write"}
    }
    assert printers == set()


def loaded_by(dsk: Dsk, *args: str) -> list[str]:
    """The modules that a run loads beyond what Python itself does, in their order."""
    result = dsk.run(*args, env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert result.status == 0
    names = [line.rpartition("|")[2].strip() for line in result.errors.splitlines() if "import time:" in line]
    return names[names.index("site") + 1 :]


def foreign(names: list[str]) -> set[str]:
    return {name.partition(".")[0] for name in names if not name.startswith(("_", "dsk"))}


def test_named_tuples_are_those_that_are_made_fast() -> None:
    users = {
        file.name
        for file, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "typing" and "NamedTuple" in {a.name for a in node.names}
    }
    assert users == {"records.py"}


def test_what_is_loaded_before_the_request_is_sent_and_after_it(
    dsk: Dsk, serve: Callable[[Script], ScriptedServer]
) -> None:
    server = serve(Script(replies=(Reply(text="one two"),)))
    names = loaded_by(dsk, "ask", "--base-url", server.base_url, "hi", "--ignore-stdin")
    before, after = names[: names.index(FIRST_AFTER)], names[names.index(FIRST_AFTER) :]
    assert foreign(before) - EARLY <= (EARLY_IN_OLD_ONES if sys.version_info < (3, 12) else set())
    assert foreign(after) - EARLY - EARLY_IN_OLD_ONES - WHILE_WAITING == set()
    assert {"sseclient", "_sqlite3"} <= set(after), "the list of modules was read"
    assert {name for name in names if name.startswith(UNASKED)} == set()
    assert {name for name in before if any(f"{name}.".startswith(f"{late}.") for late in LATE_ROOMS)} == set()


def test_what_sends_nothing_loads_no_network(dsk: Dsk) -> None:
    names = loaded_by(dsk, "ask", "--dry-run", "hi", "--ignore-stdin")
    assert "dsk.jobs.asking" in names
    assert foreign(names) - EARLY <= (EARLY_IN_OLD_ONES if sys.version_info < (3, 12) else set())
    assert "dsk.wire.preconnection" not in names


def test_help_loads_no_more_than_parsing_does(dsk: Dsk) -> None:
    names = loaded_by(dsk, "ask", "--help")
    assert foreign(names) - EARLY - {"locale", "textwrap"} <= (
        EARLY_IN_OLD_ONES if sys.version_info < (3, 12) else set()
    )
