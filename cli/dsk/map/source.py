"""Where records come from: files and stdin, as blocks of bytes, unpacked where they are packed by gzip."""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Callable, Iterator

from dsk.errors import LocalFault, UsageFault
from dsk.prompt.unreadable import advice
from dsk.world import STDIN

READ_SIZE = 1 << 16
GZIP = b"\x1f\x8b"
# zlib's number for a stream with the headers of gzip.
GZIP_BITS = 31


def check_source(name: str) -> None:
    """Raise ``UsageFault`` if the file cannot be read. Waits for no FIFO."""
    if name == "-":
        return
    try:
        mode = os.stat(name).st_mode  # noqa: PTH116 - a name is all that is wanted of it
        if stat.S_ISDIR(mode):
            raise UsageFault(f"cannot read {name}", "it is a directory", hint="name the files in it")
        if stat.S_ISREG(mode):
            os.close(os.open(name, os.O_RDONLY | os.O_CLOEXEC))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageFault(f"cannot read {name}", why.lower(), hint=advice(name, error)) from error


def blocks(name: str) -> Iterator[bytes]:
    """The bytes of a file, ``-`` being stdin, as they come. Raises ``LocalFault`` if they cannot be read, and
    ``UsageFault`` if their packing is damaged."""
    if name == "-":
        yield from _unpacked(name, lambda: os.read(STDIN, READ_SIZE))
        return
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise _unreadable(name, error) from error
    try:
        yield from _unpacked(name, lambda: os.read(descriptor, READ_SIZE))
    finally:
        os.close(descriptor)


def peeked(name: str) -> Iterator[bytes] | None:
    """The bytes once more, from where they are now, for somebody who only counts; None if they come but once."""
    try:
        mode = os.fstat(STDIN).st_mode if name == "-" else os.stat(name).st_mode  # noqa: PTH116
        if not stat.S_ISREG(mode):
            return None
        if name != "-":
            return blocks(name)
        at = os.lseek(STDIN, 0, os.SEEK_CUR)
    except OSError:
        return None
    return _unpacked(name, _Peeking(at).read)


class _Peeking:
    def __init__(self, at: int) -> None:
        self._at = at

    def read(self) -> bytes:
        data = os.pread(STDIN, READ_SIZE, self._at)
        self._at += len(data)
        return data


def _unpacked(name: str, read: Callable[[], bytes]) -> Iterator[bytes]:
    raw = _read_all(name, read)
    head = b""
    while len(head) < len(GZIP) and (block := next(raw, b"")):
        head += block
    if not head.startswith(GZIP):
        if head:
            yield head
        yield from raw
        return
    unpacker = zlib.decompressobj(GZIP_BITS)
    try:
        pending = head
        while pending or (pending := next(raw, b"")):
            if unpacker.eof:
                # Packed files may be put one after another.
                if not pending.strip(b"\0"):
                    pending = b""
                    continue
                unpacker = zlib.decompressobj(GZIP_BITS)
            if data := unpacker.decompress(pending, READ_SIZE):
                yield data
            pending = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    except zlib.error as error:
        raise UsageFault(
            f"{shown(name)} cannot be read",
            f"its gzip packing is damaged: {error}",
            hint="copy it again, or unpack what is there: zcat",
        ) from error
    if not unpacker.eof:
        raise UsageFault(
            f"{shown(name)} cannot be read",
            "its gzip packing ends too early",
            hint="copy it again, or unpack what is there: zcat",
        )


def _read_all(name: str, read: Callable[[], bytes]) -> Iterator[bytes]:
    while True:
        try:
            data = read()
        except BlockingIOError:
            _wait_readable()
            continue
        except OSError as error:
            raise _unreadable(name, error) from error
        if not data:
            return
        yield data


def _wait_readable() -> None:
    import select

    poll = select.poll()
    poll.register(STDIN, select.POLLIN)
    poll.poll()


def shown(name: str) -> str:
    """The name for people."""
    return "stdin" if name == "-" else name


def _unreadable(name: str, error: OSError) -> LocalFault:
    hint = "name a file" if name == "-" else advice(name, error)
    return LocalFault(f"{shown(name)} cannot be read", (error.strerror or str(error)).lower(), hint=hint)
