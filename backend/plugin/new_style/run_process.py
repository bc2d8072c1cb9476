"""Starting the command that trains, in the environment that the installer made, and ending it.

It is `dynamic-style-train new`, which goes on where it was if it is started anew with the same
words, and installs the pack in the end by itself: the host may be closed long before.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

from ...protocol.errors import BackendError
from ...protocol.process.detached import clean_environment, start_detached
from ...protocol.process.missing_packages import TRAINING, remedy
from ...protocol.process.process_age import is_running, process_began
from ...protocol.process.user_folders import TRAINING_VARIABLE
from ..translations import tr
from .run_folder import PAINTING_NAME, RunNote, open_output, write_note
from .run_state import StyleRun

PROBE_S = 60.0  # a cold disk
_MODULE = "dynamic_style.training"
_PROBE = """
import importlib.util, json
def has(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:
        return False
lacks = [name for name in ("torch", "dynamic_style.training") if not has(name)]
print(json.dumps(lacks))
"""


def check_can_train(python: Path) -> None:
    """Raise BackendError, saying what to install and how, where this Python cannot train."""
    try:
        done = subprocess.run(
            [str(python), "-I", "-c", _PROBE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=clean_environment(),
            timeout=PROBE_S,
            check=False,
        )
        lacks = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise BackendError(
            tr("“{python}” does not answer ({error}). Run the installer again.").format(
                python=python, error=type(error).__name__
            )
        ) from error
    if "dynamic_style.training" in lacks:
        raise BackendError(
            tr(
                "The backend's environment cannot train: it has no {what}. In a copy of Dynamic "
                "Style, run its installer again, then try once more: python3 -m installer install"
            ).format(what=tr(" and no ").join(lacks))
        )
    if lacks:
        raise BackendError(_one_more_step(remedy(TRAINING, python)))


def _one_more_step(command: str) -> str:
    return tr(
        "Making a style needs one more step, once: PyTorch, which learns it, is not installed "
        "yet. In a terminal, give this command, then try again: {command}"
    ).format(command=command)


def start(python: Path, folder: Path, note: RunNote) -> RunNote:
    """Start training in folder, or go on there; the note as it is now. Raises BackendError."""
    command = [
        *(str(python), "-I", "-m", _MODULE, "new", str(folder / PAINTING_NAME)),
        *("--photos", note.photos, f"--title={note.title}", "--quality", note.quality),
        *("--dial", ",".join(note.dials), "--run-folder", str(folder), "--install"),
    ]
    with open_output(folder, variable=TRAINING_VARIABLE) as output:
        process = start_detached(command, output=output, folder=folder, is_background=True)
    began = process_began(process.pid) or time.time()
    noted = replace(note, pid=process.pid, began=began, is_dismissed=False)
    write_note(folder, noted)
    return noted


def cancel(run: StyleRun) -> None:
    """Ask the run's process to write a checkpoint after the step that it is in, and to end. On
    Windows, where a process without a console cannot be asked, it is ended at once, and goes on
    from the checkpoint before.

    Raises BackendError where it is not ours to end.
    """
    if not run.pid or not is_running(run.pid, run.began):
        return
    try:
        os.kill(run.pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    except OSError as error:
        raise BackendError(
            tr("The training, process {pid}, cannot be ended ({error}).").format(
                pid=run.pid, error=error.strerror or error
            )
        ) from error
