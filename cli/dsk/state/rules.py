"""What the values of the config file must be, field by field. Pure: knows no file and no line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from dsk.records import NamedTuple

EFFORTS = ("none", "low", "high", "max")
SCHEMA_MODES = ("function", "json_schema", "prompt")
#: How a server is told to think, and to go on with an answer: see ``dsk.request.dialect`` and ``dsk.request.prefix``.
THINKING_WAYS = ("thinking", "reasoning_effort", "reasoning", "chat_template_kwargs", "none")
PREFIX_WAYS = ("beta", "prefix", "continue_final_message", "last_message")
# dsk sets these itself; a key has its own places, where it is neither shown nor sent in the clear.
OWN_HEADERS = ("authorization", "accept-encoding", "connection", "content-length", "transfer-encoding")

# RFC 9110, section 5.6.2: token
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"


class Rule(NamedTuple):
    """``expected`` completes the sentence "it must be ...". Values are never shown: a key may have been put in
    the wrong field."""

    expected: str
    holds: Callable[[object], bool]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and value.strip() != ""


def _is_command(value: object) -> bool:
    return isinstance(value, str) and value.strip() != "" and "\0" not in value


def _is_variable(value: object) -> bool:
    return isinstance(value, str) and (value == "" or re.fullmatch(_VARIABLE, value) is not None)


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


def _is_prefix_way(value: object) -> bool:
    return isinstance(value, bool) or value in PREFIX_WAYS


def _is_header_name(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(_TOKEN, value) is not None and value.lower() not in OWN_HEADERS[1:]


def _is_temperature(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 2


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_url(value: object) -> bool:
    if not isinstance(value, str) or not value.isprintable() or " " in value:
        return False
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - a bad port is found only when it is asked for
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and plain


def _is_size(value: object) -> bool:
    from dsk.state.cache.limits import size_of

    return bool(size_of(value))


def _is_age(value: object) -> bool:
    from dsk.state.cache.limits import age_of

    return bool(age_of(value))


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _is_field(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(_VARIABLE, value) is not None


def _one_of(words: Sequence[str]) -> str:
    *others, last = (word if word in ("true", "false") else f'"{word}"' for word in words)
    return f"{', '.join(others)} or {last}"


TABLE = Rule("a table", _is_table)
NAME = Rule("a name, as a text", _is_name)
PROFILE: Mapping[str, Rule] = {
    "base_url": Rule("an http:// or https:// URL without user name, password, query and fragment", _is_url),
    "model": NAME,
    "key_env": Rule('the name of an environment variable, or "" if the server needs no key', _is_variable),
    "key_command": Rule("a shell command, as a text", _is_command),
    "think": Rule("true or false", _is_switch),
    "effort": Rule(_one_of(EFFORTS), EFFORTS.__contains__),
    "temperature": Rule("a number from 0 to 2", _is_temperature),
    "max_tokens": Rule("a whole number of at least 1", _is_count),
    "system": Rule("a text", _is_text),
    "prefix_completion": Rule(_one_of(("true", "false", *PREFIX_WAYS)), _is_prefix_way),
    "schema_mode": Rule(_one_of(SCHEMA_MODES), SCHEMA_MODES.__contains__),
    "headers": Rule("a table of texts", _is_table),
    "thinking": Rule(_one_of(THINKING_WAYS), THINKING_WAYS.__contains__),
    "max_effort": NAME,
    "max_tokens_field": Rule("the name of a body field", _is_field),
    "include_usage": Rule("true or false", _is_switch),
    "key_header": Rule("the name of a header that dsk does not set itself", _is_header_name),
    "query": Rule("a table of texts", _is_table),
}
CACHE: Mapping[str, Rule] = {
    "max_size": Rule('a number of bytes, or "64K", "256M", "1G"', _is_size),
    "max_age": Rule('a number of seconds, or "90m", "12h", "30d", "2w"', _is_age),
}


def _is_header(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable() and value == value.strip()


QUERY = Rule("a text", _is_text)
HEADER = Rule("a text of printable ASCII characters that neither begins nor ends with a space", _is_header)


def header_name_trouble(name: str) -> tuple[str, str] | None:
    """Why a header cannot be called so, and the next step; None if it can."""
    if re.fullmatch(_TOKEN, name) is None:
        return f"{name!r} is no header name", "letters, digits and - make a name"
    if name.lower() == "authorization":
        return f"{name} is no place for a key", "dsk key set, key_env and key_command are"
    if name.lower() in OWN_HEADERS:
        return f"dsk sets {name} itself", "leave it out"
    return None
