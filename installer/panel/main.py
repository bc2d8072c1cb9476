"""The process that sets the backend up for a panel: environment, packages, plug-ins.

    python -I -c "…; main()" --host krita --version 1.2 --folder FOLDER

It makes an environment for exactly the plug-in's version, beside one that may be there, and has the
Dynamic Style in it do the rest, as `dynamic-style setup` does. Only when all is well does that one
take the place of the other. Where a newer backend is installed, it brings the plug-in up to date
instead. Interrupted at any point, it can be started again.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

from .. import preflight
from ..environment import setup, uv, uv_wheel
from ..environment.backend_record import recorded_interpreter
from ..environment.child_environment import clean_environment
from ..environment.interpreter_check import look_at_backend
from ..environment.record import INDEX, Environment
from ..errors import BackendError, InstallerError, Obstacle, PipError
from ..lock import file_lock
from ..user_folders import Computer, config_folder, data_folder, this_computer
from .progress import Progress

LOCK_NAME = "set-up.lock"
DISTRIBUTION = "dynamic-style"
ADOPT_TIMEOUT_S = 600
# What a light set-up downloads, in MB: 59 are OpenVINO, 17 NumPy, 13 our own packs.
DOWNLOAD_MB = 100


def main(arguments: list[str] | None = None) -> int:
    """Set up, telling how far it is in FOLDER/progress.json; return the exit code."""
    parser = argparse.ArgumentParser(prog="set-up")
    parser.add_argument("--host", choices=("krita", "gimp"), required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args(arguments)
    progress = Progress(options.folder, expected_mb=DOWNLOAD_MB, pid=os.getpid(), began=time.time())
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends pip, too
    try:
        progress.begin("python")
        version, restarts = set_up(
            this_computer(), options.folder, progress, host=options.host, version=options.version
        )
    except InstallerError as error:
        sys.stdout.write(f"{error}\n")
        said = error.cause if isinstance(error, PipError) else str(error)
        progress.failed(said, error.obstacle)
        return 1
    except KeyboardInterrupt:
        progress.cancelled()
        return 130
    except Exception as error:  # whatever it is, the panel shall say it
        traceback.print_exc(file=sys.stdout)
        progress.failed(f"the set-up has failed ({type(error).__name__}: {error}).\nTry again.")
        return 1
    progress.done(version, restarts=restarts)
    return 0


def set_up(
    computer: Computer, folder: Path, progress: Progress, *, host: str, version: str
) -> tuple[str, bool]:
    """Return the version of the backend that there is now, and whether the host needs a new start
    for it. version: the plug-in's. Raises an InstallerError.
    """
    with file_lock(folder / LOCK_NAME, report=progress.status):
        found = recorded_interpreter(config_folder(computer))
        newer = found if found and _is_newer(found, than=version) else None
        if newer is None:
            newer = _make_environment(computer, folder, progress, version=version).python
        progress.begin("plug-in")
        adopted = _adopt(newer, host)
    return adopted, adopted != version


def _make_environment(
    computer: Computer, folder: Path, progress: Progress, *, version: str
) -> Environment:
    environment = Environment(
        root=Path(__file__).resolve().parents[2],
        folder=data_folder(computer) / f"environment-{version}",
        kind=INDEX,
        requirement=f"{DISTRIBUTION}=={version}",
        lock=folder / "environment.lock",
    )
    # the backend that is there may have PyTorch; its successor gets it, too
    recorded = recorded_interpreter(config_folder(computer))
    extras: tuple[str, ...] = ()
    if recorded is not None:
        old = Environment(root=environment.root, folder=recorded.parent.parent)
        extras = setup.kept_extras(old)
    uv_program = choose_uv(folder, progress)
    progress.begin("environment")

    def report(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        if line.startswith("Installing the packages"):
            progress.begin("packages")

    setup.make_ready(
        environment, extras=extras, report=report, status=progress.status, uv_program=uv_program
    )
    return environment


def choose_uv(folder: Path, progress: Progress) -> Path | None:
    """uv, where it is installed; else Python's own venv and pip, which is None; else uv's wheel.
    Raises PipError, with both ways out, where there is none of them.
    """
    if program := uv.find():
        return program
    lacks = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if not lacks:
        return None
    try:
        return uv_wheel.fetch(folder / "uv", status=progress.status)
    except PipError as error:
        raise PipError(
            f"{preflight.no_venv_message(lacks)}\n{error}",
            obstacle=Obstacle("python", sys.executable),
        ) from error


def _is_newer(python: Path, *, than: str) -> bool:
    """Whether that Python has a backend that works, of a later version."""
    try:
        facts = look_at_backend(python)
    except BackendError:
        return False
    return not facts.failed and _numbers(facts.version) > _numbers(than)


def _adopt(python: Path, host: str) -> str:
    """Have the Dynamic Style of that Python bring the host's plug-in up to date, and say to all
    hosts that it is the backend now; return its version. Raises BackendError.
    """
    command = [str(python), "-I", "-m", "dynamic_style.backend", "setup", "adopt", f"--{host}"]
    try:
        done = subprocess.run(
            command,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=ADOPT_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BackendError(f"{python} could not finish the set-up ({error}). Try again.") from error
    sys.stdout.write(done.stdout)
    if done.returncode != 0:
        said = done.stdout.rpartition("error: ")[2].strip()  # after notes on what went well
        raise BackendError(said or f"{python} has failed (exit code {done.returncode})")
    return look_at_backend(python).version


def _numbers(version: str) -> tuple[int, ...]:
    """Of a release; enough to compare ours."""
    return tuple(map(int, re.findall(r"\d+", version.partition("+")[0])))
