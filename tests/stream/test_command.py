"""The command in an answer that had to be one."""

from __future__ import annotations

import pytest

from dsk.stream.code.command import command_in, reason_in


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("ls", "ls"),
        ("  ls\r\nwc  \n\n", "ls\nwc"),
        ("```\nls\n```", "ls"),
        ("```sh\nls", "ls"),
        ("1. This:\n\n   ```sh\n   ls\n   ```\n2. ```\n   rm x\n   ```", "ls"),
        ("`ls`", "ls"),
        ("``ls``", "ls"),
        ("`a` `b`", "`a` `b`"),
        ("# why\nls # more", "# why\nls # more"),
        ("# cannot be done", ""),
        ("```\n# no\n\n# no\n```\n", ""),
        ("```\n```", ""),
        ("Nothing:\n```sh\n\n```\n", ""),
        ("```", ""),
        (" \n", ""),
        ("", ""),
    ],
)
def test_the_command_is_the_first_block_or_all_of_the_text(text: str, command: str) -> None:
    assert command_in(text) == command


@pytest.mark.parametrize(
    ("text", "reason"),
    [("# it needs\troot", "it needs root"), ("```\n# one\n## two\n```", "one two"), ("#", ""), ("", "")],
)
def test_the_comment_says_why_there_is_none(text: str, reason: str) -> None:
    assert reason_in(text) == reason
