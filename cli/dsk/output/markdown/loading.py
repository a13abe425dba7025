"""The libraries that Markdown needs, loaded in a thread while the server thinks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsk.output.markdown.document import Document


class Loading:
    """Has everything loaded that turns a text into rows. What goes wrong there is raised by ``document_type``."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._is_loaded = False

    def begin(self) -> None:
        """Load it from now on, in a thread."""
        if self._thread is None and not self._is_loaded:
            self._thread = threading.Thread(target=self._load, name="markdown", daemon=True)
            self._thread.start()

    @property
    def is_under_way(self) -> bool:
        """Whether one would have to wait for it."""
        return self._thread is not None and self._thread.is_alive()

    def document_type(self) -> type[Document]:
        """The class of documents, waited for."""
        if self._thread:
            self._thread.join()
            self._thread = None
        from dsk.output.markdown.document import Document

        self._is_loaded = True
        return Document

    def _load(self) -> None:
        # Whoever wants it meets the same fault.
        from contextlib import suppress

        with suppress(ImportError):
            import dsk.output.markdown.document  # noqa: F401
