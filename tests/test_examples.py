"""Every example in the manual pages and the README runs, and prints what is shown under it.

They run in a real bash, in a folder with the files that they mention and a git repository with a small change,
against a scripted endpoint in the place of the servers that they name.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dsk.scripted.script import Script
from dsk.scripted.server import ScriptedServer
from tests.harness import DSK, KEY, clean_env, shell_status
from tests.manual import PAGES, README, ROOT, Example, examples
from tests.state.log.writing import logged

FILES = Path(__file__).parent / "examples" / "files"
SOURCES = [*PAGES, *([README] if README.exists() else [])]
# Those that need other machines are run by tests/map/test_many_machines.py.
FOUND = [example for source in SOURCES for example in examples(source) if "--sshlogin" not in example.command]
# One that stands in several places with nothing under it, or the same, is run once.
EXAMPLES = list({(example.command, example.output, example.status): example for example in FOUND}.values())
TOOLS = ("awk", "curl", "git", "jq", "parallel", "patch")
SIGPIPE_STATUS = 141


def stand_ins(server: str) -> dict[str, str]:
    """What the examples name and no test may ask, and what is asked in its place."""
    return {
        "https://api.deepseek.com": server,
        "http://localhost:8080": server,
        "https://www.rfc-editor.org/rfc/rfc9112.txt": f"{server}/models",
        "qwen3": "deepseek-flash",
    }


@pytest.fixture
def server(serve: Callable[[Script], ScriptedServer]) -> str:
    return serve(Script()).base_url


@pytest.fixture
def env(tmp_path: Path, server: str) -> dict[str, str]:
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "dsk"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(DSK)} "$@"\n')
    program.chmod(0o755)
    home = tmp_path / "home"
    env = clean_env(home, {"DEEPSEEK_API_KEY": KEY, "DEEPSEEK_BASE_URL": server})
    config = home / "config" / "dsk" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[profiles.local]\nbase_url = "{server}"\nmodel = "deepseek-flash"\nkey_env = ""\n')
    # What dsk log and dsk session have to show.
    log = home / "state" / "dsk" / "log.db"
    logged(log, "Say hello", "Hello there.\n", model="deepseek-flash", base_url=server, session="story")
    return env | {
        "PATH": f"{programs}:{env['PATH']}",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        # Whatever would leave this machine fails at once.
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the examples, committed, and a change to one of them that is not."""
    folder = tmp_path_factory.mktemp("examples") / "work"
    shutil.copytree(FILES, folder)
    # The pages name a folder of one's own, the README that of the project.
    for place in ("tools", "examples/tools"):
        shutil.copytree(ROOT / "examples" / "tools", folder / place)
    if not shutil.which("git"):
        return folder
    env = clean_env(folder.parent, {"GIT_CONFIG_GLOBAL": "/dev/null"})
    who = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]
    # The sample hooks would be copied for every example.
    for command in (["init", "-q", "--template="], ["add", "."], [*who, "commit", "-qm", "first"]):
        subprocess.run(["git", *command], cwd=folder, env=env, check=True)
    with (folder / "notes.txt").open("a") as notes:
        notes.write("A filter reads one and writes the other.\n")
    return folder


@pytest.fixture
def folder(tmp_path: Path, template: Path) -> Path:
    """A copy of the files of the examples that one of them may change."""
    return shutil.copytree(template, tmp_path / "work")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.place)
def test_example(example: Example, server: str, env: dict[str, str], folder: Path) -> None:
    command = example.command
    missing = [tool for tool in TOOLS if re.search(rf"\b{tool}\b", command) and not shutil.which(tool)]
    if missing:
        pytest.skip(f"{missing[0]} is not installed")
    for named, asked in stand_ins(server).items():
        command = command.replace(named, asked)
    done = subprocess.run(
        ["bash", "-c", f"set -eo pipefail\n{command}\n"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=env,
        cwd=folder,
        timeout=50,
        check=False,
    )
    status = shell_status(done.returncode)
    if status == SIGPIPE_STATUS and "| head" in command:
        # Who closed the pipe first is a matter of luck.
        status = example.status
    assert status == example.status, done.stderr
    if example.output:
        assert done.stdout.rstrip("\n") == example.output


def test_there_are_examples_on_every_page_of_a_command() -> None:
    shown = {example.place.partition(":")[0] for example in FOUND}
    assert {page.name for page in PAGES if page.suffix == ".1"} <= shown
