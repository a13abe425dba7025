"""A change as a diff: patch and git apply make of the file what the change says, byte for byte."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dsk.output.unified import Change, unified_diff, with_line_ends_of

MANY = "".join(f"line {n}\n" for n in range(1, 10))
CHANGES = {
    "in a line": Change("one\ntwo ", "", "and a half", " more\nthree\n"),
    "whole lines": Change("one\n", "", "two\n", "three\n"),
    "at the end of a line": Change("one", "", "\ntwo", "\nthree\n"),
    "at the beginning": Change("", "", "zero\n", MANY),
    "at the end": Change(MANY, "", "ten\n", ""),
    "without a newline at the end": Change(MANY, "", "ten", ""),
    "after a last line without newline": Change("one\ntwo", "", " and\nthree", ""),
    "before a last line without newline": Change("one\n", "", "two\n", "three"),
    "a newline at the end": Change("one", "", "\n", ""),
    "in the only line": Change("o", "", "n", "e"),
    "in the place of a mark": Change("def f():\n    ", "<cursor>", "return 1\n", "\n\nf()\n"),
    "in the place of a line with a mark": Change("a\n", "<cursor>", "", "\nb\n"),
    "far from both ends": Change(MANY, "", "x\ny\n", MANY),
    "with carriage returns": Change("one\r\ntwo", "", "\r\nthree", "\r\nfour\r\n"),
    "with carriage returns and no newline at the end": Change("one\r\n", "", "two\r\n", "three"),
    "with other characters": Change("ü\x0b\u2028", "", "👩‍🚀\r", "\x85\x0c\nb\n"),
    "into nothing": Change("", "", "one\n", ""),
    "where the lines are the same": Change("x\nx\n", "", "x\n", "x\nx\n"),
}
NAMES = ["plain.py", "with space.py", "folder/in.py", 'a"quote\\.py', "tab\there.py", "ünï.py"]


def apply(folder: Path, tool: list[str], name: str, change: Change) -> bytes:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((change.before + change.old + change.after).encode())
    subprocess.run(
        tool,
        input=unified_diff(name, change).encode(),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "GIT_CEILING_DIRECTORIES": str(folder.parent)},
        check=True,
        capture_output=True,
        timeout=30,
    )
    return path.read_bytes()


TOOLS = {"patch": ["patch", "-p1", "--fuzz=0"], "git": ["git", "apply", "--whitespace=nowarn"]}


def wanted(tool: str) -> list[str]:
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    return TOOLS[tool]


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_is_applied_as_it_is_meant(tmp_path: Path, tool: str, change: Change) -> None:
    expected = (change.before + change.new + change.after).encode()
    assert apply(tmp_path, wanted(tool), "f.txt", change) == expected


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_found_by_its_name(tmp_path: Path, tool: str, name: str) -> None:
    assert apply(tmp_path, wanted(tool), name, Change("a\n", "", "b\n", "c\n")) == b"a\nb\nc\n"


def test_no_change_is_no_diff() -> None:
    assert unified_diff("f", Change("a", "", "", "b\n")) == ""
    assert unified_diff("f", Change("a", "|", "|", "b\n")) == ""


def test_a_diff_has_three_lines_around_the_change() -> None:
    assert unified_diff("f", Change(MANY, "", "x", "y\nz")) == (
        "--- a/f\n+++ b/f\n@@ -7,5 +7,5 @@\n line 7\n line 8\n line 9\n-y\n+xy\n z\n\\ No newline at end of file\n"
    )


@pytest.mark.parametrize(
    ("text", "new", "expected"),
    [
        ("a\r\nb\r\n", "x\ny\r\n", "x\r\ny\r\n"),
        ("a\nb\n", "x\ny\r\n", "x\ny\r\n"),
        ("a\r\nb\n", "x\n", "x\n"),
        ("a", "x\n", "x\n"),
    ],
)
def test_new_lines_end_as_all_those_around_them_do(text: str, new: str, expected: str) -> None:
    assert with_line_ends_of(text, new) == expected
