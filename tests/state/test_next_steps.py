"""What is wrong with dsk's own files, keys and sessions says in a second line what to do."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from dsk.errors import Failure
from dsk.state.config_reading import parse_config
from dsk.state.file_advice import to_write
from dsk.state.key_file import read_key_file, remove_key_file
from dsk.state.price_rules import PRICE
from dsk.state.rules import CACHE, PROFILE
from dsk.state.sessions.names import check_name
from dsk.state.toml_advice import EXAMPLES
from dsk.state.toml_file import LARGEST, parse_toml, read_toml

SYNTAX = {
    "model = deepseek-flash": 'a text is in quotes, as in key = "text"',
    "think = True": "true and false are small",
    'system = "\\d"': r"write a backslash twice, or the text in single quotes: '\d+'",
    'system = "a\nb"': 'a text of several lines is in """',
    'system = "a': "end the quote or the bracket before it",
    "system = 'a": "end the quote or the bracket before it",
    "headers = { a = 1": "end the quote or the bracket before it",
    "a = 1\na = 2": "it is there twice: keep one of them",
    "[a]\n[a]": "it is there twice: keep one of them",
    "model": 'a line is key = "text", [table] or # comment',
    "a = 9223372036854775808": "write one of at most 9223372036854775807",
    f"a = {'9' * 5000}": "write one of at most 9223372036854775807",
    "a = " + "[" * 100_000: "write it with fewer brackets in each other",
}
VALUES = {
    "profile = 1": 'as in profile = "groq"',
    "profiles = 1": "[profiles.NAME] begins one",
    "[profiles]\nbox = 1": "[profiles.box] begins one",
    '[profiles]\n"my box" = 1': '[profiles."my box"] begins one',
    "defaults = 1": "[defaults] begins one",
    "[profiles.box]\nthink = 'true'": "as in think = true",
    "[profiles.box]\nkey_env = '$KEY'": 'as in key_env = "GROQ_API_KEY"',
    "[profiles.box]\nbase_url = 'box'": 'as in base_url = "http://localhost:8080/v1"',
    "[profiles.box]\nheaders = 'a: b'": 'as in headers = { X-Team = "red" }',
    "[profiles.box.headers]\nX-Team = 1": 'as in X-Team = "red"',
    "[profiles.box.query]\nmodel = 1": 'as in model = "2024-10-21"',
    "[profiles.model]\nmodel = 1": 'as in model = "deepseek-flash"',
    "[aliases]\n'a b' = 1": 'as in "a b" = "deepseek-flash"',
    "[cache]\nmax_age = 'old'": 'as in max_age = "30d"',
    "[prices.m]\npeak_hours = ['noon']": 'as in peak_hours = ["Mon-Fri 01:00-04:00"]',
}
NAMES = {
    "7": "a letter makes it a name: n7",
    "x" * 101: "take a shorter one",
    "-x": "take another name: any letters, digits and signs that can be seen",
    "": "take another name: any letters, digits and signs that can be seen",
}


def refused(action: Callable[[], object]) -> Failure:
    with pytest.raises(Failure) as caught:
        action()
    return caught.value


@pytest.mark.parametrize("text", SYNTAX)
def test_what_is_no_toml_says_what_may_have_been_meant(text: str) -> None:
    fault = refused(lambda: parse_toml("x.toml", text.encode()))
    assert fault.what.startswith("x.toml")
    assert SYNTAX[text] in fault.hint


@pytest.mark.parametrize("text", VALUES)
def test_a_value_of_another_kind_is_shown_a_line_that_would_do(text: str) -> None:
    fault = refused(lambda: parse_config("config.toml", text.encode()))
    assert " must be " in fault.what
    assert fault.hint == VALUES[text]


@pytest.mark.parametrize("name", [*PROFILE, *CACHE, *PRICE])
def test_the_line_that_is_shown_would_do_indeed(name: str) -> None:
    _, tree = parse_toml("x.toml", f"{name} = {EXAMPLES[name]}\n".encode())
    assert ({**PROFILE, **CACHE, **PRICE})[name].holds(tree[name])


def test_a_file_in_another_encoding_is_told_how_to_be_converted() -> None:
    for encoding, name in (("utf-16", "UTF-16"), ("latin-1", "LATIN1")):
        fault = refused(partial(parse_toml, "my x.toml", "é = 1".encode(encoding)))
        assert fault.hint == f"save it as UTF-8: iconv -f {name} -t UTF-8 'my x.toml'"


def test_a_file_that_cannot_be_read_says_where_to_look(tmp_path: Path) -> None:
    loop, large = tmp_path / "a loop", tmp_path / "large"
    loop.symlink_to(loop)
    large.touch()
    os.truncate(large, LARGEST + 1)
    looks = f"ls -ld '{loop}' shows what it is and who may use it"
    assert refused(lambda: read_toml(str(loop))).hint == looks
    assert refused(lambda: read_toml(str(tmp_path))).hint == "put a plain file in its place, or name one"
    assert refused(lambda: read_toml(str(large))).hint.endswith(f"head -c 200 {large} shows how it begins")
    assert refused(lambda: read_key_file(str(loop))).hint == looks
    assert refused(lambda: read_key_file(str(tmp_path))).hint == "move it away; dsk key set makes one"
    (tmp_path / "folder").mkdir()
    assert refused(lambda: remove_key_file(f"{tmp_path}/folder")).hint == f"ls -ld {tmp_path} shows who may write there"


def test_a_full_disk_and_a_missing_folder_are_told_apart(tmp_path: Path) -> None:
    path = f"{tmp_path}/gone/below/x"
    assert to_write(path, OSError(28, "")) == f"free some room: df {tmp_path} shows how much there is"
    assert to_write(path, OSError(13, "")) == f"ls -ld {tmp_path} shows who may write there"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_can_be_none_says_what_one_is(name: str) -> None:
    assert refused(lambda: check_name(name)).hint == NAMES[name]
