"""At the end of a run that goes on with a file, its lines are put in order without parting or breaking anything."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dsk.map.arranging import arranged
from dsk.map.held import Held
from dsk.map.replacing import NotReplaced, open_file, replaced
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import DSK, Dsk, Result, wait_until
from tests.map.helpers import Serve, contents, echo, numbered, run
from tests.map.kills import OUT

COUNT = 6
UNORDERED = f"dsk: warning: {OUT} is whole but not in the order of the input: "


def command(server: ScriptedServer, *args: str) -> list[str]:
    return ["map", "--base-url", server.base_url, "-a", "in.txt", "--resume", *args]


def go_on(dsk: Dsk, server: ScriptedServer, *args: str) -> Result:
    return dsk.run(*command(server, "-o", OUT, *args))


@pytest.fixture
def server(serve: Serve) -> ScriptedServer:
    return echo(serve)


@pytest.fixture
def out(dsk: Dsk, server: ScriptedServer) -> Path:
    """A file that has all lines, and an input that has its records the other way round."""
    (dsk.home / "in.txt").write_bytes(numbered(COUNT))
    assert go_on(dsk, server).status == 0
    turn(dsk)
    return dsk.home / OUT


def turn(dsk: Dsk) -> None:
    path = dsk.home / "in.txt"
    path.write_bytes(b"".join(reversed(path.read_bytes().splitlines(keepends=True))))


def wanted(dsk: Dsk) -> list[str]:
    return (dsk.home / "in.txt").read_text().splitlines()


def new_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.new")


def check_as_it_was(result: Result, out: Path, before: bytes, *told: str) -> None:
    assert (result.errors.count("\n"), result.status) == (1, 0), result.errors
    assert result.errors.startswith(UNORDERED)
    for words in told:
        assert words in result.errors
    assert out.read_bytes() == before
    assert not os.path.lexists(new_of(out))


def test_what_lies_in_the_way_is_removed_and_no_link_is_followed(dsk: Dsk, server: ScriptedServer, out: Path) -> None:
    new, precious = new_of(out), dsk.home / "precious"
    precious.write_text("mine\n")
    for leave in (lambda: new.symlink_to(precious), lambda: os.mkfifo(new), lambda: new.write_text("left over")):
        leave()
        result = go_on(dsk, server)
        assert (result.errors, result.status) == ("", 0)
        assert (out.is_symlink(), out.is_file(), os.path.lexists(new)) == (False, True, False)
        assert contents(out) == wanted(dsk)
        turn(dsk)
    assert precious.read_text() == "mine\n"


@pytest.mark.parametrize("option", [(), ("--resume",)])
def test_no_link_in_the_place_of_waiting_lines_is_followed(
    dsk: Dsk, server: ScriptedServer, option: tuple[str, ...]
) -> None:
    (dsk.home / "in.txt").write_bytes(numbered(COUNT))
    waiting, precious = dsk.home / f"{OUT}.waiting", dsk.home / "precious"
    for there in ("", "mine\n", None):
        if there is not None:
            precious.write_text(there)
        waiting.symlink_to(precious if there is not None else "nowhere")
        result = dsk.run("map", "--base-url", server.base_url, "-a", "in.txt", "-o", OUT, *option)
        what, hint = result.errors.splitlines()
        assert (what, result.status) == (f"dsk: cannot write to {waiting}: it is a symbolic link", 1)
        assert hint == "dsk: hint: move it away, and give the same command again"
        assert waiting.is_symlink()
        waiting.unlink()
    os.mkfifo(waiting)
    assert "it is no plain file" in dsk.run(*command(server, "-o", OUT)).errors
    assert (precious.read_text(), (dsk.home / "nowhere").exists(), server.requests) == ("mine\n", False, [])


def test_a_folder_in_the_way_is_told_and_left(dsk: Dsk, server: ScriptedServer, out: Path) -> None:
    before, new = out.read_bytes(), new_of(out)
    new.mkdir()
    result = go_on(dsk, server)
    assert (result.errors.count("\n"), result.status) == (1, 0)
    assert result.errors.startswith(f"{UNORDERED}{new} is a folder: move it away")
    assert (out.read_bytes(), new.is_dir()) == (before, True)


def test_a_file_with_several_names_keeps_them(dsk: Dsk, server: ScriptedServer, out: Path) -> None:
    before, other = out.read_bytes(), dsk.home / "other"
    other.hardlink_to(out)
    check_as_it_was(go_on(dsk, server), out, before, "it has 2 hard links", f"cp {OUT} COPY", "-o COPY")
    assert other.samefile(out)
    shutil.copy(out, dsk.home / "COPY")
    assert (dsk.run(*command(server, "-o", "COPY")).errors, contents(dsk.home / "COPY")) == ("", wanted(dsk))


def test_failures_are_not_taken_out_of_a_file_with_several_names(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(status=400), Reply(echo=True))))
    (dsk.home / "in.txt").write_bytes(numbered(3))
    assert go_on(dsk, server, "-j", "1").status == 1
    out = dsk.home / OUT
    before = out.read_bytes()
    (dsk.home / "other").hardlink_to(out)
    result = run(dsk, server, "-a", "in.txt", "-o", OUT, "--retry-failed")
    assert (result.status, len(server.requests), out.read_bytes()) == (1, 3, before)
    assert result.errors.startswith(f"dsk: cannot write {OUT} anew: it has 2 hard links")
    assert f"dsk: hint: cp {OUT} COPY" in result.errors


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_owner_and_group_are_kept_or_else_the_file_stays(dsk: Dsk, server: ScriptedServer, out: Path) -> None:
    os.chown(out, 1234, 2345)
    out.chmod(0o646)
    assert go_on(dsk, server).errors == ""
    found = out.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (1234, 2345, 0o646)
    assert contents(out) == wanted(dsk)
    turn(dsk)
    before = out.read_bytes()
    line = ["setpriv", "--bounding-set=-all", *DSK, *command(server, "-o", OUT)]
    result = dsk.shell(shlex.join(line))
    check_as_it_was(result, out, before, "its owner and group cannot be kept", f"cp {OUT} COPY")
    assert out.stat().st_uid == 1234


def in_own_mounts(dsk: Dsk, script: str) -> Result:
    """Run a script that may mount: what it mounts goes with it."""
    if (
        not shutil.which("unshare")
        or subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("nothing can be mounted here")
    return dsk.shell(shlex.join(["unshare", "-rm", "sh", "-ec", script]))


def test_a_file_that_is_mounted_stays(dsk: Dsk, server: ScriptedServer, out: Path) -> None:
    before = out.read_bytes()
    result = in_own_mounts(dsk, f"mount --bind {OUT} {OUT}; {dsk.shell_words(*command(server, '-o', OUT))}")
    check_as_it_was(result, out, before, "it is a mount point", f"cp {OUT} COPY")


def test_where_there_is_no_room_for_another_the_file_stays(dsk: Dsk, server: ScriptedServer, out: Path) -> None:
    before, page = out.read_bytes(), os.sysconf("SC_PAGE_SIZE")
    size = -(-len(before) // page) * page
    (dsk.home / "small").mkdir()
    script = (
        f"mount -t tmpfs -o size={size} none small; mv {OUT} small; ln -s small/{OUT} {OUT}; "
        f"{dsk.shell_words(*command(server, '-o', OUT))}; ls small; rm {OUT}; mv small/{OUT} {OUT}"
    )
    result = in_own_mounts(dsk, script)
    check_as_it_was(result, out, before, "no space left on device", "free some room")
    assert result.text == f"{OUT}\n"


def test_lines_that_another_process_adds_meanwhile_are_taken_over(dsk: Dsk, server: ScriptedServer, out: Path) -> None:
    # So many lines that they are still being written when the process stops.
    lines = out.read_bytes().splitlines(keepends=True)
    out.write_bytes(b"".join(lines) + lines[0] * 30_000)
    new = new_of(out)
    with dsk.start(*command(server, "-o", OUT)) as process:
        wait_until(new.exists, "the new file")
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)
        assert new.exists()
        with out.open("ab") as file:
            file.write(b"another's line\nand a part")
        process.send_signal(signal.SIGCONT)
        process.communicate(timeout=30)
    assert process.returncode == 0
    found = out.read_bytes()
    assert found.endswith(b"\nanother's line\nand a part")
    assert found.count(b"\n") == COUNT + 30_000 + 1
    assert found.index(b'"content":"record 6"') < found.index(b'"content":"record 5"')


def test_lines_that_came_before_the_run_began_to_write_stay_where_they_are(out: Path) -> None:
    whole = out.read_bytes()
    # The file is read before: by then it had nothing.
    assert b"".join(arranged(str(out), len(whole), len(whole), Held())) == whole


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            lambda path: (path.rename(f"{path}.old"), path.write_text("another's\n")),
            "it was moved or removed meanwhile",
        ),
        (lambda path: os.truncate(path, 0), "another process has shortened it meanwhile"),
        (lambda path: Path(f"{path}.old").hardlink_to(path), "it has 2 hard links"),
    ],
    ids=["moved", "shortened", "linked"],
)
def test_a_file_that_others_change_meanwhile_is_left_to_them(
    tmp_path: Path, change: Callable[[Path], object], why: str
) -> None:
    path = tmp_path / OUT
    path.write_text("one\ntwo\n")
    found: list[bytes] = []

    def lines() -> Iterator[bytes]:
        yield b"two\n"
        change(path)
        found.append(path.read_bytes())
        yield b"one\n"

    descriptor = open_file(str(path), str(path), 0)
    with pytest.raises(NotReplaced) as caught:
        replaced(descriptor, str(path), str(path), lines(), 8)
    os.close(descriptor)
    assert caught.value.why.startswith(why)
    assert [path.read_bytes()] == found
    assert not new_of(path).exists()
