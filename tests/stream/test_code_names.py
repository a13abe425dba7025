"""What a block of code is called as a file, and which names are refused."""

from __future__ import annotations

import pytest

from dsk.stream.code.names import Unsafe, file_name


@pytest.mark.parametrize(
    ("info", "name"),
    [
        ('python title="x.py"', "x.py"),
        ("python title='a b.py'", "a b.py"),
        ("js {filename=src/app.js}", "src/app.js"),
        ('{.python file="x.py"}', "x.py"),
        ("toml path=.config/x.toml", ".config/x.toml"),
        ('make title="Makefile"', "Makefile"),
        ("x.py", "x.py"),
        ("./src//x.py", "src/x.py"),
        ("python:src/x.py", "src/x.py"),
        ("python src/x.py", "src/x.py"),
        (".gitignore", ".gitignore"),
        ('x.py title="y.py"', "y.py"),
        ("python", "block-3.py"),
        ("", "block-3.txt"),
        ("C++", "block-3.cpp"),
        ("asp.net", "block-3.txt"),
        ("java 1.8", "block-3.java"),
        ('python hl_lines="1" subtitle="x.py"', "block-3.py"),
        ("{.rust}", "block-3.rs"),
    ],
)
def test_the_info_string_names_a_block(info: str, name: str) -> None:
    assert str(file_name(3, info, "")) == name


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("**x.py**", "x.py"),
        ("`x.py`", "x.py"),
        ("**`src/x.py`**", "src/x.py"),
        ("### src/x.py", "src/x.py"),
        ("#### `x.tar.gz` ####", "x.tar.gz"),
        ("x.py:", "x.py"),
        ("`x.py`:", "x.py"),
        ("**x.py:**", "x.py"),
        ("File: `x.py`", "x.py"),
        ("`Makefile`", "Makefile"),
        ("x.py", "block-3.py"),
        ("Here is x.py:", "block-3.py"),
        ("**Usage**", "block-3.py"),
        ("**v2.0**", "block-3.py"),
        ("e.g.:", "block-3.py"),
        ("See https://example.org/x.py:", "block-3.py"),
        ("", "block-3.py"),
    ],
)
def test_the_line_before_names_a_block_if_it_is_nothing_but_a_path(before: str, name: str) -> None:
    assert str(file_name(3, "python", before)) == name


def test_the_info_string_goes_before_the_line_before() -> None:
    assert str(file_name(1, "x.py", "`y.py`")) == "x.py"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("/etc/passwd", "it is an absolute path"),
        ("~/.bashrc", "it is an absolute path"),
        (r"C:\x.py", "it is an absolute path"),
        ("../x.py", "it leads out of the folder"),
        ("a/../../x.py", "it leads out of the folder"),
        ("..", "it leads out of the folder"),
        ("a/", "it names a folder"),
        (".", "it names a folder"),
        (".git/hooks/pre-commit", "what is in .git is git's own"),
        ("a/.GIT/config", "what is in .git is git's own"),
        (".git. ./config", "what is in .git is git's own"),
        (".git /config", "what is in .git is git's own"),
        ("git~1/config", "what is in .git is git's own"),
        ("a/GIT~2 ./config", "what is in .git is git's own"),
        (".git::$INDEX_ALLOCATION/config", "what is in .git is git's own"),
        (".\uff47it/config", "what is in .git is git's own"),
        ("\uff0egit\uff0fconfig", "what is in .git is git's own"),
        (".g\ufe0fit/config", "what is in .git is git's own"),
        (".. /x.py", "it leads out of the folder"),
        ("\u2025/x.py", "it leads out of the folder"),
        ("a\u3164/x.py", "it has characters that no file's name should have"),
        (r"a\x.py", "it has characters that no file's name should have"),
        ("a\x1bb.py", "it has characters that no file's name should have"),
        ("a\u202eyp.x", "it has characters that no file's name should have"),
        ("a\0.py", "it has characters that no file's name should have"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, why: str) -> None:
    with pytest.raises(Unsafe) as refused:
        file_name(1, f'title="{name}"', "")
    assert str(refused.value) == why
