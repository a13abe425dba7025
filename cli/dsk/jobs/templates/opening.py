"""A template that is ready for use: found, read, and its placeholders checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dsk.errors import UsageFault
from dsk.prompt.placeholders import OWN_NAMES, is_param_name, names_in
from dsk.prompt.template import params_of
from dsk.state.templates import find_template, read_template

if TYPE_CHECKING:
    from dsk.state.templates import Template


def open_template(name: str, env: Mapping[str, str]) -> Template:
    """The template of this name or path.

    Raises ``UsageFault`` if there is none, and with file and line for whatever is wrong in it but its options.
    """
    template = read_template(name, find_template(name, env))
    check_placeholders(template)
    return template


def check_placeholders(template: Template) -> None:
    """Raises ``UsageFault`` for a stray brace, and a param that no text has a place for."""
    for key, text in (("system", template.system), ("prompt", template.prompt)):
        place = template.places.at(key)
        try:
            names = names_in(text or "")
        except UsageFault as fault:
            raise UsageFault(f"{place}: {key}: {fault.what}", hint=fault.hint) from fault
        misplaced = [name for name in names if name in OWN_NAMES and key == "system"]
        if misplaced:
            own = f"{{{misplaced[0]}}}"
            hint = f"move it to prompt = ...; {{{own}}} stands for the word in braces"
            raise UsageFault(f"{place}: system: {own} has its place in the prompt", hint=hint)
    known = params_of(template.system, template.prompt)
    for name in template.params:
        place = template.places.at("params", name)
        if not is_param_name(name):
            raise UsageFault(
                f"{place}: a param cannot be called {name!r}",
                hint=f"letters, digits, _ and - make a name, which is none of {', '.join(OWN_NAMES)}",
            )
        if name not in known:
            raise UsageFault(f"{place}: the param {name} is in neither system nor prompt", hint=_advice(name, known))


def _advice(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"{{{name}}} is its place"
