"""The lines of the table: how each is called so that it gives up on silence, and where it keeps what it was told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from tests.bench import roster
from tests.bench.roster import CONTENDERS, Contender, Env, dsk_command

#: Seconds of silence after which everyone who can is to give up.
PATIENCE = "3"
_ROSTER: Mapping[str, Contender] = {each.name: each for each in CONTENDERS}

#: From the environment of the run and its home to the answer in the log, empty if it is not there.
Log: TypeAlias = Callable[[Env, Path], bytes]


class Asker(NamedTuple):
    """One way of asking; version and installation are those of its contender."""

    name: str
    contender: Contender
    #: From the base URL to the command line.
    command: Callable[[str], Sequence[str]]
    log: Log
    #: What its environment has besides the contender's, from its home.
    env: Callable[[Path], Env] = lambda _home: {}


def _dsk(*options: str) -> Callable[[str], Sequence[str]]:
    return lambda url: dsk_command("ask", *options, "--stall", PATIENCE, "--base-url", url, "hi")


def _told(*argv: str) -> Log:
    def read(env: Env, _home: Path) -> bytes:
        return subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False).stdout

    return read


def _none(_env: Env, _home: Path) -> bytes:
    return b""


def _cached(_env: Env, home: Path) -> bytes:
    return max((path.read_bytes() for path in home.glob("cache/*")), key=len, default=b"")


def _sgpt_env(home: Path) -> Env:
    return {
        "REQUEST_TIMEOUT": PATIENCE,
        "CACHE_PATH": str(home / "cache"),
        "CHAT_CACHE_PATH": str(home / "chats"),
    }


_DSK_LOG = _told(*dsk_command("log", "show", "--answer"))

ASKERS = (
    Asker("dsk ask", _ROSTER[roster.DSK], _dsk(), _DSK_LOG),
    Asker("dsk ask --no-resume", _ROSTER[roster.DSK], _dsk("--no-resume"), _DSK_LOG),
    Asker(
        "curl",
        _ROSTER[roster.CURL],
        lambda url: (*_ROSTER[roster.CURL].command(url), "--speed-time", PATIENCE, "--speed-limit", "1"),
        _none,
    ),
    Asker(
        "llm",
        _ROSTER[roster.LLM],
        # It has no setting for a time-out.
        lambda _url: ("llm", "-m", "bench", "hi"),
        _told("llm", "logs", "list", "-n", "1", "-r"),
    ),
    Asker("shell-gpt", _ROSTER[roster.SGPT], _ROSTER[roster.SGPT].command, _cached, _sgpt_env),
    Asker(
        "openai SDK",
        _ROSTER[roster.OPENAI],
        lambda url: (sys.executable, str(Path(__file__).with_name("openai_timeout.py")), url, "hi", PATIENCE),
        _none,
    ),
)
