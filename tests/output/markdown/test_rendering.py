"""How finished Markdown looks."""

from __future__ import annotations

import pytest

from tests.output.markdown.emulator import PLAIN, STYLED, Showing, shown

CASES = {
    "a heading": ("# One\n\ntext", ["One", "", "text"]),
    "an underlined heading": ("One\n===\ntext", ["One", "text"]),
    "inline styles": ("a **b** *c* `d` ~~e~~ 2 ** 3", ["a b c d e 2 ** 3"]),
    "a line break stays": ("roses\nare red  \nviolets", ["roses", "are red", "violets"]),
    "a list": ("- a\n- b\n  - c\n    - d", ["• a", "• b", "  ◦ c", "    ▪ d"]),
    "numbers stay as they are written": ("3. a\n3. b\n10) c", ["3. a", "3. b", "10) c"]),
    "tasks": ("- [ ] a\n- [x] b\n1. [X] c", ["☐ a", "☑ b", "1. ☑ c"]),
    "a loose list": ("- a\n\n- b\n\n\n- c", ["• a", "", "• b", "", "• c"]),
    "paragraphs in an item": (
        "1. a\n\n   b\n\n   ```\n   c\n   ```",
        ["1. a", "", "   b", "", "   ```", "   c", "   ```"],
    ),
    "a quote": ("> a\n> b\n>\n> > c\n\nd", ["│ a", "│ b", "│", "│ │ c", "", "d"]),
    "a list in a quote": ("> - a\n>   - b", ["│ • a", "│   ◦ b"]),
    "code": ("```py\nx  =  1\n\n\ty\n```", ["```py", "x  =  1", "", "        y", "```"]),
    "code over the lines of a text": ("a `b\n    c` d\n\n- > `e\n     f`", ["a b c d", "", "• │ e f"]),
    "code without an end": ("```\nx", ["```", "x"]),
    "indented code": ("a\n\n    b\n\n      c\n\nd", ["a", "", "    b", "", "      c", "", "d"]),
    "indented code in an item": ("- a\n\n      b\n", ["• a", "", "      b"]),
    "a long line of indented code": ("    " + "x" * 50, ["    " + "x" * 36, "    " + "x" * 14]),
    "a rule": ("a\n\n---\n\nb", ["a", "", "─" * 40, "", "b"]),
    "a table": (
        "| name | n |\n|---|--:|\n| a `b` | 1 |\n| c | 22 |",
        ["name │  n", "─────┼───", "a b  │  1", "c    │ 22"],
    ),
    "a table of wide signs": ("|世界|x|\n|-|-|\n|a|🚀|", ["世界 │ x", "─────┼───", "a    │ 🚀"]),
    "links": (
        "[a](http://b.c) <http://d.e> http://f.g ![h](i.png)",
        ["a (http://b.c) http://d.e http://f.g h", "(i.png)"],
    ),
    "a link whose definition comes later": ("[a][1]\n\n[1]: http://b.c", ["[a][1]", "", "[1]: http://b.c"]),
    "HTML is text": ("<b>a</b> <br>\n\n<div>\nc\n</div>", ["<b>a</b> <br>", "", "<div>", "c", "</div>"]),
    "entities and escapes": ("&amp; &lt; \\*a\\* \\_b", ["& < *a* _b"]),
    "mathematics": (
        "\\(a_1 * b_2 * c\\) \\[\\frac{1}{2} \\\\ x\\] $$a*b*c$$",
        ["\\(a_1 * b_2 * c\\) \\[\\frac{1}{2} \\\\ x\\]", "$$a*b*c$$"],
    ),
    "a long word": ("a " + "b" * 50, ["a", "b" * 40, "b" * 10]),
    "Chinese": ("世界" * 15 + "。", ["世界" * 10, "世界" * 5 + "。"]),
    "a long item": ("- " + "word " * 10, ["• word word word word word word word", "  word word word"]),
    "a long line of code": ("```\n" + "x" * 50 + "\n```", ["```", "x" * 40, "x" * 10, "```"]),
    "nothing": ("\n\n \n", [""]),
    "a closing fence in code of another": ("````\n```\n````", ["````", "```", "````"]),
    "an empty item": ("- \n- a", ["•", "• a"]),
    "a text that is cut in bold": ("a **b", ["a **b"]),
}


@pytest.mark.parametrize("name", CASES)
def test_it_looks_like_this_at_forty_columns(name: str) -> None:
    text, expected = CASES[name]
    assert shown(text, 40) == expected
    assert shown(text, 40, cuts=range(1, len(text))) == expected


PLAIN_CASES = {
    "marks": ("a **b** *c* `d` ~~e~~ __f__", "a **b** *c* `d` ~~e~~ __f__"),
    "headings": ("## One", "## One"),
    "tasks": ("- [ ] a\n- [x] b", "[ ] a\n[x] b"),
    "code": ("```py\nx\n```", "```py\nx\n```"),
    "indented code": ("    x\n      y", "    x\n      y"),
    "images": ("![image](pic.png) [link](a.html)", "!image (pic.png) link (a.html)"),
}


@pytest.mark.parametrize("name", PLAIN_CASES)
def test_without_styles_the_marks_stay(name: str) -> None:
    text, expected = PLAIN_CASES[name]
    showing = Showing(look=PLAIN)
    assert "\x1b" not in showing.feed(text) + showing.close()
    assert showing.screen.rows() == expected.split("\n")


def test_styles_are_told_by_attributes_and_the_eight_colours() -> None:
    showing = Showing()
    showing.feed(
        "# Head\n\n**bold** *italic* ~~struck~~ `code` [link](http://a.b)\n\n```py\nreturn 'text'  # note\n```\n"
    )
    style = showing.screen.style
    assert (style("Head").bold, style("Head").underscore) == (True, True)
    assert (style("bold").bold, style("italic").italics, style("struck").strikethrough) == (True, True, True)
    assert (style("code").fg, style("link").fg, style("link").underscore) == ("cyan", "blue", True)
    assert (style("return").fg, style("'text'").fg) == ("magenta", "green")
    assert showing.screen.is_sane()


def test_indented_code_has_the_colour_of_code() -> None:
    showing = Showing()
    showing.feed("text\n\n    make it\n\nmore\n")
    assert (showing.screen.style("make").fg, showing.screen.style("more").fg) == ("cyan", "default")


def test_code_is_coloured_by_the_lines_above_it() -> None:
    showing = Showing()
    showing.feed("```python\ndef f():\n    '''Begin\n    return\n    '''\n    return\n```\n")
    lines = showing.screen.rows()
    assert "    return" in lines
    # The first one is in a string.
    assert showing.screen.style("return").fg == "green"


@pytest.mark.parametrize("name", ["nosuchlanguage", "{.py}", "python title=x", ""])
def test_a_language_that_is_not_known_is_plain(name: str) -> None:
    assert shown(f"```{name}\nreturn 1\n```") == [f"```{name}", "return 1", "```"]


def test_many_lines_of_code_are_coloured_in_the_same_way() -> None:
    lines = [f"value_{number} = '{number}'  # note {number}" for number in range(100)]
    showing = Showing(80, 200)
    showing.feed("```python\n" + "\n".join(lines) + "\n```\n")
    assert [showing.screen.style(f"'{number}'").fg for number in range(100)] == ["green"] * 100


def test_a_link_is_told_to_a_terminal_that_knows_links() -> None:
    showing = Showing(look=STYLED._replace(has_links=True))
    written = showing.feed("[the page](https://example.com/ä b?x=1) <http://c.d>") + showing.close()
    assert "\x1b]8;id=" in written
    showing.feed("")
    assert showing.screen.rows() == ["[the page](https://example.com/ä b?x=1) http://c.d"]
    showing = Showing(look=STYLED._replace(has_links=True))
    written = showing.feed("[the page](https://example.com/ä?x=1)\n\n")
    assert ";https://example.com/%C3%A4?x=1\x1b\\" in written
    assert showing.screen.rows() == ["the page"]


def test_a_link_that_claims_to_lead_elsewhere_tells_where_it_leads() -> None:
    look = STYLED._replace(has_links=True)
    assert shown("[https://bank.com](http://evil.example)", look=look) == ["https://bank.com (http://evil.example)"]
    assert shown("[bank.com](http://evil.example)", look=look) == ["bank.com (http://evil.example)"]


def test_more_columns_than_the_screen_has_room_for_stand_in_lines() -> None:
    cells = [f"cell{number}" for number in range(12)]
    rule = "|---" * 12 + "|"
    row = f"| {' | '.join(cells)} |"
    found = shown(f"{row}\n{rule}\n{row}", 30)
    assert " ".join(found).replace("───", "").split() == " │ ".join(cells).split() * 2
    assert max(len(line) for line in found) <= 30


def test_deep_lists_keep_room_for_their_text() -> None:
    text = "\n".join("  " * depth + f"- level {depth} word word" for depth in range(12))
    found = shown(text, 30)
    assert all(f"level {depth}" in "\n".join(found) for depth in range(12))
    assert max(len(line) for line in found) <= 30
