"""Which kind of server answers, told by its host, its headers and its list of models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dsk.records import NamedTuple
from dsk.state.profile import DEEPSEEK, is_built_in, new_profile
from dsk.wire.refusals import HOSTS

if TYPE_CHECKING:
    from dsk.wire.looking import Look

HOST = "api.deepseek.com"
# What each says of whose its models are: llama.cpp and vLLM their own name, Ollama its library, LM Studio this.
OWNERS = {
    "llamacpp": "llamacpp",
    "vllm": "vllm",
    "library": "ollama",
    "organization_owner": "lmstudio",
    "deepseek": DEEPSEEK,
}
# What a server of no known kind is told: OpenAI's own words, and none that few others know.
PLAIN: Mapping[str, Any] = {"thinking": "reasoning_effort", "max_effort": "high"}
# Keys of a profile that say how its server wants things.
WAYS = (
    *("think", "prefix_completion", "schema_mode", "thinking", "max_effort", "max_tokens_field", "include_usage"),
    "key_header",
)


class Kind(NamedTuple):
    """``name`` is a profile that is built in, or the name of another program; "" if nothing tells. ``why`` says what
    told."""

    name: str
    why: str

    @property
    def model(self) -> str | None:
        """The model that the profile of this kind has."""
        return new_profile(self.name).model if self.name else None

    def ways(self, called: str) -> dict[str, Any]:
        """The keys of a profile for it that differ from those that a profile of that name has anyway. Where nothing
        tells its kind, a name that is built in does."""
        plain = new_profile(called)
        if self.name and self.name != "litellm":
            known = new_profile(self.name)
        else:
            known = plain if is_built_in(called) else plain._replace(**PLAIN)
        found = {key: (getattr(known, key), getattr(plain, key)) for key in WAYS}
        return {key: value for key, (value, usual) in found.items() if value not in (usual, None)}


def recognise(base_url: str, look: Look | None) -> Kind:
    """What answers at a base URL; ``look`` is its list of models, or its refusal to give one."""
    host = urlsplit(base_url).hostname or ""
    if host == HOST:
        return Kind(DEEPSEEK, f"its host is {host}")
    for end, name in HOSTS.items():
        if host == end or host.endswith(f".{end}"):
            return Kind(name, f"its host is {host}")
    if look is None:
        return Kind("", "")
    if any(name.startswith("x-litellm") for name in look.headers):
        return Kind("litellm", "its headers are LiteLLM's")
    if look.headers.get("server", "").lower().startswith("llama.cpp"):
        return Kind("llamacpp", "it calls itself llama.cpp")
    found = look.json
    rows = found.get("data") if isinstance(found, dict) else None
    owners = {row.get("owned_by") for row in rows if isinstance(row, dict)} if isinstance(rows, list) else set()
    for owner, name in OWNERS.items():
        if owners == {owner}:
            return Kind(name, f"its models are owned by {owner}")
    return Kind("", "")
