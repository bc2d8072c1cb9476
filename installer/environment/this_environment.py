"""The environment that an installed Dynamic Style runs in: pipx, uv or a person has made it.

PyTorch is added to it where pip can do that; nothing of it is ever removed. uv makes an environment
anew from what it was told, so that there uv has to be told.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import shlex
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import BackendError
from ..origin import ROOT
from . import pip, torch_builds
from .interpreter_check import stop_backend
from .record import CONSTRAINTS, GIVEN, INDEX, Environment, read_record, write_record

DISTRIBUTION = "dynamic-style"
PIPX_FILE = "pipx_metadata.json"  # which pipx lays into each environment that it makes
UV_FILE = "uv-receipt.toml"  # and uv into those of its tools

Report = Callable[[str], None]


def this_environment() -> Environment:
    """The one that this runs in."""
    return Environment(ROOT, Path(sys.prefix), GIVEN, interpreter=Path(sys.executable))


def check_can_add(extras: Sequence[str]) -> None:
    """Raise BackendError, with the command to give instead, unless `add` can do its part."""
    folder = Path(sys.prefix)
    if (folder / UV_FILE).is_file():
        command = f"uv tool install --with torch --torch-backend auto {shlex.quote(_origin())}"
    elif importlib.util.find_spec("pip") is not None:
        return
    elif (folder / PIPX_FILE).is_file():
        command = f"pipx inject {DISTRIBUTION} torch{_where_it_fits()}"
    else:
        python = shlex.quote(sys.executable)
        command = f"uv pip install --python {python} --torch-backend auto torch"
    raise BackendError(
        f"--{extras[-1]} adds PyTorch, and pip is not what keeps {folder}.\n"
        f"Give this command, then run setup again without the option:\n    {command}"
    )


def add(extras: Sequence[str], *, report: Report, status: Report) -> None:
    """Add what the extras bring, which is PyTorch, in the build that fits. Raises PipError."""
    environment = this_environment()
    stop_backend(environment.python)  # the next one is to find PyTorch
    report(f"Installing PyTorch in {environment.folder} (this takes some minutes: it is large)")
    with tempfile.NamedTemporaryFile(
        prefix="dynamic-style-pip-", suffix=".log", delete=False
    ) as file:
        log = Path(file.name)
    torch_builds.install_fitting_build(environment, extras, log=log, report=report, status=status)
    arguments = ["torch", "--constraint", str(CONSTRAINTS)]
    pip.install(environment.python, arguments, cwd=environment.root, log=log, status=status)
    log.unlink()  # where something failed, the message names it
    record = read_record(environment)
    if record is not None:  # the installer of a checkout made it, and shall keep this in it
        kept = tuple(sorted({*record.extras, *extras}))
        write_record(environment, replace(record, extras=kept))


def made_for_panel() -> Path | None:
    """The environment's folder where a panel had it made, so that `uninstall` removes it."""
    record = read_record(this_environment())
    return Path(sys.prefix) if record is not None and record.kind == INDEX else None


def has_torch() -> bool:
    """Whether PyTorch can be found by the Python that runs this."""
    return importlib.util.find_spec("torch") is not None


def removal_command() -> str:
    """What removes Dynamic Style itself from the environment that it runs in."""
    folder = Path(sys.prefix)
    if (folder / PIPX_FILE).is_file():
        return f"pipx uninstall {DISTRIBUTION}"
    if (folder / UV_FILE).is_file():
        return f"uv tool uninstall {DISTRIBUTION}"
    return f"{shlex.quote(sys.executable)} -m pip uninstall {DISTRIBUTION}"


def _where_it_fits() -> str:
    """pipx's option for it: PyPI's build for Linux is the one for NVIDIA's GPUs alone."""
    if sys.platform != "linux" or torch_builds.this_gpu() is not None:
        return ""
    return f" --index-url {torch_builds.CPU_INDEX}"


def _origin() -> str:
    """What was installed: the path of a wheel or a folder (PEP 610), or a name of the index."""
    text = importlib.metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
    url = str(json.loads(text)["url"]) if text else ""
    if url.startswith("file:"):
        return urllib.request.url2pathname(urllib.parse.urlparse(url).path)
    return url or DISTRIBUTION
