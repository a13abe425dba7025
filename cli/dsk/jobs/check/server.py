"""What the server itself says: whether it takes the key, what its clock shows, which models it has."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dsk.errors import BalanceFault, Failure, ServerFault
from dsk.jobs.check.finding import Finding, failed, ok, warned
from dsk.jobs.listing import BALANCE_PATH, MODELS_PATH
from dsk.wire.endpoint import OTHER_KIND

if TYPE_CHECKING:
    from dsk.jobs.settling import Server
    from dsk.wire.clocks import Clocks
    from dsk.wire.endpoint import Endpoint
    from dsk.wire.looking import Look

# Seconds that two clocks may differ before certificates and logs suffer.
MOST_SKEW = 60
NOT_FOUND = 404
# Characters of the longest name of a model that anybody would type.
LONGEST_NAME = 200
# They list their models to anybody, so that the list says nothing of the key.
OPEN_LISTS = ("openrouter", "llamacpp")


def check_answers(
    server: Server, endpoint: Endpoint, model: str | None, clocks: Clocks, *, asks: bool
) -> Iterator[Finding]:
    """Ask for the list of models; then look at the clock, the model, the balance and, if asked to, the answer to a tiny
    question."""
    from dsk.wire.looking import look

    try:
        models = look(endpoint, MODELS_PATH, clocks)
    except Failure as fault:
        yield failed("answer", fault)
        return
    yield from _clock(models)
    if models.refusal and models.status != NOT_FOUND:
        yield failed("answer", models.refusal)
        return
    other = None if models.refusal else listing_fault(models)
    if other:
        yield failed("answer", other)
        return
    ids = model_ids(models)
    if models.refusal:
        yield warned("answer", f"the server has no list at {MODELS_PATH}", "check --base-url; --ask asks it")
    else:
        keyed = endpoint.key and server.profile.name not in OPEN_LISTS
        yield ok("answer", f"{models.url} has {len(ids)} models{' for this key' if keyed else ''}")
    if model:
        yield _listed(model, ids)
    if server.is_deepseek:
        yield from _balance(look(endpoint, BALANCE_PATH, clocks, only=True))
    yield from _asked(server, endpoint, model, clocks) if asks else _ability(server)


def model_ids(models: Look) -> list[str]:
    """The names in a list of models; none if it is no such list."""
    names = [row.get("id") for row in _rows(models) or ()]
    # Others could neither be typed nor kept.
    return [name for name in names if isinstance(name, str) and len(name) <= LONGEST_NAME and name.isprintable()]


def listing_fault(models: Look) -> ServerFault | None:
    """What answers with something else than a list of models is another kind of server; None if it is one."""
    return None if _rows(models) is not None else _other_kind(models, "no list of models")


def _rows(models: Look) -> list[dict[str, Any]] | None:
    found = models.json
    if isinstance(found, dict) and "data" in found:
        # Ollama has null where it has none.
        found = found["data"] or []
    is_list = isinstance(found, list) and all(isinstance(row, dict) for row in found)
    return found if is_list else None


def _other_kind(found: Look, what: str) -> ServerFault:
    return ServerFault(f"what answers at {found.url} is {what}", hint=OTHER_KIND)


def _clock(models: Look) -> Iterator[Finding]:
    """Local time beside the server's, which is whole seconds (RFC 9110, 6.6.1)."""
    from email.utils import parsedate_to_datetime

    try:
        skew = time.time() - parsedate_to_datetime(models.headers.get("date", "")).timestamp()
    except (ValueError, TypeError, OverflowError):
        return
    if abs(skew) <= MOST_SKEW:
        yield ok("clock", "as the server's")
        return
    how = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the server's"
    yield warned("clock", how, "set it: certificates and waits depend on it")


def _listed(model: str, ids: list[str]) -> Finding:
    if model in ids:
        return ok("model", f"{model} is listed")
    if not ids:
        return ok("model", model)
    from difflib import get_close_matches

    near = get_close_matches(model, ids, n=1)
    return warned(
        "model", f"{model} is not listed", f"did you mean {near[0]}?" if near else "dsk models lists those that are"
    )


def _balance(found: Look) -> Iterator[Finding]:
    if found.refusal and found.status == NOT_FOUND:
        return
    has_balance = isinstance(found.json, dict) and isinstance(found.json.get("is_available"), bool)
    if found.refusal:
        yield failed("balance", found.refusal)
    elif not has_balance:
        yield failed("balance", _other_kind(found, "no balance"))
    elif not found.json["is_available"]:
        hint = "top up at https://platform.deepseek.com/top_up"
        yield failed("balance", BalanceFault("the balance is used up", hint=hint))
    else:
        yield ok("balance", "it suffices for a request")


def _ability(server: Server) -> Iterator[Finding]:
    if server.profile.prefix_completion:
        yield ok("prefix", f"by {server.prefix_way}, so the profile says: broken answers are resumed; --ask tries it")
    else:
        yield ok("prefix", "none, so the profile says: broken answers stay broken")


def _asked(server: Server, endpoint: Endpoint, model: str | None, clocks: Clocks) -> Iterator[Finding]:
    """One question of one token, with a prefix where the server should know how to go on with one."""
    from dsk.request.prefix import in_way

    if model is None:
        return
    messages: list[Mapping[str, Any]] = [{"role": "user", "content": "Count from 1 to 3."}]
    what = "ask"
    if server.profile.prefix_completion:
        messages.append({"role": "assistant", "content": "1, 2,", "prefix": True})
        what = "prefix"
    limit = server.ways.max_tokens if server.ways else "max_tokens"
    fields: dict[str, Any] = {"model": model, "messages": messages, "stream": False, limit: 1}
    if server.is_deepseek:
        fields["thinking"] = {"type": "disabled"}
    path, put = in_way(fields, server.prefix_way)
    begun = time.monotonic()
    try:
        answered = _post(endpoint, path, json.dumps(put).encode(), clocks)
    except Failure as fault:
        yield failed(what, fault)
        return
    took = f"answered in {time.monotonic() - begun:.1f} s"
    if not answered:
        yield warned(what, f"{took}, but not with a chat completion", "check --base-url")
    elif what == "prefix":
        yield ok(what, f"by {server.prefix_way}, {took}: broken answers are resumed")
    else:
        yield ok(what, took)


def _post(endpoint: Endpoint, path: str, body: bytes, clocks: Clocks) -> bool:
    """Whether the answer to a body is a chat completion."""
    from dsk.wire.line import Line
    from dsk.wire.transport import MAX_JSON, post, read_all

    clocks.begin_attempt(time.monotonic())
    with post(endpoint, path, body, clocks, Line(clocks)) as reply:
        data = read_all(reply, MAX_JSON)
    try:
        return isinstance(json.loads(data or b"").get("choices"), list)
    except (ValueError, AttributeError, RecursionError):
        return False
