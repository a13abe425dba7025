"""Random Markdown, with what is likely to go wrong in it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

WORDS = (
    *("pipe", "stream", "token", "the", "of", "a", "Unix", "word.", "longerword!", "snake_case_name"),
    *("世界你好吗", "🚀"),
    *("**bold**", "*it*", "`code`", "~~no~~", "[link](http://e.com/x)", "2*3", "\\(a_1*b\\)", "$x$", "&lt;", "<br>"),
    *("https://example.com/a/very/long/path/that/goes/on", "e\u0301t\u0302", "👩\u200d🚀"),
    *("-", "+", "#", "1.", "10)", ">", "|", "**", "`", "["),
)
CODE = ("def f(x):", "    return '''x'''", "", "/* c", "\tif [ $a ]; then", "'''", "---", "``", "# h", "*/ x = 1;")


def document(random: Random, depth: int = 0, most: int = 6) -> str:
    """A document of a few blocks, each of any kind, in lists and quotes as well."""
    text = ""
    for _ in range(random.randint(1, most)):
        text += _block(random, depth) + random.choice(["\n\n"] * 5 + ["\n", "\n\n\n", "\n  \n"])
    return text if random.random() < 0.5 else text.rstrip()


def _block(random: Random, depth: int) -> str:
    kinds: list[Callable[[Random, int], str]] = [_text, _text, _heading, _code, _table, _rule, _underlined]
    if depth < 3:
        kinds += [_quote, _list, _list, _list]
    return random.choice(kinds)(random, depth)


def _words(random: Random, most: int) -> str:
    return " ".join(random.choice(WORDS) for _ in range(random.randint(1, most)))


def _text(random: Random, _depth: int) -> str:
    words = _words(random, random.choice([6, 30, 120])).split(" ")
    return "".join(word + random.choice([" "] * 12 + ["\n"]) for word in words).strip()


def _heading(random: Random, _depth: int) -> str:
    return "#" * random.randint(1, 4) + " " + _words(random, 6)


def _code(random: Random, _depth: int) -> str:
    fence = random.choice(["```", "~~~", "````"]) + random.choice(["", "python", "js", "sh", "nosuch"])
    lines = [random.choice([*CODE, "y" * random.randint(0, 130)]) for _ in range(random.choice([0, 2, 5, 30]))]
    end = fence.rstrip("abcdefghijklmnopqrstuvwxyz") if random.random() < 0.9 else ""
    return "\n".join([fence, *lines, end])


def _table(random: Random, _depth: int) -> str:
    columns = random.randint(1, 6)
    rows = [
        "| " + " | ".join(_words(random, 4).replace("|", "/") for _ in range(columns)) + " |"
        for _ in range(random.choice([1, 2, 4, 20]))
    ]
    rule = "|" + "|".join(random.choice(["---", ":--", "--:", ":-:"]) for _ in range(columns)) + "|"
    return "\n".join([rows[0], rule, *rows[1:]])


def _rule(random: Random, _depth: int) -> str:
    return random.choice(["---", "***", "___"])


def _underlined(random: Random, _depth: int) -> str:
    return _words(random, 2) + "\n" + random.choice(["===", "---"])


def _quote(random: Random, depth: int) -> str:
    lines = document(random, depth + 1, 2).split("\n")
    return "\n".join(f"> {line}" if random.random() < 0.95 else line for line in lines)


def _list(random: Random, depth: int) -> str:
    is_ordered = random.random() < 0.5
    first = random.randint(1, 11)
    items = []
    for number in range(first, first + random.randint(1, 6)):
        marker = f"{number}. " if is_ordered else "- "
        body = random.choice(["", "[ ] ", "[x] "]) + _words(random, 15)
        if random.random() < 0.4:
            body = _block(random, depth + 1)
        if random.random() < 0.3:
            body += random.choice(["\n", "\n\n"]) + _block(random, depth + 1)
        items.append(marker + body.replace("\n", "\n" + " " * len(marker)))
    return random.choice(["\n", "\n\n"]).join(items)
