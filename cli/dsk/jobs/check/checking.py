"""The job of ``dsk check``: is everything there that a question needs. A line for each thing looked at, in the order in
which a run comes to need it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from dsk.errors import Failure, Status, hide_secret
from dsk.jobs.check.finding import Finding, failed, ok, print_finding, warned
from dsk.jobs.check.places import check_config_file, check_log
from dsk.jobs.check.server import check_answers
from dsk.jobs.settling import settle_endpoint, settle_request, settle_server, settle_short_clocks
from dsk.records import NamedTuple
from dsk.state.config import load
from dsk.wire.endpoint import host_of

if TYPE_CHECKING:
    from dsk.jobs.settings import FromTemplate
    from dsk.jobs.settling import Server
    from dsk.request.options import RequestOptions
    from dsk.state.config import Config
    from dsk.wire.clocks import Clocks
    from dsk.wire.endpoint import Endpoint
    from dsk.wire.settings import NetworkSettings
    from dsk.world import World


class CheckSettings(NamedTuple):
    """What ``check`` was told; ``request`` has the model. ``asks``: a tiny question is asked as well, which costs."""

    network: NetworkSettings
    request: RequestOptions
    from_file: frozenset[str]
    from_environment: frozenset[str]
    from_template: FromTemplate
    asks: bool
    as_json: bool


def check(settings: CheckSettings, world: World) -> Status:
    """Look at everything and print what was found; the status is that of the first failure."""
    found = []
    for finding in _findings(settings, world):
        found.append(finding)
        if not settings.as_json:
            print_finding(finding, world)
    status = next((finding.status for finding in found if finding.state == "fail"), Status.OK)
    if settings.as_json:
        import json

        from dsk.output.sinks import write_out_all
        from dsk.world import STDOUT

        rows = [finding._asdict() | {"status": int(finding.status)} for finding in found]
        write_out_all(STDOUT, json.dumps({"status": int(status), "checks": rows}).encode() + b"\n")
    return status


def _findings(settings: CheckSettings, world: World) -> Iterator[Finding]:
    try:
        config = load(world.env)
    except Failure as fault:
        # Nothing is known of the server then.
        yield failed("config", fault)
        yield check_log(world.env)
        return
    yield check_config_file(world.env)
    yield check_log(world.env)
    try:
        server = settle_server(settings.network, config, world.env)
    except Failure as fault:
        yield failed("server", fault)
        return
    yield ok("server", f"{server.base_url}, profile {server.profile.name}")
    endpoint = None
    try:
        endpoint = settle_endpoint(server, world.env, has_offline=False)
        yield ok("key", _key(server, endpoint, world))
    except Failure as fault:
        yield failed("key", fault)
    model, finding = _model(settings, config, server)
    if finding:
        yield finding
    clocks = settle_short_clocks(settings.network)
    is_reached = False
    for finding in _network(server.base_url, clocks):
        yield finding
        is_reached = finding.what == "network" and finding.state == "ok"
    if is_reached and endpoint:
        yield from check_answers(server, endpoint, model, clocks, asks=settings.asks)


def _key(server: Server, endpoint: Endpoint, world: World) -> str:
    """Where the key comes from; never the key."""
    from dsk.state.keys import find_key
    from dsk.state.paths import key_file

    if not server.profile.key_env:
        return "none is needed"
    if not endpoint.key:
        return f"none, and none is asked for on this machine; {server.profile.key_env} would have it"
    hide_secret(endpoint.key)
    if server.profile.key_command and not world.env.get(server.profile.key_env):
        # It may ask for a passphrase: once is enough.
        return "from key_command"
    key, _ = find_key(server.profile, world.env)
    origin = key.origin if key else ""
    return f"from {origin}{', mode 0600' if origin == key_file(world.env, server.profile.name) else ''}"


def _model(settings: CheckSettings, config: Config, server: Server) -> tuple[str | None, Finding | None]:
    """The model that would be asked."""
    origins = settings.from_file, settings.from_environment, settings.from_template
    try:
        settled = settle_request(settings.request, *origins, config, server)
    except Failure as fault:
        return None, warned("model", f"{fault.message}", fault.hint)
    note = warned("model", settled.warnings[0]) if settled.warnings else None
    return settled.options.model, note


def _network(base_url: str, clocks: Clocks) -> Iterator[Finding]:
    """The way to the server, as far as it goes."""
    from dsk.wire.local import ca_bundle, check_ca_bundle
    from dsk.wire.trial import proxy_for, try_connection

    proxy = proxy_for(base_url)
    yield ok("proxy", f"{proxy.url} by {proxy.why}" if proxy.url else f"none: {proxy.why}")
    if base_url.startswith("https:"):
        named = ca_bundle()
        try:
            check_ca_bundle(base_url)
            yield ok("certificates", f"{named[1]} by {named[0]}" if named else "those that come with dsk")
        except Failure as fault:
            yield failed("certificates", fault)
            return
    try:
        trial = try_connection(proxy.url or base_url, clocks)
    except Failure as fault:
        yield failed("network", fault, _advice(fault, proxy.url))
        return
    steps = f"DNS {_ms(trial.dns)}, TCP {_ms(trial.tcp)}"
    if trial.tls is not None:
        steps += f", {trial.version} {_ms(trial.tls)}"
    where = "the proxy" if proxy.url else host_of(base_url)
    yield ok("network", f"{where} is {trial.address}: {steps}")


def _advice(fault: Failure, proxy: str) -> str:
    if proxy:
        return "the proxy is not reached: check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
    if not _has_network():
        return "this machine is offline; dsk ask --offline answers without a network"
    return fault.hint


def _has_network() -> bool:
    """Whether anything leads away from this machine. No packet is sent for it."""
    from dsk.wire.trial import has_route

    with suppress(OSError):
        return has_route()
    return False


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
