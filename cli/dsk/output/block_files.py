"""The blocks of code in an answer as files in a folder: what ``--into`` writes.

Each block is written when it has ended, whole or not at all. One that cannot be written is told at once, and the
others are written all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dsk.errors import Failure, InvalidFault, LocalFault, Status
from dsk.output.folder import Folder
from dsk.output.notes import note, warn
from dsk.output.opening import described
from dsk.stream.code.extractor import Extractor
from dsk.stream.code.found import Code, End, Start
from dsk.stream.code.names import Unsafe, file_name
from dsk.stream.events import Content, Event

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.output.extraction import Extraction
    from dsk.stream.code.found import Found
    from dsk.world import World


class BlockFiles:
    """Writes the blocks of choice 0. ``fault`` is why not all of them could be written, after ``end``."""

    def __init__(self, folder: str, extraction: Extraction, world: World) -> None:
        """Raises ``LocalFault`` if there is no such folder and none can be made."""
        self._folder = Folder(folder, replaces=extraction.force)
        self._only_first = extraction.which == "first"
        self._world = world
        self._extractor = Extractor()
        self._begun = extraction.begun
        self._block: Start | None = None
        self._code: list[str] = []
        self._blocks = 0
        self._refused = 0
        self._has_failed = False
        self.fault: Failure | None = None

    def received(self, _data: bytes, events: Sequence[Event]) -> None:
        """Write the blocks that end with these events."""
        text = "".join([event.text for event in events if isinstance(event, Content) and event.choice == 0])
        if self._begun and text:
            text, self._begun = self._begun + text, ""
        self._take(self._extractor.feed(text))

    def turn(self, _ending: Ending) -> None:
        """The blocks of the next answer are counted on from those of this one."""
        self._take(self._extractor.feed("\n\n"))

    def end(self, ending: Ending) -> None:
        """Write a block that the answer's end has ended, unless the answer is cut: then the block is too."""
        is_whole = ending.failure is None or ending.failure.status is Status.INVALID
        self._take(self._extractor.close(), is_whole=is_whole)
        self._folder.close()
        if self._refused:
            what = f"{self._refused} of {self._blocks} blocks of code not written"
            if self._has_failed:
                self.fault = LocalFault(what, hint="--force replaces files; --into names another folder")
            else:
                self.fault = InvalidFault(what, "their names are not safe", hint="ask for relative paths, or use -X")

    def close(self) -> None:
        """Let go of the folder."""
        self._folder.close()

    def _take(self, found: Sequence[Found], *, is_whole: bool = True) -> None:
        for item in found:
            match item:
                case Start():
                    self._block = None if self._only_first and item.number > 1 else item
                case Code(text):
                    self._code.append(text)
                case End():
                    if self._block:
                        self._write(self._block, "".join(self._code), is_whole=is_whole)
                    self._block = None
                    self._code.clear()

    def _write(self, block: Start, code: str, *, is_whole: bool) -> None:
        self._blocks += 1
        try:
            name = file_name(block.number, block.info, block.before)
        except Unsafe as error:
            self._refuse(f"block {block.number}", str(error))
            return
        path = self._folder.path_of(name.parts)
        if not is_whole:
            note(f"{path} is not written: its code is cut", self._world)
            return
        try:
            self._folder.write(name.parts, code.encode())
        except FileExistsError:
            self._fail(path, "it is there already")
        except OSError as error:
            self._fail(path, described(error))
        else:
            note(f"wrote {path}", self._world)

    def _fail(self, path: str, why: str) -> None:
        self._has_failed = True
        self._refuse(path, why)

    def _refuse(self, what: str, why: str) -> None:
        self._refused += 1
        warn([f"{what} is not written: {why}"], self._world)
