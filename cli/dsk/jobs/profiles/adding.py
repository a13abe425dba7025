"""The job of ``dsk profile add``: look at a server, and write a profile that fits it into the config file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsk.errors import ClockFault, Failure, KeyFault, NetworkFault, ServerFault, Status, UsageFault, hide_secret
from dsk.jobs.check.server import listing_fault, model_ids
from dsk.jobs.listing import MODELS_PATH
from dsk.jobs.profiles.recognising import recognise
from dsk.jobs.settling import settle_short_clocks
from dsk.output.notes import note, warn
from dsk.records import NamedTuple
from dsk.state.config import load
from dsk.state.config_editing import OURS, check_free, put_profile
from dsk.state.paths import config_file
from dsk.state.profile import SERVER_NAMES, Profile, default_key_env, is_name, new_profile
from dsk.state.rules import PROFILE
from dsk.wire.endpoint import AS_IN, Endpoint, check_base_url, is_loopback

if TYPE_CHECKING:
    from dsk.wire.looking import Look
    from dsk.wire.settings import NetworkSettings
    from dsk.world import World

# So many models are named; more are counted.
MOST_NAMED = 8


class AddSettings(NamedTuple):
    """What ``profile add`` was told. ``key_env`` None: as by default; "": the server needs no key."""

    name: str
    network: NetworkSettings
    key_env: str | None
    model: str | None
    probes: bool
    force: bool


def add_profile(settings: AddSettings, world: World) -> Status:
    """Write the profile. Raises ``UsageFault`` for a name that is taken or none, and the failure of a server that is
    not there."""
    config = load(world.env)
    name = settings.name
    if not is_name(name):
        raise UsageFault(f"a profile cannot be called {name!r}", hint="it names a file: no slash, dot or dash in front")
    if not settings.force:
        check_free(config, name)
    if settings.key_env is not None and not PROFILE["key_env"].holds(settings.key_env):
        hint = "as in --key-env GROQ_API_KEY; the key itself belongs into that variable, or dsk key set"
        raise UsageFault(f"--key-env must be {PROFILE['key_env'].expected}", hint=hint)
    given = settings.network.base_url
    usual = new_profile(name)
    if not (given or usual.base_url):
        raise UsageFault("--base-url is missing", "it says where the server is", hint=AS_IN)
    base_url = check_base_url(given or usual.base_url)
    values: dict[str, Any]
    if not settings.probes:
        said = {"base_url": base_url if given else None, "model": settings.model, "key_env": settings.key_env}
        values = {key: value for key, value in said.items() if value is not None}
        put_profile(world.env, name, values, f"{OURS}.", force=settings.force)
        _tell(settings, None, "", "", [], settings.model or usual.model, world)
        return Status.OK
    look = _look(settings, base_url, world)
    if look.refusal is None:
        # Where it was found spares each run the search.
        base_url = look.url.partition("?")[0].removesuffix(MODELS_PATH)
    kind = recognise(base_url, look)
    values = {"base_url": base_url}
    models = model_ids(look)
    model = settings.model or (models[0] if len(models) == 1 else kind.model if kind.model in models else None)
    if model:
        values["model"] = model
    key_env = settings.key_env
    if key_env is None and _needs_no_key(kind.name, look, base_url):
        key_env = ""
    if key_env is not None and key_env != default_key_env(name):
        values["key_env"] = key_env
    values |= kind.ways(name)
    put_profile(world.env, name, values, f"{OURS}{f': {kind.why}' if kind.why else ''}.", force=settings.force)
    _tell(settings, look, kind.name, kind.why, models, model or usual.model, world)
    return Status.OK


def _look(settings: AddSettings, base_url: str, world: World) -> Look:
    """The list of models, or its refusal. Raises the failure of a server that is not there, or of another kind."""
    from dsk.wire.looking import look

    profile = _profile(settings, base_url)
    key = _key(profile, world)
    endpoint = Endpoint(base_url, key, {}, key_header=profile.key_header or "")
    try:
        found = look(endpoint, MODELS_PATH, settle_short_clocks(settings.network))
        if found.refusal is None and (other := listing_fault(found)):
            raise other
        return found
    except (NetworkFault, ClockFault, ServerFault) as fault:
        fault.hint = f"{fault.hint}; --no-probe writes the profile without a look"
        raise


def _profile(settings: AddSettings, base_url: str) -> Profile:
    """What is known of the profile beforehand."""
    kind = recognise(base_url, None)
    key_env = default_key_env(settings.name) if settings.key_env is None else settings.key_env
    key_header = new_profile(kind.name).key_header if kind.name else None
    return Profile(settings.name, base_url, key_env, key_header=key_header)


def _key(profile: Profile, world: World) -> str | None:
    """The key, where it would be found later."""
    from dsk.state.keys import find_key

    key, _ = find_key(profile, world.env)
    if key:
        hide_secret(key.secret)
    return key.secret if key else None


def _needs_no_key(kind: str, look: Look, base_url: str) -> bool:
    if isinstance(look.refusal, KeyFault):
        return False
    if kind in SERVER_NAMES and new_profile(kind).key_env:
        return kind == "vllm" and is_loopback(base_url)
    return look.refusal is None or kind in SERVER_NAMES


def _tell(
    settings: AddSettings, look: Look | None, kind: str, why: str, models: list[str], model: str | None, world: World
) -> None:
    name = settings.name
    taken = f"took it for {kind}: {why}" if kind else "its kind is not known: it is spoken to as OpenAI's would be"
    note(f"profile {name} is in {config_file(world.env)}; {taken if settings.probes else 'not looked at'}", world)
    refusal: Failure | None = look.refusal if look else None
    if isinstance(refusal, KeyFault):
        variable = default_key_env(name) if settings.key_env is None else settings.key_env
        warn([f"{refusal.message}: set {variable or 'key_env'} or run dsk key set -P {name}"], world)
    elif refusal:
        warn([f"the server gives no list of models: {refusal.message}"], world)
    elif models and model and model not in models:
        warn([f"{model} is not among the {len(models)} models of the server"], world)
    if not model:
        if models:
            named = ", ".join(models[:MOST_NAMED])
            more = f" and {len(models) - MOST_NAMED} more" if len(models) > MOST_NAMED else ""
            note(f"its models are {named}{more}: name one with -m, or model = in the file", world)
        else:
            note("it has no model: name one with -m, or model = in the file", world)
    note(f"dsk ask -P {name} asks it; dsk profile use {name} makes it the usual one", world)
