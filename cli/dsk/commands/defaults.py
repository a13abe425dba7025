"""The [defaults] of the config file: which options of ``ask`` its keys stand for, and where a value came from."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.helping import GENERAL
from dsk.commands.option import TEMPLATE, Option
from dsk.errors import UsageFault
from dsk.records import NamedTuple

if TYPE_CHECKING:
    from dsk.state.config import Config


class Default(NamedTuple):
    """One key of [defaults], or of a template's [options]: the option of ``ask`` that it stands for, and the value for
    that option's parameter."""

    key: str
    option: Option
    value: Any


def defaults_for(command: click.Command, env: Mapping[str, str]) -> dict[str, Any]:
    """The [defaults] of the config file that this command knows, checked, by parameter name.

    Raises ``UsageFault`` naming file and line for a key that is no long option of ``ask``, or a wrong type.
    """
    from dsk.state.config import load

    names = {param.name for param in command.params if isinstance(param, Option)}
    found = checked_defaults(load(env))
    return {str(d.option.name): d.value for d in found if d.option.name in names}


def place_of_default(name: str, config: Config) -> str:
    """``FILE:LINE`` of the key of [defaults] that decides this parameter."""
    keys = [d.key for d in checked_defaults(config) if d.option.name == name]
    return config.place("defaults", keys[-1])


def value_place(ctx: click.Context, param: click.Parameter) -> str:
    """What goes before a complaint about a value: its variable or ``FILE:LINE``; nothing for what is in argv."""
    from click.core import ParameterSource

    origin = ctx.get_parameter_source(str(param.name))
    if origin is ParameterSource.ENVIRONMENT:
        return f"{param.envvar} in the environment: "
    if origin is ParameterSource.DEFAULT_MAP and TEMPLATE in ctx.meta and param.name in ctx.meta[TEMPLATE].options:
        return f"{ctx.meta[TEMPLATE].place(param.name)}: "
    if origin is ParameterSource.DEFAULT_MAP:
        from dsk.state.config import load

        return f"{place_of_default(str(param.name), load(os.environ))}: "
    return ""


def checked_defaults(config: Config) -> list[Default]:
    """The keys of [defaults], in the file's order. Raises ``UsageFault`` as ``defaults_for`` does."""
    return checked_options(config.defaults, partial(config.place, "defaults"), "[defaults]") if config.defaults else []


def checked_options(options: Mapping[str, object], place: Callable[[str], str], table: str) -> list[Default]:
    """Keys that stand for options of ``ask``, in their order; ``place`` tells where one is. A switch for one value of
    an option (``json = true`` for ``format = "json"``) that is false says nothing.

    Raises ``UsageFault`` naming file and line for a key that is no long option of ``ask``, or a wrong type.
    """
    from dsk.commands.values import in_words
    from dsk.state.config_reading import key_hint

    known = _options_of_ask()
    found = []
    for key, value in options.items():
        option = known.get(key.replace("_", "-"))
        if option is None:
            from difflib import get_close_matches

            near = get_close_matches(key.replace("_", "-"), known, n=1)
            hint = f"did you mean {near[0]}?" if near else "the long options of dsk ask are the keys"
            raise UsageFault(f"{place(key)}: unknown key {key!r} in {table}", hint=key_hint(key) or hint)
        wanted = _expected(option)
        if not _fits(wanted, value):
            words = wanted if option.multiple or option.is_flag else in_words(option)
            raise UsageFault(
                f"{place(key)}: {key} must be {words}, not {value!r}", hint=f"as in {key} = {_example(option, wanted)}"
            )
        if not _is_value_switch(option):
            found.append(Default(key, option, value))
        elif value:
            found.append(Default(key, option, option.flag_value))
    return found


def _options_of_ask() -> dict[str, Option]:
    from dsk.commands.ask import COMMAND

    # The general ones count before any file is read.
    options = (p for p in COMMAND.params if isinstance(p, Option) and p.group != GENERAL)
    return {option.long_name(): option for option in options}


def _is_value_switch(option: Option) -> bool:
    return option.is_flag and not option.is_bool_flag


def _expected(option: Option) -> str:
    if option.multiple:
        return "a list of texts"
    if option.is_flag:
        return "true or false"
    if isinstance(option.type, click.types.IntParamType):
        return "a whole number"
    if isinstance(option.type, click.types.FloatParamType):
        return "a number"
    return "a text"


def _example(option: Option, wanted: str) -> str:
    from dsk.state.rules import PROFILE
    from dsk.state.toml_advice import EXAMPLES

    if option.name in PROFILE:
        return EXAMPLES[option.name]
    if isinstance(option.type, click.Choice):
        return f'"{option.type.choices[0]}"'
    match wanted:
        case "a list of texts":
            return '["one", "two"]'
        case "true or false":
            return "true"
        case "a whole number":
            return "1"
        case "a number":
            return "1.0"
        case _:
            return '"text"'


def _fits(wanted: str, value: object) -> bool:
    match wanted:
        case "a list of texts":
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        case "true or false":
            return isinstance(value, bool)
        case "a whole number":
            return isinstance(value, int) and not isinstance(value, bool)
        case "a number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case _:
            return isinstance(value, str)
