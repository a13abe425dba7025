"""What a leaf says, as styled text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dsk.output.escapes import clean_line
from dsk.output.markdown.dialect import inline_tokens
from dsk.output.markdown.rows import DEFAULT, DIM, Look, Row, Span, Style, merged, text_of

if TYPE_CHECKING:
    from markdown_it.token import Token

# What a URL may hold when it is told to a terminal: RFC 3986 leaves nothing else.
_URL = re.compile(r"[!-~]+")
# A text that claims to be an address.
_ADDRESS = re.compile(r"\s*(?:\w+://|www\.|[\w-]+(?:\.[\w-]+)+(?:[/:]|\s*$))")
CODE = Style(color="36")
LINK_COLOR = "34"


def styled(content: str, look: Look, base: Style) -> Row:
    """The content of a leaf as one row, in which a line break is a newline.

    Whatever is dangerous to a terminal, also what only came out of an entity, is visible text in it.
    """
    return _Flattening(look, base).of(inline_tokens(content))


class _Flattening:
    """Walks through the parts of a leaf."""

    def __init__(self, look: Look, base: Style) -> None:
        self._look = look
        self._style = base
        self._outer: list[Style] = []
        self._spans: list[Span] = []
        self._links: list[tuple[str, int]] = []

    def of(self, tokens: list[Token]) -> Row:
        """All of them."""
        for token in tokens:
            self._take(token)
        return merged(self._spans)

    def _take(self, token: Token) -> None:
        match token.type:
            case "softbreak" | "hardbreak":
                self._spans.append(Span("\n", DEFAULT))
            case "code_inline":
                self._mark(token)
                style = self._style
                self._add(token.content, style if style.link else style._replace(color=CODE.color))
                self._mark(token)
            case "strong_open":
                self._open(token, self._style._replace(bold=True))
            case "em_open":
                self._open(token, self._style._replace(italic=True))
            case "s_open":
                self._open(token, self._style._replace(strike=True))
            case "strong_close" | "em_close" | "s_close":
                self._style = self._outer.pop()
                self._mark(token)
            case "link_open":
                self._open_link(str(token.attrs["href"]))
            case "link_close":
                self._close_link()
            case "image":
                if not self._look.is_styled:
                    self._add("!", DEFAULT)
                self._open_link(str(token.attrs["src"]))
                self._add(token.content or "image", self._style)
                self._close_link()
            case _:
                self._add(token.content, self._style)

    def _open(self, token: Token, style: Style) -> None:
        self._mark(token)
        self._outer.append(self._style)
        if self._look.is_styled:
            self._style = style

    def _mark(self, token: Token) -> None:
        if not self._look.is_styled:
            self._add(token.markup, DEFAULT)

    def _open_link(self, url: str) -> None:
        self._outer.append(self._style)
        self._links.append((url, len(self._spans)))
        if self._look.is_styled:
            is_told = self._look.has_links and _URL.fullmatch(url)
            link = url if is_told else ""
            self._style = self._style._replace(underline=True, color=LINK_COLOR, link=link)

    def _close_link(self) -> None:
        linked = self._style.link
        self._style = self._outer.pop()
        url, at = self._links.pop()
        text = text_of(self._spans[at:])
        # Nobody is sent to another place than the one that is read.
        if text != url and not (linked and not _ADDRESS.match(text)):
            self._add(f" ({url})", DIM if self._look.is_styled else DEFAULT)

    def _add(self, text: str, style: Style) -> None:
        self._spans.append(Span("\n".join(clean_line(line) for line in text.split("\n")), style))
