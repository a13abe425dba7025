"""Base URLs, and where a key may go."""

from __future__ import annotations

import pytest

from dsk.errors import UsageFault
from dsk.wire.endpoint import (
    Endpoint,
    check_base_url,
    check_key_is_safe,
    host_of,
    is_loopback,
    urls_for,
)


@pytest.mark.parametrize("url", ["https://api.deepseek.com", "https://api.deepseek.com/", "http://[::1]:80/v1//"])
def test_trailing_slashes_do_not_matter(url: str) -> None:
    assert check_base_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.deepseek.com",
        "ftp://x",
        "https://",
        "https://u:p@x",
        "https://x?a=b",
        "https://x#f",
        "http://x:99999",
        "http://[::1",
    ],
)
def test_what_is_no_base_url_is_refused(url: str) -> None:
    with pytest.raises(UsageFault):
        check_base_url(url)


def test_a_password_in_a_base_url_is_not_repeated_in_the_error() -> None:
    with pytest.raises(UsageFault) as caught:
        check_base_url("https://user:secret@host")
    assert "secret" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:1", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:80", True),
        ("http://localhost", True),
        ("http://LOCALHOST.", True),
        ("http://a.localhost", True),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://10.0.0.1", False),
        ("http://0x7f.1", False),
        ("http://127.1", False),
        ("http://127.0.0.256", False),
        ("http://127.0.0.01", False),
        ("http://[::ffff:10.0.0.1]", False),
        ("http://2130706433", False),
    ],
)
def test_loopback_is_told_by_name_or_address(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback


def test_a_key_goes_over_plain_http_to_loopback_only() -> None:
    check_key_is_safe(Endpoint("http://127.0.0.1:1", "k", {}))
    check_key_is_safe(Endpoint("https://example.com", "k", {}))
    check_key_is_safe(Endpoint("http://example.com", None, {}))
    with pytest.raises(UsageFault, match="in the clear"):
        check_key_is_safe(Endpoint("http://example.com", "k", {}))


def test_a_key_is_not_shown() -> None:
    assert "sk-1" not in repr(Endpoint("https://x", "sk-1", {}))


def test_the_host_of_a_url_has_its_port_and_no_user() -> None:
    assert host_of("https://u@h:1/v1") == "h:1"


@pytest.mark.parametrize(
    ("base", "path", "urls"),
    [
        ("https://h", "/models", ["https://h/models", "https://h/v1/models"]),
        ("https://h/v1", "/models", ["https://h/v1/models"]),
        ("https://h/api/v1/x", "/models", ["https://h/api/v1/x/models"]),
        ("https://h/file", "", ["https://h/file"]),
        ("https://h", "/beta/c", ["https://h/beta/c", "https://h/c", "https://h/v1/c"]),
        ("https://h/v1", "/beta/c", ["https://h/beta/c", "https://h/v1/c"]),
        ("https://h/beta", "/beta/c", ["https://h/beta/c", "https://h/beta/c", "https://h/beta/v1/c"]),
    ],
)
def test_a_path_may_be_in_several_places(base: str, path: str, urls: list[str]) -> None:
    assert urls_for(base, path) == urls
