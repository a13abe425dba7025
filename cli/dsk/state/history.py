"""What was typed in conversations, one JSON text a line, each appended at once by whichever process."""

from __future__ import annotations

import json
import os
from contextlib import suppress

#: Bytes of the end of the file that are read: tens of thousands of questions.
TAIL = 4 << 20
MODE, FOLDER_MODE = 0o600, 0o700


class History:
    """The file, which need not be there yet."""

    def __init__(self, path: str) -> None:
        self._path = path

    def texts(self) -> list[str]:
        """All that was typed, the oldest first; nothing of a file that cannot be read. A line that is no JSON text, as
        a full disk leaves one, is passed over."""
        try:
            with open(self._path, "rb") as file:
                beyond = file.seek(0, os.SEEK_END) - TAIL
                file.seek(max(beyond, 0))
                lines = file.read().split(b"\n")
        except OSError:
            return []
        found = []
        for line in lines[1:] if beyond > 0 else lines:
            with suppress(ValueError, RecursionError):
                text = json.loads(line)
                if isinstance(text, str):
                    found.append(text)
        return found

    def add(self, text: str) -> None:
        """Keep a text. Raises ``OSError``."""
        # What was not UTF-8 becomes an escape of JSON's. A line that a full disk has cut must not swallow this one.
        line = f"\n{json.dumps(text, ensure_ascii=False)}\n".encode("utf-8", "backslashreplace")
        os.makedirs(os.path.dirname(self._path), FOLDER_MODE, exist_ok=True)  # noqa: PTH103, PTH120 - as all paths here
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, MODE)
        try:
            # One write: lines of several processes do not mix.
            os.write(descriptor, line)
        finally:
            os.close(descriptor)
