"""Where files lie."""

from __future__ import annotations

import os
import pwd

import pytest

from dsk.state import paths


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        pytest.param({"HOME": "/h"}, "/h/.config/dsk/config.toml", id="in the home by default"),
        pytest.param({"HOME": "/h", "XDG_CONFIG_HOME": "/c"}, "/c/dsk/config.toml", id="where XDG_CONFIG_HOME says"),
        pytest.param({"HOME": "/h", "XDG_CONFIG_HOME": "/c/"}, "/c/dsk/config.toml", id="one slash between parts"),
        pytest.param({"HOME": "/h", "XDG_CONFIG_HOME": ""}, "/h/.config/dsk/config.toml", id="empty is unset"),
        pytest.param({"HOME": "/h", "XDG_CONFIG_HOME": "c"}, "/h/.config/dsk/config.toml", id="relative is ignored"),
        pytest.param({"HOME": "/"}, "/.config/dsk/config.toml", id="the root as home"),
        pytest.param({"XDG_CONFIG_HOME": "/c"}, "/c/dsk/config.toml", id="no home is needed with XDG_CONFIG_HOME"),
    ],
)
def test_config_file_is(env: dict[str, str], expected: str) -> None:
    assert paths.config_file(env) == expected


def test_key_files_lie_beside_the_config_file() -> None:
    assert paths.key_file({"HOME": "/h", "XDG_CONFIG_HOME": "/c"}, "groq") == "/c/dsk/keys/groq"


def test_the_log_lies_under_the_state_home() -> None:
    assert paths.log_file({"HOME": "/h", "XDG_STATE_HOME": "/s"}) == "/s/dsk/log.db"
    assert paths.log_file({"HOME": "/h"}) == "/h/.local/state/dsk/log.db"


@pytest.mark.parametrize("env", [{}, {"HOME": ""}, {"HOME": "here"}])
def test_without_a_usable_home_the_user_database_is_asked(env: dict[str, str]) -> None:
    assert paths.home(env) == pwd.getpwuid(os.getuid()).pw_dir.rstrip("/")
