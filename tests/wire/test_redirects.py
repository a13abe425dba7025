"""Where a redirect leads, and what is not followed."""

from __future__ import annotations

import pytest

from dsk.wire.redirects import may_follow, same_server, target_of


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "http://h/b"),
        ("https://x/\u00c3\u00a9", "https://x/\u00e9"),
        ("", None),
        ("http://[bad", None),
        ("http://x:99999/", None),
        ("file:///etc/passwd", None),
        ("javascript:alert(1)", None),
    ],
)
def test_a_location_is_an_address_of_http_or_nothing(location: str, target: str | None) -> None:
    assert target_of("http://h/a", location) == target


def test_a_body_goes_only_where_it_is_promised_to_stay_a_body() -> None:
    assert [status for status in range(300, 400) if may_follow(status, has_body=True)] == [307, 308]
    assert [status for status in range(300, 400) if may_follow(status, has_body=False)] == [301, 302, 303, 307, 308]


def test_another_port_is_another_server() -> None:
    assert same_server("http://h:1/a", "http://h:1/b")
    assert not same_server("http://h:1/a", "http://h:2/a")
