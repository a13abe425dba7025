"""Changes to the text of the config file, which is the user's: whatever is not meant stays as it is, comments too.

The text is cut and joined by lines, without a TOML writer. So each change is read again and compared with what it was
to be; a file that is written in a way that lines do not tell is left alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsk.errors import UsageFault
from dsk.state.config_reading import parse_config
from dsk.state.locking import locked
from dsk.state.paths import config_file
from dsk.state.saving import save
from dsk.state.toml_file import LARGEST, parse_toml, read_toml

if TYPE_CHECKING:
    from dsk.state.config import Config

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HEADER = re.compile(r"[ \t]*\[")
_CHOICE = re.compile(r"""(?m)^([ \t]*profile[ \t]*=[ \t]*)("[^"\n]*"|'[^'\n]*')""")

Tree = dict[str, Any]

#: What a comment of ours begins with, which goes with its table.
OURS = "Made by dsk profile add"


def put_profile(env: Mapping[str, str], name: str, values: Mapping[str, Any], comment: str, *, force: bool) -> None:
    """Put ``[profiles.NAME]`` at the end of the file, with ``force`` in the place of one that is there.

    Raises ``UsageFault`` if the file is wrong, has that profile or cannot be changed this way, and ``LocalFault`` if it
    cannot be written.
    """

    def change(text: str) -> str:
        text = _without(text, name)
        gap = "" if not text.strip() else "\n" if text.endswith("\n") else "\n\n"
        return f"{text}{gap}{profile_text(name, values, comment)}"

    def meant(tree: Tree) -> None:
        tree.setdefault("profiles", {})[name] = dict(values)

    _edit(env, change, meant, lambda config: None if force else check_free(config, name))


def check_free(config: Config, name: str) -> None:
    """Raise ``UsageFault`` if the file has a profile of this name."""
    if name in config.own:
        place = config.place("profiles", name)
        raise UsageFault(f"there is a profile {name} already", f"at {place}", hint="--force puts this one in its place")


def remove_profile(env: Mapping[str, str], name: str) -> None:
    """Take ``[profiles.NAME]`` and its own tables out of the file. Raises as ``put_profile`` does."""

    def meant(tree: Tree) -> None:
        tree.get("profiles", {}).pop(name, None)

    _edit(env, lambda text: _without(text, name), meant)


def choose_profile(env: Mapping[str, str], name: str) -> None:
    """Set ``profile = "NAME"``. Raises as ``put_profile`` does."""

    def change(text: str) -> str:
        if _CHOICE.search(text):
            return _CHOICE.sub(lambda found: found[1] + quoted(name), text, count=1)
        return f"profile = {quoted(name)}\n{text}" if not text.strip() else f"profile = {quoted(name)}\n\n{text}"

    def meant(tree: Tree) -> None:
        tree["profile"] = name

    _edit(env, change, meant)


def profile_text(name: str, values: Mapping[str, Any], comment: str = "") -> str:
    """The table of a profile, as it stands in a file."""
    head = f"# {comment}\n" if comment else ""
    lines = "".join(f"{_key(key)} = {_value(value)}\n" for key, value in values.items())
    return f"{head}[profiles.{_key(name)}]\n{lines}"


def quoted(text: str) -> str:
    """A basic string of TOML: those of JSON are, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else quoted(name)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(key)} = {quoted(str(text))}' for key, text in value.items())} }}"
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def _edit(
    env: Mapping[str, str],
    change: Callable[[str], str],
    meant: Callable[[Tree], None],
    check: Callable[[Config], None] = lambda _: None,
) -> None:
    path = config_file(env)
    with locked(Path(path).resolve().parent):
        while True:
            data = read_toml(path) or b""
            check(parse_config(path, data))
            new = _changed(path, data, change, meant)
            # An editor knows nothing of the lock, and not every file system has one.
            if (read_toml(path) or b"") == data:
                save(path, new, "the config file")
                return


def _changed(path: str, data: bytes, change: Callable[[str], str], meant: Callable[[Tree], None]) -> bytes:
    places, tree = parse_toml(path, data)
    # Lines end as they do in the file.
    ending = "\r\n" if b"\r\n" in data else "\n"
    mark = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
    text = change(data.decode().removeprefix("\ufeff").replace("\r\n", "\n"))
    new = (mark + text.replace("\n", ending)).encode()
    wanted = json.loads(json.dumps(tree, default=str))
    meant(wanted)
    if wanted.get("profiles") == {}:
        del wanted["profiles"]
    if _tree(path, new) != wanted:
        raise UsageFault(
            f"{places.at()} cannot be changed by this command",
            "its tables are written in another way than [profiles.NAME]",
            hint='change it by hand: $EDITOR "$(dsk config --path)"',
        )
    parse_config(path, new)
    if len(new) > LARGEST:
        raise UsageFault(
            f"{path} cannot be changed",
            f"it would be larger than {LARGEST >> 20} MiB",
            hint="take something out of it first",
        )
    return new


def _tree(path: str, data: bytes) -> Tree | None:
    try:
        found: Tree = json.loads(json.dumps(parse_toml(path, data)[1], default=str))
    except UsageFault:
        return None
    return found


def _without(text: str, name: str) -> str:
    """The text without the tables of a profile; what stands above the next table, after the last line, stays."""
    names = "|".join(re.escape(way) for way in (_key(name), quoted(name), f"'{name}'"))
    own = re.compile(rf"[ \t]*\[[ \t]*profiles[ \t]*\.[ \t]*(?:{names})[ \t]*[\].]")
    kept: list[str] = []
    pending: list[str] = []
    is_own = False
    for line in text.splitlines(keepends=True):
        if _HEADER.match(line):
            is_own = own.match(line) is not None
            if is_own:
                _drop_ours(kept)
            else:
                kept += pending
            pending = []
        if not is_own:
            kept.append(line)
        elif line.strip() == "" or line.lstrip().startswith("#"):
            pending.append(line)
        else:
            pending = []
    return "".join(kept + [line for line in pending if line.strip()])


def _drop_ours(kept: list[str]) -> None:
    """Take a comment of ours off the end of the lines, and the blank line that was put before it."""
    if kept and kept[-1].startswith(f"# {OURS}"):
        kept.pop()
        if kept and not kept[-1].strip():
            kept.pop()
