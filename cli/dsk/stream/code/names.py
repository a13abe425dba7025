"""What a block of code is to be called as a file: what the model says, and what is safe of that.

The name is looked for in this order: an attribute of the info string (``title``, ``file``, ``filename``, ``name`` or
``path``), a word of the info string that is a path, and the line before the fence, if a path in bold, in backticks, as
a heading or before a colon is all that stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dsk.records import NamedTuple
from dsk.unseen import UNSEEN

_ATTRIBUTE = re.compile(
    r"""(?<![\w-])(?:title|file|file_?name|name|path)\s*[=:]\s*(?:"([^"]+)"|'([^']+)'|([^\s"'{},]+))""", re.IGNORECASE
)
# A word with a file's extension or a folder before it: python is none, x.py, src/Makefile and ./run are.
_CHAR = r"[^\s/:`*|<>\"'()\[\]{}]"
_PATH = re.compile(rf"(?:{_CHAR}*/)+{_CHAR}+|{_CHAR}*\.[A-Za-z][\w-]{{0,15}}")
# Languages that look like a file's name.
_LANGUAGES = frozenset(("asp.net", "vb.net", "objective-c++"))
_LABEL = re.compile(
    r"(?:(?P<heading>\#{1,6})[ \t]+)?(?:(?:file|filename|path)\s*:\s*)?"
    r"(?P<open>\**_?`?)(?P<name>[^\s`*]+?)(?P<close>:?`?_?\**)(?P<colon>:?)[ \t]*\#*",
    re.IGNORECASE,
)
_EXTENSIONS = {
    "bash": "sh",
    "c#": "cs",
    "c++": "cpp",
    "csharp": "cs",
    "golang": "go",
    "haskell": "hs",
    "javascript": "js",
    "julia": "jl",
    "kotlin": "kt",
    "markdown": "md",
    "objective-c": "m",
    "perl": "pl",
    "plaintext": "txt",
    "powershell": "ps1",
    "python": "py",
    "python3": "py",
    "ruby": "rb",
    "rust": "rs",
    "shell": "sh",
    "text": "txt",
    "typescript": "ts",
    "yaml": "yml",
    "zsh": "sh",
}
_LANGUAGE = re.compile(r"[a-z0-9]{1,12}")


class Unsafe(Exception):
    """A name under which nothing is written; the text says why."""


class Named(NamedTuple):
    """The parts of a path under some folder: names of folders and of the file."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join(self.parts)


def file_name(number: int, info: str, before: str) -> Named:
    """The name of a block; one that the model has given none is called by its number and language.

    Raises ``Unsafe`` for a name that leads out of the folder, or to where git keeps what it runs.
    """
    name = _given(info, before)
    return Named(_safe(name) if name else (f"block-{number}.{_extension(info)}",))


def _given(info: str, before: str) -> str:
    attribute = _ATTRIBUTE.search(info)
    if attribute:
        return str(attribute[1] or attribute[2] or attribute[3])
    for word in info.split():
        # python:src/x.py says both.
        for part in (word, word.partition(":")[2]):
            if _PATH.fullmatch(part) and part.lower() not in _LANGUAGES:
                return part
    return _label(before)


def _label(line: str) -> str:
    found = _LABEL.fullmatch(line.strip())
    if not found:
        return ""
    name = found["name"].removesuffix(":")
    is_marked = found["open"] or found["heading"] or found["colon"] or found["close"]
    return name if is_marked and (_PATH.fullmatch(name) or found["open"].endswith("`")) else ""


def _extension(info: str) -> str:
    language = info.split()[0].strip("{}.").lower() if info.strip("{}. ") else ""
    known = _EXTENSIONS.get(language)
    return known or (language if _LANGUAGE.fullmatch(language) else "txt")


def _safe(name: str) -> tuple[str, ...]:
    if name.startswith(("/", "~", "\\")) or re.match(r"[A-Za-z]:[\\/]", name):
        raise Unsafe("it is an absolute path")
    if not name.isprintable() or "\\" in name or re.search(f"[{UNSEEN}]", name):
        raise Unsafe("it has characters that no file's name should have")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise Unsafe("it leads out of the folder")
    if not parts or name.endswith("/"):
        raise Unsafe("it names a folder")
    for part in _as_others_read(name):
        if part.strip(". ") == "" and part.startswith(".."):
            raise Unsafe("it leads out of the folder")
        if part == ".git" or re.fullmatch("git~[0-9]+", part):
            raise Unsafe("what is in .git is git's own")
    return tuple(parts)


def _as_others_read(name: str) -> Iterator[str]:
    """The parts of a path as file systems may take them that know no case, have one letter for all that look like it,
    drop dots and blanks at the end of a name, or have streams of a file, after a colon."""
    from unicodedata import normalize

    plain = normalize("NFKC", normalize("NFKC", name.replace("\ufe0e", "").replace("\ufe0f", "")).casefold())
    for part in re.split(r"[/\\]", plain):
        yield part.partition(":")[0].rstrip(". ") or part
