"""Every failure says what to do next."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "cli" / "dsk"

#: Of these the first line says all there is to say.
SAY_ALL = {
    ("InterruptFault", "interrupted"),
    ("TerminateFault", "terminated"),
    ("HangUpFault", "the terminal is gone"),
    # What becomes of it is told in the same line.
    ("LocalFault", "the log does not have the last answer"),
}


def test_no_failure_is_made_without_a_next_step() -> None:
    bare = {
        (node.func.id, node.args[0].value if isinstance(node.args[0], ast.Constant) else ast.unparse(node))
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(), str(path)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id.endswith("Fault")
        and node.func.id != "Fault"
        and all(word.arg not in (None, "hint") for word in node.keywords)
    }
    assert bare == SAY_ALL
