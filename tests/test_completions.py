"""The completion scripts in the shells that they are for: real bash, zsh and fish."""

from __future__ import annotations

import re
import shlex
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pexpect
import pytest

from dsk.commands.root import ROOT as ROOT_COMMAND
from dsk.scripted.faults import KINDS
from dsk.shells.scripts import SEPARATOR
from tests.harness import DSK, Dsk, clean_env
from tests.state.log.writing import logged

ROOT = Path(__file__).resolve().parents[1]
COMMITTED = {
    "bash": ROOT / "completions" / "dsk",
    "zsh": ROOT / "completions" / "_dsk",
    "fish": ROOT / "completions" / "dsk.fish",
}
CONFIG = """
[aliases]
quick = "deepseek-flash"
[profiles.local]
base_url = "http://127.0.0.1:9"
model = "qwen3:8b"
[profiles."your box"]
base_url = "http://127.0.0.1:9"
[profiles."bob's $HOME"]
base_url = "http://127.0.0.1:9"
"""
# What is typed before TAB, and the arguments that dsk gets when the line is then entered.
COMPLETED = {
    "dsk as": ["ask"],
    "dsk key or": ["key", "origin"],
    "dsk session tr": ["session", "tree"],
    "dsk log show 7": ["log", "show", "7"],
    "dsk log resume -- ": ["log", "resume", "--", "11"],
    "dsk log resume ": ["log", "resume", "11"],
    "dsk session undo tale --to 1": ["session", "undo", "tale", "--to", "10"],
    "dsk session fork --at=1": ["session", "fork", "--at=10"],
    "dsk session show ta": ["session", "show", "tale"],
    "dsk session rename -- ta": ["session", "rename", "--", "tale"],
    "dsk ask --session ta": ["ask", "--session", "tale"],
    "dsk ask --session=the": ["ask", '--session=the king\'s "road"'],
    "dsk ask --session 'the": ["ask", "--session", 'the king\'s "road"'],
    'dsk ask --session "the': ["ask", "--session", 'the king\'s "road"'],
    "dsk ask -P bo": ["ask", "-P", "bob's $HOME"],
    "dsk ask -P 'bo": ["ask", "-P", "bob's $HOME"],
    "dsk sh --eff": ["sh", "--effort"],
    "dsk test --unsure=y": ["test", "--unsure=yes"],
    "dsk grep -v hi filt": ["grep", "-v", "hi", "filter.md"],
    "dsk cha": ["chat"],
    "dsk chat --session ta": ["chat", "--session", "tale"],
    "dsk chat -f filt": ["chat", "-f", "filter.md"],
    "dsk chat --no-th": ["chat", "--no-think"],
    "dsk sh -p sh": ["sh", "-p", "shell="],
    "dsk sh -f filt": ["sh", "-f", "filter.md"],
    "dsk ask --escapes=str": ["ask", "--escapes=strip"],
    "dsk ask -f 'two": ["ask", "-f", "two words.txt"],
    "dsk ask -f two\\ w": ["ask", "-f", "two words.txt"],
    "dsk ask --file='two": ["ask", "--file=two words.txt"],
    "dsk completion z": ["completion", "zsh"],
    "dsk ask --tempe": ["ask", "--temperature"],
    "dsk ask --no-th": ["ask", "--no-think"],
    "dsk ask hi 'there you' --thi": ["ask", "hi", "there you", "--think"],
    "dsk ask --reasoning o": ["ask", "--reasoning", "only"],
    "dsk ask --reasoning=o": ["ask", "--reasoning=only"],
    "dsk ask -m qui": ["ask", "-m", "quick"],
    "dsk ask -m qwen3:": ["ask", "-m", "qwen3:8b"],
    "dsk ask --model=deepseek-v": ["ask", "--model=deepseek-v4-pro"],
    "dsk ask -t gram": ["ask", "-t", "grammar"],
    "dsk ask --template=my": ["ask", "--template=my own"],
    "dsk ask -t ./folder/ins": ["ask", "-t", "./folder/inside.sse"],
    "dsk ask -t translate -p ton": ["ask", "-t", "translate", "-p", "tone="],
    "dsk ask -ttranslate --param=ton": ["ask", "-ttranslate", "--param=tone="],
    "dsk ask -t translate -p to=@filt": ["ask", "-t", "translate", "-p", "to=@filter.md"],
    "dsk template show summ": ["template", "show", "summarise"],
    "dsk send -P lo": ["send", "-P", "local"],
    "dsk key set -P y": ["key", "set", "-P", "your box"],
    "dsk key set -P your\\ b": ["key", "set", "-P", "your box"],
    'dsk key set -P "your b': ["key", "set", "-P", "your box"],
    "dsk key set --profile=y": ["key", "set", "--profile=your box"],
    "dsk ask -f filt": ["ask", "-f", "filter.md"],
    "dsk ask --file=filt": ["ask", "--file=filter.md"],
    "dsk ask -o filt": ["ask", "-o", "filter.md"],
    "dsk ask --usage-to filt": ["ask", "--usage-to", "filter.md"],
    "dsk ask -s @filt": ["ask", "-s", "@filter.md"],
    "dsk ask --system=@filt": ["ask", "--system=@filter.md"],
    "dsk ask -s @two": ["ask", "-s", "@two words.txt"],
    'dsk ask -f "two': ["ask", "-f", "two words.txt"],
    "dsk send filt": ["send", "filter.md"],
    "dsk decode one.sse filt": ["decode", "one.sse", "filter.md"],
    "dsk decode folder/ins": ["decode", "folder/inside.sse"],
    "dsk decode -- filt": ["decode", "--", "filter.md"],
    "dsk serve --fault no-d": ["serve", "--fault", "no-done"],
    "dsk serve --fault=no-d": ["serve", "--fault=no-done"],
}
# Where nothing is known, nothing is added.
UNKNOWN = {
    "dsk nonsense filt": ["nonsense", "filt"],
    "dsk ask filt": ["ask", "filt"],
    "dsk ask -s filt": ["ask", "-s", "filt"],
    "dsk ask -p filt": ["ask", "-p", "filt"],
    "dsk ask -t nobody -p filt": ["ask", "-t", "nobody", "-p", "filt"],
    "dsk ask --temperature filt": ["ask", "--temperature", "filt"],
    "dsk ask -- --tempe": ["ask", "--", "--tempe"],
    "dsk sh filt": ["sh", "filt"],
    "dsk log show 13": ["log", "show", "13"],
    "dsk ask -P=bo": ["ask", "-P=bo"],
    "dsk log prune --older-than filt": ["log", "prune", "--older-than", "filt"],
}

# What fish offers; it expands a tilde when the line is entered, as the other shells do.
IN_FISH = {
    "dsk ask -f ~/filt": ["ask", "-f", "~/filter.md"],
}


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A home with files and a config file, and a dsk that shows its arguments, but for completion requests."""
    programs, home = tmp_path / "bin", tmp_path / "home"
    for folder in (programs, home / "config" / "dsk", home / "folder"):
        folder.mkdir(parents=True)
    program = programs / "dsk"
    program.write_text(
        f'#!/bin/sh\n[ -z "$_DSK_COMPLETE" ] || exec {shlex.join(DSK)} "$@"\nprintf \'<%s>\' got "$@" end\necho\n'
    )
    program.chmod(0o755)
    (home / "config" / "dsk" / "config.toml").write_text(CONFIG)
    (home / "config" / "dsk" / "templates").mkdir()
    (home / "config" / "dsk" / "templates" / "my own.toml").write_text('prompt = "hi"')
    for name in ("filter.md", "two words.txt", "folder/inside.sse", "one.sse"):
        (home / name).touch()
    for number in range(1, 13):
        broken: dict[str, Any] = {"status": 12, "finish_reason": None} if number == 11 else {}
        logged(
            home / "state" / "dsk" / "log.db",
            f"Question {number}: it's \t a \x1b[31m:test",
            session={9: 'the king\'s "road"', 10: "tale"}.get(number),
            **broken,
        )
    env = clean_env(home, {"TERM": "dumb", "INPUTRC": "/dev/null", "HISTFILE": "/dev/null"})
    return env | {"PATH": f"{programs}:{env['PATH']}"}


class Shell:
    """An interactive shell on a terminal of its own."""

    def __init__(self, command: list[str], env: dict[str, str], prompt: str = "") -> None:
        self._prompt = prompt
        if not shutil.which(command[0]):
            pytest.skip(f"{command[0]} is not installed")
        self._child: pexpect.spawn[str] = pexpect.spawn(
            command[0],
            command[1:],
            env=env,
            cwd=env["HOME"],
            encoding="utf-8",
            timeout=20,
            dimensions=(40, 300),
        )
        self._child.delaybeforesend = None

    def run(self, line: str) -> None:
        """Enter a line and wait until it has been obeyed."""
        self._child.sendline(f"{line}; echo do''ne")
        self._child.expect_exact("done")
        # What is typed before the prompt is there, the terminal itself would show as well.
        self._child.expect_exact(self._prompt)

    def complete(self, typed: str) -> list[str]:
        """Type, press TAB, enter the line: the arguments that dsk gets."""
        self._child.send(f"{typed}\t\r")
        self._child.expect("<got>(.*?)<end>")
        match = self._child.match
        assert isinstance(match, re.Match)
        return re.findall("<(.*?)>", match[1])

    def listed(self, typed: str) -> str:
        """Type, press TAB twice: what is shown until the line stands there again, which is then given up."""
        self._child.send(f"{typed}\t\t")
        self._child.expect_exact(typed)
        self._child.expect_exact(typed)
        shown = str(self._child.before)
        self._child.send("\x03")
        return shown

    def close(self) -> None:
        self._child.close(force=True)


@pytest.fixture
def bash(env: dict[str, str]) -> Iterator[Shell]:
    shell = Shell(["bash", "--norc", "--noprofile", "-i"], env | {"PS1": "ready> "}, "ready> ")
    shell.run("bind 'set enable-bracketed-paste off'; bind 'set bell-style none'")
    yield shell
    shell.close()


@pytest.fixture
def zsh(env: dict[str, str]) -> Iterator[Shell]:
    shell = Shell(["zsh", "-f", "-i"], env)
    shell.run("unsetopt beep; unset zle_bracketed_paste")
    yield shell
    shell.close()


def test_bash_completes(bash: Shell) -> None:
    bash.run(f'eval "$({shlex.join(DSK)} completion bash)"')
    wanted = COMPLETED | UNKNOWN
    assert {typed: bash.complete(typed) for typed in wanted} == wanted


def test_bash_completes_by_the_installed_file(bash: Shell) -> None:
    bash.run(f". {COMMITTED['bash']}")
    assert bash.complete("dsk as") == ["ask"]


def test_bash_lists_folders_with_one_slash(bash: Shell, env: dict[str, str]) -> None:
    (Path(env["HOME"]) / "many" / "sub").mkdir(parents=True)
    (Path(env["HOME"]) / "many" / "text").touch()
    bash.run(f". {COMMITTED['bash']}")
    assert {"sub/", "text"} < set(bash.listed("dsk ask -f many/").split())


def test_bash_completes_the_file_of_a_redirection(bash: Shell, env: dict[str, str]) -> None:
    bash.run(f". {COMMITTED['bash']}")
    bash.run("dsk ask hi > filt\t")
    assert (Path(env["HOME"]) / "filter.md").read_text() == "<got><ask><hi><end>\n"


def test_zsh_completes(zsh: Shell) -> None:
    zsh.run("autoload -Uz compinit; compinit -u -D")
    zsh.run(f'eval "$({shlex.join(DSK)} completion zsh)"')
    wanted = COMPLETED | UNKNOWN
    assert {typed: zsh.complete(typed) for typed in wanted} == wanted


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_the_value_of_a_param_is_typed_right_after_its_name(request: pytest.FixtureRequest, name: str) -> None:
    shell: Shell = request.getfixturevalue(name)
    if name == "zsh":
        shell.run("autoload -Uz compinit; compinit -u -D")
    shell.run(f'eval "$({shlex.join(DSK)} completion {name})"')
    assert shell.complete("dsk ask -t translate -p ton\tformal") == ["ask", "-t", "translate", "-p", "tone=formal"]
    assert shell.complete("dsk ask -t translate --param=ton\tformal") == [
        "ask",
        "-t",
        "translate",
        "--param=tone=formal",
    ]


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_a_path_in_the_home_is_completed_and_still_expanded(
    request: pytest.FixtureRequest, name: str, env: dict[str, str]
) -> None:
    shell: Shell = request.getfixturevalue(name)
    if name == "zsh":
        shell.run("autoload -Uz compinit; compinit -u -D")
    shell.run(f'eval "$({shlex.join(DSK)} completion {name})"')
    assert shell.complete("dsk ask -f ~/filt") == ["ask", "-f", f"{env['HOME']}/filter.md"]


def test_zsh_completes_by_the_installed_file(zsh: Shell) -> None:
    zsh.run(f"fpath=({COMMITTED['zsh'].parent} $fpath); autoload -Uz compinit; compinit -u -D")
    # The file is loaded by the first completion and stays loaded.
    assert [zsh.complete(typed) for typed in ("dsk as", "dsk ask -f filt")] == [["ask"], ["ask", "-f", "filter.md"]]


@pytest.mark.parametrize("way", ["source", "installed"])
def test_fish_completes(env: dict[str, str], tmp_path: Path, way: str) -> None:
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")
    script = "set -g fish_greeting\n"
    if way == "source":
        script += f"{shlex.join(DSK)} completion fish | source\n"
    else:
        vendor = tmp_path / "share" / "fish" / "vendor_completions.d"
        vendor.mkdir(parents=True)
        shutil.copy(COMMITTED["fish"], vendor)
        env |= {"XDG_DATA_DIRS": f"{tmp_path}/share:/usr/local/share:/usr/share"}
    wanted = COMPLETED | UNKNOWN | IN_FISH
    script += "".join(f"echo '>>>'; complete -C {_fish_quoted(typed)}\n" for typed in wanted)
    done = subprocess.run(
        ["fish", "-c", script],
        capture_output=True,
        text=True,
        env=env,
        cwd=env["HOME"],
        timeout=50,
        check=True,
    )
    assert done.stderr == ""
    answers = [
        [line.partition("\t")[0] for line in block.splitlines() if line] for block in done.stdout.split(">>>")[1:]
    ]
    assert dict(zip(wanted, answers, strict=True)) == (
        {typed: arguments[-1:] for typed, arguments in (COMPLETED | IN_FISH).items()} | {typed: [] for typed in UNKNOWN}
    )


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


@pytest.mark.parametrize("shell", COMMITTED)
def test_the_committed_scripts_are_those_that_the_program_prints(dsk: Dsk, shell: str) -> None:
    result = dsk.run("completion", shell)
    assert (result.errors, result.status) == ("", 0)
    assert result.text == COMMITTED[shell].read_text()


def test_an_unknown_shell_is_a_usage_error(dsk: Dsk) -> None:
    result = dsk.run("completion", "tcsh")
    assert (result.stdout, result.status) == (b"", 2)
    assert "'tcsh'" in result.errors


def request(dsk: Dsk, *words: str) -> list[list[str]]:
    """The fields of the answer to a request as zsh makes it."""
    result = dsk.run(*words, env={"_DSK_COMPLETE": "zsh_complete"})
    assert (result.errors, result.status) == ("", 0)
    return [line.split(SEPARATOR) for line in result.text.splitlines()]


def test_every_command_is_offered_with_its_help(dsk: Dsk) -> None:
    assert request(dsk, "") == [["plain", "", name, text] for name, (_, text) in ROOT_COMMAND.table.items()]


def test_every_option_is_offered_and_one_that_is_used_up_is_not(dsk: Dsk) -> None:
    names = {name for _, _, name, _ in request(dsk, "ask", "-")}
    assert {"-f", "--file", "--think", "--no-think", "--raw", "-h", "--help", "--debug"} <= names
    again = {name for _, _, name, _ in request(dsk, "ask", "--think", "-fx", "--model=y", "-")}
    assert names - again == {"--think", "--no-think", "-m", "--model"}


def test_every_fault_is_offered_with_its_help(dsk: Dsk) -> None:
    offered = request(dsk, "serve", "--fault", "")
    assert [name for _, _, name, _ in offered] == list(KINDS)
    assert all(text for _, _, _, text in offered)


def test_the_value_of_a_short_option_may_be_joined_to_it(dsk: Dsk) -> None:
    assert request(dsk, "ask", "-mdeepseek-f") == [["plain", "-m", "deepseek-flash", ""]]
    assert request(dsk, "ask", "-uR", "-os") == [["file", "-o", "s", ""]]


def test_templates_are_offered_with_what_they_are_for_and_their_params_with_the_defaults(dsk: Dsk) -> None:
    path = dsk.home / "config" / "dsk" / "templates" / "own.toml"
    path.parent.mkdir(parents=True)
    path.write_text('description = "My own"\nprompt = "{a} {b}"\nparams = {b = "plain"}')
    assert ["plain", "", "own", "My own"] in request(dsk, "ask", "-t", "")
    assert request(dsk, "ask", "--template", "own", "-p", "") == [["plain", "", "a=", ""], ["plain", "", "b=", "plain"]]
    path.write_text("prompt = {")
    assert request(dsk, "ask", "-t", "own") == [["plain", "", "own", ""]]
    assert request(dsk, "ask", "-t", "own", "-p", "") == []


def test_runs_are_offered_the_newest_first_with_their_prompts(dsk: Dsk) -> None:
    log = dsk.home / "state" / "dsk" / "log.db"
    for number, status in ((1, 0), (2, 12), (3, 0)):
        logged(log, f"a\tb: {number}", status=status, finish_reason="stop" if status == 0 else None)
    assert request(dsk, "log", "show", "") == [["plain", "", str(n), f"a b: {n}"] for n in (3, 2, 1)]
    assert request(dsk, "log", "show", "--", "2") == [["plain", "", "2", "a b: 2"]]
    assert request(dsk, "log", "resume", "") == [["plain", "", "2", "a b: 2"]]
    assert request(dsk, "session", "undo", "--to", "") == []


def test_sessions_are_offered_by_their_names_or_else_numbers_with_their_first_prompts(dsk: Dsk) -> None:
    log = dsk.home / "state" / "dsk" / "log.db"
    logged(log, "Once\tupon a time", session="tale")
    logged(log, "How old is the moon?", session="moon")
    logged(log, "alone")
    with closing(sqlite3.connect(log)) as connection, connection:
        connection.execute("UPDATE sessions SET name = NULL WHERE name = 'moon'")
    named, numbered = ["plain", "", "tale", "Once upon a time"], ["plain", "", "2", "How old is the moon?"]
    assert request(dsk, "session", "show", "") == request(dsk, "ask", "--session", "") == [named, numbered]
    assert request(dsk, "session", "show", "2") == [numbered]


def test_without_a_log_none_are_offered_and_none_is_made(dsk: Dsk) -> None:
    assert request(dsk, "log", "show", "") == request(dsk, "ask", "--session", "") == []
    assert not (dsk.home / "state").exists()


def test_a_log_that_is_locked_is_not_waited_for(dsk: Dsk) -> None:
    assert dsk.run("ask", "--offline", "--until", ".", "hi").status == 0
    assert request(dsk, "log", "show", "") == [["plain", "", "1", "hi"]]
    log = dsk.home / "state" / "dsk" / "log.db"
    with closing(sqlite3.connect(log, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        assert request(dsk, "log", "show", "") == []


def test_a_folder_is_completed_as_a_path(dsk: Dsk) -> None:
    assert request(dsk, "ask", "--into", "sr") == [["file", "", "sr", ""]]


def test_params_are_those_of_the_template_that_the_environment_names(dsk: Dsk) -> None:
    dsk.env["DSK_TEMPLATE"] = "translate"
    assert [value for _, _, value, _ in request(dsk, "ask", "-p", "")] == ["to=", "tone="]
    assert [value for _, _, value, _ in request(dsk, "ask", "-t", "name", "-p", "c")] == ["count="]


def test_params_of_a_command_line_s_own_template_are_offered(dsk: Dsk) -> None:
    assert [value for _, _, value, _ in request(dsk, "sh", "-p", "")] == ["shell=", "os="]


def test_a_broken_config_file_offers_no_names_and_says_nothing(dsk: Dsk) -> None:
    dsk.write_config("[profiles\n")
    assert request(dsk, "ask", "-P", "") == []
    assert request(dsk, "ask", "--prof") != []


def test_a_request_imports_nothing_of_the_network(dsk: Dsk) -> None:
    env = {"_DSK_COMPLETE": "zsh_complete", "PYTHONPROFILEIMPORTTIME": "1"}
    result = dsk.run("ask", "-m", "", env=env)
    assert b"deepseek-flash" in result.stdout
    loaded = {line.rpartition("|")[2].strip() for line in result.errors.splitlines()}
    assert "dsk.commands.completing" in loaded
    assert loaded & {"inspect", "ipaddress", "dsk.scripted", "dsk.exchange", "dsk.wire"} == set()
    assert loaded & {"requests", "urllib3", "ssl", "socket", "http.client", "sseclient", "sqlite3", "asyncio"} == set()
