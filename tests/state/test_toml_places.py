"""The line of each key, in the odd files that TOML allows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from dsk.state.toml_places import find_places

toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

ODD = r'''# a comment = "with a key"
plain = 1  # [not.a.table]
"quoted key" = 2
'literal # = key' = 3
"esc\u0061ped \"x\"" = 4
a . "b.c" . d = 5
a.e = 6

text = """
fake = 1
[fake]
""" # end
lines = """one ""quoted"" \
   \""" not the end """""
literal = \'\'\'
fake = 'it''s'
''\'\'\'
after = 7
empty = ""
slashes = 'C:\'
array = [
  1, # one ]
  [ "a, ]", 'b' ],
  { in = "side", deep = { er = 8 } },
]
inline = { x = 1, y.z = "}, q = 2", "w" = [] }
date = 1979-05-27 07:32:00Z # odd = 1
float = -6.26e-2
1234 = true

[ table . "sub.table" ]
k = 9
[table]
k = 10
[[list]]
name = "first"
[list.child]
v = 1
[[list.many]]
n = 1
[[list.many]]
n = 2
[[list]]
name = "second"
[[list.many]]
n = 3
[last]
no-newline = 11'''.replace(r"\'", "'")

PLACES = {
    ("plain",): 2,
    ("quoted key",): 3,
    ("literal # = key",): 4,
    ('escaped "x"',): 5,
    ("a",): 6,
    ("a", "b.c"): 6,
    ("a", "b.c", "d"): 6,
    ("a", "e"): 7,
    ("text",): 9,
    ("lines",): 13,
    ("literal",): 15,
    ("after",): 18,
    ("empty",): 19,
    ("slashes",): 20,
    ("array",): 21,
    ("array", 0): 22,
    ("array", 1): 23,
    ("array", 1, 0): 23,
    ("array", 1, 1): 23,
    ("array", 2): 24,
    ("array", 2, "in"): 24,
    ("array", 2, "deep"): 24,
    ("array", 2, "deep", "er"): 24,
    ("inline",): 26,
    ("inline", "x"): 26,
    ("inline", "y"): 26,
    ("inline", "y", "z"): 26,
    ("inline", "w"): 26,
    ("date",): 27,
    ("float",): 28,
    ("1234",): 29,
    ("table",): 31,
    ("table", "sub.table"): 31,
    ("table", "sub.table", "k"): 32,
    ("table", "k"): 34,
    ("list",): 35,
    ("list", 0): 35,
    ("list", 0, "name"): 36,
    ("list", 0, "child"): 37,
    ("list", 0, "child", "v"): 38,
    ("list", 0, "many"): 39,
    ("list", 0, "many", 0): 39,
    ("list", 0, "many", 0, "n"): 40,
    ("list", 0, "many", 1): 41,
    ("list", 0, "many", 1, "n"): 42,
    ("list", 1): 43,
    ("list", 1, "name"): 44,
    ("list", 1, "many"): 45,
    ("list", 1, "many", 0): 45,
    ("list", 1, "many", 0, "n"): 46,
    ("last",): 47,
    ("last", "no-newline"): 48,
}


def test_every_key_of_an_odd_file_has_its_line() -> None:
    toml.loads(ODD)
    assert dict(find_places(ODD)) == PLACES


def test_windows_line_ends_change_nothing() -> None:
    assert dict(find_places(ODD.replace("\n", "\r\n"))) == PLACES


def test_each_key_alone_after_blank_lines_has_its_line() -> None:
    # Whatever stands before a key, its line is that of the text.
    for shift in range(1, 4):
        moved = {path: line + shift for path, line in PLACES.items()}
        assert dict(find_places("\n" * shift + ODD)) == moved


@pytest.mark.parametrize("text", ["", "\n", "# nothing", "   \t\n# x\n"])
def test_a_file_without_keys_has_no_places(text: str) -> None:
    assert dict(find_places(text)) == {}


def test_a_very_long_file_is_scanned_in_linear_time() -> None:
    lines = find_places("\n".join(f'k{i} = "{i}"' for i in range(50_000)))
    assert lines["k49999",] == 50_000


def test_the_keys_found_are_those_of_the_standard_library() -> None:
    """The valid documents that CPython tests its own parser with, where they are installed."""
    folder = Path(import_module("os").__file__ or "").parent / "test" / "test_tomllib" / "data" / "valid"
    files = sorted(folder.rglob("*.toml"))
    if not files:
        pytest.skip("CPython's own tests are not installed")
    for file in files:
        text = file.read_bytes().decode()
        assert set(find_places(text)) == set(paths_of(toml.loads(text))), file.name


def paths_of(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths_of(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths_of(inner, (*path, index))
