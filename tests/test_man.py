"""The manual pages say what the program does: options, statuses and names are the same in both."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import click
import pytest

from dsk.commands.group import Group
from dsk.commands.option import Option
from dsk.commands.root import ROOT as DSK
from dsk.errors import Status
from tests.harness import Dsk
from tests.manual import PAGES, ROOT, defined_options, flags, plain, section, sections

SCREEN = (24, 80)
Commands = dict[str, click.Command]


def walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, Group):
        for name in command.table:
            found = command.get_command(click.Context(command), name)
            assert found
            yield from walk(found, f"{path} {name}")


COMMANDS: Commands = dict(walk(DSK, "dsk"))
ASK = COMMANDS["dsk ask"]
PAGE_OF = {path: ROOT / "man" / f"{'-'.join(path.split()[:2])}.1" for path in COMMANDS}


def options(command: click.Command) -> list[Option]:
    return [param for param in command.params if isinstance(param, Option)]


def names(command: click.Command) -> set[str]:
    return {name for option in options(command) for name in (*option.opts, *option.secondary_opts)}


def page_names(page: Path) -> set[str]:
    """The options of every command that the page is about."""
    return {name for path, command in COMMANDS.items() if PAGE_OF[path] == page for name in names(command)}


EVERY_NAME = {name for command in COMMANDS.values() for name in names(command)}
by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
by_command = pytest.mark.parametrize("path", COMMANDS)


@by_command
def test_every_command_has_a_page(path: str) -> None:
    assert PAGE_OF[path].exists()


@by_page
def test_every_page_is_installed_in_the_folder_of_its_section(page: Path) -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    folders = [
        folder
        for folder, patterns in setup["options.data_files"].items()
        if any(fnmatch(f"man/{page.name}", pattern) for pattern in patterns.split())
    ]
    assert folders == [f"share/man/man{page.suffix[1:]}"]


@pytest.mark.parametrize("page", sorted(set(PAGE_OF.values())), ids=lambda page: page.name)
def test_a_page_defines_the_options_of_its_command_and_no_others(page: Path) -> None:
    lines = [line for title in sections(page) for line in section(page, title)]
    found = set(defined_options(lines))
    if page.name == "dsk.1":
        # The commands' options have pages of their own.
        assert found == names(DSK)
    else:
        assert found == page_names(page)


@by_page
def test_a_page_names_no_option_that_does_not_exist(page: Path) -> None:
    named = {option for line in page.read_text().splitlines() for option in flags(line)}
    assert named <= EVERY_NAME


@by_page
def test_a_page_refers_to_none_of_our_pages_that_does_not_exist(page: Path) -> None:
    found = re.findall(r"^\.Xr (dsk\S*) (\d)", page.read_text(), re.MULTILINE)
    assert {f"{name}.{number}" for name, number in found} <= {page.name for page in PAGES}


@by_page
def test_a_page_names_no_variable_that_does_not_exist(page: Path) -> None:
    ours = set(re.findall(r"\bDSK_[A-Z_]+\b", plain(page.read_text())))
    known = {str(option.envvar) for command in COMMANDS.values() for option in options(command)}
    assert ours <= known | {"DSK_STDIN", "DSK_SESSION"}


def test_the_page_of_ask_names_every_variable() -> None:
    text = plain(PAGE_OF["dsk ask"].read_text())
    assert [o.envvar for o in options(ASK) if o.envvar and f".Ev {o.envvar} " not in text] == []


def test_the_page_of_ask_has_the_groups_of_its_help() -> None:
    page = PAGE_OF["dsk ask"]
    groups = list(dict.fromkeys(option.group for option in options(ASK)))
    assert [title for title in sections(page) if title.endswith(" OPTIONS")] == [
        f"{group.upper()} OPTIONS" for group in groups
    ]
    for group in groups:
        here = dict.fromkeys(defined_options(section(page, f"{group.upper()} OPTIONS")))
        assert list(here) == [n for o in options(ASK) if o.group == group for n in _in_page_order(o)]


def _in_page_order(option: Option) -> list[str]:
    return [*option.opts, *option.secondary_opts]


def test_the_page_of_ask_says_of_every_option_whether_repeating_it_adds() -> None:
    page = PAGE_OF["dsk ask"]
    for option in options(ASK):
        entry = _entry(section(page, f"{option.group.upper()} OPTIONS"), option.opts[-1])
        assert ("Repeatable" in entry) == option.multiple, option.opts


def test_every_option_of_ask_but_help_has_an_example_on_its_page() -> None:
    page = PAGE_OF["dsk ask"]
    for option in options(ASK):
        if option.group != "General":
            entry = _entry(section(page, f"{option.group.upper()} OPTIONS"), option.opts[-1])
            shown = [word.partition("=")[0] for word in plain(entry).split()]
            spelled = {*option.opts, *option.secondary_opts, f"--{option.name}"}
            assert spelled & set(shown), option.opts


def _entry(lines: list[str], name: str) -> str:
    """The source lines of an option's description, its nested lists included."""
    begin = next(i for i, line in enumerate(lines) if line.startswith(".It ") and name in flags(line))
    rest = lines[begin + 1 :]
    end = next((i for i, line in enumerate(rest) if line.startswith(".It Fl ")), len(rest))
    return "\n".join(rest[:end])


@by_command
def test_a_page_lists_the_values_of_an_option_that_has_a_choice(path: str) -> None:
    source = PAGE_OF[path].read_text()
    for option in options(COMMANDS[path]):
        if isinstance(option.type, click.Choice) and "|" not in (option.metavar or ""):
            values = " | ".join(option.type.choices)
            assert f".It Fl {option.opts[-1][1:]} Cm {values}\n" in source


def test_the_exit_statuses_of_dsk_1_are_those_of_the_program() -> None:
    listed = [int(line[4:]) for line in section(PAGE_OF["dsk"], "EXIT STATUS") if line.startswith(".It ")]
    assert listed == [int(status) for status in Status]


def test_dsk_1_lists_the_commands_in_the_order_of_the_help() -> None:
    listed = [line[7:] for line in section(PAGE_OF["dsk"], "COMMANDS") if line.startswith(".It Cm ")]
    assert listed == list(DSK.table)


def test_dsk_1_leads_to_every_other_page_in_the_order_of_manuals() -> None:
    lines = section(PAGE_OF["dsk"], "SEE ALSO")
    listed = [(words[2], words[1]) for line in lines if (words := line.split())[0] == ".Xr"]
    assert listed == sorted(listed)
    ours = {page.name for page in PAGES} - {"dsk.1"}
    assert {f"{name}.{number}" for number, name in listed if name.startswith("dsk")} == ours


@by_page
def test_no_word_in_the_middle_is_taken_for_the_end_of_a_sentence(page: Path) -> None:
    # mdoc puts ! and ? to the word before them, and out of the quotes.
    assert re.findall(r"^\.[A-Z]\w .* [!?] \w.*$|^\.(?:Ql|Li) \S+ [!?]$", page.read_text(), re.MULTILINE) == []


def test_the_tests_read_a_line_as_roff_does() -> None:
    assert plain(r'jq \-r \(aq.a == "b\en"\(aq \"a comment') == """jq -r '.a == "b\\n"' """
    for lost in ("dsk ask hi \\", "awk '{print \\$1}'"):
        with pytest.raises(KeyError):
            plain(lost)


def tool(*command: str, **env: str) -> subprocess.CompletedProcess[str]:
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | env, timeout=30, check=False)


@by_page
def test_mandoc_has_nothing_to_warn_of(page: Path) -> None:
    done = tool("mandoc", "-Tlint", "-W", "warning", str(page))
    assert (done.stdout, done.returncode) == ("", 0)


@by_page
def test_groff_has_nothing_to_warn_of(page: Path) -> None:
    done = tool("man", "-l", "--warnings", str(page), LC_ALL="C.UTF-8", MANWIDTH="80", PAGER="cat", MANPAGER="cat")
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout


@by_page
def test_whatis_finds_the_page_by_its_name(page: Path) -> None:
    done = tool("lexgrog", str(page))
    assert done.returncode == 0
    assert done.stdout.startswith(f'{page}: "{page.stem} - ')


@by_command
def test_the_short_help_fits_one_screen(dsk: Dsk, path: str) -> None:
    result = dsk.run(*path.split()[1:], "-h")
    assert (result.errors, result.status) == ("", 0)
    lines = result.text.splitlines()
    # The prompt stands below it.
    assert len(lines) < SCREEN[0]
    assert max(len(line) for line in lines) <= SCREEN[1]


def long_help(path: str) -> str:
    return COMMANDS[path].get_help(click.Context(COMMANDS[path], info_name=path))


def test_help_prints_the_long_help_which_a_wide_terminal_does_not_widen(dsk: Dsk) -> None:
    for path in ("dsk", "dsk ask", "dsk session", "dsk session show"):
        result = dsk.run(*path.split()[1:], "--help", env={"COLUMNS": "200"})
        assert (result.text, result.errors, result.status) == (f"{long_help(path)}\n", "", 0)


@by_command
def test_the_long_help_names_every_option_and_the_page(path: str) -> None:
    text = long_help(path)
    assert max(len(line) for line in text.splitlines()) <= SCREEN[1]
    words = set(re.findall(r"(?<!\S)--?[a-z][a-z-]*|(?<!\S)-[A-Za-z0](?![a-z])", text))
    assert names(COMMANDS[path]) <= words
    (manual,) = re.findall(r"man (dsk\S*) is the manual", " ".join(text.split()))
    assert manual == PAGE_OF[path].stem
