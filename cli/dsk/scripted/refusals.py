"""Refusals as DeepSeek words them: bodies, their kinds of content, and the exception that carries one. Pure.

Seen in recordings and logs of real answers: a 400 comes as application/octet-stream, a 413, 502 or 504 is the
proxy's HTML page, a 422 plain text; ``code`` is nearly always invalid_request_error.
"""

from __future__ import annotations

import json
from typing import Final

from dsk.records import NamedTuple

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html"
OCTETS = "application/octet-stream"
INVALID = "invalid_request_error"

#: The reason phrases of the statuses that are sent.
REASONS: Final = {
    200: "OK",
    307: "Temporary Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Request Entity Too Large",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
}

_DESERIALIZE = "Failed to deserialize the JSON body into the target type"

_MESSAGES: Final = {
    400: "Content Exists Risk",
    402: "Insufficient Balance",
    422: f"{_DESERIALIZE}: missing field `messages` at line 1 column 2",
    429: "Too many requests. Your current concurrency is 8, which exceeds your concurrency limit of 7 based on "
    "your remaining balance. Please top up your account to raise the limit.",
    503: "Service is too busy. We advise users to temporarily switch to alternative LLM API service providers.",
}

#: (type, code) where they are not both invalid_request_error.
_KINDS: Final = {
    401: ("authentication_error", INVALID),
    402: ("unknown_error", INVALID),
    429: ("rate_limit_error", INVALID),
    500: ("internal_server_error", "internal_server_error"),
    503: ("service_unavailable_error", "service_unavailable_error"),
}

_HTML_STATUSES: Final = (413, 502, 504)


class Refused(Exception):
    """The request is answered with an error. An empty ``message`` is the status's usual one."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message


class ErrorBody(NamedTuple):
    """An error's body and its Content-Type."""

    content_type: str
    data: bytes


def misfit(message: str) -> Refused:
    """The 422 for a body that does not fit the schema."""
    return Refused(422, f"{_DESERIALIZE}: {message}")


def error_body(status: int, message: str = "", key: str = "") -> ErrorBody:
    """The usual body of a status; ``key`` is the key of the request, whose end a 401 repeats."""
    if status in _HTML_STATUSES:
        return ErrorBody(HTML, html_page(f"{status} {REASONS[status]}", "openresty").encode())
    if status == 401 and not message:
        message = f"Authentication Fails, Your api key: ****{key[-4:]} is invalid"
    message = message or _MESSAGES.get(status, "") or REASONS.get(status, f"HTTP {status}")
    if status == 422:
        return ErrorBody(TEXT, message.encode())
    return ErrorBody(OCTETS if status == 400 else JSON, error_json(message, *_KINDS.get(status, (INVALID, INVALID))))


def error_json(message: str, kind: str, code: str) -> bytes:
    """The error envelope; ``kind`` is its ``type``."""
    error = {"message": message, "type": kind, "param": None, "code": code}
    return dumps({"error": error}).encode()


def busy_json() -> str:
    """An error as it comes inside a stream."""
    return error_json(_MESSAGES[503], *_KINDS[503]).decode()


def html_page(title: str, server: str) -> str:
    """A page as proxies make them."""
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        f"<hr><center>{server}</center>\r\n</body>\r\n</html>\r\n"
    )


def dumps(value: object) -> str:
    """JSON as the API writes it: compact, UTF-8 unescaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
