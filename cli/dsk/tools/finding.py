"""From what the user names to the tools: files, and the programs in folders; each is asked what it is, once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from dsk.errors import UsageFault, without_secrets
from dsk.output.opening import described
from dsk.tools.environment import plain
from dsk.tools.processes import MOST_OUTPUT, Order, Ran, run_all
from dsk.tools.tool import Tool, read_tool

#: As many as DeepSeek takes.
MOST_TOOLS = 128
BY_HAND = "run it by hand with --schema; dsk-tools(7) says what it is to print"


def find_tools(files: Sequence[str], folders: Sequence[str], env: Mapping[str, str], seconds: float) -> list[Tool]:
    """The tools at these paths and in these folders, in this order; each may take ``seconds`` to say what it is.

    Raises ``UsageFault`` for one that cannot be run, does not say what it is, or is called as another one.
    """
    named = [*((path, f"--tool {path}") for path in files), *_programs(folders)]
    chosen: Sequence[tuple[str, str]] = list(
        # One may be named twice, as by its folder as well.
        {os.path.realpath(path): (path, option) for path, option in reversed(named)}.values()
    )[::-1]
    if len(chosen) > MOST_TOOLS:
        raise UsageFault(f"there are {len(chosen)} tools", f"at most {MOST_TOOLS} can be sent", hint="name fewer")
    for path, option in chosen:
        _check_program(path, option)
    orders = [Order((_runnable(path), "--schema"), b"") for path, _ in chosen]
    left = run_all(orders, plain(env), seconds)
    tools: dict[str, Tool] = {}
    for (path, option), ran in zip(chosen, left, strict=True):
        try:
            tool = read_tool(_runnable(path), _text(ran, seconds))
        except ValueError as error:
            raise UsageFault(f"{option}: {path} is no tool", str(error), hint=BY_HAND) from error
        if tool.name in tools:
            raise UsageFault(
                f"{option}: its name is {tool.name}",
                f"so is that of {tools[tool.name].path}",
                hint="leave one of them out, or rename it in what its --schema prints",
            )
        tools[tool.name] = tool
    return list(tools.values())


def _programs(folders: Iterable[str]) -> Iterable[tuple[str, str]]:
    """The programs in folders, each in the order of their names; hidden files and backups are none."""
    for folder in folders:
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208
        except OSError as error:
            raise UsageFault(f"--tools {folder}", described(error), hint="name a folder with programs in it") from error
        paths = [f"{folder}/{name}" for name in names if not name.startswith(".") and not name.endswith("~")]
        found = [path for path in paths if os.path.isfile(path) and os.access(path, os.X_OK)]  # noqa: PTH113
        if not found:
            raise UsageFault(f"--tools {folder}", "there is no program in it", hint="chmod +x makes a file one")
        yield from ((path, f"--tools {folder}") for path in found)


def _check_program(path: str, option: str) -> None:
    if not os.path.exists(path):  # noqa: PTH110
        raise UsageFault(option, "there is no such file", hint="it is the path of a program; dsk-tools(7)")
    if not os.path.isfile(path):  # noqa: PTH113
        hint = "--tools takes a folder" if os.path.isdir(path) else "save the program in one"  # noqa: PTH112
        raise UsageFault(option, "it is not a file", hint=hint)
    if not os.access(path, os.X_OK):
        raise UsageFault(option, "it is not a program", hint=f"chmod +x {path}")


def _runnable(path: str) -> str:
    """The path with a slash in it: a bare name would be looked for in PATH."""
    return path if "/" in path else f"./{path}"


def _text(ran: Ran, seconds: float) -> str:
    if ran.fault:
        raise ValueError(f"it cannot be run: {ran.fault[:1].lower()}{ran.fault[1:]}")
    if ran.is_late:
        raise ValueError(f"with --schema it took longer than {seconds:g} s")
    if ran.is_cut:
        raise ValueError(f"with --schema it printed more than {MOST_OUTPUT} bytes")
    if ran.status:
        said = " ".join(without_secrets(ran.stderr.decode("utf-8", "replace")).split())
        ended = f"signal {-ran.status}" if ran.status < 0 else f"exit status {ran.status}"
        raise ValueError(f"with --schema it failed: {ended}{': ' if said else ''}{said[-200:]}")
    try:
        return without_secrets(ran.stdout.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"what it printed is not UTF-8, at byte {error.start}") from error
