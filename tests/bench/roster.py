"""Who is measured: how each is called, what it needs, and which version it is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple, TypeAlias

_SCRIPTS = Path(__file__).parent / "contenders"
_BIN = Path(sys.executable).parent
#: Or a date, as GNU parallel has it.
_NUMBER = re.compile(r"\d+(\.\d+)+|\d{8}")
_PROMPT = "hi"
_JSON = ("-H", "Content-Type: application/json", "-H", "Authorization: Bearer x")
_BODY = '{"model":"deepseek-flash","messages":[{"role":"user","content":"hi"}],"stream":true}'

Env: TypeAlias = Mapping[str, str]

DSK = "dsk"
DSK_RAW = "dsk --raw -n"
CURL = "curl -N"
NAIVE = "requests + sseclient"
OPENAI = "openai SDK"
PIPELINE = "curl | sed | jq"
NODE = "openai Node SDK"
LLM = "llm"
SGPT = "shell-gpt"


class Contender(NamedTuple):
    """One way of asking."""

    name: str
    #: From the base URL to the command line.
    command: Callable[[str], Sequence[str]]
    #: Its version, by running it in this environment where that is the way; None if it is not there.
    version: Callable[[Env], str | None]
    #: How to get it.
    install: str
    #: Whether its stdout is the frames themselves.
    raw: bool = False
    #: What it is told by its environment: from the base URL and a directory for its files.
    env: Callable[[str, Path], Env] = lambda _url, _home: {}


def _script(name: str) -> Callable[[str], Sequence[str]]:
    return lambda url: (sys.executable, str(_SCRIPTS / name), url, _PROMPT)


def package(*names: str) -> Callable[[Env], str | None]:
    """The names and versions of Python packages; None if one is not there."""

    def versions(_env: Env) -> str | None:
        try:
            return ", ".join(f"{name} {version(name)}" for name in names)
        except PackageNotFoundError:
            return None

    return versions


def program(*argv: str) -> Callable[[Env], str | None]:
    """The program's name with the first number in its output; None if it is not there or does not run."""

    def found(env: Env) -> str | None:
        if not shutil.which(argv[0]):
            return None
        done = _output(argv, env)
        number = _NUMBER.search(done.stdout)
        return f"{argv[0]} {number[0]}" if done.returncode == 0 and number else None

    return found


def _output(argv: Sequence[str], env: Env) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def dsk_version(_env: Env) -> str | None:
    """That of the environment of this interpreter; None if it has no console script."""
    return f"dsk {version('dsk-cli')}" if (_BIN / "dsk").exists() else None


def programs(*names: str) -> Callable[[Env], str | None]:
    """The names and versions of programs; None if one is not there."""

    def versions(env: Env) -> str | None:
        parts = [program(name, "--version")(env) for name in names]
        found = [part for part in parts if part]
        return ", ".join(found) if len(found) == len(parts) else None

    return versions


@cache
def node_path() -> str:
    """Where Node packages are looked for: NODE_PATH, or else the global place of npm."""
    if path := os.environ.get("NODE_PATH"):
        return path
    if not shutil.which("npm"):
        return ""
    return _output(("npm", "root", "-g"), os.environ).stdout.strip()


def _node_version(env: Env) -> str | None:
    if not shutil.which("node"):
        return None
    asked = "process.stdout.write(`node ${process.version}, openai (Node) ${require('openai/version').VERSION}`)"
    done = _output(("node", "-e", asked), {**env, "NODE_PATH": node_path()})
    return done.stdout if done.returncode == 0 else None


def dsk_command(*args: str) -> tuple[str, ...]:
    """dsk as the environment of this interpreter has it, by its console script."""
    return (str(_BIN / "dsk"), *args)


def _llm_env(url: str, home: Path) -> Env:
    """llm knows foreign servers by a file only."""
    model = f"- model_id: bench\n  model_name: deepseek-flash\n  api_base: {url}\n"
    (home / "extra-openai-models.yaml").write_text(model)
    return {"LLM_USER_PATH": str(home)}


def _sgpt_env(url: str, _home: Path) -> Env:
    return {"API_BASE_URL": url, "USE_LITELLM": "false"}


_CURL = ("curl", "-sN", "-d", _BODY, *_JSON)

CONTENDERS = (
    Contender(DSK, lambda url: dsk_command("ask", "--base-url", url, _PROMPT), dsk_version, "pip install ."),
    Contender(
        DSK_RAW,
        lambda url: dsk_command("ask", "--raw", "-n", "--base-url", url, _PROMPT),
        dsk_version,
        "pip install .",
        raw=True,
    ),
    Contender(
        CURL,
        lambda url: (*_CURL, f"{url}/chat/completions"),
        program("curl", "--version"),
        "apt-get install curl",
        raw=True,
    ),
    Contender(
        PIPELINE,
        lambda url: ("sh", str(_SCRIPTS / "pipeline.sh"), url, _PROMPT),
        programs("curl", "sed", "jq"),
        "apt-get install curl sed jq",
    ),
    Contender(NAIVE, _script("naive.py"), package("requests", "sseclient-py"), "pip install '.[test]'"),
    Contender(OPENAI, _script("openai_sdk.py"), package("openai"), "pip install '.[test]'"),
    Contender(
        NODE,
        lambda url: ("node", str(_SCRIPTS / "openai_sdk.cjs"), url, _PROMPT),
        _node_version,
        "npm install -g openai",
        env=lambda _url, _home: {"NODE_PATH": node_path()},
    ),
    Contender(
        LLM,
        lambda _url: ("llm", "-m", "bench", "-n", _PROMPT),
        program("llm", "--version"),
        "pipx install llm",
        env=_llm_env,
    ),
    Contender(
        SGPT,
        lambda _url: ("sgpt", "--no-cache", "--no-functions", "--no-md", "--model", "deepseek-flash", _PROMPT),
        program("sgpt", "--version"),
        "pipx install shell-gpt",
        env=_sgpt_env,
    ),
)
