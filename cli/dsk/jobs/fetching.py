"""A file of the prompt that is a URL. What goes wrong there is told of the file, not of the model's server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.errors import BrokenFault, ClockFault, Failure, LocalFault, NetworkFault, ServerFault, UsageFault

if TYPE_CHECKING:
    from dsk.wire.clocks import Clocks

# The most that is taken from a URL: several times what the largest context holds.
LIMIT = 64 << 20


def fetch_file(url: str, clocks: Clocks) -> bytes:
    """The bytes behind a value of --file.

    Raises ``UsageFault`` if there are none to be had under this name, ``ServerFault`` if its server failed,
    ``NetworkFault`` or ``ClockFault`` if it was not reached or broke off.
    """
    from dsk.wire.transport import get_file

    try:
        return get_file(url, clocks, LIMIT)
    except Failure as fault:
        raise _of_file(fault, url) from fault


def _of_file(fault: Failure, url: str) -> Failure:
    what, why = f"--file {url}", f"{fault.what}: {fault.why}" if fault.why else fault.what
    if isinstance(fault, LocalFault):
        return LocalFault(what, why, hint=fault.hint)
    if fault.http_status is not None:
        kind = UsageFault if fault.http_status < 500 else ServerFault
        hint = "check the URL" if kind is UsageFault else "try again later"
        return kind(what, f"HTTP {fault.http_status}", hint=hint)
    if isinstance(fault, (NetworkFault, BrokenFault)):
        return NetworkFault(what, why, hint="check the URL and the network")
    if isinstance(fault, ClockFault):
        return ClockFault(what, why, hint=fault.hint)
    return UsageFault(what, why, hint=fault.hint)
