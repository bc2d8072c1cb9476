"""Starting the process that sets the backend up, and ending it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from ...protocol.atomic_file import write_failure
from ...protocol.errors import BackendError
from ...protocol.process.detached import start_detached
from ...protocol.process.process_age import is_running
from ...protocol.process.user_folders import SET_UP_VARIABLE
from ..new_style.run_folder import open_output
from ..translations import tr
from .python_finding import find_python
from .set_up_state import PROGRESS_NAME, SetUp

CARRIER = Path(__file__).resolve().parents[2]  # the plug-in's package: installer/ lies in it
_CODE = (
    "import sys; sys.path.insert(0, sys.argv[1]); from installer.panel.main import main;"
    " sys.exit(main(sys.argv[2:]))"
)


def start(folder: Path, *, host: str, version: str, carrier: Path = CARRIER) -> int:
    """Start a set-up that outlives the host; its process's number. host: "krita" or "gimp".
    version: the plug-in's. Raises BackendError.
    """
    python = find_python()
    if not (carrier / "installer/panel/main.py").is_file():
        raise BackendError(
            tr("This plug-in is not complete: {path} is missing. Install it again.").format(
                path=carrier / "installer"
            )
        )
    command = [*(str(python), "-I", "-X", "utf8", "-u", "-c", _CODE, str(carrier))]
    command += ["--host", host, "--version", version, "--folder", str(folder)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open_output(folder, variable=SET_UP_VARIABLE) as output:
            (folder / PROGRESS_NAME).unlink(missing_ok=True)
            return start_detached(command, output=output, folder=folder).pid
    except OSError as error:
        raise BackendError(write_failure(f"'{folder}'", error)) from error


def cancel(found: SetUp) -> None:
    """End it, and pip with it; what was downloaded is kept. Raises BackendError where it is not
    ours to end.
    """
    if not found.pid or not is_running(found.pid, found.began):
        return
    try:
        os.kill(found.pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    except OSError as error:
        raise BackendError(
            tr("The set-up, process {pid}, cannot be ended ({error}).").format(
                pid=found.pid, error=error.strerror or error
            )
        ) from error
