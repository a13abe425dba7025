"""What is built and installed is all there, and nothing that is not ours."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from dsk import __version__

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(page.name for page in (ROOT / "man").iterdir())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel made of it."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return out


def test_the_wheel_holds_the_package_the_pages_and_the_completions(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    data = f"dsk_cli-{__version__}.data/data/share"
    for page in PAGES:
        assert f"{data}/man/man{page[-1]}/{page}" in names
    for completion in (
        "bash-completion/completions/dsk",
        "zsh/site-functions/_dsk",
        "fish/vendor_completions.d/dsk.fish",
    ):
        assert f"{data}/{completion}" in names
    modules = {str(path.relative_to(ROOT / "cli")) for path in (ROOT / "cli" / "dsk").rglob("*.py")}
    templates = {f"dsk/templates/{path.name}" for path in (ROOT / "cli" / "dsk" / "templates").iterdir()}
    assert len(templates) >= 12
    assert modules | templates | {"dsk/py.typed", "dsk/prices.toml"} <= names
    assert {name.split("/")[0] for name in names} == {
        "dsk",
        f"dsk_cli-{__version__}.data",
        f"dsk_cli-{__version__}.dist-info",
    }


def test_the_sdist_holds_the_tests_and_the_documents(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "setup.cfg", "pyproject.toml"} <= names
    assert {"tests/harness.py", "tests/test_packaging.py", "man/dsk.1", "completions/_dsk"} <= names
    assert "cli/dsk/templates/commit.toml" in names


def test_man_finds_the_pages_from_an_activated_environment(built: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    (wheel,) = built.glob("*.whl")
    python = tmp_path / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True, timeout=120)
    env = {"PATH": f"{tmp_path}/venv/bin:{os.environ['PATH']}", "LANG": "C.UTF-8"}
    for page in PAGES:
        name, _, section = page.rpartition(".")
        found = subprocess.run(["man", "-w", section, name], env=env, capture_output=True, text=True, check=False)
        assert found.stdout.strip() == f"{tmp_path}/venv/share/man/man{section}/{page}", found.stderr


def test_setup_cfg_holds_only_what_setuptools_alone_knows() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    assert config.sections() == [
        "options",
        "options.packages.find",
        "options.package_data",
        "options.data_files",
    ]
    assert list(config["options"]) == ["package_dir", "packages"]


def test_the_version_is_said_once_and_the_same_everywhere() -> None:
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text()
    said = subprocess.run([sys.executable, "-m", "dsk", "--version"], capture_output=True, text=True, check=True)
    assert said.stdout == f"dsk {__version__}\n"
    assert __version__ in (ROOT / "CHANGELOG.md").read_text()
