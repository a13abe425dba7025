"""A command line as bash and fish hand it over, quotes and all, cut into the words that a program would get.

Only what a completion needs is understood: quotes, backslashes and redirections. Expansions stay as they were
typed.
"""

from __future__ import annotations

from dsk.records import NamedTuple

REDIRECTIONS = "<>"


class Line(NamedTuple):
    """A line up to the cursor, without its quotes.

    ``words`` are complete, ``current`` is under the cursor and may be empty. ``kept`` is how many characters
    of ``current`` the shell leaves as they are, because its own idea of a word begins later. ``redirected``:
    ``current`` is the file of a redirection, which the program never sees. ``quote`` is the one that is open, or "".
    """

    words: tuple[str, ...]
    current: str
    kept: int = 0
    redirected: bool = False
    quote: str = ""


def split(text: str, breaks: str = "") -> Line:
    """Cut a line. The shell begins a new word at each character of ``breaks`` (bash: COMP_WORDBREAKS)."""
    words: list[str] = []
    word = ""
    begun = redirected = escaped = False
    kept = 0
    quote = ""
    for char in text:
        if escaped:
            escaped = False
            # Between double quotes a backslash is itself before all but these.
            word += char if quote != '"' or char in '"\\$`' else "\\" + char
        elif quote:
            if char == quote:
                quote = ""
                kept = 0
            elif char == "\\" and quote == '"':
                escaped = True
            else:
                word += char
        elif char.isspace() or char in REDIRECTIONS:
            # A number before a redirection is its descriptor.
            if begun and not redirected and not (char in REDIRECTIONS and word.isdigit()):
                words.append(word)
            redirected = char in REDIRECTIONS or (redirected and not begun)
            word, begun, kept = "", False, 0
        else:
            begun = True
            if char == "\\":
                escaped = True
            elif char in "'\"":
                quote = char
                kept = len(word)
            else:
                word += char
                if char in breaks:
                    # readline leaves an @ at the beginning of the new word.
                    kept = len(word) - (char == "@")
    return Line(tuple(words), word, kept, redirected, quote)


def within_quote(text: str, quote: str) -> str:
    """The text as it is typed in bash between two of these quotes, up to the second one; with that one too where
    readline would not add it, because a quote stands there already."""
    if quote == "'":
        typed = text.replace("'", "'\\''")
    else:
        typed = "".join(f"\\{char}" if char in '"\\$`' else char for char in text)
    return typed + quote if typed.endswith(quote) else typed
