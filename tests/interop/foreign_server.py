"""Servers that are not ours, to see that dsk speaks with others than its own: the ``foreign_server`` fixture.

LiteLLM's proxy is what many people put before their models; aimock is a light mock of OpenAI's API. Both give a
fixed answer without any model. Import the fixture into a test module or a conftest to use it.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.harness import wait_until
from tests.interop.install import has_node, install_node, litellm

ANSWER = "Grüße aus dem Wörterbuch: 你好 🌍,\n\none two three."
MODEL = "deepseek-flash"
#: LiteLLM wants a key that is long enough to be one.
KEY = "sk-foreign-0123456789abcdef0123456789abcdef"
#: A cold start of LiteLLM on a busy machine.
START_SECONDS = 120.0


class Foreign(NamedTuple):
    """A server that gives ``answer`` to every question about ``model``. ``base_url`` is without ``/v1``."""

    name: str
    base_url: str
    key: str
    model: str
    answer: str


@pytest.fixture(scope="session", params=["litellm", "aimock"])
def foreign_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    """A running server; the test is skipped where it is not installed."""
    folder = tmp_path_factory.mktemp(request.param)
    port = free_port()
    start = {"litellm": _litellm, "aimock": _aimock}[request.param]
    with start(folder, port):
        yield Foreign(request.param, f"http://127.0.0.1:{port}", KEY, MODEL, ANSWER)


@contextmanager
def _litellm(folder: Path, port: int) -> Iterator[None]:
    program = litellm()
    if program is None:
        pytest.skip("LiteLLM's proxy is not installed: python -m tests.interop.install")
    parameters = {"model": f"openai/{MODEL}", "api_key": "none", "mock_response": ANSWER}
    # JSON is YAML, but for its escapes beyond the basic plane.
    config = {"model_list": [{"model_name": MODEL, "litellm_params": parameters}]}
    (folder / "config.yaml").write_text(json.dumps(config, ensure_ascii=False))
    command = [str(program), "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
    # Without the second it fetches a list of prices when it starts.
    env = {"LITELLM_MASTER_KEY": KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "HOME": str(folder)}
    with _running(command, folder, env, f"http://127.0.0.1:{port}/health/liveliness"):
        yield


@contextmanager
def _aimock(folder: Path, port: int) -> Iterator[None]:
    if not has_node():
        pytest.skip("node and npm are not installed")
    program = install_node() / "node_modules" / ".bin" / "llmock"
    (folder / "fixtures.json").write_text(json.dumps({"fixtures": [{"match": {}, "response": {"content": ANSWER}}]}))
    command = [str(program), "--port", str(port), "--fixtures", "fixtures.json", "--chunk-size", "3"]
    with _running(command, folder, {}, f"http://127.0.0.1:{port}/v1/models"):
        yield


@contextmanager
def _running(command: Sequence[str], folder: Path, env: Mapping[str, str], probe: str) -> Iterator[None]:
    """Run a server until the end, from the moment at which it answers; what it says goes into a file."""
    with (
        open(folder / "log", "wb") as log,
        subprocess.Popen(
            command, cwd=folder, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        ) as process,
    ):
        try:
            wait_until(lambda: process.poll() is not None or _answers(probe), f"{command[0]} to start", START_SECONDS)
            assert process.poll() is None, (folder / "log").read_text()[-2000:]
            yield
        finally:
            process.terminate()


def _answers(url: str) -> bool:
    try:
        # An opener is dear, and most of the time there is nobody yet.
        socket.create_connection(("127.0.0.1", urlsplit(url).port or 80), timeout=5).close()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with closing(opener.open(url, timeout=5)):
            return True
    except OSError:
        return False


def free_port() -> int:
    """A port that is free just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
