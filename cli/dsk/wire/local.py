"""What is looked up on this machine before a packet leaves it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from dsk.errors import LocalFault
from dsk.wire.connecting import addresses
from dsk.wire.endpoint import (
    Endpoint,
    check_key_is_safe,
    clear_key_fault,
    is_own_address,
    key_is_in_the_clear,
    parts_of,
)

# In requests' own order.
CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def check_key_stays_here(endpoint: Endpoint) -> None:
    """Refuse to send the key over plain http if the server's name, localhost or not, is another machine's.

    Raises ``UsageFault``. A name without an address is no danger: there will be no connection.
    """
    check_key_is_safe(endpoint)
    if not key_is_in_the_clear(endpoint):
        return
    parts = parts_of(endpoint.base_url)
    try:
        found = addresses(parts.hostname or "", parts.port or 80)
    except (OSError, UnicodeError):
        return
    away = elsewhere(str(address[0]) for *_, address in found)
    if away:
        raise clear_key_fault(endpoint, f"the name leads to {away}, which is not this machine")


def elsewhere(addresses: Iterable[str]) -> str | None:
    """The first address that is not this machine's own; None if all are."""
    return next((a for a in addresses if not is_own_address(a.partition("%")[0])), None)


def ca_bundle(env: Mapping[str, str] = os.environ) -> tuple[str, str] | None:
    """The variable that names certificates, and what it names; None if those count that come with requests."""
    return next(((name, env[name]) for name in CA_VARIABLES if env.get(name)), None)


def check_ca_bundle(url: str) -> None:
    """Raise ``LocalFault`` if the environment names certificates that are not there, and they are needed."""
    named = ca_bundle() if parts_of(url).scheme == "https" else None
    if named and not os.path.exists(named[1]):  # noqa: PTH110 - pathlib takes its time to load
        raise LocalFault(
            f"{named[0]} is {named[1]}",
            "there is no such file",
            hint=f"unset {named[0]}, or let it name a CA bundle",
        )
