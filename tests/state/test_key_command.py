"""``dsk key`` as whole processes: what is written where, with which modes, and what is never written."""

from __future__ import annotations

import json
import os
import signal
import stat
import time
from pathlib import Path

import pytest

from tests.harness import DEADLINE, Dsk, Result, shell_status, wait_until

SECRET = "sk-9876543210"
RING = Path(__file__).parent / "ring"


@pytest.fixture
def dsk(tmp_path: Path) -> Dsk:
    """dsk without a key."""
    return Dsk(tmp_path / "home")


def key_file(dsk: Dsk, profile: str = "deepseek") -> Path:
    return dsk.home / "config" / "dsk" / "keys" / profile


def ring_env(dsk: Dsk, name: str = "FileRing") -> dict[str, str]:
    pytest.importorskip("keyring")
    return {
        "PYTHON_KEYRING_BACKEND": f"file_ring.{name}",
        "PYTHONPATH": str(RING),
        "RING_FILE": str(dsk.home / "ring.json"),
    }


def exact(result: Result, stdout: str, stderr: str, status: int) -> None:
    assert (result.text, result.errors, result.status) == (stdout, stderr, status)


def test_set_reads_one_line_from_stdin_and_says_where_it_went(dsk: Dsk) -> None:
    path = key_file(dsk)
    result = dsk.run("key", "set", stdin=SECRET.encode() + b"\n")
    exact(result, "", f"dsk: the key of profile deepseek is in {path}\n", 0)
    assert path.read_text() == SECRET + "\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    exact(dsk.run("key", "origin"), f"{path}\n", "", 0)


def test_set_replaces_the_key_that_was_there(dsk: Dsk) -> None:
    dsk.run("key", "set", stdin=b"old")
    assert dsk.run("key", "set", stdin=SECRET.encode()).status == 0
    assert key_file(dsk).read_text() == SECRET + "\n"


def test_set_keeps_the_key_of_the_profile_that_is_named(dsk: Dsk) -> None:
    dsk.write_config("[profiles.groq]\nbase_url = 'https://api.groq.com/openai'\n")
    assert dsk.run("key", "set", "-P", "groq", stdin=SECRET.encode()).status == 0
    assert key_file(dsk, "groq").exists()
    exact(dsk.run("key", "path", env={"DSK_PROFILE": "groq"}), f"{key_file(dsk, 'groq')}\n", "", 0)
    assert dsk.run("key", "origin").status == 3


REFUSED = [
    (b"", "no key was given: stdin is empty"),
    (b"\n", "the key from stdin cannot be used: it is empty"),
    (f"{SECRET}\n{SECRET}\n".encode(), "the key from stdin cannot be used: it has more than one line"),
    (b"k" * 100_000, "the key from stdin cannot be used: it is far too long for a key"),
    (b"k" * ((1 << 16) + 1) + b"\n", "the key from stdin cannot be used: it is far too long for a key"),
    (f"{SECRET}\0\n".encode(), "the key from stdin cannot be used: there is a control character in it"),
    (f"{SECRET} x\n".encode(), "the key from stdin cannot be used: there is a space in it"),
    (b"\xff" + SECRET.encode(), "the key from stdin cannot be used: there is a character in it that is not ASCII"),
]


def test_set_refuses_what_cannot_be_a_key_and_leaves_the_old_one(dsk: Dsk) -> None:
    dsk.run("key", "set", stdin=b"old")
    for data, why in REFUSED:
        result = dsk.run("key", "set", stdin=data)
        assert (result.stdout, result.status) == (b"", 3)
        assert result.errors.splitlines()[0] == f"dsk: {why}"
        assert SECRET not in result.errors
        assert key_file(dsk).read_text() == "old\n"


@pytest.mark.parametrize(
    "args",
    [
        ("key", "set", SECRET),
        ("key", "set", "-P", "deepseek", SECRET),
        ("key", "set", "--", SECRET),
        ("key", "set", "--debug", SECRET),
        ("key", SECRET),
        ("key", "set", f"--key={SECRET}"),
        ("key", "set", f"-{SECRET}"),
    ],
)
def test_a_key_in_the_arguments_is_refused_and_not_repeated(dsk: Dsk, args: tuple[str, ...]) -> None:
    result = dsk.run(*args, stdin=SECRET.encode())
    assert (result.stdout, result.status) == (b"", 2)
    assert SECRET not in result.errors
    assert not key_file(dsk).exists()


def test_a_key_in_the_arguments_is_told_why_and_what_to_do(dsk: Dsk) -> None:
    exact(
        dsk.run("key", "set", SECRET),
        "",
        "dsk: a key is not taken from the command line: it would stay in the shell's history and be seen by ps\n"
        "dsk: hint: dsk key set asks for it, or reads it from stdin; if that was the key, revoke it\n",
        2,
    )


def test_set_says_so_if_another_place_goes_before(dsk: Dsk) -> None:
    result = dsk.run("key", "set", stdin=b"x", env={"DEEPSEEK_API_KEY": SECRET})
    assert result.errors.splitlines()[1:] == [
        "dsk: warning: DEEPSEEK_API_KEY is set in the environment and goes before it"
    ]
    dsk.write_config("[profiles.deepseek]\nkey_command = 'false'")
    result = dsk.run("key", "set", stdin=b"x")
    assert result.errors.splitlines()[1:] == ["dsk: warning: the profile's key_command goes before it"]


def test_set_for_a_server_that_needs_no_key_is_refused(dsk: Dsk) -> None:
    path = dsk.write_config('[profiles.box]\nbase_url = "http://localhost:1"\nkey_env = ""')
    result = dsk.run("key", "set", "-P", "box", stdin=b"x")
    hint = "dsk: hint: if it does, name a variable there; -P names another profile\n"
    exact(result, "", f'dsk: profile box needs no key: key_env = "" at {path}:3\n{hint}', 2)
    exact(dsk.run("key", "origin", "-P", "box"), "", "dsk: profile box needs no key\n", 0)


def test_a_key_file_that_cannot_be_written_is_told(dsk: Dsk) -> None:
    (dsk.home / "config").write_text("in the way")
    result = dsk.run("key", "set", stdin=SECRET.encode())
    what = f"dsk: the key file {key_file(dsk)} cannot be written: {dsk.home}/config is not a folder\n"
    exact(result, "", f"{what}dsk: hint: move {dsk.home}/config away: a folder is to be there\n", 1)


def test_unset_removes_the_key_file_and_is_content_with_none(dsk: Dsk) -> None:
    dsk.run("key", "set", stdin=SECRET.encode())
    exact(dsk.run("key", "unset"), "", f"dsk: removed {key_file(dsk)}\n", 0)
    assert not key_file(dsk).exists()
    exact(dsk.run("key", "unset"), "", f"dsk: there is no {key_file(dsk)}\n", 0)


def test_path_is_printed_though_there_is_no_file(dsk: Dsk) -> None:
    exact(dsk.run("key", "path"), f"{key_file(dsk)}\n", "", 0)


def test_origin_names_the_place_and_never_the_key(dsk: Dsk) -> None:
    exact(dsk.run("key", "origin", env={"DEEPSEEK_API_KEY": SECRET}), "DEEPSEEK_API_KEY\n", "", 0)
    dsk.write_config(f"[profiles.deepseek]\nkey_command = 'echo {SECRET}; echo asking >&2'")
    exact(dsk.run("key", "origin"), "key_command\n", "asking\n", 0)


def test_origin_without_a_key_is_exit_3(dsk: Dsk) -> None:
    result = dsk.run("key", "origin")
    assert (result.stdout, result.status) == (b"", 3)
    assert result.errors.startswith(
        "dsk: no key for profile deepseek: looked at DEEPSEEK_API_KEY, key_command (not set), "
    )


@pytest.mark.parametrize("debug", [(), ("--debug",)])
def test_a_broken_key_is_not_shown_even_to_debug(dsk: Dsk, debug: tuple[str, ...]) -> None:
    for env in ({"DEEPSEEK_API_KEY": f"{SECRET} "}, {"DEEPSEEK_API_KEY": f"\udcff{SECRET}"}):
        result = dsk.run("key", "origin", *debug, env=env)
        assert (result.stdout, result.status) == (b"", 3)
        assert ("Traceback" in result.errors) == bool(debug)
        assert SECRET not in result.errors


def test_a_failing_key_command_keeps_its_own_words_and_secrets(dsk: Dsk) -> None:
    dsk.write_config(f"[profiles.deepseek]\nkey_command = 'echo no luck >&2; exit 4 # {SECRET}'")
    assert SECRET not in dsk.run("key", "origin", "--debug").errors
    exact(
        dsk.run("key", "origin"),
        "",
        "no luck\ndsk: the key_command of profile deepseek failed: exit status 4\n"
        "dsk: hint: dsk config names the line it is in; run it by hand\n",
        3,
    )


def test_a_key_command_does_not_read_what_is_piped_in(dsk: Dsk) -> None:
    dsk.write_config("[profiles.deepseek]\nkey_command = 'cat; echo key'")
    exact(dsk.run("key", "origin", stdin=b"a prompt\n"), "key_command\n", "", 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_key_command_that_takes_long(dsk: Dsk, number: signal.Signals) -> None:
    pid_file = dsk.home / "pid"
    # More than a pipe holds: once it is written, dsk is reading.
    fill = "head -c 200000 /dev/zero"
    command = f"{fill}; echo $$ > {pid_file}.new; mv {pid_file}.new {pid_file}; exec sleep 1000"
    dsk.write_config(f"[profiles.deepseek]\nkey_command = '{command}'")
    with dsk.start("key", "origin") as process:
        wait_until(pid_file.exists, "the key command")
        process.send_signal(number)
        process.wait(DEADLINE)
    assert shell_status(process.returncode) == 128 + number
    wait_until(lambda: not is_running(int(pid_file.read_text())), "the end of the key command")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_silent_pipe_is_told_of(dsk: Dsk) -> None:
    read, write = os.pipe()
    begun = time.monotonic()
    with dsk.start("key", "set", stdin=read) as process:
        os.close(read)
        assert process.stderr is not None
        assert process.stderr.read(100) == b"dsk: waiting for the key on standard input\n"
        assert time.monotonic() - begun >= 2
        os.write(write, SECRET.encode())
        os.close(write)
        assert process.wait(DEADLINE) == 0
    assert key_file(dsk).read_text() == SECRET + "\n"


def test_a_key_goes_to_the_keyring_if_that_is_asked(dsk: Dsk) -> None:
    env = ring_env(dsk)
    result = dsk.run("key", "set", "--keyring", stdin=SECRET.encode(), env=env)
    exact(result, "", "dsk: the key of profile deepseek is in the system keyring\n", 0)
    assert json.loads((dsk.home / "ring.json").read_text()) == {"dsk/deepseek": SECRET}
    assert not key_file(dsk).exists()
    exact(dsk.run("key", "origin", env=env), "keyring\n", "", 0)


def test_the_keyring_goes_before_the_key_file_and_after_the_environment(dsk: Dsk) -> None:
    env = ring_env(dsk)
    dsk.run("key", "set", "--keyring", stdin=SECRET.encode(), env=env)
    result = dsk.run("key", "set", stdin=b"other", env=env)
    assert result.errors.splitlines()[1:] == ["dsk: warning: the system keyring has a key too, which goes before it"]
    exact(dsk.run("key", "origin", env=env), "keyring\n", "", 0)
    exact(dsk.run("key", "origin", env=env | {"DEEPSEEK_API_KEY": "x"}), "DEEPSEEK_API_KEY\n", "", 0)


def test_unset_removes_the_entry_of_the_keyring_only_if_asked(dsk: Dsk) -> None:
    env = ring_env(dsk)
    dsk.run("key", "set", "--keyring", stdin=SECRET.encode(), env=env)
    dsk.run("key", "unset", env=env)
    exact(dsk.run("key", "origin", env=env), "keyring\n", "", 0)
    entry = "entry of profile deepseek in the system keyring"
    nothing = f"dsk: there is no {key_file(dsk)}\n"
    exact(dsk.run("key", "unset", "--keyring", env=env), "", f"{nothing}dsk: removed the {entry}\n", 0)
    exact(dsk.run("key", "unset", "--keyring", env=env), "", f"{nothing}dsk: there is no {entry}\n", 0)
    assert dsk.run("key", "origin", env=env).status == 3


def test_a_locked_keyring_does_not_hide_the_key_file(dsk: Dsk) -> None:
    env = ring_env(dsk, "LockedRing")
    result = dsk.run("key", "origin", env=env)
    assert "keyring (locked), " in result.errors
    assert result.status == 3
    dsk.run("key", "set", stdin=SECRET.encode(), env=env)
    exact(dsk.run("key", "origin", env=env), f"{key_file(dsk)}\n", "", 0)


def test_a_keyring_that_does_not_take_the_key_is_told(dsk: Dsk) -> None:
    result = dsk.run("key", "set", "--keyring", stdin=SECRET.encode(), env=ring_env(dsk, "LockedRing"))
    exact(result, "", "dsk: the keyring did not take the key: locked\ndsk: hint: unlock it, and run it again\n", 1)


def test_a_keyring_that_cannot_be_loaded_is_passed_over(dsk: Dsk) -> None:
    result = dsk.run("key", "origin", env=ring_env(dsk, "NoSuchRing"))
    assert result.status == 3
    assert "keyring (" in result.errors


def test_the_keyring_is_not_loaded_before_it_is_reached(dsk: Dsk) -> None:
    env = {"DEEPSEEK_API_KEY": SECRET, "PYTHONPROFILEIMPORTTIME": "1"}
    result = dsk.run("key", "origin", env=env | ring_env(dsk))
    assert result.stdout == b"DEEPSEEK_API_KEY\n"
    assert "dsk.state.keys" in result.errors
    assert "keyring" not in result.errors


def test_key_alone_shows_its_help(dsk: Dsk) -> None:
    result = dsk.run("key")
    assert (result.status, result.errors) == (0, "")
    assert "man dsk-key is the manual" in result.text
