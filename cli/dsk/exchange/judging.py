"""Whether a value fits a schema, in a line that says where it does not and what was expected."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from dsk.errors import InvalidFault
from dsk.request.json_value import read
from dsk.stream.grammar import json_trouble

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

TYPES = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
_LOADING = Lock()
#: Characters of a value that are shown.
SHOWN = 60
MISFIT = "the answer does not fit the schema"
UNCLEAR = "the answer cannot be checked"
TOO_DEEP = "it is nested too deep"
AGAIN = "run it again; --retry-invalid 2 would ask again by itself"
AGAIN_RAW = "ask again; --retry-invalid 2 does so by itself, but not with --raw"
FENCED = 'say "JSON without a code fence" in the prompt; run it again'


class Judge:
    """Judges values by a schema, or by parts of it."""

    def __init__(self, schema: dict[str, Any]) -> None:
        """The library that does it is loaded in the background from now on, unless everything fits."""
        self._schema = schema
        self._validator: Validator | None = None
        if schema and "jsonschema" not in sys.modules:
            Thread(target=_load, name="schema", daemon=True).start()

    def check_text(self, text: str, part: Any, path: str = "$") -> InvalidFault | None:
        """Why a text does not fit a part of the schema, if it does not; ``path`` leads to it."""
        try:
            value = read(text, is_clear=True)
        except (ValueError, RecursionError) as error:
            if why := json_trouble(text):
                return not_json(why, path)
            return unclear(TOO_DEEP if isinstance(error, RecursionError) else str(error), path)
        return self._check(value, part, path)

    def _check(self, value: Any, part: Any, path: str) -> InvalidFault | None:
        if part == {}:
            # Everything does.
            return None
        _load()
        from jsonschema.exceptions import best_match
        from referencing.exceptions import Unresolvable

        if self._validator is None:
            self._validator = _validator(self._schema)
        try:
            error = best_match(self._validator.evolve(schema=part).iter_errors(value))
            why = f"{path}{_steps(error.absolute_path)}: {_why(error)}" if error else ""
        except RecursionError:
            return unclear(TOO_DEEP, path)
        except OverflowError:
            return unclear("a number in it is too large", path)
        except Unresolvable as trouble:
            return InvalidFault(UNCLEAR, str(trouble), hint="see to the schema")
        return InvalidFault(MISFIT, why, hint=AGAIN) if why else None


def not_json(why: str, path: str = "$") -> InvalidFault:
    """The failure of an answer that is not the JSON that was asked for."""
    return InvalidFault("the answer is not JSON", _placed(why, path), hint=FENCED if "fence" in why else AGAIN)


def unclear(why: str, path: str) -> InvalidFault:
    """The failure of an answer that is JSON, but of which not every reader would make the same, or anything."""
    return InvalidFault(UNCLEAR, _placed(why, path), hint=AGAIN)


def check_schema(schema: dict[str, Any]) -> str:
    """What is wrong with a schema, with the place; "" if nothing is."""
    _load()
    from jsonschema.exceptions import SchemaError

    try:
        type(_validator(schema)).check_schema(schema)
    except SchemaError as error:
        return f"${_steps(error.absolute_path)}: {_cut(error.message)}"
    except RecursionError:
        return "it is nested too deep"
    return ""


def _placed(why: str, path: str) -> str:
    return why if path == "$" else f"{path}: {why}"


def _load() -> None:
    """Load the library: its modules need each other, so that two threads must not load it at once."""
    with _LOADING:
        import jsonschema  # noqa: F401 - so that it is there when it is used


def _validator(schema: dict[str, Any]) -> Validator:
    from jsonschema.validators import Draft202012Validator, validator_for
    from referencing import Registry

    # With a registry of its own it never asks the network for what a schema refers to.
    return validator_for(schema, default=Draft202012Validator)(schema, registry=Registry())


def _why(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    value = error.instance
    match error.validator:
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            return f"{shown(value)} is not {_listed(TYPES.get(kind, str(kind)) for kind in kinds)}"
        case "enum":
            return f"{shown(value)} is not {_listed(map(shown, wanted))}"
        case "const":
            return f"{shown(value)} is not {shown(wanted)}"
        case "required" if isinstance(value, dict):
            return f"{_listed((shown(name) for name in wanted if name not in value), 'and')} is missing"
        case "additionalProperties" if wanted is False and isinstance(value, dict):
            known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
            return f"{_listed((shown(name) for name in value if name not in known), 'and')} is not expected"
        case _:
            return _cut(error.message)


def _steps(path: Iterable[str | int]) -> str:
    return "".join(_step(step) for step in path)


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step.isidentifier() else f"[{shown(step)}]"


def shown(value: Any) -> str:
    """A value as JSON, the beginning of it if it is long."""
    return _cut(json.dumps(value, ensure_ascii=False))


def _cut(text: str) -> str:
    # Half of a surrogate pair, which JSON can say, is no text: it is shown as JSON says it.
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def _listed(words: Iterable[str], joint: str = "or") -> str:
    *some, last = words
    return f"{', '.join(some)} {joint} {last}" if some else last
