"""What to do about a TOML file that is none, or has a value of another kind. Nothing here shows a value that may be a
key."""

from __future__ import annotations

import re

#: How tomllib's messages begin, of all Pythons, and the next step.
_STEPS = {
    r"Invalid value": 'a text is in quotes, as in key = "text"; true and false are small and have none',
    r"Unescaped|Invalid hex|Escaped": r"write a backslash twice, or the text in single quotes: '\d+'",
    r"Unterminated|Illegal character|Unclosed|Expected \"'": "end the quote or the bracket before it; a text of"
    ' several lines is in """',
    r"Cannot (overwrite|declare|redefine)|Duplicate": "it is there twice: keep one of them",
}
_OTHERS = 'a line is key = "text", [table] or # comment'

#: By the key: a value that it may have, as the file has it.
EXAMPLES = {
    "base_url": '"http://localhost:8080/v1"',
    "model": '"deepseek-flash"',
    "key_env": '"GROQ_API_KEY"',
    "key_command": '"pass show deepseek"',
    "think": "true",
    "effort": '"high"',
    "temperature": "0.7",
    "max_tokens": "4096",
    "system": '"Answer in one sentence."',
    "prefix_completion": "true",
    "schema_mode": '"json_schema"',
    "headers": '{ X-Team = "red" }',
    "thinking": '"reasoning_effort"',
    "max_effort": '"high"',
    "max_tokens_field": '"max_completion_tokens"',
    "include_usage": "false",
    "key_header": '"X-Api-Key"',
    "query": '{ api-version = "2024-10-21" }',
    "max_size": '"256M"',
    "max_age": '"30d"',
    "currency": '"USD"',
    "as_of": "2026-11-15",
    "cache_hit": "0.07",
    "cache_miss": "0.56",
    "output": "1.68",
    "peak_cache_hit": "0.14",
    "peak_cache_miss": "1.12",
    "peak_output": "3.36",
    "peak_hours": '["Mon-Fri 01:00-04:00"]',
    "host": '"api.deepseek.com"',
    "also": '["deepseek-chat"]',
    "profile": '"groq"',
}
#: The same by the table that it is in, whose keys are the user's.
INNER = {"headers": '"red"', "query": '"2024-10-21"', "aliases": '"deepseek-flash"'}


def about_syntax(said: str) -> str:
    """The next step for what tomllib said."""
    return next((step for start, step in _STEPS.items() if re.match(start, said)), _OTHERS)


def about_encoding(path: str, data: bytes) -> str:
    """The next step for a file that is not UTF-8."""
    from shlex import quote

    kind = "UTF-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "LATIN1"
    return f"save it as UTF-8: iconv -f {kind} -t UTF-8 {quote(path)}"


def about_value(*path: str) -> str:
    """The next step for a key of the config file, named from the top, whose value is of another kind: a line as it
    may stand there."""
    *above, key = path
    if above == ["profiles"] or (not above and key != "profile"):
        return f"[{'.'.join(map(_bare, path))}{'.NAME' if path == ('profiles',) else ''}] begins one"
    inner = INNER.get(above[-1]) if above else None
    return f"as in {_bare(key)} = {inner or EXAMPLES[key]}"


def _bare(key: str) -> str:
    return key if re.fullmatch("[A-Za-z0-9_-]+", key) else f'"{key}"'
