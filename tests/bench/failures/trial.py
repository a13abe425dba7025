"""One cell: an asker in a clean home, a mishap, and what is left."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from dsk.scripted.server import ScriptedServer
from tests.bench.failures.askers import Asker
from tests.bench.failures.mishaps import ANSWER, HEAD, Mishap
from tests.harness import clean_env

#: Who takes longer than this many seconds hangs.
DEADLINE = 20.0
#: Seconds between the first of the output and the signal.
FLOW = 2.0


class Remains(NamedTuple):
    """What is left. ``status`` is as a shell shows it, None if it hung; sizes are bytes of the answer."""

    status: int | None
    printed: int
    logged: int


def home_env(home: Path) -> dict[str, str]:
    """An environment with nothing of this machine's user in it, but for PATH."""
    keys = {"DEEPSEEK_API_KEY": "x", "OPENAI_API_KEY": "x"}
    return clean_env(home, keys | {"PYTHONWARNINGS": ""})


def attempt(asker: Asker, mishap: Mishap) -> Remains:
    """Have it ask, let it go wrong, and look at what is left."""
    with TemporaryDirectory(prefix="dsk-failures-") as folder, ScriptedServer(mishap.script) as server:
        home = Path(folder)
        env = home_env(home) | dict(asker.contender.env(server.base_url, home)) | dict(asker.env(home))
        status, output = _run(asker.command(server.base_url), env, mishap)
        answer = _content(output) if asker.contender.raw else output
        return Remains(status, _size(answer), _size(asker.log(env, home)))


def _run(argv: Sequence[str], env: Mapping[str, str], mishap: Mishap) -> tuple[int | None, bytes]:
    with subprocess.Popen(
        argv,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        bufsize=0,
    ) as process:
        assert process.stdout is not None
        source = process.stdout.fileno()
        end = time.monotonic() + DEADLINE
        if mishap.head:
            output = _read(source, end, HEAD)[:HEAD]
            process.stdout.close()
        elif mishap.signal:
            output = _read(source, end, 1)
            output += _read(source, time.monotonic() + FLOW)
            # Of the whole group, as a terminal does it.
            os.killpg(process.pid, mishap.signal)
            output += _read(source, end)
        else:
            output = _read(source, end)
        status = _wait(process, end)
    return status, output


def _read(source: int, end: float, enough: int | None = None) -> bytes:
    """What comes until there is enough, the other side has closed, or the clock is at ``end``."""
    data = b""
    while enough is None or len(data) < enough:
        ready, _, _ = select.select([source], [], [], max(end - time.monotonic(), 0))
        if not ready or not (piece := os.read(source, 1 << 16)):
            break
        data += piece
    return data


def _wait(process: subprocess.Popen[bytes], end: float) -> int | None:
    try:
        code = process.wait(max(end - time.monotonic(), 0))
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return None
    return 128 - code if code < 0 else code


def _size(text: bytes) -> int:
    """How much of the answer it is, in bytes; messages and a line end after it are not of the answer."""
    pairs = zip(text, ANSWER.encode(), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _content(frames: bytes) -> bytes:
    """The answer in SSE frames, as far as they are whole."""
    text = ""
    for line in frames.split(b"\n"):
        with suppress(ValueError, LookupError):
            text += json.loads(line.removeprefix(b"data: "))["choices"][0]["delta"].get("content") or ""
    return text.encode()
