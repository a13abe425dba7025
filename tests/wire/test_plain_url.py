"""Plain URLs beside what urllib makes of them."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from dsk.wire.plain_url import PlainUrl, plain_url


@pytest.mark.parametrize(
    "url",
    [
        "https://api.deepseek.com",
        "https://api.deepseek.com./beta",
        "http://localhost:8080/v1",
        "http://127.0.0.1:1",
        "http://my-box:65535/a_b/~c/-d.e",
        f"http://{'x' * 63}",
    ],
)
def test_a_plain_url_has_the_parts_that_urllib_finds(url: str) -> None:
    found = plain_url(url)
    assert found is not None
    assert found == PlainUrl(*(getattr(urlsplit(url), name) for name in PlainUrl._fields))


@pytest.mark.parametrize(
    "url",
    [
        *("", "localhost", "ftp://localhost", "HTTP://localhost", "http:/localhost", "http://", "http://."),
        *(
            "http://Localhost",
            "http://a..b",
            "http://-a",
            "http://a-",
            f"http://{'x' * 64}",
            "http://[::1]",
            "http://a_b",
        ),
        *("http://a:", "http://a:0", "http://a:080", "http://a:65536", "http://a:1x", "http://a:\u0663", "http://a:b"),
        *(
            "http://a/",
            "http://a//b",
            "http://a/.",
            "http://a/b/../c",
            "http://a/%20",
            "http://a/b c",
            "http://a/\u00e9",
        ),
        *("http://a?b", "http://a#b", "http://a/b?c", "http://user@a", "http://user:key@a", "http://a\n", " http://a"),
    ],
)
def test_what_is_not_as_plain_is_left_to_urllib(url: str) -> None:
    assert plain_url(url) is None
