"""What DeepSeek's models make of pictures. Pure.

https://api-docs.deepseek.com/guides/vision, in its state of autumn 2026.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dsk.errors import UsageFault

#: Those that see nothing; a name that is not known may be of one that does.
BLIND = frozenset(("deepseek-v4-pro",))
#: Bytes of the whole request.
MOST_BYTES = 48 << 20
MOST_IMAGES = 600


def check_images(messages: Iterable[dict[str, Any]], model: object) -> None:
    """Raise ``UsageFault`` for pictures that DeepSeek refuses."""
    urls = [part["image_url"]["url"] for message in messages for part in _parts(message) if "image_url" in part]
    if not urls:
        return
    if model in BLIND:
        raise UsageFault(f"{model} sees no images", hint="-m deepseek-flash does")
    size = sum(map(len, urls))
    if size > MOST_BYTES:
        why = f"in the request they are {size / (1 << 20):.0f} MiB, and DeepSeek takes {MOST_BYTES >> 20}"
        raise UsageFault("the images are too large", why, hint="send smaller ones")
    if len(urls) > MOST_IMAGES:
        raise UsageFault("there are too many images", f"DeepSeek takes {MOST_IMAGES}", hint="send fewer")


def _parts(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message.get("content")
    return content if isinstance(content, list) else []
