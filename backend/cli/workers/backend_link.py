"""The way to the backend: found or started, compared with this process, asked for one job.

No engine is loaded here.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ...compute.choose_engine import would_choose
from ...compute.engine import StageDone
from ...compute.engine_wish import EngineWish, wished
from ...packs import identify_pack, shipped_packs_folder, user_packs_folder
from ...protocol.deadline import Deadline
from ...protocol.errors import (
    BackendError,
    BusyError,
    ConnectionFileError,
    DeviceError,
    ImageSizeError,
    JobCancelledError,
    MaskError,
    ProtocolError,
    UsageError,
)
from ...protocol.messages import Progress, Run, Welcome
from ...protocol.pixels import Pixels
from ...protocol.process.client import SILENCE_S, Client
from ...protocol.process.launch import connect_or_start, running_backend
from ...protocol.version import VERSION
from ..chosen_pack import ChosenPack
from ..console import PROGRAM, Console
from ..options import PackOptions

FIND_S = 2.0  # for a backend that runs to say hello: it does so within milliseconds
SHORT_SILENCE_S = 6.0  # of a job, three times what PROTOCOL.md lets a backend be silent
STEPS = 1000  # of progress: the backend tells a fraction, the console counts stages


class BackendLink:
    """A client for jobs with one pack. is_patient: wait while the backend does other jobs;
    else, BusyError tells of them after a second or two.
    """

    def __init__(self, client: Client, chosen: ChosenPack, *, is_patient: bool) -> None:
        """client: one that has said hello. Raises PackError."""
        self._client = client
        self._is_patient = is_patient
        self.device = client.welcome.device
        self.limits = client.welcome.limits
        _, self.pack_sha256 = identify_pack(chosen.path)

    def ask(self, request: Run, on_stage: StageDone | None, *, name: str) -> Pixels:
        """A job's result. name: of the picture, which errors that are about it then begin with.
        Raises ProtocolErrors and what the job ended with.
        """
        is_waiting = False
        events = self._client.run(
            request,
            should_cancel=lambda: is_waiting and not self._is_patient,
            silence_s=SILENCE_S if self._is_patient else SHORT_SILENCE_S,
        )
        try:
            for event in events:
                if not isinstance(event, Progress):
                    return event.pixels
                is_waiting = event.stage == "waiting"  # it says so after a second and a half
                if on_stage is not None:
                    on_stage(round(event.fraction * STEPS), STEPS)
        except (ImageSizeError, DeviceError, MaskError) as error:
            raise type(error)(f"{name}: {error}") from error
        except JobCancelledError as error:
            if is_waiting and not self._is_patient:
                raise BusyError("it is busy with other pictures") from error
            raise
        raise BackendError(f"{name}: the backend sent no result; try again")


def is_installed(chosen: ChosenPack) -> bool:
    """Whether the backend finds the pack: it runs no others."""
    return chosen.path.parent in (user_packs_folder(), shipped_packs_folder())


def check_startable(chosen: ChosenPack, options: PackOptions) -> None:
    """Raises UsageError for what --via-backend cannot do."""
    if options.wish != wished(None, None):
        raise UsageError(
            "--device, --engine, --precision and --threads are the backend's own; leave them out, "
            f"or give them to '{PROGRAM} serve'"
        )
    if not is_installed(chosen):
        raise UsageError(
            f"--via-backend runs installed packs only; '{PROGRAM} packs install {chosen.path}' "
            "installs this one"
        )


def start_backend(wish: EngineWish, console: Console) -> Client:
    """A client of the running backend, whatever it computes on, or of one that is started. Raises
    ProtocolErrors.
    """
    client = connect_or_start(host=PROGRAM, version=VERSION, interpreter=Path(sys.executable))
    if not _computes_alike(client.welcome, wish):
        console.note(f"note: the backend computes on {client.welcome.device}, as it was started")
    return client


def find_backend(wish: EngineWish, console: Console) -> Client | None:
    """A client of a running backend that gives what this process would: of this very version, with
    the engine and the precision that this process would take. None where there is none; that one
    runs and is not used, a note tells.
    """
    deadline = Deadline(FIND_S)
    try:
        client = running_backend(host=PROGRAM, version=VERSION, timeout_s=FIND_S)
        if client is None:
            if deadline.is_over:
                _tell_unused("it does not answer", console)
            return None
    except ConnectionFileError:  # there can be none that this user's programs reach
        return None
    except ProtocolError as error:
        _tell_unused(str(error), console)
        return None
    why, welcome = None, client.welcome
    if welcome.backend_version != VERSION:
        why = f"it is version {welcome.backend_version}, and this is {VERSION}"
    elif not _computes_alike(welcome, wish):
        why = f"it computes on {welcome.device}, as this process would not; --via-backend uses it"
    if why is None:
        return client
    client.close()
    _tell_unused(why, console)
    return None


def _computes_alike(welcome: Welcome, wish: EngineWish) -> bool:
    """Precisions are compared as they were asked for: who chooses by itself on one computer comes
    to the same, and takes another precision for results of 16 bits than who was told one.
    """
    engine = welcome.engine
    return (engine.precision, engine.threads) == (wish.precision, wish.threads) and would_choose(
        engine.name, engine.device, wish
    )


def _tell_unused(why: str, console: Console) -> None:
    console.note(f"note: the running backend is not used: {why}; this process does the work")
