"""uv in place of Python's venv and pip: much faster, and needed where the Python has no venv.

It does not read pip's settings, which tell many machines their index, their proxy and their
certificates. Those are handed on in uv's own words, unless the user has given uv its own.
"""

from __future__ import annotations

import configparser
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from ..user_folders import this_computer
from . import pip
from .child_environment import clean_environment
from .record import Environment

# pip's variable, its key in a configuration file, and what uv calls it.
_SETTINGS = (
    ("PIP_INDEX_URL", "index-url", "UV_DEFAULT_INDEX"),
    ("PIP_EXTRA_INDEX_URL", "extra-index-url", "UV_INDEX"),
    ("PIP_FIND_LINKS", "find-links", "UV_FIND_LINKS"),
    ("PIP_NO_INDEX", "no-index", "UV_NO_INDEX"),
    ("PIP_CERT", "cert", "SSL_CERT_FILE"),
    ("PIP_PROXY", "proxy", "HTTPS_PROXY"),
    ("PIP_PROXY", "proxy", "HTTP_PROXY"),
    ("PIP_DEFAULT_TIMEOUT", "timeout", "UV_HTTP_TIMEOUT"),
    ("PIP_TRUSTED_HOST", "trusted-host", "UV_INSECURE_HOST"),
)
_LISTS = {"UV_FIND_LINKS": ",", "UV_INDEX": " ", "UV_INSECURE_HOST": " "}
_SECTIONS = ("global", "install")
_YES = ("1", "true", "yes", "on")


def find() -> Path | None:
    """uv's program, where this user has one."""
    computer = this_computer()
    name = "uv.exe" if sys.platform == "win32" else "uv"
    usual = (computer.home / folder / name for folder in (".local/bin", ".cargo/bin"))
    found = computer.program("uv") or next((path for path in usual if path.is_file()), None)
    return found if found and os.access(found, os.X_OK) else None


def venv_command(program: Path, folder: Path) -> list[str]:
    """Make an environment of the Python that runs this, with pip in it for what comes later. The
    folder may be there, with our own record in it.
    """
    command = [str(program), "venv", "--seed", "--allow-existing", "--python", sys.executable]
    return [*command, str(folder)]


def install(
    program: Path,
    environment: Environment,
    arguments: Sequence[str],
    *,
    log: Path,
    status: pip.Status,
) -> None:
    """As pip.install, with the same arguments. Raises PipError."""
    command = [str(program), "pip", "install", "--python", str(environment.python), *arguments]
    try:
        code, output = pip.run(
            command, cwd=environment.root, log=log, status=status, variables=variables()
        )
    except OSError as error:  # a program that is none
        code, output = 1, f"{program}: {error.strerror or error}"
    if code != 0:
        raise pip.failure("uv", code, output, log=log)


def variables() -> dict[str, str]:
    """The environment for uv: with pip's settings in its words. pip takes its variables before its
    files, and so does this; uv's own go before both.
    """
    found = clean_environment()
    configured = pip_settings(_pip_files(found))
    for variable, key, name in _SETTINGS:
        value = found.get(variable) or configured.get(key, "")
        if not value or found.get(name):
            continue
        if name == "UV_NO_INDEX":
            value = "1" if value.lower() in _YES else ""
        if separator := _LISTS.get(name):
            value = separator.join(value.split())
        if value:
            found[name] = value
    return found


def pip_settings(files: Sequence[Path]) -> dict[str, str]:
    """What pip's configuration files say, later ones before earlier ones; a file that cannot be
    read says nothing, as for pip.
    """
    settings: dict[str, str] = {}
    for path in files:
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (OSError, configparser.Error, UnicodeDecodeError):
            continue
        for section in _SECTIONS:
            if parser.has_section(section):
                items = parser.items(section)
                settings.update((re.sub("_", "-", key), value) for key, value in items)
    return settings


def _pip_files(environment: dict[str, str]) -> list[Path]:
    """Where pip looks for them: for all users, for the user, and the one that is named.
    https://pip.pypa.io/en/stable/topics/configuration/
    """
    computer = this_computer()
    named = environment.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return []
    if sys.platform == "win32":
        files = [Path(environment.get("PROGRAMDATA", r"C:\ProgramData"), "pip", "pip.ini")]
        files += [computer.home / "pip" / "pip.ini", computer.app_data / "pip" / "pip.ini"]
    else:
        files = [Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf")]
        if sys.platform == "darwin":
            files += [Path("/Library/Application Support/pip/pip.conf")]
            files += [computer.application_support / "pip" / "pip.conf"]
        files += [computer.home / ".pip" / "pip.conf"]
        config = environment.get("XDG_CONFIG_HOME") or computer.home / ".config"
        files += [Path(config) / "pip" / "pip.conf"]
    return [*files, Path(named)] if named else files
