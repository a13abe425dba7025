"""An HTTP answer that is not 200, as a ``Failure`` with the next step.

The body is parsed by its content, not its header: DeepSeek's 400 comes as application/octet-stream, its 413 as
HTML. ``code`` is no use for telling errors apart there (it is nearly always invalid_request_error), so the HTTP
status decides, then the message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from dsk.errors import (
    BalanceFault,
    Failure,
    KeyFault,
    LocalFault,
    RateFault,
    RefusedFault,
    ServerFault,
    without_secrets,
)
from dsk.records import NamedTuple
from dsk.wire.redirects import readable

CHAT_PATH = "/chat/completions"
MAX_MESSAGE = 600
#: Headers with a trace id: DeepSeek's own, and what many others have.
TRACES = ("x-ds-trace-id", "x-request-id")
# Seconds, some thirty years: more than anybody waits, and less than what a lock or a clock cannot hold.
LONGEST_ASKED = 999_999_999.0
#: Hosts of servers that have a profile of their own built in.
HOSTS = {
    "api.openai.com": "openai",
    "openai.azure.com": "azure",
    "api.mistral.ai": "mistral",
    "api.groq.com": "groq",
    "openrouter.ai": "openrouter",
    "api.together.xyz": "together",
}
# What may well pass by itself.
TRANSIENT = frozenset((408, 429, 500, 502, 503, 504))


class Asked(NamedTuple):
    """What was asked of the server: with a key or without, where, what to do if it does not take the body, and
    whether redirects were followed on the same server alone."""

    has_key: bool = True
    base_url: str = ""
    body_hint: str = "check the request body"
    stays: bool = True


def refusal(
    status: int,
    reason: str,
    body: bytes,
    trace: str = "",
    location: str = "",
    retry_after: float | None = None,
    asked: Asked = Asked(),  # noqa: B008 - immutable
) -> Failure:
    """The failure that an HTTP status other than 200 stands for.

    ``reason`` is the status line's text, ``trace`` the server's trace id, ``location`` a redirect's target,
    ``retry_after`` the wait in seconds that the server asks for.
    """
    message = server_message(body) or _cut(reason) or "no message"
    trace = _cut(trace)
    if status == 101 or (300 <= status < 400 and not location):
        what = "the server speaks another protocol" if status == 101 else "the server sent no answer"
        return LocalFault(what, message, hint="check --base-url", http_status=status, trace=trace)
    if 300 <= status < 400:
        why = "not followed, so that the key stays with its host" if asked.stays else "not followed any further"
        hint = "set --base-url to where the server really is" if asked.stays else "check the URL"
        return LocalFault(f"redirected to {_cut(readable(location))}", why, hint=hint, http_status=status, trace=trace)
    kind, what, hint = _meaning(status, message, asked)
    if retry_after:
        hint += f"; the server asks to wait {ceil(retry_after)} s"
    return kind(
        what,
        message,
        hint=hint,
        http_status=status,
        trace=trace,
        transient=status in TRANSIENT,
        retry_after=retry_after,
    )


def why_everywhere(found: Sequence[tuple[str, str]]) -> str:
    """Why nothing was found: URLs that were asked one after another, each with the server's words. The same words are
    told once."""
    paths: dict[str, list[str]] = {}
    for url, message in found:
        paths.setdefault(message, []).append(_cut(urlsplit(url).path))
    return "; ".join(f"{message} at {_listed(where)}" for message, where in paths.items())


def _listed(words: Sequence[str]) -> str:
    # The last comma becomes an and.
    return " and ".join(", ".join(words).rsplit(", ", 1))


def wait_asked_for(retry_after: str, now: float) -> float | None:
    """The seconds in a Retry-After header, a number or a date (RFC 9110, 10.2.3); None if there are none in it.

    ``now`` is the wall clock's time in seconds since the epoch.
    """
    text = retry_after.strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        # Some servers ask for fractions, which the standard does not have.
        return min(float(text), LONGEST_ASKED)
    from email.utils import parsedate_to_datetime

    try:
        return min(max(parsedate_to_datetime(text).timestamp() - now, 0.0), LONGEST_ASKED)
    except (ValueError, TypeError, OverflowError):
        return None


def trace_of(fields: Mapping[str, str]) -> str:
    """The server's trace id among these headers, whose names are found in lower case; "" if there is none."""
    return _cut(next((found for name in TRACES if (found := fields.get(name))), ""))


def server_message(body: bytes) -> str:
    """The server's own words in an error body: JSON of any shape, HTML, or plain text; "" if there are none."""
    text = body.decode("utf-8", "replace").strip()
    try:
        found = _from_json(json.loads(text))
    except (ValueError, RecursionError):
        found = _from_html(text) if text.startswith("<") else text
    return _cut(found)


def _other_profile(base_url: str) -> str:
    """How to speak to a server that is not DeepSeek's."""
    host = urlsplit(base_url).hostname or ""
    known = next((name for end, name in HOSTS.items() if host == end or host.endswith(f".{end}")), None)
    return f"use -P {known}" if known else f"dsk profile add NAME --base-url {base_url} makes one that fits"


def _cut(text: str) -> str:
    """One line that is not too long, and in which no part of a key is left."""
    text = without_secrets(" ".join(text.split()))
    return text if len(text) <= MAX_MESSAGE else text[:MAX_MESSAGE] + "..."


def _from_json(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value:
        return _from_json(value[0])
    if isinstance(value, dict):
        for key in ("error", "message", "detail", "msg", "errors"):
            if value.get(key):
                return _from_json(value[key])
    return ""


def _from_html(text: str) -> str:
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    plain = title.group(1) if title else re.sub(r"<[^>]*>", " ", text)
    return plain.strip()


def _meaning(status: int, message: str, asked: Asked) -> tuple[type[Failure], str, str]:
    """Kind, what happened, and the next step."""
    low = message.lower()
    match status:
        case 401 | 403 if not asked.has_key:
            return (
                KeyFault,
                "the server wants a key, and none was sent" if status == 401 else "no access, and no key was sent",
                "set the variable that key_env names in the profile; dsk key origin shows where a key is looked for",
            )
        case 401 | 403:
            return (
                KeyFault,
                "the key was refused",
                "check it with dsk key origin, replace it with dsk key set",
            )
        case 402:
            return BalanceFault, "the balance is used up", "top up at https://platform.deepseek.com/top_up"
        case 429:
            return RateFault, "too many requests", "wait a while, or run fewer at a time"
        case 404 if asked.base_url.endswith(CHAT_PATH):
            return RefusedFault, "not found", f"{CHAT_PATH} is added to the base URL: leave it out there"
        case 404:
            return RefusedFault, "not found", "check --base-url and --model; dsk models lists the models"
        case 408:
            return RefusedFault, "the server gave up waiting", "try again"
        case 413:
            return RefusedFault, "the request is too large", "send less text"
        case 503:
            return ServerFault, "the server is overloaded", "try again later"
        case _ if status >= 500:
            return ServerFault, "the server failed", "try again later"
    if "context length" in low:
        hint = "send less text, or lower --max-tokens"
    elif "model" in low and ("supported" in low or "exist" in low or "not found" in low):
        hint = "dsk models lists the models"
    elif "thinking" in low and re.search("parameter|argument|property|extra", low):
        hint = f"this server does not know DeepSeek's field thinking: {_other_profile(asked.base_url)}"
    elif "content exists risk" in low:
        hint = "the input was refused as it is: change it"
    else:
        hint = asked.body_hint
    return RefusedFault, "the request was refused", hint
