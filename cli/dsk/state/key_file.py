"""The key file of a profile: one line, for its owner's eyes only."""

from __future__ import annotations

import os
import stat

from dsk.errors import KeyFault, LocalFault
from dsk.state.secret import LONGEST

MODE = 0o600
FOLDER_MODE = 0o700


def read_key_file(path: str) -> bytes | None:
    """The bytes of the key file, not all of them if it holds more than a key; None if there is none.

    Raises ``KeyFault`` if it cannot be read, is no regular file, or others might read or write it.
    """
    what = f"the key file {path} cannot be used"
    try:
        # Non-blocking, so that a named pipe in its place does not hang the run.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise KeyFault(what, "it is not a regular file", hint="move it away; dsk key set makes one")
        mode = stat.S_IMODE(status.st_mode)
        if mode & ~MODE:
            from shlex import quote

            raise KeyFault(what, f"its mode {mode:04o} is wider than 0600", hint=f"chmod 600 {quote(path)}")
        with open(descriptor, "rb", closefd=False) as file:
            # A line end more than the longest key, and a byte that shows that this is not all.
            return file.read(LONGEST + 3)
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(descriptor)


def _unreadable(path: str, error: OSError) -> KeyFault:
    from dsk.state.file_advice import to_read

    return KeyFault(f"the key file {path} cannot be used", error.strerror or str(error), hint=to_read(path))


def write_key_file(path: str, secret: str) -> None:
    """Put the key into its file, whole or not at all. Raises ``LocalFault`` if that is not possible.

    The folder is made, and both are closed to everybody else, whatever the umask is.
    """
    from pathlib import Path
    from tempfile import mkstemp

    what = f"the key file {path} cannot be written"
    folder = Path(path).parent
    try:
        for part in (*reversed(folder.parents), folder):
            part.mkdir(mode=FOLDER_MODE, exist_ok=True)
        folder.chmod(FOLDER_MODE)
        # A dot in front is no profile's name; mkstemp gives the file mode 0600.
        descriptor, name = mkstemp(prefix=".", dir=folder)
        new = Path(name)
        try:
            with open(descriptor, "wb") as file:
                file.write(secret.encode("ascii") + b"\n")
                file.flush()
                os.fchmod(descriptor, MODE)
                os.fsync(descriptor)
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
    except OSError as error:
        from dsk.state.file_advice import to_write

        is_taken = isinstance(error, FileExistsError)
        why = f"{error.filename} is not a folder" if is_taken else error.strerror or str(error)
        raise LocalFault(what, why, hint=to_write(path, error)) from error


def remove_key_file(path: str) -> bool:
    """Remove the key file; whether there was one. Raises ``LocalFault`` if that is not possible."""
    from pathlib import Path

    try:
        Path(path).unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        from dsk.state.file_advice import to_write

        what, why = f"the key file {path} cannot be removed", error.strerror or str(error)
        raise LocalFault(what, why, hint=to_write(path, error)) from error
    return True
