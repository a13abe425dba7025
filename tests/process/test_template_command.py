"""``dsk template``: list, show, edit and new, as whole processes."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from dsk.state.templates import SHIPPED
from tests.harness import DSK, Dsk, Result
from tests.process.templates import prompt, refused, write_template
from tests.terminal import on_quiet_terminal

SHIPPED_NAMES = sorted(path.stem for path in Path(SHIPPED).glob("*.toml"))
BROKEN = 'prompt = "hi"\nthink = true\n'


def listed(dsk: Dsk) -> dict[str, dict[str, object]]:
    result = dsk.run("template", "list", "--json")
    assert (result.errors, result.status) == ("", 0)
    entries = [json.loads(line) for line in result.text.splitlines()]
    return {entry["name"]: entry for entry in entries}


def editor(dsk: Dsk, script: str) -> dict[str, str]:
    """An editor that runs a shell script with the file as ``$1``."""
    path = dsk.home / "editor.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return {"VISUAL": str(path)}


def test_the_templates_that_come_are_listed_and_can_all_be_used(dsk: Dsk) -> None:
    found = listed(dsk)
    assert list(found) == SHIPPED_NAMES
    assert {entry["error"] for entry in found.values()} == {None}
    assert all(entry["description"] and entry["shipped"] for entry in found.values())


def test_a_template_of_ones_own_is_listed_in_place_of_the_one_that_came(dsk: Dsk) -> None:
    text = 'description = "My\\tway"\nsystem = "{a}"\nprompt = "{stdin} {b}"\nparams = {b = 2}'
    path = write_template(dsk, "commit", text)
    assert listed(dsk)["commit"] == {
        "name": "commit",
        "description": "My way",
        "params": {"a": None, "b": "2"},
        "stdin": True,
        "words": False,
        "path": str(path),
        "shipped": False,
        "error": None,
    }
    assert "commit\tyou\ta [b]\tMy way" in dsk.run("template", "list").text.splitlines()


def test_one_that_is_broken_is_listed_with_what_is_wrong_and_spoils_nothing(dsk: Dsk) -> None:
    path = write_template(dsk, "broken", BROKEN)
    write_template(dsk, "range", 'prompt = "hi"\n[options]\nmodle = "x"')
    assert listed(dsk)["broken"]["error"] == f"{path}:2: unknown key 'think'"
    assert "broken\tyou\t\tunknown key 'think' (line 2)" in dsk.run("template", "list").text.splitlines()
    assert "unknown key 'modle'" in str(listed(dsk)["range"]["error"])


def test_what_is_no_template_is_not_listed(dsk: Dsk) -> None:
    folder = write_template(dsk, "mine", 'prompt = "hi"').parent
    for name in (".hidden.toml", "notes.txt", "mine.toml.rejected", "-x.toml"):
        (folder / name).write_text('prompt = "hi"')
    assert set(listed(dsk)) == {*SHIPPED_NAMES, "mine"}


def test_on_a_terminal_the_list_is_a_table_and_harmless(dsk: Dsk) -> None:
    write_template(dsk, "evil", 'description = "\\u001b[31mred\\u202e"\nprompt = "hi"')
    lines = on_quiet_terminal(dsk, "template", "list").splitlines()
    assert lines[0].split() == ["TEMPLATE", "FROM", "PARAMS", "DESCRIPTION"]
    (evil,) = (line for line in lines if line.startswith("evil"))
    assert evil.endswith("^[[31mred<U+202E>")


def test_show_prints_the_file_as_it_is(dsk: Dsk) -> None:
    path = write_template(dsk, "t", '# with a comment\r\nprompt = "h\u202ei"')
    assert dsk.run("template", "show", "t") == Result(path.read_bytes(), b"", 0)
    assert dsk.run("template", "show", str(path)).stdout == path.read_bytes()
    assert dsk.run("template", "show", "commit").stdout == Path(SHIPPED, "commit.toml").read_bytes()
    assert on_quiet_terminal(dsk, "template", "show", "t") == '# with a comment\nprompt = "h<U+202E>i"'


@pytest.mark.parametrize("command", ["show", "edit"])
def test_one_that_is_not_there_is_a_usage_error(dsk: Dsk, command: str) -> None:
    said = refused(dsk.run("template", command, "comit"))
    assert said == ["there is no template 'comit'", "did you mean commit?"]


def test_new_makes_a_template_that_can_be_used_and_prints_its_path(dsk: Dsk) -> None:
    result = dsk.run("template", "new", "mine")
    path = dsk.home / "config" / "dsk" / "templates" / "mine.toml"
    assert result == Result(f"{path}\n".encode(), b"", 0)
    assert listed(dsk)["mine"]["error"] is None
    assert prompt(dsk, "-t", "mine", "Why?") == "Why?"


def test_new_does_not_touch_what_is_there(dsk: Dsk) -> None:
    path = write_template(dsk, "mine", 'prompt = "hi"')
    said = refused(dsk.run("template", "new", "mine"))
    assert said == [f"there is a template mine already: {path}", "dsk template edit mine changes it"]
    assert path.read_text() == 'prompt = "hi"'


@pytest.mark.parametrize("name", ["a/b", ".x", "x.toml", "", "a\tb"])
def test_new_takes_only_what_can_be_a_name(dsk: Dsk, name: str) -> None:
    said = refused(dsk.run("template", "new", name))
    assert said[0] == f"a template cannot be called {name!r}"


def test_edit_makes_a_copy_of_one_that_came(dsk: Dsk) -> None:
    before = Path(SHIPPED, "commit.toml").read_text()
    result = dsk.run("template", "edit", "commit", env=editor(dsk, 'sed -i s/72/60/g "$1"'))
    path = dsk.home / "config" / "dsk" / "templates" / "commit.toml"
    assert result == Result(b"", f"dsk: saved as {path}\n".encode(), 0)
    assert path.read_text() == before.replace("72", "60")
    assert Path(SHIPPED, "commit.toml").read_text() == before


def test_edit_without_a_change_makes_no_copy(dsk: Dsk) -> None:
    result = dsk.run("template", "edit", "commit", env=editor(dsk, 'case $1 in *.toml) ;; *) echo "" > "$1" ;; esac'))
    assert result == Result(b"", b"dsk: nothing is changed\n", 0)
    assert not (dsk.home / "config").exists()


def test_edit_keeps_the_mode_of_the_file_and_a_link_to_it(dsk: Dsk) -> None:
    real = dsk.home / "dotfiles.toml"
    real.write_text('prompt = "hi"')
    real.chmod(0o640)
    link = write_template(dsk, "t", "")
    link.unlink()
    link.symlink_to(real)
    assert dsk.run("template", "edit", "t", env=editor(dsk, 'sed -i s/hi/ho/ "$1"')).status == 0
    assert (link.is_symlink(), real.read_text(), stat.S_IMODE(real.stat().st_mode)) == (True, 'prompt = "ho"', 0o640)
    assert sorted(path.name for path in dsk.home.iterdir()) == ["config", "dotfiles.toml", "editor.sh"]


def test_edit_takes_a_path_too(dsk: Dsk) -> None:
    path = dsk.home / "x.toml"
    path.write_text('prompt = "hi"')
    assert dsk.run("template", "edit", "./x.toml", env=editor(dsk, 'sed -i s/hi/ho/ "$1"')).status == 0
    assert path.read_text() == 'prompt = "ho"'


def test_what_is_wrong_is_not_saved_where_nobody_can_be_asked_and_not_lost(dsk: Dsk) -> None:
    path = write_template(dsk, "t", 'prompt = "hi"\n')
    said = refused(dsk.run("template", "edit", "t", env=editor(dsk, 'echo "think = true" >> "$1"')))
    assert said == [
        f"{path}:2: unknown key 'think'",
        f"nothing is saved; what was written is in {path}.rejected",
    ]
    assert path.read_text() == 'prompt = "hi"\n'
    assert Path(f"{path}.rejected").read_text() == BROKEN


def test_an_option_that_is_wrong_is_found_as_well(dsk: Dsk) -> None:
    path = write_template(dsk, "t", 'prompt = "hi"\n')
    script = 'printf "[options]\\nmodle = 1\\n" >> "$1"'
    said = refused(dsk.run("template", "edit", "t", env=editor(dsk, script)))
    assert said[0] == f"{path}:3: unknown key 'modle' in [options]"


def test_an_editor_that_fails_saves_nothing(dsk: Dsk) -> None:
    path = write_template(dsk, "t", 'prompt = "hi"')
    result = dsk.run("template", "edit", "t", env={"EDITOR": "false"})
    assert (result.stdout, result.status, path.read_text()) == (b"", 1, 'prompt = "hi"')
    assert result.errors.endswith("set VISUAL or EDITOR; nothing is saved\n")


def test_a_folder_that_cannot_be_made_is_told(dsk: Dsk) -> None:
    (dsk.home / "config").write_text("a file in its place")
    result = dsk.run("template", "new", "mine")
    assert (result.stdout, result.status) == (b"", 1)
    path = dsk.home / "config" / "dsk" / "templates" / "mine.toml"
    assert result.errors == (
        f"dsk: the template {path} cannot be written: not a directory\n"
        f"dsk: hint: move {dsk.home}/config away: a folder is to be there\n"
    )


@pytest.fixture
def asked(dsk: Dsk) -> Iterator[pexpect.spawn[str]]:
    """``dsk template edit`` on a terminal after an editor that broke the template, at its question."""
    write_template(dsk, "t", 'prompt = "hi"\n')
    # The first time it breaks it, the second it mends it.
    script = 'if grep -q think "$1"; then sed -i -e /think/d -e s/hi/ho/ "$1"; else echo "think = true" >> "$1"; fi'
    env = dsk.env | editor(dsk, script)
    child: pexpect.spawn[str] = pexpect.spawn(
        DSK[0], [*DSK[1:], "template", "edit", "t"], env=env, encoding="utf-8", timeout=30, dimensions=(24, 200)
    )
    child.expect_exact("t.toml:2: unknown key 'think'")
    child.expect_exact("(e)dit it again, (s)ave it as it is, or (d)rop the change? ")
    yield child
    child.close(force=True)


@pytest.mark.parametrize(
    ("answer", "left", "said"),
    [
        ("e", 'prompt = "ho"\n', "saved as "),
        ("save", BROKEN, "saved as "),
        ("D", 'prompt = "hi"\n', "nothing is changed"),
    ],
)
def test_on_a_terminal_the_user_chooses_what_becomes_of_it(
    dsk: Dsk, asked: pexpect.spawn[str], answer: str, left: str, said: str
) -> None:
    asked.sendline("what?")
    asked.expect_exact("or (d)rop the change? ")
    asked.sendline(answer)
    asked.expect_exact(said)
    asked.expect(pexpect.EOF)
    asked.wait()
    folder = dsk.home / "config" / "dsk" / "templates"
    assert (asked.exitstatus, (folder / "t.toml").read_text()) == (0, left)
    assert [path.name for path in folder.iterdir()] == ["t.toml"]


def test_the_end_of_the_terminal_s_input_leaves_all_as_it_is_and_loses_nothing(
    dsk: Dsk, asked: pexpect.spawn[str]
) -> None:
    asked.sendeof()
    asked.expect_exact("nothing is saved: what was written is in ")
    asked.expect(pexpect.EOF)
    asked.wait()
    path = dsk.home / "config" / "dsk" / "templates" / "t.toml"
    assert (asked.exitstatus, path.read_text()) == (2, 'prompt = "hi"\n')
    assert Path(f"{path}.rejected").read_text() == BROKEN


def test_a_template_that_wants_stdin_does_not_read_a_terminal(dsk: Dsk) -> None:
    seen = on_quiet_terminal(dsk, "ask", "-t", "review")
    assert "the template review wants something to read: stdin is a terminal" in seen
