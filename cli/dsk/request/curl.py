"""The curl command that sends the same request."""

from __future__ import annotations

import shlex
from collections.abc import Mapping


def curl_command(
    url: str,
    key_variable: str | None,
    headers: Mapping[str, str],
    body: bytes,
    *,
    connect_timeout: float,
    max_time: float | None,
    key_header: str = "",
) -> str:
    """A shell command; the key stays a variable that the shell expands. None: no key is sent. ``key_header`` is as
    in ``Endpoint``. Times are in seconds.

    The body is a here-document because a long prompt does not fit into an argument. It is one line of JSON, so
    no line of it can be the end mark, and curl's ``-d @-`` takes nothing from it but the final newline.
    """
    clocks = f"--connect-timeout {_plain(connect_timeout)}"
    if max_time is not None:
        clocks += f" --max-time {_plain(max_time)}"
    lines = [f"curl -sSN {clocks} {shlex.quote(url)}"]
    if key_variable:
        field = f"{key_header}:" if key_header else "Authorization: Bearer"
        lines.append(f'-H "{field} ${key_variable}"')
    lines.append("-H 'Content-Type: application/json'")
    lines += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()]
    lines.append("-d @- <<'END'")
    return " \\\n  ".join(lines) + f"\n{body.decode()}\nEND"


def _plain(seconds: float) -> str:
    """The number without an exponent, which curl does not know."""
    return f"{seconds:f}".rstrip("0").rstrip(".")
