"""The jobs of ``dsk models`` and ``dsk balance``: what the server says of itself and of the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsk.errors import BalanceFault, ServerFault, Status
from dsk.jobs.settling import settle_endpoint, settle_server, settle_short_clocks
from dsk.output.sinks import write_out_all
from dsk.output.table import table
from dsk.state.config import load
from dsk.wire.endpoint import OTHER_KIND
from dsk.world import STDOUT

if TYPE_CHECKING:
    from dsk.wire.settings import NetworkSettings
    from dsk.world import World

MODELS_PATH = "/models"
BALANCE_PATH = "/user/balance"


def list_models(network: NetworkSettings, as_json: bool, world: World) -> Status:
    """Print the models: a table on a terminal, an id a line in a pipe, or the server's JSON."""
    answer = _get(MODELS_PATH, network, world)
    models = _rows(answer, "data", MODELS_PATH)
    if as_json:
        _print_json(answer, world)
    elif world.is_terminal(STDOUT):
        rows = [[_text(m, "id"), _text(m, "owned_by")] for m in models]
        _print(table(["MODEL", "OWNER"], rows, aligned=True))
    else:
        _print(table(["MODEL"], [[_text(m, "id")] for m in models], aligned=False))
    return Status.OK


def show_balance(network: NetworkSettings, as_json: bool, world: World) -> Status:
    """Print the balance. Raises ``BalanceFault`` after it if it does not suffice for a request."""
    answer = _get(BALANCE_PATH, network, world)
    balances = _rows(answer, "balance_infos", BALANCE_PATH)
    if as_json:
        _print_json(answer, world)
    else:
        fields = ["currency", "total_balance", "granted_balance", "topped_up_balance"]
        rows = [[_text(balance, field) for field in fields] for balance in balances]
        heading = ["CURRENCY", "TOTAL", "GRANTED", "TOPPED UP"]
        _print(table(heading, rows, aligned=world.is_terminal(STDOUT)))
    if answer.get("is_available") is False:
        raise BalanceFault(
            "the balance is used up",
            "it does not suffice for a request",
            hint="top up at https://platform.deepseek.com/top_up",
        )
    return Status.OK


def _get(path: str, network: NetworkSettings, world: World) -> Any:
    from dsk.wire.transport import get_json

    server = settle_server(network, load(world.env), world.env)
    return get_json(settle_endpoint(server, world.env, has_offline=False), path, settle_short_clocks(network))


def _rows(answer: Any, field: str, path: str) -> list[dict[str, Any]]:
    """The objects listed under a field. Raises ``ServerFault`` if the answer has another shape."""
    found = answer.get(field) if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise ServerFault(
            f"the server's answer to {path} has no list {field!r}",
            hint=OTHER_KIND,
        )
    return found


def _text(row: dict[str, Any], field: str) -> str:
    from dsk.output.escapes import clean_field

    value = row.get(field)
    return "" if value is None else clean_field(str(value))


def _print(text: str) -> None:
    write_out_all(STDOUT, text.encode())


def _print_json(answer: Any, world: World) -> None:
    from dsk.output.json_text import json_line

    write_out_all(STDOUT, json_line(answer, is_terminal=world.is_terminal(STDOUT)))
