"""Clients that are not ours, asking one question of a server and giving back what they print."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.harness import DEADLINE
from tests.interop.install import has_node, install_node

EXAMPLE = Path(__file__).parent / "stream.py"


def python_sdk(base_url: str, prompt: str) -> bytes:
    """What the minimal streaming example of the OpenAI SDK for Python prints."""
    return _run(sys.executable, str(EXAMPLE), base_url, prompt)


def python_sdk_in_this_process(base_url: str, prompt: str) -> bytes:
    """What the same example would print: the SDK takes a second to start."""
    from tests.interop.stream import answer

    return "".join(answer(base_url, prompt)).encode()


def node_sdk(base_url: str, prompt: str) -> bytes:
    """What the minimal streaming example of the OpenAI SDK for Node prints."""
    if not has_node():
        pytest.skip("node and npm are not installed")
    return _run("node", str(install_node() / "stream.js"), base_url, prompt)


def curl(url: str, body: Any) -> bytes:
    """What ``curl -N`` prints; ``body`` is JSON, or its bytes as they are."""
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return _run("curl", "-sSN", url, "-H", "Content-Type: application/json", "--data-binary", "@-", stdin=data)


def _run(*command: str, stdin: bytes = b"") -> bytes:
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=DEADLINE, check=False)
    assert (done.stderr, done.returncode) == (b"", 0)
    return done.stdout
