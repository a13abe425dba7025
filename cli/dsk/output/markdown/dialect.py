r"""The Markdown that models write: CommonMark with tables, strikethrough and mathematics.

HTML and link definitions stay text: what is not shown would be lost, and a definition at the end of a text could no
longer change what stands above it. Mathematics, ``\(...\)``, ``\[...\]`` and ``$$...$$``, stays as it is written, for
its backslashes and underscores mean something else.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, backtick
from markdown_it.token import Token

# What is deeper in lists and quotes than this is left out. Each level is a call in a call.
DEEPEST = 200
# With more brackets that are never closed links are not looked for: from each one that would be to the end.
MOST_OPEN = 30
_MATH = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}
# As a backslash before one of these the rule of CommonMark is meant; before others it is more often LaTeX.
_ESCAPABLE = frozenset("*_`#~|<>!-+.$&\"'")


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST}).enable(["table", "strikethrough"])
    parser.disable(["reference", "html_block", "html_inline"])
    parser.core.ruler.enableOnly(["normalize", "block"])
    parser.inline.ruler.before("escape", "math", _math)
    parser.inline.ruler.at("backticks", _code)
    return parser


def _math(state: StateInline, silent: bool) -> bool:
    """A rule of markdown-it: mathematics, and backslashes that escape nothing, are text."""
    opening = state.src[state.pos : state.pos + 2]
    closing = _MATH.get(opening)
    end = state.src.find(closing, state.pos + 2, state.posMax) if closing else -1
    if end >= 0:
        end += 2
    elif opening[:1] == "\\" and opening[1:] not in ("", "\n") and opening[1] not in _ESCAPABLE:
        end = state.pos + 2
    else:
        return False
    if not silent:
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


def _code(state: StateInline, silent: bool) -> bool:
    """markdown-it's own rule, and what it leaves out: CommonMark does not count how far a line of a paragraph is
    indented, in code neither."""
    begin = state.pos
    is_found = backtick(state, silent)
    if not silent and state.tokens and not state.pending and state.tokens[-1].type == "code_inline":
        token = state.tokens[-1]
        size = len(token.markup)
        code = state.src[begin + size : state.pos - size]
        if "\n" in code:
            code = re.sub(r"\n[ \t]*", " ", code)
            is_padded = code.startswith(" ") and code.endswith(" ") and not code.isspace()
            token.content = code[1:-1] if is_padded else code
    return is_found


_PARSER = _parser()
_WITHOUT_LINKS = _parser().disable(["link", "image"])


def block_tokens(source: str) -> list[Token]:
    """The structure of a text; the content of its leaves is not looked into."""
    return _PARSER.parse(source)


def inline_tokens(content: str) -> list[Token]:
    """What one leaf says, in its parts."""
    tokens: list[Token] = []
    parser = _PARSER if content.count("[") - content.count("]") <= MOST_OPEN else _WITHOUT_LINKS
    parser.inline.parse(content, parser, {}, tokens)
    return tokens
