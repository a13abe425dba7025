"""What the interop tests need and pip does not bring with the test extra: ``python -m tests.interop.install``.

The OpenAI SDK for Node and a mock server go into ``node/node_modules``, LiteLLM's proxy into a virtual environment
of its own under the user's cache folder, because it is large and has many dependencies. What is there already is
kept.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
NODE = HERE / "node"
REQUIREMENTS = HERE / "litellm.txt"
#: Packages that would fetch a binary of their own when they are installed could not do so on a closed network.
NPM_CI = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")


def has_node() -> bool:
    """Whether there are node and npm."""
    return bool(shutil.which("node") and shutil.which("npm"))


def install_node() -> Path:
    """The folder with the Node packages, installed as the lock file says. Raises ``CalledProcessError``."""
    stamp = NODE / "node_modules" / ".dsk-lock"
    lock = _digest(NODE / "package-lock.json")
    with _alone("node"):
        if not stamp.exists() or stamp.read_text() != lock:
            subprocess.run(NPM_CI, cwd=NODE, check=True, stdout=sys.stderr)
            stamp.write_text(lock)
    return NODE


def litellm_folder() -> Path:
    """The virtual environment of this version of LiteLLM, for this version of Python."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return cache / "dsk-tests" / f"litellm-{_digest(REQUIREMENTS)[:12]}-py{python}"


def litellm() -> Path | None:
    """The program of LiteLLM's proxy, if it is installed."""
    return litellm_folder() / "bin" / "litellm" if _stamp().exists() else None


def install_litellm() -> None:
    """Install LiteLLM's proxy: about a minute and 750 MB. Raises ``CalledProcessError``."""
    folder = litellm_folder()
    with _alone("litellm"):
        if not _stamp().exists():
            venv.create(folder, clear=True, with_pip=True)
            command = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "-r", str(REQUIREMENTS)]
            subprocess.run(command, check=True, stdout=sys.stderr)
            _stamp().touch()


def _stamp() -> Path:
    # Put there last, so that half an installation is not taken for a whole one.
    return litellm_folder() / "installed"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Keep other processes from installing the same thing meanwhile."""
    with open(Path(tempfile.gettempdir()) / f"dsk-interop-{os.getuid()}-{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    if has_node():
        install_node()
    else:
        print("node and npm are missing: their tests will be skipped", file=sys.stderr)
    install_litellm()
