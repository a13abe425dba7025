"""dsk.toml(5) agrees with what the config file may say."""

from __future__ import annotations

import re
from pathlib import Path

from dsk.state.config import load
from dsk.state.price_rules import PRICE
from dsk.state.profile import BUILT_IN, DEEPSEEK, SERVER_NAMES, new_profile
from dsk.state.rules import CACHE, EFFORTS, OWN_HEADERS, PROFILE
from tests.harness import Dsk

PAGE = (Path(__file__).parents[2] / "man" / "dsk.toml.5").read_text()


def examples() -> list[str]:
    blocks = re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", PAGE, re.MULTILINE | re.DOTALL)
    return [block.replace(r"\-", "-") for block in blocks]


def test_every_key_of_a_profile_is_described_and_no_other() -> None:
    assert re.findall(r"^\.It Ic (\w+) No =", PAGE, re.MULTILINE) == ["profile", *PROFILE, *PRICE, *CACHE]


def test_the_values_are_named() -> None:
    for word in (*EFFORTS, *OWN_HEADERS):
        assert re.search(rf"\b{word}\b", PAGE, re.IGNORECASE), word


def test_the_built_in_profile_is_shown_as_it_is(tmp_path: Path) -> None:
    shown = examples()[0]
    config_file(tmp_path, shown)
    assert load({"HOME": str(tmp_path)}).profiles == {"deepseek": BUILT_IN}
    changed = {field for field, value in BUILT_IN._asdict().items() if value not in (None, {})} - {"name"}
    assert set(re.findall(r"^(\w+) =", shown, re.MULTILINE)) == changed


def test_the_models_of_the_profiles_that_are_built_in_are_named() -> None:
    said = re.findall(r"^\.Ql (\S+)\n(?:is )?that of (\w+)", PAGE, re.MULTILINE)
    assert {name: model for model, name in said} == {
        name: profile.model for name in (DEEPSEEK, *SERVER_NAMES) if (profile := new_profile(name)).model
    }


def test_the_example_is_a_good_file(dsk: Dsk) -> None:
    dsk.write_config(examples()[1])
    result = dsk.run("config")
    assert (result.errors, result.status) == ("", 0)
    assert "profile\tlocal\t" in result.text
    assert "max_tokens\t4000\t" in result.text
    body = dsk.run("ask", "--dry-run", "-P", "groq", "hi", stdin=None).text
    assert '"moonshotai/kimi-k2-instruct"' in body


def config_file(home: Path, text: str) -> None:
    path = home / ".config" / "dsk" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
