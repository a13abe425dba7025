"""What makes loading fast: modules that are found without detours, and modules that are filled when they are used."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType

import click
import pytest

from dsk.commands.root import ROOT
from dsk.finding import Finder
from tests.harness import Dsk

PACKAGE = "found_by_a_test"
MODULES = (PACKAGE, f"{PACKAGE}.one", f"{PACKAGE}.inner", f"{PACKAGE}.inner.two")
FILES = {"__init__.py": "", "one.py": "VALUE = 1\n", "inner/__init__.py": "VALUE = 2\n", "inner/two.py": "VALUE = 3\n"}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a package that can be imported."""
    folder = tmp_path / PACKAGE
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    yield folder
    forget()


def forget() -> None:
    for name in MODULES:
        sys.modules.pop(name, None)


def loaded() -> list[ModuleType]:
    forget()
    importlib.invalidate_caches()
    return [importlib.import_module(name) for name in MODULES]


def told(module: ModuleType) -> list[object]:
    spec = module.__spec__
    assert spec
    names = ("VALUE", "__name__", "__file__", "__package__", "__path__", "__doc__")
    of_spec = (spec.name, spec.origin, spec.cached, spec.parent, spec.has_location, spec.submodule_search_locations)
    return [*(getattr(module, name, None) for name in names), *of_spec]


def test_modules_are_those_that_python_finds_whether_or_not_they_have_been_compiled(package: Path) -> None:
    theirs = [told(module) for module in loaded()]
    sys.meta_path.insert(0, Finder(PACKAGE, str(package)))
    for compiled in (True, False, True):
        assert [told(module) for module in loaded()] == theirs
        assert type(sys.modules[MODULES[-1]].__loader__).__module__ == "dsk.finding"
        if compiled:
            for file in package.rglob("*.pyc"):
                file.unlink()


def test_what_was_compiled_from_another_source_is_not_loaded(package: Path) -> None:
    sys.meta_path.insert(0, Finder(PACKAGE, str(package)))
    assert loaded()[1].VALUE == 1
    (package / "one.py").write_text("VALUE = 5\n")
    os.utime(package / "one.py", (1, 1))
    assert loaded()[1].VALUE == 5
    (package / "one.py").write_text("VALUE = 77\n")
    os.utime(package / "one.py", (1, 1))
    assert loaded()[1].VALUE == 77


def test_what_was_compiled_by_another_python_is_not_loaded(package: Path) -> None:
    sys.meta_path.insert(0, Finder(PACKAGE, str(package)))
    cached = Path(str(loaded()[1].__spec__.cached))  # type: ignore[union-attr]
    data = cached.read_bytes()
    cached.write_bytes(b"\0" + data[1:16] + b"nonsense")
    assert loaded()[1].VALUE == 1
    assert cached.read_bytes() == data, "it is compiled anew"


def test_modules_of_others_and_those_that_are_not_there_are_left_to_python(package: Path) -> None:
    finder = Finder(PACKAGE, str(package))
    assert finder.find_spec(f"{PACKAGE}.three") is None
    assert finder.find_spec("json.decoder") is None
    sys.meta_path.insert(0, finder)
    with pytest.raises(ModuleNotFoundError, match=f"{PACKAGE}.three"):
        importlib.import_module(f"{PACKAGE}.three")
    assert PathFinder.find_spec(PACKAGE) is not None


DEFERRED = """
import sys
from dsk.deferred import FOR_ALL, UnreadAnnotations, defer
defer(FOR_ALL)
with UnreadAnnotations():
    import click
from gettext import gettext as translated
import gettext, logging
assert {type(sys.modules[name]).__name__ for name in FOR_ALL} == {"_Deferred"}
logger = logging.getLogger("sseclient")
logger.debug("not wanted")
assert type(logging).__name__ == "_Deferred"
assert translated("text") == "text"
number = "12345678-1234-5678-1234-567812345678"
assert str(click.UUID.convert(number, None, None)) == number
assert gettext.gettext is not translated and gettext.find("nowhere") is None
logger.warning("a warning")
logger.debug("not wanted")
logging.basicConfig(level=logging.DEBUG)
logger.debug("wanted")
logger.propagate = False
assert logging.getLogger("sseclient") is logging.root.getChild("sseclient")
assert not logging.getLogger("sseclient").propagate
from typing import ForwardRef, Optional, TypedDict, get_type_hints
class Both(TypedDict):
    one: "Optional[int]"
assert get_type_hints(Both) == {"one": Optional[int]} and ForwardRef("int").__forward_code__
"""


def test_what_is_filled_late_is_the_ordinary_module_then() -> None:
    ran = subprocess.run([sys.executable, "-c", DEFERRED], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr, ran.stdout) == (0, "a warning\nDEBUG:sseclient:wanted\n", "")


def commands(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner
            yield from commands(inner, click.Context(inner, context, name))


def test_no_option_is_there_twice() -> None:
    """Click would warn of it at each start; warnings are errors here."""
    found = list(commands(ROOT, click.Context(ROOT, info_name="dsk")))
    assert len(found) > 40
    for command, context in found:
        assert click.Command.get_params(command, context) == command.get_params(context) != []


def test_no_module_is_taken_from_the_folder_that_it_is_run_in(dsk: Dsk) -> None:
    for name in ("json", "sqlite3", "click", "requests", "sseclient"):
        (dsk.home / f"{name}.py").write_text("raise SystemExit(99)\n")
    result = dsk.run("ask", "--offline", "hi", stdin=None)
    assert result.status == 0, result.errors
    assert result.stdout
