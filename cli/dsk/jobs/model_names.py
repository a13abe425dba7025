"""The names of models that are known without asking a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.request.models import KNOWN
from dsk.state.config import load
from dsk.state.paths import log_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsk.jobs.settling import Server


def model_names(env: Mapping[str, str]) -> list[str]:
    """DeepSeek's own, and what the config file names. Raises ``UsageFault`` for a broken config file."""
    config = load(env)
    named = [*config.aliases, *(profile.model for profile in config.profiles.values() if profile.model)]
    return list(dict.fromkeys([*KNOWN, *named]))


def models_of(server: Server, base_url: str, env: Mapping[str, str]) -> list[str]:
    """Those that this server may be asked for: what it is known to have, aliases, and what it was asked for before,
    which the log knows under ``base_url``. Raises as ``model_names``."""
    from dsk.state.log.asked import models_asked

    own = [server.profile.model] if server.profile.model else []
    known = KNOWN if server.is_deepseek else ()
    return list(dict.fromkeys([*known, *own, *load(env).aliases, *models_asked(log_file(env), base_url)]))
