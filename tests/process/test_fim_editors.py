"""The recipes for editors in dsk-fim(1), in those editors: what is filled in, and what is said if nothing is."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Callable

import pexpect
import pytest

from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import DSK, Dsk
from tests.manual import ROOT, page_blocks

TEXT = "def grüße():\n    \n# Ende\n"
FILLED = "def grüße():\n    return 'ä'\n    # done\n# Ende\n"
NO_TEXT = "dsk: there is no text around the cursor"
# Both of them at the end of the second line.
IN_VIM = "jA\x07\x07"
IN_EMACS = """
(setq coding-system-for-write 'utf-8-unix)
(let ((coding-system-for-read 'utf-8)) (insert-file-contents "text.py"))
(goto-char (point-min))
(end-of-line 2)
(dsk-fim)
(write-region nil nil "done.py")
"""


def recipe(beginning: str) -> str:
    blocks = ["\n".join(lines) + "\n" for _, lines in page_blocks(ROOT / "man" / "dsk-fim.1")]
    (found,) = (block for block in blocks if block.startswith(beginning))
    return found


@pytest.fixture
def server(dsk: Dsk, serve: Callable[[Script], ScriptedServer]) -> ScriptedServer:
    """An endpoint, and a ``dsk`` for editors that asks it."""
    program = dsk.home / "bin" / "dsk"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.join(DSK)} "$@"\n')
    program.chmod(0o755)
    server = serve(Script(replies=(Reply(text="return 'ä'\n    # done"),), strict=True))
    dsk.env |= {"DEEPSEEK_BASE_URL": server.base_url, "PATH": f"{program.parent}:{dsk.env['PATH']}"}
    return server


def vim(dsk: Dsk, said: str) -> None:
    """Have it fill in; ``said`` is what the terminal then shows."""
    (dsk.home / "recipe").write_text("set nocompatible encoding=utf-8\n" + recipe("function"))
    words = ["-n", "-u", "recipe", "-i", "NONE", "text.py"]
    child = pexpect.spawn("vim", words, env=dsk.env, cwd=str(dsk.home), encoding="utf-8", timeout=30)
    try:
        child.expect_exact("text.py")
        child.send(IN_VIM)
        child.expect_exact(said)
        if said == NO_TEXT:
            child.expect_exact("[O]k: ")
            child.send("\r")
            child.expect_exact("INSERT")
        child.send("\x1b:wq! done.py\r")
        child.expect(pexpect.EOF)
    finally:
        child.close(force=True)


def emacs(dsk: Dsk, said: str) -> None:
    """Have it fill in; ``said`` is what it says, or of the text."""
    (dsk.home / "recipe").write_text(recipe("(defun") + IN_EMACS)
    words = ["emacs", "-Q", "--batch", "-l", "recipe"]
    done = subprocess.run(words, cwd=dsk.home, env=dsk.env, capture_output=True, timeout=30, check=True)
    assert said in done.stderr.decode() + (dsk.home / "done.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("editor", [vim, emacs])
def test_an_editor_fills_in_at_the_cursor_and_says_why_it_does_not(
    dsk: Dsk, server: ScriptedServer, editor: Callable[[Dsk, str], None]
) -> None:
    if not shutil.which(editor.__name__):
        pytest.skip(f"{editor.__name__} is not installed")
    (dsk.home / "text.py").write_text(TEXT, encoding="utf-8")
    editor(dsk, "# done")
    assert (dsk.home / "done.py").read_text(encoding="utf-8") == FILLED
    (request,) = server.requests
    assert (request.json["prompt"], request.json["suffix"].rstrip("\n")) == ("def grüße():\n    ", "\n# Ende")
    (dsk.home / "text.py").write_bytes(b"")
    editor(dsk, NO_TEXT)
    assert (dsk.home / "done.py").read_bytes().strip() == b""
    assert len(server.requests) == 1
