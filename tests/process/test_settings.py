"""What flags, environment, config file and built-ins mean together, seen in the body and at the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk

NO_PLACE_FOR_A_KEY = (
    "dsk: hint: a key does not belong into this file: dsk key set, key_env and key_command are its places\n"
)
Serve = Callable[[Script], ScriptedServer]


def body(dsk: Dsk, *args: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    result = dsk.run("ask", "--dry-run", *args, "hi", stdin=None, env=env)
    assert (result.errors, result.status) == ("", 0)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_built_in_profile_is_flash_without_thinking(dsk: Dsk) -> None:
    assert body(dsk) == {
        "model": "deepseek-flash",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "thinking": {"type": "disabled"},
    }


def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(dsk: Dsk) -> None:
    assert body(dsk)["model"] == "deepseek-flash"
    dsk.write_config('[defaults]\nmodel = "from-defaults"\nmax-tokens = 5\n')
    assert (body(dsk)["model"], body(dsk)["max_tokens"]) == ("from-defaults", 5)
    dsk.write_config('[defaults]\nmodel = "from-defaults"\n[profiles.deepseek]\nmodel = "from-profile"\n')
    assert body(dsk)["model"] == "from-profile"
    env = {"DSK_MODEL": "from-environment"}
    assert body(dsk, env=env)["model"] == "from-environment"
    assert body(dsk, "-m", "from-flag", env=env)["model"] == "from-flag"


def test_an_alias_is_its_model(dsk: Dsk) -> None:
    dsk.write_config('[aliases]\npro = "deepseek-v4-pro"\n')
    assert body(dsk, "-m", "pro")["model"] == "deepseek-v4-pro"


def test_a_profile_of_the_file_is_chosen_by_flag_environment_or_file(dsk: Dsk) -> None:
    profile = '[profiles.local]\nbase_url = "http://127.0.0.1:1"\nmodel = "llama"\nsystem = "Be brief."\n'
    dsk.write_config(profile)
    expected = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]
    for found in (body(dsk, "-P", "local"), body(dsk, env={"DSK_PROFILE": "local"})):
        assert found == {"model": "llama", "messages": expected, "stream": True}
    dsk.write_config('profile = "local"\n' + profile)
    assert body(dsk)["model"] == "llama"
    assert body(dsk, "-s", "Mine.")["messages"][0]["content"] == "Mine."


def test_deepseek_base_url_is_obeyed(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="yes"),)))
    assert dsk.run("ask", "hi", stdin=None, env={"DEEPSEEK_BASE_URL": server.base_url}).stdout == b"yes\n"
    other = serve(Script(replies=(Reply(text="other"),)))
    env = {"DEEPSEEK_BASE_URL": server.base_url}
    assert dsk.run("ask", "--base-url", other.base_url, "hi", stdin=None, env=env).stdout == b"other\n"


@pytest.mark.parametrize(("name", "thinking"), [("deepseek-chat", "disabled"), ("deepseek-reasoner", "enabled")])
def test_retired_names_are_understood_at_deepseeks_own_host_with_one_warning(
    dsk: Dsk, name: str, thinking: str
) -> None:
    result = dsk.run("ask", "--dry-run", "-m", name, "hi", stdin=None)
    found = json.loads(result.stdout)
    assert (found["model"], found["thinking"]) == ("deepseek-flash", {"type": thinking})
    assert result.errors.startswith(f"dsk: warning: {name} is retired: ")
    assert result.errors.count("\n") == 1


@pytest.mark.parametrize("url", ["https://API.DeepSeek.com", "https://api.deepseek.com:443/v1/"])
def test_deepseeks_own_host_is_known_however_it_is_written(dsk: Dsk, url: str) -> None:
    result = dsk.run("ask", "--dry-run", "-m", "deepseek-chat", "--base-url", url, "hi", stdin=None)
    assert json.loads(result.stdout)["model"] == "deepseek-flash"


def test_retired_names_go_through_unchanged_to_any_other_host(dsk: Dsk) -> None:
    found = body(dsk, "-m", "deepseek-reasoner", "--base-url", "https://example.com")
    assert (found["model"], found["thinking"]) == ("deepseek-reasoner", {"type": "disabled"})


def test_a_flag_beats_what_a_retired_name_implies(dsk: Dsk) -> None:
    result = dsk.run("ask", "--dry-run", "-m", "deepseek-reasoner", "--no-think", "hi", stdin=None)
    assert json.loads(result.stdout)["thinking"] == {"type": "disabled"}
    assert result.errors == "dsk: warning: deepseek-reasoner is retired: deepseek-flash is asked, with thinking off\n"


def test_an_effort_asks_for_thinking(dsk: Dsk) -> None:
    found = body(dsk, "--effort", "high")
    assert (found["thinking"], found["reasoning_effort"]) == ({"type": "enabled"}, "high")
    assert body(dsk, "--effort", "none")["thinking"] == {"type": "disabled"}


def test_each_switch_has_its_twin_and_the_last_one_wins(dsk: Dsk) -> None:
    assert body(dsk, "--think", "--no-think")["thinking"] == {"type": "disabled"}
    assert body(dsk, "--no-think", "--think")["thinking"] == {"type": "enabled"}
    assert body(dsk, "--no-stream", "--stream")["stream"] is True


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("[defaults]\nnonsense = 1\n", "config.toml:2: unknown key 'nonsense' in [defaults]"),
        (
            '\n[defaults]\nmax-tokens = "many"\n',
            "config.toml:3: max-tokens must be a whole number, at least 1, not 'many'",
        ),
        ('[defaults]\neffort = "huge"\n', "config.toml:2: "),
        ("[profiles.deepseek]\n\nmodle = 'x'\n", "config.toml:3: "),
        ("[profiles.deepseek]\nthink = 'yes'\n", "config.toml:2: "),
        ("a = \n", "config.toml:1: "),
        ("[profile]\n", "config.toml:1: "),
        ("nonsense = 1\n", "config.toml:1: "),
    ],
)
def test_a_fault_in_the_config_file_is_exit_2_with_file_and_line(dsk: Dsk, text: str, start: str) -> None:
    path = dsk.write_config(text)
    result = dsk.run("ask", "--dry-run", "hi", stdin=None)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith(f"dsk: {path.parent}/{start}"), result.errors


def test_a_bad_value_in_the_environment_is_named_by_its_variable(dsk: Dsk) -> None:
    result = dsk.run("ask", "--dry-run", "hi", stdin=None, env={"DSK_MAX_TOKENS": "many"})
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith("dsk: DSK_MAX_TOKENS in the environment: ")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("DSK_BASE_URL", "box", "base URL 'box' does not start with http:// or https://"),
        ("DEEPSEEK_BASE_URL", "http://box/?a=b", "base URL 'http://box/?a=b' has a query or fragment"),
        ("DEEPSEEK_BASE_URL", "http://[box", "base URL 'http://[box' cannot be read: Invalid IPv6 URL"),
        ("DSK_PROFILE", "nope", "there is no profile 'nope': the profiles are deepseek, "),
    ],
)
def test_a_server_that_there_cannot_be_is_named_by_its_variable(dsk: Dsk, variable: str, value: str, said: str) -> None:
    result = dsk.run("ask", "--dry-run", "hi", stdin=None, env={variable: value})
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith(f"dsk: {variable} in the environment: {said}"), result.errors


def test_a_base_url_that_there_cannot_be_is_named_by_its_line(dsk: Dsk) -> None:
    path = dsk.write_config('[defaults]\n\nbase_url = "box"\n')
    result = dsk.run("ask", "--dry-run", "hi", stdin=None)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith(f"dsk: {path}:3: base URL 'box' does not start"), result.errors


def thinking(dsk: Dsk, *args: str, env: dict[str, str] | None = None) -> tuple[str, str | None]:
    found = body(dsk, *args, env=env)
    return found["thinking"]["type"], found.get("reasoning_effort")


@pytest.mark.parametrize(
    ("env", "args", "expected"),
    [
        ({"DSK_THINK": "1"}, ["--effort", "none"], ("disabled", None)),
        ({"DSK_EFFORT": "none"}, ["--think"], ("enabled", None)),
        ({"DSK_EFFORT": "high"}, ["--no-think"], ("disabled", None)),
        ({"DSK_THINK": "0"}, ["--effort", "high"], ("enabled", "high")),
        ({"DSK_EFFORT": "high"}, ["--think"], ("enabled", "high")),
        ({"DSK_EFFORT": "high"}, ["--effort", "none"], ("disabled", None)),
        ({"DSK_THINK": "1", "DSK_EFFORT": "none"}, ["--no-think"], ("disabled", None)),
        ({"DSK_THINK": "0", "DSK_EFFORT": "max"}, ["--effort", "low"], ("enabled", "low")),
    ],
)
def test_a_flag_drops_what_contradicts_it_in_the_environment(
    dsk: Dsk, env: dict[str, str], args: list[str], expected: tuple[str, str | None]
) -> None:
    assert thinking(dsk, *args, env=env) == expected


def test_the_environment_drops_what_contradicts_it_in_the_file(dsk: Dsk) -> None:
    dsk.write_config('[profiles.deepseek]\nthink = true\neffort = "high"\n')
    assert thinking(dsk, env={"DSK_EFFORT": "none"}) == ("disabled", None)
    assert thinking(dsk, env={"DSK_THINK": "0"}) == ("disabled", None)
    assert thinking(dsk) == ("enabled", "high")


def test_a_profile_may_say_how_hard_to_think_and_not_to_think_unasked(dsk: Dsk) -> None:
    dsk.write_config('[profiles.deepseek]\nthink = false\neffort = "high"\n')
    assert thinking(dsk) == ("disabled", None)
    assert thinking(dsk, "--think") == ("enabled", "high")
    assert thinking(dsk, "--think", env={"DSK_EFFORT": "none"}) == ("enabled", "high")


@pytest.mark.parametrize(
    ("args", "env", "said"),
    [
        (["--think", "--effort", "none"], {}, "--think and --effort none"),
        (["--no-think", "--effort", "high"], {}, "--no-think and --effort high"),
        ([], {"DSK_THINK": "1", "DSK_EFFORT": "none"}, "DSK_THINK=1 and DSK_EFFORT=none"),
        ([], {"DSK_THINK": "no", "DSK_EFFORT": "max"}, "DSK_THINK=0 and DSK_EFFORT=max"),
    ],
)
def test_a_contradiction_on_one_level_is_a_usage_error(
    dsk: Dsk, args: list[str], env: dict[str, str], said: str
) -> None:
    result = dsk.run("ask", "--dry-run", *args, "hi", stdin=None, env=env)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.splitlines()[0] == f"dsk: {said}: one asks for thinking, the other for none"


@pytest.mark.parametrize("table", ["profiles.deepseek", "defaults"])
def test_a_contradiction_in_the_file_is_named_by_its_line(dsk: Dsk, table: str) -> None:
    path = dsk.write_config(f'[{table}]\nthink = true\neffort = "none"\n')
    result = dsk.run("ask", "--dry-run", "hi", stdin=None)
    assert (result.stdout, result.status) == (b"", 2)
    said = 'think = true and effort = "none": one asks for thinking, the other for none'
    assert result.errors.splitlines() == [f"dsk: {path}:3: {said}", "dsk: hint: leave one of them out"]
    assert thinking(dsk, "--think") == ("enabled", None)


@pytest.mark.parametrize("table", ["profiles.deepseek", "defaults"])
def test_a_system_file_of_the_config_file_lies_beside_it_or_in_the_home(dsk: Dsk, table: str) -> None:
    path = dsk.write_config(f'[{table}]\nsystem = "@prompts/system.md"\n')
    (path.parent / "prompts").mkdir()
    (path.parent / "prompts" / "system.md").write_text("Be exact.\n")
    assert body(dsk)["messages"][0] == {"role": "system", "content": "Be exact."}
    (dsk.home / "mine.md").write_text("@mine\n")
    dsk.write_config(f'[{table}]\nsystem = "@~/mine.md"\n')
    assert body(dsk)["messages"][0] == {"role": "system", "content": "@mine"}


@pytest.mark.parametrize("table", ["profiles.deepseek", "defaults"])
@pytest.mark.parametrize("command", [["ask", "--dry-run", "hi"], ["config"]])
def test_a_system_file_that_is_missing_is_named_with_the_line(dsk: Dsk, table: str, command: list[str]) -> None:
    path = dsk.write_config(f'[{table}]\nsystem = "@missing.md"\n')
    result = dsk.run(*command, stdin=None)
    assert (result.stdout, result.status) == (b"", 2)
    said = f"dsk: {path}:2: system {path.parent}/missing.md: no such file or directory"
    assert result.errors.splitlines()[0] == said
    if command[0] == "ask":
        assert dsk.run(*command, "-s", "Mine.", stdin=None).status == 0


def test_an_empty_system_message_is_none_although_the_profile_has_one(dsk: Dsk) -> None:
    dsk.write_config('[profiles.deepseek]\nsystem = "Be brief."\n')
    assert body(dsk, "-s", "")["messages"] == [{"role": "user", "content": "hi"}]
    assert body(dsk, env={"DSK_SYSTEM": ""})["messages"][0]["content"] == "Be brief."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[profile.x]\nmodel = 'm'\n",
            ":1: profile must be a name, as a text\ndsk: hint: did you mean [profiles.x]?\n",
        ),
        (
            "api_key = 'sk-secret'\n",
            ":1: unknown key 'api_key'\n" + NO_PLACE_FOR_A_KEY,
        ),
        (
            "[defaults]\napi-key = 'sk-secret'\n",
            ":2: unknown key 'api-key' in [defaults]\n" + NO_PLACE_FOR_A_KEY,
        ),
        (
            "[aliases]\npro = 1\n",
            ':2: aliases.pro must be a name, as a text\ndsk: hint: as in pro = "deepseek-flash"\n',
        ),
    ],
)
def test_a_likely_slip_in_the_config_file_gets_its_own_advice(dsk: Dsk, text: str, said: str) -> None:
    path = dsk.write_config(text)
    result = dsk.run("ask", "--dry-run", "hi", stdin=None)
    assert (result.errors, result.status) == (f"dsk: {path}{said}", 2)


def test_a_time_limit_of_zero_in_the_file_is_none(dsk: Dsk) -> None:
    dsk.write_config("[defaults]\nmax-time = 0\nretry-max-time = 0\n")
    assert dsk.run("ask", "--offline", "--until", ".", "hi", stdin=None).status == 0
