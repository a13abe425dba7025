"""Where a key is looked for, what a key may be, and that it is never shown."""

from __future__ import annotations

import os
import time
import traceback
from pathlib import Path

import pytest

from dsk.errors import KeyFault, Status
from dsk.state.key_file import read_key_file, remove_key_file, write_key_file
from dsk.state.keys import find_key, no_key_fault
from dsk.state.profile import BUILT_IN, Profile
from dsk.state.secret import LONGEST, Key, checked_secret

SECRET = "sk-0123456789"
BOX = Profile("box", "https://example.org", "BOX_API_KEY")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    # No backend: what the machine's own keyring holds is nothing to the tests.
    return {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "PATH": os.environ["PATH"]}


def key_file(env: dict[str, str], data: bytes = SECRET.encode() + b"\n", *, mode: int = 0o600) -> Path:
    path = Path(env["XDG_CONFIG_HOME"], "dsk", "keys", "box")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)
    return path


def fault_of(profile: Profile, env: dict[str, str]) -> KeyFault:
    with pytest.raises(KeyFault) as caught:
        find_key(profile, env)
    shown = "".join(traceback.format_exception(caught.value)) + caught.value.message + caught.value.hint
    assert SECRET not in shown
    assert caught.value.status is Status.KEY
    return caught.value


def test_the_environment_goes_before_everything(env: dict[str, str]) -> None:
    key_file(env, b"other")
    profile = BOX._replace(key_command="echo other")
    assert find_key(profile, env | {"BOX_API_KEY": SECRET}).key == Key(SECRET, "BOX_API_KEY")


def test_the_key_command_goes_before_the_key_file(env: dict[str, str]) -> None:
    key_file(env, b"other")
    assert find_key(BOX._replace(key_command=f"echo {SECRET}"), env).key == Key(SECRET, "key_command")


def test_the_key_file_comes_last(env: dict[str, str]) -> None:
    path = key_file(env)
    assert find_key(BOX, env).key == Key(SECRET, str(path))


def test_an_empty_variable_is_no_key(env: dict[str, str]) -> None:
    path = key_file(env)
    assert find_key(BOX, env | {"BOX_API_KEY": ""}).key == Key(SECRET, str(path))


def test_the_key_of_one_profile_is_not_that_of_another(env: dict[str, str]) -> None:
    key_file(env)
    assert find_key(BOX._replace(name="other", key_env="OTHER_API_KEY"), env | {"BOX_API_KEY": SECRET}).key is None


def test_a_server_that_needs_no_key_is_given_none(env: dict[str, str]) -> None:
    key_file(env)
    assert find_key(BOX._replace(key_env=""), env | {"": SECRET}) == (None, ())


def test_without_any_key_the_fault_names_all_places_and_the_next_step(env: dict[str, str]) -> None:
    key, looked_at = find_key(BUILT_IN, env)
    assert key is None
    fault = no_key_fault(BUILT_IN, looked_at)
    path = f"{env['XDG_CONFIG_HOME']}/dsk/keys/deepseek"
    assert fault.message.startswith(
        "no key for profile deepseek: looked at DEEPSEEK_API_KEY, key_command (not set), keyring"
    )
    assert fault.message.endswith(f", {path}")
    assert fault.hint == "set DEEPSEEK_API_KEY or run dsk key set"
    assert no_key_fault(BOX, looked_at).hint == "set BOX_API_KEY or run dsk key set -P box"
    assert no_key_fault(BUILT_IN, looked_at, has_offline=True).hint == f"{fault.hint}; --offline needs no key"


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\r"])
def test_one_line_end_after_a_key_is_no_part_of_it(end: bytes) -> None:
    assert checked_secret(SECRET.encode() + end, "x", "y") == SECRET


NO_KEYS = [
    (b"", "it is empty"),
    (b"\n", "it is empty"),
    (b"%s\n%s\n", "it has more than one line"),
    (b"%s\n\n", "it has more than one line"),
    (b"%s\r%s", "it has more than one line"),
    (b"Bearer %s", "there is a space in it"),
    (b" %s", "there is a space in it"),
    (b"%s\t", "there is a space in it"),
    (b"%s\0", "there is a control character in it"),
    (b"\x1b[31m%s", "there is a control character in it"),
    (b"%s\x7f", "there is a control character in it"),
    (b"\xe2\x80\x9c%s\xe2\x80\x9d", "there is a character in it that is not ASCII"),
    (b"\xff%s", "there is a character in it that is not ASCII"),
]


@pytest.mark.parametrize(("data", "why"), NO_KEYS)
def test_what_cannot_be_a_key_is_refused_without_showing_it(env: dict[str, str], data: bytes, why: str) -> None:
    data = data.replace(b"%s", SECRET.encode())
    path = key_file(env, data)
    found = {str(path): fault_of(BOX, env)}
    if b"\n" not in data:
        found["key_command"] = fault_of(BOX._replace(key_command=f"cat '{path}'"), env)
    if data and b"\0" not in data:
        found["BOX_API_KEY"] = fault_of(BOX, env | {"BOX_API_KEY": os.fsdecode(data)})
    for place, fault in found.items():
        assert (fault.what, fault.why) == (f"the key from {place} cannot be used", why)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o700, 0o644, 0o777])
def test_a_key_file_with_a_mode_wider_than_0600_is_refused_with_the_chmod_to_run(
    env: dict[str, str], mode: int
) -> None:
    path = key_file(env, mode=mode)
    fault = fault_of(BOX, env)
    assert fault.message == f"the key file {path} cannot be used: its mode {mode:04o} is wider than 0600"
    assert fault.hint == f"chmod 600 {path}"


def test_a_key_file_that_its_owner_may_only_read_is_fine(env: dict[str, str]) -> None:
    key_file(env, mode=0o400)
    assert find_key(BOX, env).key is not None


def test_a_link_to_a_key_file_is_followed(env: dict[str, str], tmp_path: Path) -> None:
    path = key_file(env)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert find_key(BOX, env).key == Key(SECRET, str(path))


def test_a_named_pipe_in_place_of_the_key_file_does_not_hang(env: dict[str, str]) -> None:
    path = key_file(env)
    path.unlink()
    os.mkfifo(path, 0o600)
    assert fault_of(BOX, env).why == "it is not a regular file"


def test_a_folder_in_place_of_the_key_file_is_named(env: dict[str, str]) -> None:
    path = key_file(env)
    path.unlink()
    path.mkdir()
    assert fault_of(BOX, env).why == "it is not a regular file"


def test_a_huge_key_file_is_not_read_to_its_end(env: dict[str, str]) -> None:
    os.truncate(key_file(env), 1 << 40)
    assert fault_of(BOX, env).why == "it is far too long for a key"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_key_file_that_may_not_be_read_is_named(env: dict[str, str]) -> None:
    key_file(env, mode=0)
    assert fault_of(BOX, env).why == "Permission denied"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("exit 3", "exit status 3"),
        (f"echo {SECRET}; exit 1", "exit status 1"),
        ("kill -TERM $$", "signal 15"),
        ("no-such-program-at-all 2>/dev/null", "exit status 127"),
    ],
)
def test_a_key_command_that_fails_is_named_with_its_status(env: dict[str, str], command: str, why: str) -> None:
    key_file(env)
    fault = fault_of(BOX._replace(key_command=command), env)
    assert fault.message == f"the key_command of profile box failed: {why}"


def test_only_the_first_line_of_a_key_command_counts(env: dict[str, str]) -> None:
    command = f"printf '%s\\nuser: me\\n' {SECRET}; seq 100000"
    assert find_key(BOX._replace(key_command=command), env).key == Key(SECRET, "key_command")


@pytest.mark.parametrize("end", ["", " yes 2>/dev/null", " head -c 300000 /dev/zero"])
def test_a_key_command_that_leaves_its_pipe_open_or_writes_on_is_not_waited_for(env: dict[str, str], end: str) -> None:
    command = f"echo {SECRET}; sleep 20 &{end}"
    begun = time.monotonic()
    assert find_key(BOX._replace(key_command=command), env).key == Key(SECRET, "key_command")
    assert time.monotonic() - begun < 10


def test_a_key_command_without_a_line_end_is_read_for_as_long_as_a_key_may_be(env: dict[str, str]) -> None:
    assert fault_of(BOX._replace(key_command="yes | tr -d '\\n'"), env).why == "it is far too long for a key"


def test_a_key_that_fits_is_taken_from_everywhere_and_a_longer_one_from_nowhere(env: dict[str, str]) -> None:
    for size in (LONGEST, LONGEST + 1):
        secret = "k" * size
        path = key_file(env, secret.encode() + b"\r\n")
        for profile in (BOX, BOX._replace(key_command=f"tr -d '\\r' < '{path}'")):
            if size == LONGEST:
                found = find_key(profile, env).key
                assert found is not None
                assert found.secret == secret
            else:
                assert fault_of(profile, env).why == "it is far too long for a key"


def test_a_key_command_runs_in_the_environment_of_the_run(env: dict[str, str]) -> None:
    profile = BOX._replace(key_command='printf "%s" "$PASS"')
    assert find_key(profile, env | {"PASS": SECRET}).key == Key(SECRET, "key_command")


def test_a_key_is_not_in_its_repr() -> None:
    key = Key(SECRET, "BOX_API_KEY")
    assert repr(key) == str(key) == f"{key}" == "Key(origin='BOX_API_KEY')"


def test_a_key_file_is_written_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "dsk" / "keys" / "box"
    before = os.umask(0)
    try:
        write_key_file(str(path), SECRET)
    finally:
        os.umask(before)
    assert path.read_bytes() == SECRET.encode() + b"\n"
    assert path.stat().st_mode & 0o7777 == 0o600
    assert path.parent.stat().st_mode & 0o7777 == 0o700
    assert (tmp_path / "new").stat().st_mode & 0o7777 == 0o700
    assert [p.name for p in path.parent.iterdir()] == ["box"]


def test_a_key_folder_that_others_can_look_into_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o755)
    write_key_file(str(folder / "box"), SECRET)
    assert folder.stat().st_mode & 0o7777 == 0o700


def test_a_key_file_with_a_wider_mode_is_replaced_by_one_for_its_owner_only(env: dict[str, str]) -> None:
    path = key_file(env, b"old", mode=0o644)
    write_key_file(str(path), SECRET)
    assert read_key_file(str(path)) == SECRET.encode() + b"\n"


def test_removing_says_whether_there_was_a_key_file(env: dict[str, str]) -> None:
    path = key_file(env)
    assert remove_key_file(str(path)) is True
    assert remove_key_file(str(path)) is False
    assert read_key_file(str(path)) is None
