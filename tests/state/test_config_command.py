"""``dsk config`` as whole processes: every setting with its origin, and nothing secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.harness import DSK, Dsk

SECRET = "sk-9876543210"


@pytest.fixture
def dsk(tmp_path: Path) -> Dsk:
    """dsk without a key."""
    return Dsk(tmp_path / "home")


def settings(dsk: Dsk, *args: str, env: dict[str, str] | None = None) -> dict[str, tuple[Any, str]]:
    result = dsk.run("config", "--json", *args, env=env)
    assert (result.errors, result.status) == ("", 0)
    rows = json.loads(result.stdout)["settings"]
    return {name: (row["value"], row["origin"]) for name, row in rows.items()}


def test_without_a_file_everything_is_the_default(dsk: Dsk) -> None:
    found = settings(dsk)
    key, looked_at = found.pop("key")
    assert key == "missing"
    assert looked_at.startswith("looked at DEEPSEEK_API_KEY, ")
    assert {origin for _, origin in found.values()} == {"default"}
    assert found["profile"] == ("deepseek", "default")
    assert found["base_url"] == ("https://api.deepseek.com", "default")
    assert found["model"] == ("deepseek-flash", "default")
    assert found["think"] == (False, "default")
    assert found["connect_timeout"] == (10.0, "default")


def test_every_option_of_ask_is_there(dsk: Dsk) -> None:
    from dsk.commands.ask import COMMAND
    from dsk.commands.helping import GENERAL
    from dsk.commands.option import Option

    names = {str(p.name) for p in COMMAND.params if isinstance(p, Option) and p.group != GENERAL}
    assert names <= set(settings(dsk))


def test_each_layer_is_named_and_goes_before_the_one_below(dsk: Dsk) -> None:
    path = dsk.write_config('[defaults]\nmodel = "d"\nmax-tokens = 5\n')
    assert settings(dsk)["model"] == ("d", f"{path}:2")
    assert settings(dsk)["max_tokens"] == (5, f"{path}:3")
    path = dsk.write_config('[defaults]\nmodel = "d"\n\n[profiles.deepseek]\nmodel = "p"\n')
    assert settings(dsk)["model"] == ("p", f"{path}:5")
    assert settings(dsk, env={"DSK_MODEL": "e"})["model"] == ("e", "DSK_MODEL")


def test_the_model_shown_is_the_one_that_ask_would_send(dsk: Dsk) -> None:
    profiles = '[profiles.box]\nbase_url = "http://localhost:1"\nmodel = "box-model"\n'
    cases: list[tuple[str, dict[str, str]]] = [
        ("", {}),
        ('[defaults]\nmodel = "d"\n', {}),
        ('[defaults]\nmodel = "d"\n[profiles.deepseek]\nmodel = "p"\n', {}),
        ('[defaults]\nmodel = "d"\n', {"DSK_MODEL": "e"}),
        ('[defaults]\nmodel = "d"\nprofile = "box"\n' + profiles, {}),
        ('profile = "box"\n' + profiles, {"DSK_TEMPERATURE": "1.5"}),
    ]
    for text, env in cases:
        dsk.write_config(text)
        shown = settings(dsk, env=env)
        body = json.loads(dsk.run("ask", "--dry-run", "hi", env=env).stdout)
        assert shown["model"][0] == body["model"]
        assert shown["temperature"][0] == body.get("temperature")


def test_the_base_url_has_the_origin_that_decides(dsk: Dsk) -> None:
    url = "http://localhost:"
    path = dsk.write_config(f'[defaults]\nbase-url = "{url}1"\n')
    assert settings(dsk)["base_url"] == (f"{url}1", f"{path}:2")
    path = dsk.write_config(f'[defaults]\nbase-url = "{url}1"\n[profiles.deepseek]\nbase_url = "{url}2"\n')
    assert settings(dsk)["base_url"] == (f"{url}2", f"{path}:4")
    env = {"DEEPSEEK_BASE_URL": f"{url}3"}
    assert settings(dsk, env=env)["base_url"] == (f"{url}3", "DEEPSEEK_BASE_URL")
    env["DSK_BASE_URL"] = f"{url}4"
    assert settings(dsk, env=env)["base_url"] == (f"{url}4", "DSK_BASE_URL")
    assert settings(dsk, "--base-url", f"{url}5", env=env)["base_url"] == (f"{url}5", "flag")


def test_the_profile_has_the_origin_that_decides(dsk: Dsk) -> None:
    path = dsk.write_config('profile = "a"\n[profiles]\na.base_url = "http://a"\nb.base_url = "http://b"\n')
    assert settings(dsk)["profile"] == ("a", f"{path}:1")
    assert settings(dsk)["base_url"] == ("http://a", f"{path}:3")
    assert settings(dsk)["key_env"] == ("A_API_KEY", "default")
    assert settings(dsk, env={"DSK_PROFILE": "b"})["profile"] == ("b", "DSK_PROFILE")
    assert settings(dsk, "-P", "deepseek", env={"DSK_PROFILE": "b"})["profile"] == ("deepseek", "flag")


def test_a_switch_for_one_value_counts_as_that_value(dsk: Dsk) -> None:
    path = dsk.write_config("[defaults]\njsonl = true\nhide-reasoning = true\nraw = false\nstop = ['a', 'b']")
    found = settings(dsk)
    assert found["format"] == ("jsonl", f"{path}:2")
    assert found["reasoning"] == ("hide", f"{path}:3")
    assert found["stop"] == (["a", "b"], f"{path}:5")


def test_a_key_is_named_by_its_place_and_never_shown(dsk: Dsk) -> None:
    env = {"DEEPSEEK_API_KEY": SECRET}
    path = dsk.write_config(
        f"[profiles.deepseek]\nkey_command = 'touch ran; echo {SECRET}'\nheaders = {{ X-Api-Key = '{SECRET}' }}\n"
    )
    found = settings(dsk, env=env)
    assert found["key"] == ("set", "DEEPSEEK_API_KEY")
    assert found["key_command"] == ("(hidden)", f"{path}:2")
    assert found["headers"] == (["X-Api-Key"], f"{path}:3")
    assert settings(dsk)["key"] == ("by key_command", f"{path}:2")
    assert not (dsk.home / "ran").exists(), "a key command may ask for a passphrase"
    for args in ((), ("--json",), ("--debug",)):
        result = dsk.run("config", *args, env=env)
        assert SECRET not in result.text + result.errors


def test_a_key_file_that_cannot_be_used_is_told(dsk: Dsk) -> None:
    dsk.run("key", "set", stdin=SECRET.encode())
    path = dsk.home / "config" / "dsk" / "keys" / "deepseek"
    assert settings(dsk)["key"] == ("set", str(path))
    path.chmod(0o644)
    value, origin = settings(dsk)["key"]
    assert (value, "0644 is wider than 0600" in origin) == ("unusable", True)


def test_a_server_that_needs_no_key_is_told(dsk: Dsk) -> None:
    path = dsk.write_config('profile = "a"\n[profiles.a]\nbase_url = "http://a"\nkey_env = ""')
    assert settings(dsk)["key"] == ("not needed", f"{path}:4")


def test_aliases_and_paths_are_there(dsk: Dsk) -> None:
    path = dsk.write_config('[aliases]\npro = "deepseek-v4-pro"\n')
    found = json.loads(dsk.run("config", "--json").stdout)
    assert found["aliases"] == {"pro": {"value": "deepseek-v4-pro", "origin": f"{path}:2"}}
    assert found["paths"] == {
        "config": {"value": str(path), "origin": "XDG_CONFIG_HOME"},
        "keys": {"value": str(path.parent / "keys"), "origin": "XDG_CONFIG_HOME"},
        "templates": {"value": str(path.parent / "templates"), "origin": "XDG_CONFIG_HOME"},
        "log": {"value": str(dsk.home / "state" / "dsk" / "log.db"), "origin": "XDG_STATE_HOME"},
        "answers": {"value": str(dsk.home / ".cache" / "dsk" / "answers"), "origin": "default"},
    }
    assert found["cache"]["max_size"] == {"value": 256 << 20, "origin": "default"}
    dsk.write_config('[cache]\nmax_age = "1w"\n')
    assert json.loads(dsk.run("config", "--json").stdout)["cache"]["max_age"] == {"value": "1w", "origin": f"{path}:2"}


def test_in_a_pipe_each_setting_is_a_line_of_three_fields(dsk: Dsk) -> None:
    path = dsk.write_config('[defaults]\nsystem = "tab\\there\\nand \\u001b[31m\\u202e"\n[aliases]\n"a b" = "x"\n')
    lines = dsk.run("config").text.splitlines()
    assert {line.count("\t") for line in lines} == {2}
    assert f'system\t"tab\\there\\nand \\u001b[31m\\u202e"\t{path}:2' in lines
    assert f"aliases.a b\tx\t{path}:4" in lines
    assert "think\tfalse\tdefault" in lines
    assert "temperature\t\tdefault" in lines


def test_on_a_terminal_the_settings_are_aligned_under_a_heading(dsk: Dsk) -> None:
    output: Any = pexpect.run(
        f"{DSK[0]} -m dsk config",
        env=dsk.env,
        cwd=str(dsk.home),
        timeout=30,
    )
    lines = output.decode().split("\r\n")
    assert lines[0].split() == ["SETTING", "VALUE", "ORIGIN"]
    column = lines[0].index("VALUE")
    assert {line[column - 1] for line in lines if line} == {" "}
    assert lines[1][column:].startswith("deepseek ")


def test_path_is_printed_whatever_the_file_holds(dsk: Dsk) -> None:
    path = dsk.write_config("not toml")
    result = dsk.run("config", "--path")
    assert (result.text, result.errors, result.status) == (f"{path}\n", "", 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1", ":1: unknown key 'a'"),
        ("[defaults]\nmodle = 'x'", ":2: unknown key 'modle' in [defaults]"),
        ("[defaults]\ndebug = true", ":2: unknown key 'debug' in [defaults]"),
        ("[defaults]\ntemperature = 3", ":2: temperature must be a number from 0 to 2, not 3"),
        ("[defaults]\ntop-p = nan", ":2: top-p must be a number from 0 to 1, not nan"),
        ("[defaults]\nwrite-out = '%{nothing}'", ":2: --write-out: "),
        ("[defaults]\nstop = 'x'", ":2: stop must be a list of texts, not 'x'"),
        ("[defaults]\njson = 'x'", ":2: json must be true or false, not 'x'"),
        ("profile = 'x'", ":1: there is no profile 'x'"),
        ("[defaults]\nprofile = 'x'", ":2: there is no profile 'x'"),
    ],
)
def test_whatever_is_wrong_with_the_file_is_exit_2_with_its_line(dsk: Dsk, text: str, expected: str) -> None:
    path = dsk.write_config(text)
    result = dsk.run("config")
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith(f"dsk: {path}{expected}")


def test_a_profile_without_a_server_is_named_with_its_line(dsk: Dsk) -> None:
    path = dsk.write_config('\n[profiles.x]\nmodel = "m"')
    result = dsk.run("config", "-P", "x")
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors == (f"dsk: profile x has no base_url\ndsk: hint: add it at {path}:2, or give --base-url\n")
    assert settings(dsk, "-P", "x", "--base-url", "http://x")["base_url"] == ("http://x", "flag")


def test_a_bad_variable_is_named(dsk: Dsk) -> None:
    result = dsk.run("config", env={"DSK_TEMPERATURE": "nan"})
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith("dsk: DSK_TEMPERATURE in the environment: ")


def test_the_file_is_not_read_if_only_help_is_asked(dsk: Dsk) -> None:
    dsk.write_config("not toml")
    assert dsk.run("config", "-h").status == 0
    assert dsk.run("key", "set", "--help").status == 0


def test_an_expression_is_shown_as_it_was_written(dsk: Dsk) -> None:
    path = dsk.write_config("[defaults]\nuntil = '\\.\\s'\n")
    result = dsk.run("config", "--json")
    assert (result.errors, result.status) == ("", 0)
    assert json.loads(result.stdout)["settings"]["until"] == {"value": "\\.\\s", "origin": f"{path}:2"}
