"""The files that dsk reads and writes, looked at without writing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dsk.jobs.check.finding import Finding, ok, warned
from dsk.state.paths import config_file, log_file


def check_config_file(env: Mapping[str, str]) -> Finding:
    """The config file, which has been read already: can it be changed?"""
    path = Path(config_file(env))
    trouble = _trouble(path)
    if trouble:
        return warned("config", trouble, "dsk profile and dsk key cannot change anything")
    return ok("config", str(path) if path.exists() else f"{path}, not there: all is as built in")


def check_log(env: Mapping[str, str]) -> Finding:
    """The log: can a run be kept?"""
    path = Path(log_file(env))
    trouble = _trouble(path) or _log_trouble(path)
    if trouble:
        return warned("log", trouble, "nothing is kept: no log, no sessions; -n says that this is meant")
    return ok("log", str(path) if path.exists() else f"{path}, not there yet")


def _log_trouble(path: Path) -> str:
    if not path.exists():
        return ""
    from dsk.state.log.looking import log_trouble

    why = log_trouble(str(path))
    return f"{path} cannot be used: {why}" if why else ""


def _trouble(path: Path) -> str:
    """Why a file cannot be written; "" if it can. What is missing of its folders would be made."""
    if path.is_dir():
        return f"{path} is a folder"
    if path.exists() and not os.access(path, os.W_OK):
        return f"{path} cannot be written"
    folder = next(folder for folder in path.parents if os.path.lexists(folder))
    if not folder.is_dir():
        return f"{path} cannot be written: {folder} is not a folder"
    return "" if os.access(folder, os.W_OK | os.X_OK) else f"{path} cannot be written: {folder} is closed to you"
