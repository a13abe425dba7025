"""Two machines that are this one: an sshd each on loopback, with keys of their own, in a temporary directory."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from tests.harness import wait_until

#: Debian has it where ordinary users do not look.
_SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
_ROOT_NEEDS = Path("/run/sshd")
_ATTEMPTS = 5


def missing() -> str:
    """What keeps the machines from being there; empty if nothing does."""
    for program, found in (("sshd", _SSHD), ("ssh", shutil.which("ssh"))):
        if not found:
            return f"{program} is not installed"
    if os.geteuid() == 0 and not _ROOT_NEEDS.is_dir():
        return f"there is no {_ROOT_NEEDS}, without which sshd does not run as root"
    return ""


@contextmanager
def hosts(directory: Path, env_of: Mapping[str, Mapping[str, str]]) -> Iterator[Path]:
    """The machines named in ``env_of``, whose programs have that environment.

    Gives the directory of an ``ssh`` that knows them by their names.
    """
    directory.mkdir()
    for name in ("host", "user"):
        _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(directory / name))
    with ExitStack() as stack:
        ports = {name: stack.enter_context(_listening(directory, name, env)) for name, env in env_of.items()}
        config = directory / "config"
        config.write_text(
            "".join(f"Host {name}\nHostName 127.0.0.1\nPort {port}\n" for name, port in ports.items())
            + f"Host *\nIdentityFile {directory / 'user'}\nIdentitiesOnly yes\nBatchMode yes\nLogLevel ERROR\n"
            + "StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\n"
        )
        programs = directory / "bin"
        programs.mkdir()
        ssh = programs / "ssh"
        ssh.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {config} "$@"\n')
        ssh.chmod(0o755)
        yield programs


@contextmanager
def _listening(directory: Path, name: str, env: Mapping[str, str]) -> Iterator[int]:
    """The port of an sshd. It cannot choose one itself, so it may be gone before it has it."""
    for _ in range(_ATTEMPTS):
        port = _free_port()
        with subprocess.Popen(_sshd(directory, name, port, env), stderr=subprocess.DEVNULL) as server:
            try:
                wait_until(partial(_is_settled, server, port), f"sshd {name}")
                if server.poll() is None:
                    yield port
                    return
            finally:
                server.terminate()
    raise AssertionError(f"sshd ended {_ATTEMPTS} times")


def _sshd(directory: Path, name: str, port: int, env: Mapping[str, str]) -> Sequence[str]:
    config = directory / f"{name}.sshd"
    config.write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {directory / 'host'}\nAuthorizedKeysFile {directory / 'user.pub'}\n"
        # The directory is in one that all may write to.
        "StrictModes no\nUsePAM no\nPasswordAuthentication no\nPidFile none\n"
        "SetEnv " + " ".join(f'"{key}={value}"' for key, value in env.items()) + "\n"
    )
    assert _SSHD
    return (_SSHD, "-D", "-e", "-f", str(config))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _is_settled(server: subprocess.Popen[bytes], port: int) -> bool:
    return server.poll() is not None or _answers(port)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
