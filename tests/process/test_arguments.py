"""Values on the command line that no file, log or server could hold are named, whatever the command."""

from __future__ import annotations

import pytest

from tests.harness import Dsk

BAD = b"a\xffb"
LARGE = "99999999999999999999"
LARGE_COUNT = f"dsk: --count must be a whole number, at most {2**63 - 1}, not '{LARGE}'\n"


@pytest.mark.parametrize(
    ("args", "called"),
    [
        (("usage", "-m", BAD), "--model"),
        (("profile", "add", "x", "--no-probe", "--base-url", "http://localhost:1", "-m", BAD), "--model"),
        (("profile", "add", BAD, "--no-probe", "--base-url", "http://localhost:1"), "NAME"),
        (("session", "show", BAD), "SESSION"),
        (("session", "rename", "story", BAD), "NAME"),
        (("grep", BAD, "x.txt"), "DESCRIPTION"),
        (("serve", "--base-path", b"/\xff"), "--base-path"),
        (("ask", "-m", BAD, "hi"), "--model"),
        (("ask", "--stop", "x", "--stop", BAD, "hi"), "--stop"),
    ],
)
def test_a_text_that_is_not_utf_8_is_named_with_the_byte(dsk: Dsk, args: tuple[str | bytes, ...], called: str) -> None:
    result = dsk.run(*args)
    assert (result.stdout, result.status) == (b"", 2)
    first, second = result.errors.splitlines()
    assert first == f"dsk: {called} is not UTF-8 text: byte 1 is 0xff"
    assert second.startswith("dsk: hint: convert it first")


def test_a_text_of_the_environment_is_named_by_its_variable_and_a_path_has_any_bytes(dsk: Dsk) -> None:
    refused = dsk.run("ask", "--offline", "hi", env={"DSK_MODEL": BAD.decode(errors="surrogateescape")})
    assert refused.status == 2
    assert refused.errors.startswith("dsk: DSK_MODEL in the environment: --model is not UTF-8 text: byte 1 is 0xff\n")
    assert dsk.run("ask", "--offline", "--until", ".", "-o", BAD, "hi", stdin=None).status == 0
    assert (dsk.home / BAD.decode(errors="surrogateescape")).read_text()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("log", "show", LARGE), f"dsk: there is no run {LARGE} in the log\n"),
        (("log", "show", f"-{LARGE}"), f"dsk: there is no run -{LARGE} in the log\n"),
        (("log", "list", "-N", LARGE), LARGE_COUNT),
    ],
)
def test_a_number_that_is_too_large_for_the_log_is_no_bug(dsk: Dsk, args: tuple[str, ...], said: str) -> None:
    assert dsk.run("ask", "--offline", "--until", ".", "hi", stdin=None).status == 0
    result = dsk.run(*args)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith(said)
