"""``dsk profile``: servers are looked at and put into the config file, whose other lines stay as they are."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import pexpect
import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Script
from dsk.scripted.server import ScriptedServer
from tests.harness import DSK, KEY, Dsk, Result

Serve = Callable[[Script], ScriptedServer]

FILE = """\
# My servers.
profile = 'box'   # the one in the cellar

[profiles.box]  # old
base_url = "http://localhost:1"   # never up
headers = { X-Team = "blue" }

# What follows is about all of them.
[defaults]
max-tokens = 40
[aliases]
pro = "deepseek-v4-pro" # no newline at the end"""


def add(dsk: Dsk, name: str, *args: str, env: dict[str, str] | None = None) -> Result:
    return dsk.run("profile", "add", name, *args, env=env)


def shown(dsk: Dsk, name: str) -> dict[str, Any]:
    rows = json.loads(dsk.run("config", "--json", "-P", name).stdout)["settings"]
    return {key: row["value"] for key, row in rows.items()}


def test_a_server_is_recognised_and_what_is_in_the_file_stays(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(base_path="/v1", models=(("qwen3-8b", "vllm"),)))
    path = dsk.write_config(FILE)
    path.chmod(0o640)
    result = add(dsk, "my box", "--base-url", server.base_url)
    assert result.status == 0, result.errors
    assert "took it for vllm: its models are owned by vllm" in result.errors
    text = path.read_text()
    assert text.startswith(FILE + "\n\n# Made by dsk profile add: its models are owned by vllm.\n")
    assert '[profiles."my box"]\n' in text
    assert path.stat().st_mode & 0o777 == 0o640
    now = shown(dsk, "my box")
    assert (now["base_url"], now["model"]) == (f"{server.base_url}/v1", "qwen3-8b")
    assert (now["thinking"], now["prefix_completion"], now["key_env"]) == (
        "chat_template_kwargs",
        "continue_final_message",
        "",
    )
    assert dsk.run("ask", "-P", "my box", "--max-tokens", "4000", "hi", stdin=None).status == 0
    assert [seen.path for seen in server.requests] == ["/models", "/v1/models", "/v1/chat/completions"]


def test_a_name_that_is_taken_needs_force_and_only_its_own_lines_go(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script())
    path = dsk.write_config(FILE)
    result = add(dsk, "box", "--base-url", server.base_url)
    assert (result.status, path.read_text()) == (2, FILE)
    assert f"at {path}:4" in result.errors
    assert server.requests == []
    result = add(dsk, "box", "--base-url", server.base_url, "--force", "-m", "m", "--key-env", "")
    assert result.status == 0, result.errors
    text = path.read_text()
    gone = '[profiles.box]  # old\nbase_url = "http://localhost:1"   # never up\nheaders = { X-Team = "blue" }\n'
    assert text.startswith(FILE.replace(gone, "") + "\n\n# Made by")
    assert (shown(dsk, "box")["base_url"], shown(dsk, "box")["model"]) == (server.base_url, "m")


def test_profiles_that_are_added_at_once_are_all_there(dsk: Dsk) -> None:
    # Through a link, which stays one.
    path = dsk.home / "config" / "dsk" / "config.toml"
    path.parent.mkdir(parents=True)
    path.symlink_to(dsk.home / "mine.toml")
    names = [f"p{number}" for number in range(8)]
    told = ["profile", "add", "--no-probe", "--base-url", "http://localhost:1"]
    running = [dsk.start(*told, name, stdout=None, stderr=None) for name in [*names, "p0"]]
    assert sorted(process.wait(30) for process in running) == [0] * len(names) + [2]
    assert path.is_symlink()
    text = path.read_text()
    assert all(text.count(f"[profiles.{name}]\n") == 1 for name in names)


def test_a_model_whose_name_nobody_would_type_is_not_taken_over(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(models=(("m" * 201, "box"),)))
    result = add(dsk, "box", "--base-url", server.base_url)
    assert (result.status, "it has no model" in result.errors) == (0, True)
    server = serve(Script(models=(("m" * 200, "box"),)))
    assert add(dsk, "box", "--force", "--base-url", server.base_url).status == 0
    assert shown(dsk, "box")["model"] == "m" * 200


def test_the_config_file_is_never_made_larger_than_it_may_be(dsk: Dsk) -> None:
    text = "# " + "x" * ((16 << 20) - 3) + "\n"
    path = dsk.write_config(text)
    result = add(dsk, "box", "--no-probe", "--base-url", "http://localhost:1")
    assert (result.status, path.stat().st_size) == (2, 16 << 20)
    assert result.errors.startswith(f"dsk: {path} cannot be changed: it would be larger than 16 MiB\n")


def test_use_and_remove_change_their_own_lines(dsk: Dsk) -> None:
    path = dsk.write_config(FILE)
    result = dsk.run("profile", "remove", "box")
    assert (result.status, "is in use" in result.errors) == (2, True)
    assert dsk.run("profile", "use", "ollama").status == 0
    assert path.read_text() == FILE.replace("profile = 'box'", 'profile = "ollama"')
    assert dsk.run("profile", "remove", "box").status == 0
    text = path.read_text()
    assert "cellar" in text
    assert "[profiles" not in text
    assert "# What follows is about all of them.\n[defaults]\n" in text
    assert dsk.run("profile", "use", "nobody").status == 2
    assert dsk.run("profile", "remove", "ollama").status == 2
    assert path.read_text() == text


def test_without_a_file_one_is_made(dsk: Dsk) -> None:
    path = dsk.home / "config" / "dsk" / "config.toml"
    result = add(dsk, "groq", "--no-probe", "-m", "k2")
    assert result.status == 0, result.errors
    assert path.read_text().startswith("# Made by dsk profile add")
    assert dsk.run("profile", "use", "groq").status == 0
    assert path.read_text().startswith('profile = "groq"\n\n')
    assert shown(dsk, "groq")["model"] == "k2"
    rows = [line.split("\t") for line in dsk.run("profile", "list").text.splitlines()]
    assert ["groq", "https://api.groq.com/openai/v1", "k2", "GROQ_API_KEY", "yes", f"{path}:4"] in rows
    assert rows[0] == ["deepseek", "https://api.deepseek.com", "deepseek-flash", "DEEPSEEK_API_KEY", "", "built in"]
    listed = [json.loads(line) for line in dsk.run("profile", "list", "--json").text.splitlines()]
    assert [row["name"] for row in listed if row["in_use"]] == ["groq"]


def test_without_a_look_nothing_is_written_but_what_was_said(dsk: Dsk) -> None:
    path = dsk.home / "config" / "dsk" / "config.toml"
    before = shown(dsk, "ollama")
    result = add(dsk, "ollama", "--no-probe", "-m", "q")
    assert (result.status, "not looked at" in result.errors) == (0, True)
    assert path.read_text() == '# Made by dsk profile add.\n[profiles.ollama]\nmodel = "q"\n'
    after = shown(dsk, "ollama")
    assert {key for key in after if after[key] != before[key]} == {"model"}
    assert add(dsk, "g", "--no-probe", "--base-url", "https://api.groq.com/openai/v1", "--key-env", "").status == 0
    assert path.read_text().endswith('[profiles.g]\nbase_url = "https://api.groq.com/openai/v1"\nkey_env = ""\n')


def test_the_list_is_no_wider_than_the_terminal(dsk: Dsk) -> None:
    dsk.write_config('profile = "box"\n[profiles.box]\nbase_url = "http://localhost:8080"\n')
    for columns, shown in {100: "BOX_API_KEY  ", 50: "  …"}.items():
        command = f"{DSK[0]} -m dsk profile list"
        seen: Any = pexpect.run(command, env=dsk.env, cwd=str(dsk.home), timeout=30, dimensions=(40, columns))
        lines = seen.decode().splitlines()
        assert max(map(len, lines)) <= columns
        (box,) = (line for line in lines if line.startswith("box *  "))
        assert shown in box
        assert box.endswith("  line 2" if columns == 100 else "…")


def test_show_gives_a_table_that_the_file_takes_and_no_secrets(dsk: Dsk) -> None:
    text = dsk.run("profile", "show", "mistral").text
    dsk.write_config(text)
    assert dsk.run("profile", "show", "mistral").text == text
    dsk.write_config(
        '[profiles.x]\nbase_url = "http://localhost:1"\nkey_command = "echo s3"\nheaders = { X-Y = "s4" }\n'
    )
    text = dsk.run("profile", "show", "x").text
    assert "# headers = (hidden) of X-Y\n# key_command = (hidden)\n" in text
    assert "s3" not in text
    assert "s4" not in text


def test_no_server_there_is_7_and_no_probe_writes_anyway(dsk: Dsk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    result = add(dsk, "box", "--base-url", url)
    assert result.status == 7
    assert "--no-probe writes the profile without a look" in result.errors
    assert not (dsk.home / "config").exists()
    assert add(dsk, "box", "--base-url", url, "--no-probe").status == 0
    assert shown(dsk, "box")["base_url"] == url


def test_a_server_that_wants_a_key_gets_its_profile_all_the_same(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(require_key=True))
    result = add(dsk, "work", "--base-url", server.base_url)
    assert result.status == 0
    assert "set WORK_API_KEY or run dsk key set -P work" in result.errors
    assert shown(dsk, "work")["key_env"] == "WORK_API_KEY"
    env = {"WORK_KEY": KEY}
    result = add(dsk, "other", "--base-url", server.base_url, "--key-env", "WORK_KEY", env=env)
    assert "took it for deepseek: its models are owned by deepseek" in result.errors
    assert (shown(dsk, "other")["key_env"], shown(dsk, "other")["model"]) == ("WORK_KEY", "deepseek-flash")
    many = serve(Script(models=tuple((f"m{i}", "someone") for i in range(10))))
    result = add(dsk, "many", "--base-url", many.base_url)
    assert "its kind is not known" in result.errors
    assert "its models are m0, m1, m2, m3, m4, m5, m6, m7 and 2 more: name one with -m" in result.errors
    for name in ("work", "other", "many"):
        assert dsk.run("profile", "remove", name).status == 0
    assert (dsk.home / "config" / "dsk" / "config.toml").read_text() == ""
    assert KEY not in result.errors


@pytest.mark.parametrize(
    "text",
    [
        'profiles = { box = { base_url = "http://localhost:1" } }\n',
        '[profiles]\nbox.base_url = "http://localhost:1"\n',
        'profiles.box.base_url = "http://localhost:1"\n',
    ],
)
def test_a_file_whose_tables_are_written_in_another_way_stays_as_it_is(dsk: Dsk, text: str) -> None:
    path = dsk.write_config(text)
    before = dsk.run("profile", "show", "box").text
    result = dsk.run("profile", "remove", "box")
    assert (result.status, path.read_text()) == (2, text)
    assert "cannot be changed by this command" in result.errors
    assert dsk.run("profile", "show", "box").text == before


def test_a_text_that_looks_like_a_table_is_none_and_goes_with_its_profile(dsk: Dsk) -> None:
    text = "[profiles.box]\nsystem = '''\n[profiles.box]\n'''\n[profiles.box.headers]\nX-A = 'b'\n"
    path = dsk.write_config(f"{text}[profiles.other]\nmodel = 'm'\n")
    assert dsk.run("profile", "remove", "box").status == 0
    assert path.read_text() == "[profiles.other]\nmodel = 'm'\n"


def test_what_cannot_be_a_profile_is_said(dsk: Dsk, serve: Serve) -> None:
    assert add(dsk, "a/b", "--base-url", "http://localhost:1").status == 2
    assert "--base-url is missing" in add(dsk, "box").errors
    result = add(dsk, "box", "--base-url", "http://localhost:1", "--key-env", KEY)
    assert (result.status, KEY in result.errors) == (2, False)
    server = serve(Script(faults=(parse_fault("404"),)))
    result = add(dsk, "box", "--base-url", server.base_url)
    assert result.status == 0
    assert "the server gives no list of models" in result.errors
    path = dsk.write_config("[profiles.x]\nmodle = 1\n")
    assert add(dsk, "box", "--base-url", server.base_url, "--force").status == 2
    assert path.read_text() == "[profiles.x]\nmodle = 1\n"
