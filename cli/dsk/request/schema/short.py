"""A schema in a few words, such as ``name, age int, tags [str]``, as JSON Schema.

    fields  = field { ("," | newline) field }
    field   = name [type] ["?"] [":" description]
    type    = choice | "[" type "]" | "{" fields "}"
    choice  = (a word for a type, a literal or a range), several with "|" between them

A name without a type is a text. ``?`` adds null. Literals are words, texts in double quotes, numbers, true, false and
null; ``1..5`` is a whole number in that range, ``0.0..1.0`` any number. A description goes on to the next comma, to
the end of the line or of its bracket, unless it is in double quotes.
"""

from __future__ import annotations

import re
from typing import Any

from dsk.request.schema.choices import TYPES, choice, with_null
from dsk.request.schema.words import Misfit, Token, next_token, text_of

_DEEPEST = 50
LIST_HINT = "a list of objects is [{name, age int}]"
DESCRIPTION_HINT = "a description with a comma or a bracket in it stands in double quotes"

_DESCRIPTION = re.compile(r"[^,\n\[\]{}]*")


def parse_short(text: str) -> dict[str, Any]:
    """The JSON Schema that the words stand for. Raises ``Misfit``."""
    return _Parser(text).schema()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._token = self._next()

    def schema(self) -> dict[str, Any]:
        self._skip_newlines()
        found = self._type() if self._is_type() else self._fields("end")
        self._skip_newlines()
        if self._token.kind != "end":
            raise self._misfit(f"{self._said()} after the end")
        return found

    def _is_type(self) -> bool:
        """Whether all of it is one type: a bracket, a choice, or the single word for a type."""
        first = self._token
        if first.kind in ("[", "{", "range", "number"):
            return True
        rest = self._text[first.at + len(first.text) :].strip()
        if first.kind == "word" and first.text in TYPES:
            return rest in ("", "?") or rest.startswith("|")
        return first.kind in ("word", "quoted") and rest.startswith("|")

    def _fields(self, end: str) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        while True:
            self._skip_newlines()
            if self._token.kind == end and properties:
                break
            name = self._name(properties)
            properties[name] = self._field()
            if self._token.kind == end:
                break
            if self._token.kind not in (",", "\n"):
                wanted = "a comma" if end == "end" else f"a comma or {end}"
                raise self._misfit(f"{self._said()} where {wanted} is to be", self._comma_hint())
            self._advance()
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }

    def _name(self, taken: dict[str, Any]) -> str:
        token = self._token
        if token.kind not in ("word", "quoted", "number"):
            raise self._misfit(f"{self._said()} where a name is to be")
        name = text_of(token) if token.kind == "quoted" else token.text
        if name in taken:
            raise self._misfit(f"the name {name} is there twice")
        self._advance()
        return name

    def _field(self) -> dict[str, Any]:
        found: dict[str, Any] = {"type": "string"}
        if self._token.kind not in (",", "\n", ":", "?", "]", "}", "end"):
            found = self._type()
        elif self._token.kind == "?":
            found = self._or_null(found)
        if self._token.kind == ":" and (said := self._description()):
            found = found | {"description": said}
        return found

    def _description(self) -> str:
        match = _DESCRIPTION.match(self._text, self._at)
        said = match[0].strip() if match else ""
        if said.startswith('"'):
            self._advance()
            if self._token.kind != "quoted":
                raise self._misfit(f"{self._said()} where a description in double quotes is to be")
            said = text_of(self._token)
        elif match:
            self._at = match.end()
        self._advance()
        return said

    def _type(self) -> dict[str, Any]:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._misfit("it is nested too deep")
        if self._token.kind == "[":
            found = self._list()
        elif self._token.kind == "{":
            self._advance()
            found = self._fields("}")
            self._advance()
        else:
            found = self._choice()
        self._depth -= 1
        return self._or_null(found)

    def _list(self) -> dict[str, Any]:
        self._advance()
        self._skip_newlines()
        item = self._type()
        self._skip_newlines()
        if self._token.kind != "]":
            raise self._misfit(f"{self._said()} where ] is to be", LIST_HINT)
        self._advance()
        return {"type": "array", "items": item}

    def _or_null(self, schema: dict[str, Any]) -> dict[str, Any]:
        if self._token.kind != "?":
            return schema
        self._advance()
        return with_null(schema)

    def _choice(self) -> dict[str, Any]:
        tokens = [self._alternative()]
        while self._token.kind == "|":
            self._advance()
            self._skip_newlines()
            tokens.append(self._alternative())
        first = tokens[0]
        if len(tokens) == 1 and first.kind == "word" and first.text not in (*TYPES, "null"):
            raise Misfit(f"there is no type {first.text}", first.at, self._type_hint(first))
        return choice(tokens)

    def _alternative(self) -> Token:
        token = self._token
        if token.kind not in ("word", "quoted", "number", "range"):
            raise self._misfit(f"{self._said()} where a type is to be")
        self._advance()
        return token

    def _skip_newlines(self) -> None:
        while self._token.kind == "\n":
            self._advance()

    def _advance(self) -> None:
        self._token = self._next()

    def _next(self) -> Token:
        token = next_token(self._text, self._at)
        self._at = token.at + len(token.text)
        return token

    def _said(self) -> str:
        match self._token.kind:
            case "end":
                return "the end"
            case "\n":
                return "the end of the line"
            case _:
                return self._token.text

    def _comma_hint(self) -> str:
        before = self._text[: self._token.at]
        if ":" in before:
            return DESCRIPTION_HINT
        return "a name has one type, as in: name, age int, tags [str]" if self._token.kind == "word" else ""

    def _type_hint(self, token: Token) -> str:
        before = self._text[: token.at].rstrip()
        if before.endswith("["):
            return LIST_HINT
        if ":" in before:
            return DESCRIPTION_HINT
        return (
            f"the types are str, int, num, bool, [TYPE] and {{NAME TYPE, ...}}; a choice of texts is {token.text}|..."
        )

    def _misfit(self, why: str, hint: str = "") -> Misfit:
        return Misfit(why, self._token.at, hint)
