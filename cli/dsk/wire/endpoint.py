"""Where requests go: base URL, key, extra headers, and the rules that keep the key where it belongs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dsk.errors import UsageFault
from dsk.records import NamedTuple
from dsk.wire.plain_url import PlainUrl, plain_url

if TYPE_CHECKING:
    from urllib.parse import SplitResult

BETA = "/beta"
KEY_HEADERS = ("authorization", "api-key", "x-api-key")


class Endpoint(NamedTuple):
    """A server. ``key`` is the secret itself or None; ``base_url`` has no trailing slash. ``body_hint`` is the next
    step if it refuses a body. ``key_header`` is the header that has the key, and nothing else, in the place of
    ``Authorization``; ``query`` ends every URL."""

    base_url: str
    key: str | None
    headers: Mapping[str, str]
    body_hint: str = "check the request body"
    key_header: str = ""
    query: str = ""

    @property
    def has_key(self) -> bool:
        """Whether a key is sent, be it in a header of the profile's own."""
        return bool(self.key) or any(name.lower() in KEY_HEADERS for name in self.headers)

    @property
    def key_field(self) -> tuple[str, str] | None:
        """The header that has the key, and its value; None without a key."""
        if not self.key:
            return None
        return (self.key_header, self.key) if self.key_header else ("Authorization", f"Bearer {self.key}")

    def urls(self, path: str) -> list[str]:
        """Where a path may be, the likeliest first: ``urls_for``."""
        return [url + self.query for url in urls_for(self.base_url, path)]

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Endpoint({self.base_url})"


OTHER_KIND = "--base-url may lead to another kind of server"
AS_IN = "as in https://api.deepseek.com, or http://localhost:8080"


def check_base_url(url: str) -> str:
    """The base URL without trailing slashes.

    Raises ``UsageFault`` if it is not http(s), has no host, or carries credentials, a query or a fragment.
    """
    parts = parts_of(url)
    if parts.scheme not in ("http", "https"):
        raise UsageFault(
            f"base URL {url!r} does not start with http:// or https://",
            hint=f"as in https://{url}" if url and not parts.scheme else AS_IN,
        )
    if not parts.hostname:
        raise UsageFault(f"base URL {url!r} names no host", hint=AS_IN)
    if parts.username is not None or parts.password is not None:
        raise UsageFault(
            "the base URL carries a user name or password",
            hint="a key belongs into dsk key set or the environment",
        )
    if parts.query or parts.fragment:
        raise UsageFault(
            f"base URL {url!r} has a query or fragment", hint="leave it out; a profile has query and headers of its own"
        )
    return url.rstrip("/")


def check_key_is_safe(endpoint: Endpoint) -> None:
    """Refuse, before a packet is sent, to put a key on plain http to another machine (``UsageFault``)."""
    if key_is_in_the_clear(endpoint) and not is_loopback(endpoint.base_url):
        raise clear_key_fault(endpoint, "plain http carries a key to this machine only")


def key_is_in_the_clear(endpoint: Endpoint) -> bool:
    """Whether a key is sent over plain http, wherever it goes."""
    return bool(endpoint.key) and parts_of(endpoint.base_url).scheme == "http"


def clear_key_fault(endpoint: Endpoint, why: str) -> UsageFault:
    """The key is not to be sent."""
    return UsageFault(
        f"the key would cross the network in the clear to {parts_of(endpoint.base_url).hostname}",
        why,
        hint='use https, or a profile with key_env = "" if the server needs no key',
    )


def name_of_host(url: str) -> str:
    """The host alone, to be compared: in lower case, without the port and the dot that ends a full name."""
    return (parts_of(url).hostname or "").rstrip(".")


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine by its name or address, without asking DNS."""
    host = name_of_host(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    if host[-1:].isalpha():
        return False
    try:
        return is_own_address(host)
    except ValueError:
        return False


def is_own_address(text: str) -> bool:
    """Whether an IP address is one that never leaves this machine: 127.0.0.0/8 or ::1. Raises ``ValueError`` for what
    is no address."""
    if ":" not in text:
        import _socket

        # ipaddress takes longer to load than everything else here.
        try:
            return _socket.inet_pton(_socket.AF_INET, text)[0] == 127
        except (OSError, UnicodeError):
            raise ValueError(f"{text!r} is no address") from None
    from ipaddress import ip_address

    return ip_address(text).is_loopback


def host_of(url: str) -> str:
    """The host, with the port if one is named, for messages."""
    return parts_of(url).netloc.rpartition("@")[2]


def urls_for(base_url: str, path: str) -> list[str]:
    """Where a path may be under a base URL, the likeliest first.

    A base without ``/v1`` may need one. The beta paths stand beside ``/v1``, not under it; a server that has none
    may know what they are for at the ordinary path.
    """
    if path.startswith(BETA):
        root = base_url.removesuffix(BETA).removesuffix("/v1")
        return [root + path, *urls_for(base_url, path.removeprefix(BETA))]
    urls = [base_url + path]
    if path and "v1" not in parts_of(base_url).path.split("/"):
        urls.append(base_url + "/v1" + path)
    return urls


def query_text(query: Mapping[str, str]) -> str:
    """The end of a URL that has this query; "" for none."""
    if not query:
        return ""
    from urllib.parse import urlencode

    return f"?{urlencode(query)}"


def parts_of(url: str) -> SplitResult | PlainUrl:
    """The parts of a base URL. Raises ``UsageFault`` if it cannot be read."""
    if plain := plain_url(url):
        return plain
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - a bad port is found only when it is asked for
    except ValueError as error:
        raise UsageFault(
            f"base URL {url!r} cannot be read",
            str(error),
            hint=AS_IN,
        ) from error
    return parts
