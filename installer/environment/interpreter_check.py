"""Looks into the Python that runs the backend: does it start, and has it all that is needed?"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import BackendError, MachineError
from ..origin import INSTALL, IS_INSTALLED
from .child_environment import clean_environment

IMPORT_TIMEOUT_S = 180  # importing PyTorch takes 2 s, and a minute from a cold, busy disk
LOOK_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60
BACKEND = "dynamic_style.backend"
OR_NAME_ONE = "" if IS_INSTALLED else ", or name a Python that runs: --backend PYTHON"
SERVER = f"{BACKEND}.server.server"  # imports all that the backend needs to serve
# What to ask a Python for each distribution that pyproject.toml names: (module, Debian package).
# Debian has no openvino, so torch is needed with its packages; elsewhere either will do.
REQUIRED = {
    "msgpack": ("msgpack", "python3-msgpack"),
    "numpy": ("numpy", "python3-numpy"),
    "pillow": ("PIL", "python3-pil"),
    "platformdirs": ("platformdirs", "python3-platformdirs"),
    "psutil": ("psutil", "python3-psutil"),
    "pynacl": ("nacl", "python3-nacl"),
    "safetensors": ("safetensors", "python3-safetensors"),
    "shtab": ("shtab", "python3-shtab"),
    "tifffile": ("tifffile", "python3-tifffile"),
    "torch": ("torch", "python3-torch"),
    "tqdm": ("tqdm", "python3-tqdm"),
}
BUILD_NEEDS = {"setuptools": ("setuptools", "python3-setuptools")}
_IMPORT = """
import importlib, importlib.metadata, importlib.util, json, pathlib, platform, sys
failed = {}
def has(name):
    return importlib.util.find_spec(name) is not None
has_torch = has("torch")
names = sys.argv[1:]
if not has_torch and has("openvino"):  # which the backend alone may import, without its telemetry
    names.remove("torch")
for name in names:
    try:
        importlib.import_module(name)
    except BaseException as error:
        failed[name] = f"{type(error).__name__}: {error}"[:300]
try:
    version = importlib.metadata.version("dynamic-style")
except importlib.metadata.PackageNotFoundError:
    version = ""
backend = sys.modules.get("dynamic_style.backend")
file = getattr(backend, "__file__", None)
packs = file and pathlib.Path(file).resolve().parent.parent / "weights"
packs = str(packs) if packs and packs.is_dir() else None
print(json.dumps([version, platform.python_version(), failed, packs, has_torch]))
"""
_LOOK = """
import importlib.metadata, importlib.util, json, sys
found = {}
for pair in sys.argv[1:]:
    distribution, _, module = pair.partition("=")
    if importlib.util.find_spec(module) is None:
        found[distribution] = None
        continue
    try:
        found[distribution] = importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        found[distribution] = ""
print(json.dumps(found))
"""


@dataclass(frozen=True)
class BackendFacts:
    """version: the backend's, "" where it is not installed. failed: module to error, in words.
    packs: the folder of the packs that came with the backend, if there is one.
    """

    version: str
    python: str
    failed: dict[str, str]
    packs: Path | None
    has_torch: bool


def look_at_backend(interpreter: Path) -> BackendFacts:
    """Import the backend and all that it needs in its own Python. Raises BackendError if that
    Python does not run.
    """
    modules = [*(module for module, _ in REQUIRED.values()), BACKEND, SERVER]
    output = _ask(interpreter, _IMPORT, modules, timeout_s=IMPORT_TIMEOUT_S)
    version, python, failed, packs, has_torch = output
    return BackendFacts(version, python, failed, Path(packs) if packs else None, has_torch)


def check_backend(interpreter: Path) -> BackendFacts:
    """The facts of a Python in which the backend works. Raises BackendError."""
    facts = look_at_backend(interpreter)
    if not facts.version and IS_INSTALLED:
        raise BackendError(
            f"{interpreter} does not find Dynamic Style without your own settings, as the plug-ins "
            "start it: pip has put it into your user folder, or PYTHONPATH names it.\n"
            "Install it by pipx or uv, or in a virtual environment, and run its setup."
        )
    if not facts.version:
        raise BackendError(
            f"{interpreter} runs, but Dynamic Style is not installed in it.\n"
            f"Install it there ({interpreter} -m pip install .), or leave --backend out and let "
            "the installer make an environment."
        )
    if facts.failed:
        name, error = next(iter(facts.failed.items()))
        raise BackendError(
            f"the backend does not work in {interpreter}: {name} cannot be imported ({error}).\n"
            "Install what is missing there, then run this again."
        )
    return facts


def system_python() -> Path:
    """The Python that an environment is made from: not a virtual environment's, but its base."""
    return Path(getattr(sys, "_base_executable", "") or sys.executable)


def this_python() -> Path:
    """The Python that runs the installer."""
    return Path(sys.executable)


def check_system_packages(root: Path) -> None:
    """Raise MachineError naming the Debian packages that the system's Python lacks."""
    needed = REQUIRED | BUILD_NEEDS
    pairs = [f"{name}={module}" for name, (module, _) in needed.items()]
    found = _ask(system_python(), _LOOK, pairs, timeout_s=LOOK_TIMEOUT_S)
    missing, old = [], []
    for name, least in _least_versions(root).items():
        if name not in needed:
            continue
        debian = needed[name][1]
        if found[name] is None:
            missing.append(debian)
        elif found[name] and _numbers(found[name]) < _numbers(least):
            old.append(f"{debian} has {found[name]}, and {least} is needed")
    if missing:
        raise MachineError(
            f"the system's Python ({system_python()}) lacks packages that the backend needs.\n"
            "On Debian and Ubuntu install them, then run this again:\n"
            f"    sudo apt install {' '.join(missing)}\n"
            "Without --system-packages everything comes from pip's index instead."
        )
    if old:
        raise MachineError(
            f"the system's Python ({system_python()}) has packages that are too old: "
            f"{'; '.join(old)}.\nLeave --system-packages out: then everything comes from pip's "
            "index."
        )


def stop_backend(interpreter: Path) -> bool:
    """End the user's running backend, if there is one; return whether that is certain."""
    try:
        done = subprocess.run(
            [str(interpreter), "-I", "-m", BACKEND, "stop"],
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=STOP_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _ask(interpreter: Path, code: str, arguments: list[str], *, timeout_s: float) -> Any:
    try:
        done = subprocess.run(
            [str(interpreter), "-I", "-X", "utf8", "-c", code, *arguments],
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
        return json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired as error:
        raise BackendError(
            f"{interpreter} did not answer within {timeout_s:g} s; see whether the machine is "
            "busy, then run this again"
        ) from error
    except OSError as error:
        raise BackendError(
            f"{interpreter} cannot be started ({error.strerror or error}).\n"
            f"Run `{INSTALL}` again{OR_NAME_ONE}"
        ) from error
    except (ValueError, IndexError) as error:
        words = done.stderr.strip().splitlines()
        raise BackendError(
            f"{interpreter} started and failed (exit code {done.returncode}): "
            f"{words[-1] if words else 'no words'}.\n"
            f"Run `{INSTALL}` again{OR_NAME_ONE}"
        ) from error


def _least_versions(root: Path) -> dict[str, str]:
    """Distribution to least version: the dependencies and build needs in pyproject.toml."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    blocks = re.findall(r"^(?:dependencies|requires) = \[(.*?)\]", text, re.DOTALL | re.MULTILINE)
    return dict(re.findall(r'"([A-Za-z0-9_-]+)>=([0-9.]+)', "".join(blocks)))


def _numbers(version: str) -> tuple[int, ...]:
    """2.6.0+debian -> (2, 6): enough to compare, since the least versions have few numbers."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(part) for part in match[0].split(".")] if match else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
