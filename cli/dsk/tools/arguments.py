"""The arguments that a model has written for a call: JSON as a rule, but they may be empty, cut or wrong.

What a tool makes of their values is its own matter: only names are looked at here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dsk.request.json_value import json_value

if TYPE_CHECKING:
    from dsk.tools.tool import Tool

# RFC 8259, section 2.
BLANKS = " \t\r\n"
BREAKS = re.compile(r"[\r\n]+")


def read_arguments(tool: Tool, text: str) -> str:
    """The arguments of a call as one line of JSON: what the model wrote, with blanks for line breaks, which JSON has
    between its values only; ``{}`` if it wrote nothing. A number keeps all its digits.

    Raises ``ValueError`` with what the model should be told: they are no JSON object, one is there twice, one that is
    required is missing, or one is not known where all are."""
    line = BREAKS.sub(" ", text.strip(BLANKS)) or "{}"
    try:
        arguments = json_value(line, is_clear=True)
    except ValueError as error:
        raise ValueError(f"the arguments are not JSON: {error}") from error
    if not isinstance(arguments, dict):
        raise ValueError("the arguments are not a JSON object")
    for name in tool.parameters.get("required", []):
        if name not in arguments:
            raise ValueError(f"the argument {name!r} is missing")
    if tool.parameters.get("additionalProperties") is False:
        known = tool.parameters.get("properties", {})
        for name in arguments:
            if name not in known:
                raise ValueError(f"there is no argument {name!r}; there are {', '.join(known) or 'none'}")
    return line
