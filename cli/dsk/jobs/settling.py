"""What flags, environment, profile and defaults mean together: worked out here, once, for every job.

The order for each value: flag, environment, template, the profile as the config file has it, [defaults], the built-in.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from dsk.errors import UsageFault, hide_secret
from dsk.jobs.thinking import Level, settle_thinking
from dsk.records import NamedTuple
from dsk.request.models import resolve_retired
from dsk.request.options import RequestOptions, Ways
from dsk.wire.clocks import ENDLESS, Clocks
from dsk.wire.endpoint import Endpoint, check_base_url, check_key_is_safe, is_loopback, name_of_host, query_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsk.exchange.policy import Policy
    from dsk.jobs.settings import FromTemplate
    from dsk.state.config import Config
    from dsk.state.profile import Profile
    from dsk.wire.settings import NetworkSettings

DEEPSEEK = "deepseek"
PROFILE_FIELDS = ("model", "think", "effort", "temperature", "max_tokens")
BASE_URL_VARIABLE = "DEEPSEEK_BASE_URL"


class Server(NamedTuple):
    """The profile and where it really leads."""

    profile: Profile
    base_url: str

    @property
    def is_deepseek(self) -> bool:
        """Whether DeepSeek's rules hold; a stand-in for it at another address keeps them."""
        return self.profile.name == DEEPSEEK

    @property
    def prefix_way(self) -> str:
        """How the server is given the beginning of an answer; "" if it takes none."""
        way = self.profile.prefix_completion
        return way if isinstance(way, str) else "beta" if way else ""

    @property
    def ways(self) -> Ways | None:
        """What the server calls things; None if it is as DeepSeek has it."""
        own = self.profile
        if all(way is None for way in (own.thinking, own.max_effort, own.max_tokens_field, own.include_usage)):
            return None
        return Ways(
            own.thinking or "thinking",
            own.max_effort or "max",
            own.max_tokens_field or "max_tokens",
            own.include_usage is not False,
        )


def settle_server(network: NetworkSettings, config: Config, env: Mapping[str, str]) -> Server:
    """The profile asked for, and its base URL. DEEPSEEK_BASE_URL counts for the profile deepseek alone.

    Raises ``UsageFault`` if there is no such profile, or no base URL that can be used.
    """
    from dsk.state.config import choose

    profile = choose(config, network.profile)
    is_high = network.base_url_origin not in ("template", "file")
    base_url = network.base_url if is_high else None
    if not base_url and profile.name == DEEPSEEK and (base_url := env.get(BASE_URL_VARIABLE)):
        try:
            check_base_url(base_url)
        except UsageFault as fault:
            what = f"{BASE_URL_VARIABLE} in the environment: {fault.what}"
            raise UsageFault(what, fault.why, hint=fault.hint) from fault
    if not base_url and (network.base_url_origin == "template" or not config.sets(profile.name, "base_url")):
        base_url = network.base_url
    base_url = base_url or profile.base_url
    if not base_url:
        raise UsageFault(
            f"profile {profile.name} has no base_url",
            hint=f"add it at {config.place('profiles', profile.name)}, or give --base-url{_example(profile)}",
        )
    return Server(profile, check_base_url(base_url))


def _example(profile: Profile) -> str:
    """What the base URL looks like where each user has another one."""
    return " https://RESOURCE.openai.azure.com/openai/v1" if profile.name == "azure" else ""


def settle_short_clocks(network: NetworkSettings) -> Clocks:
    """The clocks for a look at a server, which is done as a whole within --max-time: there is no token to wait for."""
    return settle_clocks(network._replace(first_token=ENDLESS, stall=ENDLESS))


def settle_clocks(network: NetworkSettings, *, streams: bool = True) -> Clocks:
    """The clocks, started now. A server that streams nothing is silent until it has the whole answer."""
    stall = network.stall if streams else max(network.stall, network.first_token)
    return Clocks(
        time.monotonic(),
        connect=network.connect_timeout,
        first_token=network.first_token,
        stall=stall,
        max_time=network.max_time,
    )


def settle_policy(network: NetworkSettings, server: Server, *, runs_calls: bool = False) -> Policy:
    """How often a question may be asked again, and taken up. ``runs_calls``: the calls of the answer are run."""
    from dsk.exchange.policy import Policy

    return Policy(
        retry=network.retry,
        retry_max_time=network.retry_max_time,
        resume=network.resume,
        continue_on_length=network.continue_on_length,
        can_prefix=bool(server.profile.prefix_completion),
        retry_invalid=network.retry_invalid,
        runs_calls=runs_calls,
    )


def settle_endpoint(server: Server, env: Mapping[str, str], *, has_offline: bool = True) -> Endpoint:
    """The endpoint with its key. ``has_offline``: the command has that option, which can be advised.

    Raises ``KeyFault`` if there is none and the server is not on this machine, and ``UsageFault`` if the key is
    not safe on the way there.
    """
    from dsk.state.keys import find_key, no_key_fault

    profile, base_url = server
    key, looked_at = find_key(profile, env)
    if key is None and profile.key_env != "" and not is_loopback(base_url) and base_url.startswith("https:"):
        raise no_key_fault(profile, looked_at, has_offline=has_offline)
    if key:
        hide_secret(key.secret)
    endpoint = Endpoint(
        base_url,
        key.secret if key else None,
        profile.headers,
        key_header=profile.key_header or "",
        query=query_text(profile.query),
    )
    check_key_is_safe(endpoint)
    return endpoint


def sends_key(server: Server, env: Mapping[str, str]) -> bool:
    """Whether a request to the server carries a key. Looks for one only where it may do without."""
    profile, base_url = server
    if not profile.key_env:
        return False
    if not is_loopback(base_url) and base_url.startswith("https:"):
        return True
    from dsk.state.keys import find_key

    return find_key(profile, env).key is not None


class Settled(NamedTuple):
    """Request options with every layer applied, and what the user should be told."""

    options: RequestOptions
    warnings: list[str]


def settle_request(
    options: RequestOptions,
    from_file: frozenset[str],
    from_environment: frozenset[str],
    from_template: FromTemplate,
    config: Config,
    server: Server,
) -> Settled:
    """The request options after all layers; aliases and retired model names are resolved.

    Raises ``UsageFault`` if no model is named, or what is said about thinking contradicts itself.
    """
    profile = server.profile
    lower = from_file | from_environment | from_template.names
    flags = {n: None if n in lower else getattr(options, n) for n in PROFILE_FIELDS}
    variables = {n: getattr(options, n) for n in PROFILE_FIELDS if n in from_environment}
    template = {n: getattr(options, n) for n in PROFILE_FIELDS if n in from_template.names}
    owned = {n: getattr(profile, n) for n in PROFILE_FIELDS if config.sets(profile.name, n)}
    defaults = {n: getattr(options, n) for n in PROFILE_FIELDS if n in from_file}
    layers = [flags, variables, template, owned, defaults, {n: getattr(profile, n) for n in PROFILE_FIELDS}]
    model = _first(layers, "model")
    if not model:
        listing = f"dsk models -P {profile.name}"
        raise UsageFault(f"profile {profile.name!r} has no model", hint=f"name one with -m; {listing} lists them")
    model = config.aliases.get(model, model)
    warnings: list[str] = []
    retired = resolve_retired(model, name_of_host(server.base_url))
    think, effort = settle_thinking(
        _level(flags),
        _level(variables),
        [
            _level(template, from_template.place),
            Level(retired[1] if retired else None, None),
            _level(owned, partial(config.place, "profiles", profile.name)),
            _level(defaults, partial(config.place, "defaults")),
            _level(layers[-1]),
        ],
    )
    if retired:
        warnings.append(f"{model} is retired: {retired[0]} is asked, with thinking {'on' if think else 'off'}")
        model = retired[0]
    return Settled(
        options._replace(
            model=model,
            think=think,
            effort=effort,
            temperature=_first(layers, "temperature"),
            max_tokens=_first(layers, "max_tokens"),
            ways=server.ways,
        ),
        warnings,
    )


def _first(layers: Iterable[Mapping[str, Any]], name: str) -> Any:
    return next((layer[name] for layer in layers if layer.get(name) is not None), None)


def _level(layer: Mapping[str, Any], place: Callable[[str], str] | None = None) -> Level:
    return Level(layer.get("think"), layer.get("effort"), place)
