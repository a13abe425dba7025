"""Pictures, told by what is in them and not by their names, as a message holds them.

Form and kinds: https://api-docs.deepseek.com/guides/vision
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsk.prompt.compose import join
from dsk.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsk.prompt.files import Part


class Image(NamedTuple):
    """A picture under its name; ``kind`` is what follows ``image/`` in its media type."""

    name: str
    kind: str
    data: bytes

    def part(self, detail: str | None = None) -> dict[str, Any]:
        """The picture as a part of a message; ``detail`` None leaves it to the server how closely it is looked at."""
        from binascii import b2a_base64

        text = b2a_base64(self.data, newline=False).decode()
        image = {"url": f"data:image/{self.kind};base64,{text}"}
        return {"type": "image_url", "image_url": image | {"detail": detail} if detail else image}


def content_of(parts: Sequence[Part], detail: str | None = None) -> list[dict[str, Any]]:
    """The parts of a prompt as a message holds them: each picture after its name, the texts between two of them as
    one."""
    content: list[dict[str, Any]] = []
    texts: list[str] = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        else:
            name = f"==> {part.name} <=="
            content += [{"type": "text", "text": join([*texts, name])}, part.part(detail)]
            texts = []
    last = join(texts)
    return [*content, {"type": "text", "text": last}] if last else content
