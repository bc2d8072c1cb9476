"""A set-up, for a panel: begun, watched, cancelled.

As with the worker, calls return at once, and what becomes of them is seen by `look`, from a timer
in the user interface's thread; Pythons are looked for in a thread. A set-up belongs to nobody: it
goes on when the host is closed, and whichever panel is open next shows it.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from ...protocol.errors import BackendError, DynamicStyleError
from ...protocol.process.process_age import process_began
from ...protocol.process.user_folders import set_up_folder
from ..new_style.run_state import last_words
from ..translations import tr
from . import set_up_process
from .set_up_state import SetUp, look

START_S = 30.0  # until the process says something; a cold disk

log = logging.getLogger(__name__)


class SetUpRunner:
    """host: "krita" or "gimp". version: the plug-in's. carrier: what has the installer in it."""

    def __init__(self, *, host: str, version: str, carrier: Path = set_up_process.CARRIER) -> None:
        self._host = host
        self._version = version
        self._carrier = carrier
        self._guard = threading.Lock()  # of what the thread sets
        self._begun = -START_S
        self._pid = 0
        self._error: DynamicStyleError | None = None

    @property
    def folder(self) -> Path:
        """Raises BackendError."""
        return set_up_folder()

    def begin(self) -> None:
        """Start one, unless one is at work."""
        if self.look().is_at_work:
            return
        with self._guard:
            self._begun, self._pid, self._error = time.monotonic(), 0, None
        threading.Thread(target=self._start, name="dynamic-style-set-up", daemon=True).start()

    def look(self) -> SetUp:
        """How it stands. What could not even be started has failed."""
        try:
            found = look(self.folder)
        except BackendError as error:
            return SetUp("failed", message=str(error))
        with self._guard:
            refused, pid = self._error, self._pid
            is_starting = time.monotonic() - self._begun < START_S
        if refused is not None:
            return SetUp("failed", message=str(refused))
        if is_starting and not pid:  # what is there is of an earlier one
            return SetUp("starting")
        if pid and found.state == "none":
            if process_began(pid) is not None:
                return SetUp("starting")
            said = last_words(self.folder) or tr("it has ended without a word")
            return SetUp("failed", message=tr("The set-up cannot begin: {said}.").format(said=said))
        return found

    def cancel(self) -> None:
        """Ask it to end; `look` tells when it has. Raises BackendError."""
        set_up_process.cancel(self.look())

    def _start(self) -> None:
        try:
            pid = set_up_process.start(
                self.folder, host=self._host, version=self._version, carrier=self._carrier
            )
            with self._guard:
                self._pid = pid
        except DynamicStyleError as error:
            with self._guard:
                self._error = error
        except Exception as error:  # a fault of ours must not end in silence
            log.exception("setting up")
            with self._guard:
                self._error = BackendError(
                    tr("The set-up cannot be started ({error}).").format(error=error)
                )
