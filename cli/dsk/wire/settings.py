"""What the user said about the network, before the config file and the environment are looked at."""

from __future__ import annotations

from dsk.records import NamedTuple


class NetworkSettings(NamedTuple):
    """Times are in seconds; ``max_time`` and ``retry_max_time`` None mean no limit. ``base_url_origin`` is what set the
    base URL: flag, environment, template, file or default; ``retry_invalid_origin`` and ``continue_on_length_origin``
    the same of their numbers. How often to try again is counted without the first time."""

    profile: str | None = None
    base_url: str | None = None
    base_url_origin: str = "default"
    connect_timeout: float = 10.0
    first_token: float = 600.0
    stall: float = 120.0
    max_time: float | None = None
    offline: bool = False
    retry: int = 5
    retry_max_time: float | None = None
    resume: int = 2
    continue_on_length: int = 0
    continue_on_length_origin: str = "default"
    retry_invalid: int = 0
    retry_invalid_origin: str = "default"
