"""Model names: those DeepSeek serves, and what became of the retired ones."""

from __future__ import annotations

KNOWN = ("deepseek-flash", "deepseek-v4-pro")
# Retired on 2026-07-24; both were names of what is now deepseek-flash, with thinking off and on.
RETIRED = {"deepseek-chat": False, "deepseek-reasoner": True}
HOST = "api.deepseek.com"
REPLACEMENT = "deepseek-flash"


def resolve_retired(model: str, host: str) -> tuple[str, bool] | None:
    """The model and the thinking switch that a retired name stands for at DeepSeek's own host; None if it is
    no such name, or the host is another one, where every name goes through unchanged."""
    if host != HOST or model not in RETIRED:
        return None
    return REPLACEMENT, RETIRED[model]
