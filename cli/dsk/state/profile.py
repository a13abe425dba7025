"""A profile: one server, the model to ask there, and where its key is found. The values themselves, no files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from dsk.records import NamedTuple

DEEPSEEK = "deepseek"
#: Those that are built in besides it: what they are is in ``dsk.state.servers``.
SERVER_NAMES = (
    *("llamacpp", "ollama", "vllm", "lmstudio"),
    *("openrouter", "groq", "mistral", "together", "azure", "openai"),
)

SchemaMode: TypeAlias = 'Literal["function", "json_schema", "prompt"]'


class Profile(NamedTuple):
    """One ``[profiles.NAME]``; a field that is None or empty was not given.

    ``base_url`` is "" if it is only known from ``--base-url``. ``key_env`` "" says that the server needs no key.
    ``temperature`` is 0 to 2, ``max_tokens`` at least 1. ``schema_mode`` is how the server takes the
    schema of an answer. ``headers`` may hold secrets of other kinds.

    ``prefix_completion`` is True for DeepSeek's way to go on with an answer, or the name of another way:
    ``rules.PREFIX_WAYS``. Of the fields after ``headers``, each that is None is as at DeepSeek: ``thinking`` is one of
    ``rules.THINKING_WAYS``, ``max_effort`` what the server calls the greatest effort, ``max_tokens_field`` the body
    field of that limit, ``include_usage`` whether token counts are to be asked for, ``key_header`` the header that
    has the key and nothing else. ``query`` goes with every request.
    """

    name: str
    base_url: str
    key_env: str
    model: str | None = None
    key_command: str | None = None
    think: bool | None = None
    effort: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    system: str | None = None
    prefix_completion: bool | str = False
    schema_mode: SchemaMode = "prompt"
    headers: Mapping[str, str] = {}
    thinking: str | None = None
    max_effort: str | None = None
    max_tokens_field: str | None = None
    include_usage: bool | None = None
    key_header: str | None = None
    query: Mapping[str, str] = {}

    def __repr__(self) -> str:
        """Without the headers and the key command, which may hold secrets."""
        return f"Profile({self.name!r})"


BUILT_IN = Profile(
    DEEPSEEK,
    "https://api.deepseek.com",
    "DEEPSEEK_API_KEY",
    model="deepseek-flash",
    think=False,
    prefix_completion=True,
    schema_mode="function",
)


def new_profile(name: str) -> Profile:
    """What a profile is before the config file says anything of it. Only those that are built in know their server.

    Every other one looks for its key under a name of its own, so that no key reaches another company's server
    by default.
    """
    if name in SERVER_NAMES:
        from dsk.state.servers import SERVERS

        return SERVERS[name]
    return BUILT_IN if name == DEEPSEEK else Profile(name, "", default_key_env(name))


def is_built_in(name: str) -> bool:
    """Whether a profile of that name is there without the config file."""
    return name == DEEPSEEK or name in SERVER_NAMES


def default_key_env(name: str) -> str:
    """The environment variable of a profile's key: ``groq`` has GROQ_API_KEY, ``my-box`` has MY_BOX_API_KEY."""
    word = re.sub("[^A-Z0-9]", "_", name.upper())
    return f"{'_' if word[0].isdigit() else ''}{word}_API_KEY"


def is_name(name: str) -> bool:
    """Whether a profile can be called so: its key file's name must stay in the keys folder, and be seen there."""
    return name.isprintable() and name != "" and "/" not in name and not name.startswith((".", "-"))
