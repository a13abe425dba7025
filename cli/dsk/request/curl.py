"""The curl command that sends the same request."""

from __future__ import annotations

import shlex
from collections.abc import Mapping


def curl_command(url: str, key_variable: str | None, headers: Mapping[str, str], body: bytes) -> str:
    """A shell command; the key stays a variable that the shell expands. None: the server needs no key.

    The body is a here-document because a long prompt does not fit into an argument. It is one line of JSON, so
    no line of it can be the end mark, and curl's ``-d @-`` takes nothing from it but the final newline.
    """
    lines = [f"curl -sN {shlex.quote(url)}"]
    if key_variable:
        lines.append(f'-H "Authorization: Bearer ${key_variable}"')
    lines.append("-H 'Content-Type: application/json'")
    lines += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()]
    lines.append("-d @- <<'END'")
    return " \\\n  ".join(lines) + f"\n{body.decode()}\nEND"
