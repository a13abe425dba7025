"""The names of models that are known without asking a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.request.models import KNOWN
from dsk.state.config import load
from dsk.state.paths import log_file

if TYPE_CHECKING:
    from collections.abc import Mapping


def model_names(env: Mapping[str, str], beginning: str = "") -> list[str]:
    """DeepSeek's own, what the config file names, and what was asked before; those that begin so. Raises
    ``UsageFault`` for a broken config file."""
    from dsk.state.log.asked import models_asked

    config = load(env)
    named = [*config.aliases, *(profile.model for profile in config.profiles.values() if profile.model)]
    names = [*KNOWN, *named, *models_asked(log_file(env))]
    return [name for name in dict.fromkeys(names) if name.startswith(beginning)]
