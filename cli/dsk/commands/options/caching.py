"""Whether an answer may come from the cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dsk.commands.option import Option
from dsk.errors import UsageFault

if TYPE_CHECKING:
    from dsk.jobs.settings import Caching

CACHE = "Cache"
ORIGINS = ("flag", "environment", "template", "file")


class Age(click.ParamType[float]):
    """A span of time in seconds, ``90`` or ``1d``."""

    name = "age"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The seconds that the text means."""
        from dsk.state.cache.limits import age_of

        age = age_of(value)
        if age is None:
            self.fail(f"{value!r} is no age such as 3600, 90m, 12h, 1d or 2w", param, ctx)
        return age


def cache_options() -> list[click.Parameter]:
    """Whether answers are kept, and whether they are taken from what is kept."""
    return [
        Option(
            ["--cache/--no-cache"],
            group=CACHE,
            default=False,
            help="Give the answer that is kept for this very request; keep it if there is none.  [default: no-cache]",
        ),
        Option(
            ["--cache-only"],
            group=CACHE,
            is_flag=True,
            help="The same, but never ask a server: fail if there is none.",
        ),
        Option(
            ["--refresh"],
            group=CACHE,
            is_flag=True,
            help="Ask, and keep the answer in the place of the one that is kept.",
        ),
        Option(
            ["--cache-ttl"],
            group=CACHE,
            type=Age(),
            metavar="AGE",
            help="Take no answer that is older: seconds, or 90m, 12h, 1d, 2w.  [default: any that is kept]",
        ),
    ]


def caching(params: Mapping[str, Any], origins: Mapping[str, str]) -> Caching | None:
    """How the cache is used, None if it is not; ``origins`` is what ``option.sources`` gives.

    Whatever stands highest decides. Raises ``UsageFault`` for what contradicts itself.
    """
    if not any(origins.get(name, "default") != "default" for name in ("cache", "cache_only", "refresh", "cache_ttl")):
        return None
    from dsk.jobs.settings import Caching

    ttl = params["cache_ttl"]
    for origin in ORIGINS:
        said = {name: params[name] for name in ("cache", "cache_only", "refresh") if origins[name] == origin}
        only, refresh = said.get("cache_only"), said.get("refresh")
        if only and refresh:
            raise UsageFault(
                "--cache-only and --refresh", "one asks no server, the other always asks", hint="leave one of them out"
            )
        if (only or refresh) and said.get("cache") is False:
            raise UsageFault(
                f"--no-cache and {'--cache-only' if only else '--refresh'}",
                "choose one of the two",
                hint="leave one of them out",
            )
        if only or refresh:
            return Caching("only" if only else "refresh", ttl)
        if "cache" in said:
            return Caching("use", ttl) if said["cache"] else None
        if origin == "flag" == origins["cache_ttl"]:
            # On the command line it would mean nothing else.
            return Caching("use", ttl)
    return None
