"""Responses that no question makes: the model list, the balance, errors, and what faults put in place of an answer.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from dsk.scripted.asked import MODELS
from dsk.scripted.faults import Fault
from dsk.scripted.refusals import JSON, dumps, error_body, html_page
from dsk.scripted.responses import Request, Response, plain, silent
from dsk.scripted.script import Reply


def model_list(models: Iterable[tuple[str, str]]) -> str:
    """The answer to a request for the models: names and owners."""
    rows = [{"id": name, "object": "model", "owned_by": owner} for name, owner in models]
    return dumps({"object": "list", "data": rows})


_MODELS = model_list((name, "deepseek") for name in MODELS)
_BALANCE = {
    "is_available": True,
    "balance_infos": [
        {
            "currency": "CNY",
            "total_balance": "110.00",
            "granted_balance": "10.00",
            "topped_up_balance": "100.00",
        }
    ],
}

#: The bodies of the paths that are only looked at.
FIXED: Final = {"/models": _MODELS, "/v1/models": _MODELS, "/user/balance": dumps(_BALANCE)}


def in_place(fault: Fault, request: Request) -> Response:
    """The response that a fault puts in place of the answer."""
    match fault.name:
        case "stall" | "drop" | "reset":
            return silent(fault.name)
        case "redirect":
            return plain(307, "text/html", b"", (("Location", fault.argument),))
        case "html":
            return plain(200, "text/html", html_page("Sign in to the network", "portal").encode())
        case "no-prefix":
            return error(400, "Prefix completion is not supported", request)
        case status:
            wait = (("Retry-After", fault.argument),) if fault.argument else ()
            response = error(int(status), "", request)
            return response._replace(headers=(*response.headers, *wait))


def error(status: int, message: str, request: Request) -> Response:
    """An error as the API gives it; an empty message is the usual one."""
    body = error_body(status, message, request.key)
    return plain(status, body.content_type, body.data)


def refusal(reply: Reply, request: Request) -> Response:
    """What a reply gives in place of an answer: its own body, or the usual error of its status."""
    if reply.body is None:
        return error(reply.status, "", request)
    first = reply.body.lstrip()[:1]
    kind = JSON if first in (b"{", b"[") else "text/html" if first == b"<" else "text/plain; charset=utf-8"
    return plain(reply.status, kind, reply.body)
