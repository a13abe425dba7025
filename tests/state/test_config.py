"""The config file: what it may say, and where what is wrong with it stands."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dsk.errors import Status, UsageFault
from dsk.state.config import Config, choose, load
from dsk.state.profile import BUILT_IN, SERVER_NAMES


class Home:
    def __init__(self, folder: Path) -> None:
        self.env = {"HOME": str(folder)}
        self.file = folder / ".config" / "dsk" / "config.toml"
        self.file.parent.mkdir(parents=True)

    def load(self, text: str | bytes) -> Config:
        self.file.write_bytes(text.encode() if isinstance(text, str) else text)
        return load(self.env)

    def fault(self, text: str | bytes) -> UsageFault:
        with pytest.raises(UsageFault) as caught:
            self.load(text)
        assert caught.value.status is Status.USAGE
        return caught.value


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


FULL = """\
profile = "groq"

[profiles.groq]
base_url = "https://api.groq.com/openai/v1"
model = "kimi"
key_env = "MY_GROQ"
key_command = "pass show groq"
think = true
effort = "high"
temperature = 1
max_tokens = 100
system = "be brief"
prefix_completion = true
schema_mode = "json_schema"
thinking = "none"
max_effort = "high"
max_tokens_field = "max_completion_tokens"
include_usage = false
key_header = "api-key"
query = { api-version = "1" }
headers = { X-Team = "blue", "X-Empty" = "" }

[defaults]
top-p = 0.5

[aliases]
k = "kimi-k2"
"""


def test_a_missing_file_is_an_empty_one(home: Home) -> None:
    config = load(home.env)
    assert choose(config) == BUILT_IN
    assert (config.defaults, config.aliases, config.profile) == ({}, {}, None)


@pytest.mark.parametrize("where", ["/dev/null", "/nowhere/at/all"])
def test_a_config_home_that_is_no_folder_is_an_empty_config(where: str) -> None:
    assert choose(load({"HOME": "/", "XDG_CONFIG_HOME": where})) == BUILT_IN


@pytest.mark.parametrize("text", [b"", b"\n", b"\xef\xbb\xbf# written by an editor with a byte order mark\r\n"])
def test_a_file_that_says_nothing_is_fine(home: Home, text: bytes) -> None:
    assert choose(home.load(text)) == BUILT_IN


def test_every_field_of_a_profile_is_taken(home: Home) -> None:
    config = home.load(FULL)
    assert choose(config)._asdict() == {
        "name": "groq",
        "base_url": "https://api.groq.com/openai/v1",
        "model": "kimi",
        "key_env": "MY_GROQ",
        "key_command": "pass show groq",
        "think": True,
        "effort": "high",
        "temperature": 1,
        "max_tokens": 100,
        "system": "be brief",
        "prefix_completion": True,
        "schema_mode": "json_schema",
        "headers": {"X-Team": "blue", "X-Empty": ""},
        "thinking": "none",
        "max_effort": "high",
        "max_tokens_field": "max_completion_tokens",
        "include_usage": False,
        "key_header": "api-key",
        "query": {"api-version": "1"},
    }
    assert config.defaults == {"top-p": 0.5}
    assert config.aliases == {"k": "kimi-k2"}


def test_a_place_is_file_and_line(home: Home) -> None:
    config = home.load(FULL)
    assert config.place("profiles", "groq", "effort") == f"{home.file}:9"
    assert config.place("defaults", "top-p") == f"{home.file}:24"
    assert config.place("profiles", "groq", "headers", "X-Team") == f"{home.file}:21"
    assert config.place("profiles", "nobody") == str(home.file)


def test_what_the_file_sets_is_told_from_what_is_built_in(home: Home) -> None:
    config = home.load('[profiles.deepseek]\nmodel = "deepseek-v4-pro"')
    assert config.sets("deepseek", "model")
    assert not config.sets("deepseek", "base_url")
    assert not config.sets("nobody", "model")


def test_the_file_overrides_single_fields_of_the_built_in_profile(home: Home) -> None:
    config = home.load('[profiles.deepseek]\nmodel = "deepseek-v4-pro"')
    assert choose(config) == BUILT_IN._replace(model="deepseek-v4-pro")


def test_the_built_in_profile_is_deepseek() -> None:
    assert BUILT_IN.base_url == "https://api.deepseek.com"
    assert (BUILT_IN.model, BUILT_IN.think, BUILT_IN.prefix_completion) == ("deepseek-flash", False, True)
    assert BUILT_IN.key_env == "DEEPSEEK_API_KEY"


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("groq", "GROQ_API_KEY"),
        ("my-box.2", "MY_BOX_2_API_KEY"),
        ("01ai", "_01AI_API_KEY"),
        ("größe", "GR_SSE_API_KEY"),
    ],
)
def test_another_profile_has_a_key_variable_of_its_own(home: Home, name: str, variable: str) -> None:
    config = home.load(f'[profiles."{name}"]\nbase_url = "https://example.org"')
    assert choose(config, name).key_env == variable


def test_another_profile_has_none_of_the_abilities_of_deepseek(home: Home) -> None:
    profile = choose(home.load('[profiles.box]\nbase_url = "http://localhost:1"'), "box")
    assert (profile.model, profile.think, profile.prefix_completion) == (None, None, False)


def test_an_empty_key_env_says_that_no_key_is_needed(home: Home) -> None:
    config = home.load('[profiles.box]\nbase_url = "http://localhost:1"\nkey_env = ""')
    assert choose(config, "box").key_env == ""


def test_the_name_asked_for_goes_before_the_one_in_the_file(home: Home) -> None:
    assert choose(home.load(FULL), "deepseek") == BUILT_IN


def test_an_unknown_profile_that_was_asked_for_lists_those_there_are(home: Home) -> None:
    config = home.load(FULL)
    others = [name for name in SERVER_NAMES if name != "groq"]
    with pytest.raises(UsageFault) as caught:
        choose(config, "grok")
    assert caught.value.message == f"there is no profile 'grok': the profiles are deepseek, groq, {', '.join(others)}"
    assert caught.value.hint == "did you mean groq?"


def test_an_unknown_profile_in_the_file_has_its_line(home: Home) -> None:
    config = home.load('\nprofile = "x"')
    with pytest.raises(UsageFault) as caught:
        choose(config)
    assert caught.value.message == (
        f"{home.file}:2: there is no profile 'x': the profiles are deepseek, {', '.join(SERVER_NAMES)}"
    )


def test_a_file_that_changes_is_read_anew(home: Home) -> None:
    assert home.load('profile = "a"').profile == "a"
    assert home.load('profile = "b"').profile == "b"


@pytest.mark.parametrize(
    ("text", "line", "what", "hint"),
    [
        ("a = 1", 1, "unknown key 'a'", "[defaults]"),
        ('\nalises = "x"', 2, "unknown key 'alises'", "did you mean aliases?"),
        ("[default]\nmodel = 'x'", 1, "unknown key 'default'", "did you mean defaults?"),
        ("profile = 1", 1, "profile must be a name", ""),
        ("profiles = 1", 1, "profiles must be a table", ""),
        ("[[defaults]]", 1, "defaults must be a table", ""),
        ("aliases = []", 1, "aliases must be a table", ""),
        ("[aliases]\na = 'x'\nb = 1", 3, "aliases.b must be a name", ""),
        ("[aliases]\na = ''", 2, "aliases.a must be a name", ""),
        ("[profiles]\n\nx = 1", 3, "x must be a table", ""),
        ("[profiles.x]\nmodle = 'm'", 2, "unknown key 'modle' in [profiles.x]", "did you mean model?"),
        ("[profiles.x]\nzzz = 'm'", 2, "unknown key 'zzz'", "the keys are base_url, model"),
        ("[profiles.x]\nkey-command = 'm'", 2, "unknown key 'key-command'", "did you mean key_command?"),
        ("[profiles]\nx.temperature = 2.1", 2, "temperature must be a number from 0 to 2", ""),
        ("[profiles]\nx.temperature = nan", 2, "temperature must be", ""),
        ("[profiles]\nx.temperature = -0.1", 2, "temperature must be", ""),
        ("[profiles]\nx.temperature = true", 2, "temperature must be", ""),
        ("[profiles]\nx.temperature = '1'", 2, "temperature must be", ""),
        ("[profiles.x]\nmax_tokens = 0", 2, "max_tokens must be a whole number of at least 1", ""),
        ("[profiles.x]\nmax_tokens = 1.0", 2, "max_tokens must be", ""),
        ("[profiles.x]\nmax_tokens = true", 2, "max_tokens must be", ""),
        ("[profiles.x]\nthink = 1", 2, "think must be true or false", ""),
        ("[profiles.x]\nprefix_completion = 'yes'", 2, 'prefix_completion must be true, false, "beta"', ""),
        ("[profiles.x]\nschema_mode = 'strict'", 2, 'schema_mode must be "function", "json_schema" or "prompt"', ""),
        ("[profiles.x]\nthinking = 'x'", 2, 'thinking must be "thinking", "reasoning_effort"', ""),
        ("[profiles.x]\nkey_header = 'Connection'", 2, "key_header must be the name of a header", ""),
        ("[profiles.x]\nmax_tokens_field = 'a b'", 2, "max_tokens_field must be the name of a body field", ""),
        ("[profiles.x]\nquery = { a = 1 }", 2, "a must be a text", ""),
        ("[profiles.x]\neffort = 'medium'", 2, 'effort must be "none", "low", "high" or "max"', ""),
        ("[profiles.x]\neffort = []", 2, "effort must be", ""),
        ("[profiles.x]\nsystem = 1", 2, "system must be a text", ""),
        ("[profiles.x]\nmodel = ''", 2, "model must be a name", ""),
        ("[profiles.x]\nmodel = 1", 2, "model must be a name", ""),
        ("[profiles.x]\nkey_command = ''", 2, "key_command must be a shell command", ""),
        ("[profiles.x]\nkey_command = ['a']", 2, "key_command must be a shell command", ""),
        ("[profiles.x]\nkey_env = 'A B'", 2, "key_env must be the name of an environment variable", ""),
        ("[profiles.x]\nkey_env = 1", 2, "key_env must be", ""),
        (
            "[profiles.x]\nkey_env = ''\nkey_command = 'x'",
            3,
            'key_env = "" says that the server needs no key',
            "leave out one",
        ),
        ("[profiles.x]\nheaders = 1", 2, "headers must be a table", ""),
        ("[profiles.x.headers]\nA = 'x'\nB = 1", 3, "B must be a text of printable ASCII", ""),
        ("[profiles.x.headers]\nA = '''x\ny'''", 2, "A must be a text", ""),
        ("[profiles.x.headers]\nA = ' x'", 2, "A must be a text", ""),
        ("[profiles.x.headers]\nA = 'é'", 2, "A must be a text", ""),
        ("[profiles.x.headers]\n'A B' = 'x'", 2, "'A B' is no header name", ""),
        ("[profiles.x.headers]\n'A:' = 'x'", 2, "'A:' is no header name", ""),
        ("[profiles.x.headers]\n'' = 'x'", 2, "'' is no header name", ""),
        ("[profiles.x.headers]\nAa = 'x'\naA = 'y'", 3, "the header aA is there twice", ""),
        ("[profiles.x.headers]\nauthorization = 'Bearer x'", 2, "authorization is no place for a key", "dsk key set"),
        ("[profiles.x.headers]\nAccept-Encoding = 'gzip'", 2, "dsk sets Accept-Encoding itself", ""),
        ("[profiles.'../x']\nmodel = 'm'", 1, "a profile cannot be called '../x'", "no slash"),
        ("[profiles.'.x']\nmodel = 'm'", 1, "a profile cannot be called '.x'", ""),
        ("[profiles.'..']\nmodel = 'm'", 1, "a profile cannot be called '..'", ""),
        ("[profiles.'-x']\nmodel = 'm'", 1, "a profile cannot be called '-x'", ""),
        ("[profiles.'']\nmodel = 'm'", 1, "a profile cannot be called ''", ""),
        ('[profiles."a\\u0000b"]\nmodel = "m"', 1, "a profile cannot be called", ""),
    ],
)
def test_a_wrong_entry_is_named_with_its_line(home: Home, text: str, line: int, what: str, hint: str) -> None:
    fault = home.fault(text)
    assert fault.message.startswith(f"{home.file}:{line}: {what}")
    assert hint in fault.hint


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org",
        "example.org",
        "https://",
        "https://user:secret@example.org",
        "https://example.org?a=b",
        "https://example.org:port",
        "https://[::1",
        "https://example.org/a b",
    ],
)
def test_a_base_url_that_cannot_be_one_is_not_shown(home: Home, url: str) -> None:
    fault = home.fault(f'[profiles.x]\nbase_url = "{url}"')
    assert fault.message.startswith(f"{home.file}:2: base_url must be an http:// or https:// URL")
    assert "secret" not in str(fault.args) + fault.hint


@pytest.mark.parametrize("field", ["api_key", "key", "token", "key_env"])
def test_a_key_in_the_wrong_field_is_not_shown(home: Home, field: str) -> None:
    fault = home.fault(f'[profiles.x]\n{field} = "sk-secret"')
    assert fault.message.startswith(f"{home.file}:2: ")
    assert "sk-secret" not in str(fault.args) + fault.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = ", ":1: not TOML: "),
        ("\n\na b = 1", ":3: not TOML: "),
        ('a = """\n\n', ":2: not TOML: "),
        ("a = 1\na = 2", ":2: not TOML: "),
        (b"a = 1\nb = '\xff'", ":2: not UTF-8: byte 11 of the file"),
        ("a = " + "[" * 100_000, " cannot be read: it is nested too deep"),
        ("\na = " + "9" * 10_000, ":2: not TOML: the number is larger than 64 bits hold"),
        ("\n[a.b]\nc = [[0x" + "9" * 10_000 + "]]", ":3: not TOML: the number is larger than 64 bits hold"),
        ("\na = -9223372036854775809", ":2: not TOML: the number is larger than 64 bits hold"),
    ],
)
def test_what_is_no_toml_is_named_with_its_line(home: Home, text: str | bytes, expected: str) -> None:
    assert home.fault(text).message.startswith(f"{home.file}{expected}")


def make_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate((16 << 20) + 1)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (Path.mkdir, "it is not a regular file"),
        (os.mkfifo, "it is not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "it is not a regular file"),
        (make_large, "it is larger than 16 MiB"),
    ],
    ids=["a folder", "a named pipe", "a device", "a huge file"],
)
def test_something_else_in_its_place_is_named(home: Home, make: Callable[[Path], None], why: str) -> None:
    make(home.file)
    with pytest.raises(UsageFault) as caught:
        load(home.env)
    assert caught.value.message == f"{home.file} cannot be read: {why}"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(home: Home) -> None:
    home.file.write_text("")
    home.file.chmod(0)
    with pytest.raises(UsageFault) as caught:
        load(home.env)
    assert caught.value.message == f"{home.file} cannot be read: Permission denied"


def test_a_loop_of_links_in_its_place_is_named(home: Home) -> None:
    home.file.symlink_to(home.file)
    with pytest.raises(UsageFault) as caught:
        load(home.env)
    assert caught.value.message == f"{home.file} cannot be read: Too many levels of symbolic links"


def test_a_profile_shows_no_headers_in_its_repr(home: Home) -> None:
    assert "blue" not in repr(home.load(FULL))
