"""What this machine must be asked before a packet leaves it."""

from __future__ import annotations

import pytest

from dsk.errors import LocalFault, UsageFault
from dsk.wire.endpoint import Endpoint
from dsk.wire.local import check_ca_bundle, check_key_stays_here, elsewhere


@pytest.mark.parametrize(
    ("addresses", "away"),
    [
        (["127.0.0.1", "::1", "127.8.8.8"], None),
        (["127.0.0.1", "10.0.0.1"], "10.0.0.1"),
        (["fe80::1%eth0"], "fe80::1%eth0"),
        (["0.0.0.0"], "0.0.0.0"),
        ([], None),
    ],
)
def test_one_address_elsewhere_is_enough(addresses: list[str], away: str | None) -> None:
    assert elsewhere(addresses) == away


def test_a_key_may_go_to_localhost_and_a_name_without_address_is_no_danger() -> None:
    check_key_stays_here(Endpoint("http://localhost:1", "k", {}))
    check_key_stays_here(Endpoint("http://a..localhost:1", "k", {}))
    with pytest.raises(UsageFault, match="in the clear"):
        check_key_stays_here(Endpoint("http://10.0.0.1", "k", {}))


def test_a_bundle_is_needed_for_https_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent/ca.pem")
    check_ca_bundle("http://127.0.0.1")
    with pytest.raises(LocalFault, match="REQUESTS_CA_BUNDLE is /nonexistent"):
        check_ca_bundle("https://127.0.0.1")
