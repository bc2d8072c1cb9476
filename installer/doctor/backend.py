"""The doctor's look at the backend at work: one that runs, and the packs that it would offer."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..environment.child_environment import clean_environment
from ..environment.interpreter_check import BACKEND
from ..gpu import find_gpu, hint
from ..origin import GET_AGAIN
from ..origin import INSTALL as COMMAND
from ..user_folders import Computer, runtime_folder
from .findings import INSTALL, OK, PROBLEM, WARNING, Finding

TIMEOUT_S = 120
CONNECTION_NAME = "backend.json"


def examine_running(computer: Computer, interpreter: Path, *, version: str) -> Iterator[Finding]:
    """The connection file and the backend behind it; version: of the backend on disk."""
    path = runtime_folder(computer) / CONNECTION_NAME
    if not path.exists():
        yield Finding("running", OK, "no backend is running; the first use starts it")
        return
    if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding(
            "running",
            PROBLEM,
            f"{path} can be opened by other users",
            "It holds the key to the backend, so the plug-ins do not trust it.",
            f"remove {path} and start the backend again",
        )
        return
    status = _ask(interpreter, "status")
    if status is None or not status.get("ok"):
        yield Finding(
            "running",
            WARNING,
            f"{path} is there, but no backend answers behind it",
            "It ended without tidying up, or is just starting.",
            "nothing to do: the next use starts a backend; if that fails too, remove the file",
        )
    elif status.get("version") != version:
        yield Finding(
            "running",
            WARNING,
            f"the running backend is of version {status.get('version')}, the installed one of "
            f"{version}",
            "It was started before the update.",
            "run `dynamic-style stop`, or wait until it ends by itself",
        )
    else:
        yield Finding("running", OK, f"a backend is running on {status.get('device')}")


def examine_engine(interpreter: Path) -> Finding:
    """What the backend runs nets on."""
    told = _ask(interpreter, "info")
    if told is None or not told.get("ok"):
        return Finding(
            "engine",
            WARNING,
            "the backend cannot say what it would run nets on",
            "No engine can be loaded, or the environment names one that is not there.",
            f"see what `{interpreter} -m {BACKEND} info` says",
        )
    precision = f"{told.get('engine')} in {told.get('precision')}"
    return Finding("engine", OK, f"nets run on {told.get('default_device')} by {precision}")


def examine_gpu(computer: Computer, *, has_torch: bool) -> Iterator[Finding]:
    """A hint where a GPU is there that the backend cannot use."""
    gpu = find_gpu(computer)
    if gpu and not has_torch:
        yield Finding(
            "gpu",
            WARNING,
            f"this computer has an {gpu} GPU, and the backend has no PyTorch",
            f"{hint(gpu, computer)}. On the CPU it works as well, slower.",
            f"run `{COMMAND} --torch`, if you want that",
        )


def examine_packs(interpreter: Path) -> Iterator[Finding]:
    """The packs as the backend sees them; a warning for each that cannot be used."""
    listed = _ask(interpreter, "packs", "list")
    if listed is None:
        yield Finding(
            "packs",
            PROBLEM,
            "the backend cannot list its packs",
            "Its packs folder may be closed to you.",
            f"see what `{interpreter} -m {BACKEND} packs list` says",
        )
        return
    packs = listed.get("packs", [])
    for pack in packs:
        if not pack["ok"]:
            yield Finding(
                "packs",
                WARNING,
                f"the pack {pack['id']} cannot be used",
                str(pack["error"]["message"]),
                f"install it again, or remove it: `dynamic-style packs remove {pack['id']}`",
            )
    usable = sum(1 for pack in packs if pack["ok"])
    if usable:
        yield Finding("packs", OK, f"{usable} packs can be used")
    else:
        yield Finding(
            "packs",
            PROBLEM,
            "no pack can be used",
            "Without one there is nothing to stylize with; the shipped ones are missing.",
            f"{GET_AGAIN[0].lower()}{GET_AGAIN[1:]}; then {INSTALL}",
        )


def _ask(interpreter: Path, *arguments: str) -> dict[str, Any] | None:
    """The JSON document of a command of the backend's; None if it gave none."""
    try:
        done = subprocess.run(
            [str(interpreter), "-I", "-X", "utf8", "-m", BACKEND, *arguments, "--json"],
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
        )
        document = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    return document if isinstance(document, dict) else None
