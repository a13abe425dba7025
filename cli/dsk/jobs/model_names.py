"""The names of models that are known without asking a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.request.models import KNOWN
from dsk.state.config import load
from dsk.state.paths import log_file

if TYPE_CHECKING:
    from collections.abc import Mapping


def model_names(env: Mapping[str, str]) -> list[str]:
    """DeepSeek's own, and what the config file names. Raises ``UsageFault`` for a broken config file."""
    config = load(env)
    named = [*config.aliases, *(profile.model for profile in config.profiles.values() if profile.model)]
    return list(dict.fromkeys([*KNOWN, *named]))


def models_met(env: Mapping[str, str]) -> list[str]:
    """The same, and what was asked before, which the log knows."""
    from dsk.state.log.asked import models_asked

    return list(dict.fromkeys([*model_names(env), *models_asked(log_file(env))]))
