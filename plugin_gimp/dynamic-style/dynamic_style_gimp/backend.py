"""The backend without a dialog: found or started, with GIMP's progress bar telling how it goes."""

from __future__ import annotations

from gi.repository import Gimp

from . import VERSION
from .plugin.texts.stage_texts import stage_text
from .plugin.translations import tr
from .protocol.messages import Stage
from .protocol.process.client import Client
from .protocol.process.launch import connect_or_start


def host_name() -> str:
    """Who calls, for the backend's log."""
    return f"gimp {Gimp.version()}"


def connect() -> Client:
    """A client of the backend, which is started if none runs. Raises ProtocolErrors."""
    Gimp.progress_init(tr("Dynamic Style: looking for the backend"))
    return connect_or_start(host=host_name(), version=VERSION)


def show_progress(fraction: float, stage: Stage) -> None:
    Gimp.progress_set_text(tr("Dynamic Style: {stage}").format(stage=stage_text(stage)))
    Gimp.progress_update(fraction)
