"""Whether a text is JSON: the grammar of RFC 8259 and nothing else, so that every JSON reader takes what passes.

Neither depth nor digits are limited, and no value is made. Pure.
"""

from __future__ import annotations

import re

_BLANK = re.compile(r"[ \t\n\r]*")
_OPEN_STRING = r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*'
_STRING = re.compile(f'{_OPEN_STRING}"')
_CUT_STRING = re.compile(rf"{_OPEN_STRING}(?:\\(?:u[0-9a-fA-F]{{0,3}})?)?\Z")
_SCALAR = re.compile(rf"{_STRING.pattern}|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")
_CLOSES = {"[": "]", "{": "}"}


def json_trouble(text: str) -> str:
    """Why the text is not one JSON value, with the line and the column; "" if it is."""
    try:
        _check(text)
    except _Trouble as trouble:
        what, at = trouble.args
        if at == len(text):
            return "it is empty" if not text.strip(" \t\n\r") else f"it ends too early: {what} is missing"
        return f"line {text.count(chr(10), 0, at) + 1}, column {at - text.rfind(chr(10), 0, at)}: no {what}"
    return ""


class _Trouble(Exception):
    """What is missing, and where: an offset."""


def _check(text: str) -> None:
    open_brackets: list[str] = []
    at = _skip(text, 0)
    while True:
        at, is_whole = _enter(text, at, open_brackets)
        while is_whole and open_brackets:
            # Behind a value inside brackets: the next one, or their end.
            at = _skip(text, at)
            bracket = open_brackets[-1]
            if text.startswith(",", at):
                at = _skip(text, at + 1)
                if bracket == "{":
                    at = _name(text, at)
                is_whole = False
            elif text.startswith(_CLOSES[bracket], at):
                open_brackets.pop()
                at += 1
            else:
                raise _Trouble(f"comma or {_CLOSES[bracket]}", at)
        if is_whole:
            break
    at = _skip(text, at)
    if at < len(text):
        raise _Trouble("end", at)


def _enter(text: str, at: int, open_brackets: list[str]) -> tuple[int, bool]:
    """Read a scalar or an empty bracket (True), or go into a bracket (False)."""
    bracket = text[at : at + 1]
    if bracket in ("[", "{"):
        at = _skip(text, at + 1)
        if text.startswith(_CLOSES[bracket], at):
            return at + 1, True
        open_brackets.append(bracket)
        return (_name(text, at) if bracket == "{" else at), False
    found = _SCALAR.match(text, at)
    if not found:
        raise _Trouble("value", _end_of_string(text, at))
    return found.end(), True


def _name(text: str, at: int) -> int:
    """The name of a member and its colon; gives where its value begins."""
    found = _STRING.match(text, at)
    if not found:
        raise _Trouble("name in double quotes", _end_of_string(text, at))
    at = _skip(text, found.end())
    if not text.startswith(":", at):
        raise _Trouble("colon", at)
    return _skip(text, at + 1)


def _end_of_string(text: str, at: int) -> int:
    """The end of the text if it cuts a string that begins here, else the place itself."""
    return len(text) if _CUT_STRING.match(text, at) else at


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at
