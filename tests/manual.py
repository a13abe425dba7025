"""What the manual pages and the README say, taken apart for the tests that hold them to the program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "man").glob("*.[1-8]"))
README = ROOT / "README.md"
# The README's first two blocks install things; .ci/run runs them.
BLOCKS_OF_CI = 2

_GLYPHS = {
    "(aq": "'",
    "(dq": '"',
    "(da": "↓",
    "(ga": "`",
    "(ti": "~",
    "(ha": "^",
    "-": "-",
    "&": "",
    "e": "\\",
    " ": " ",
}
# A comment goes to the end of its line.
_ESCAPE = re.compile(r"\\(?:(?P<comment>\".*)|(\(..|.|))")


class Example(NamedTuple):
    """A command from a page, the output shown under it ("" if none is), and the exit status it says."""

    place: str
    command: str
    output: str
    status: int


def plain(text: str) -> str:
    """Text as a reader sees it, without roff's escapes and comments. Raises ``KeyError`` for an escape that is not
    used here, such as one of the line's end: most likely it was to be a backslash, which is ``\\e``."""
    return _ESCAPE.sub(lambda match: "" if match["comment"] else _GLYPHS[match[2]], text)


def section(page: Path, title: str) -> list[str]:
    """The source lines of a section."""
    found: list[str] = []
    here = False
    for line in page.read_text().splitlines():
        if line.startswith(".Sh "):
            here = line[4:] == title
        elif here:
            found.append(line)
    return found


def sections(page: Path) -> list[str]:
    """The titles of a page's sections."""
    return [line[4:] for line in page.read_text().splitlines() if line.startswith(".Sh ")]


def defined_options(lines: list[str]) -> list[str]:
    """The options that ``.It`` lines introduce, dashes and all, in their order."""
    return [option for line in lines if line.startswith(".It ") for option in flags(line)]


def flags(line: str) -> list[str]:
    """The options in a line that are marked up as such."""
    if not line.startswith("."):
        return []
    return ["-" + plain(word) for word in re.findall(r"\bFl (\S+)", line)]


def examples(path: Path) -> Iterator[Example]:
    """The commands in a page's literal blocks, or in the README's ``sh`` blocks, that have a prompt before them.

    A block of the README without a prompt is one script.
    """
    blocks = _readme_blocks(path) if path.suffix == ".md" else page_blocks(path)
    for first, lines in blocks:
        if path.suffix == ".md" and not any(line.startswith("$ ") for line in lines):
            yield _example(f"{path.name}:{first}", "\n".join(lines), "")
        else:
            yield from _commands(path, first, lines)


def page_blocks(page: Path) -> Iterator[tuple[int, list[str]]]:
    """The literal blocks of a page: the number of its first line, and all as they are shown."""
    block: list[str] | None = None
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if line.startswith(".Bd -literal"):
            block, first = [], number + 1
        elif line == ".Ed" and block is not None:
            yield first, block
            block = None
        elif block is not None:
            block.append(plain(line))


def _readme_blocks(readme: Path) -> Iterator[tuple[int, list[str]]]:
    block: list[str] | None = None
    count = 0
    for number, line in enumerate(readme.read_text().splitlines(), 1):
        if line == "```sh":
            block, first = [], number + 1
            count += 1
        elif line == "```" and block is not None:
            if count > BLOCKS_OF_CI:
                yield first, block
            block = None
        elif block is not None:
            block.append(line)


def _commands(path: Path, first: int, lines: list[str]) -> Iterator[Example]:
    """A command goes on in the next line after a backslash; what follows it, up to the next, is its output."""
    place, command, output = "", "", ""
    for number, line in enumerate([*lines, "$ "], first):
        if command.endswith("\\"):
            command = f"{command[:-1].rstrip()} {line.strip()}"
        elif line.startswith("$ "):
            if command:
                yield _example(place, command, output)
            place, command, output = f"{path.name}:{number}", line[2:], ""
        elif command:
            output += line + "\n"


def _example(place: str, command: str, output: str) -> Example:
    status = re.search(r"# exit (\d+)$", command)
    return Example(place, command, output.rstrip("\n"), int(status[1]) if status else 0)
