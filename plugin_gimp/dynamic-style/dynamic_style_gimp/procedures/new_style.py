"""New Style from Layer…: a style pack of the selected layer and a folder of photos, by dialog or
from a script. What it starts goes on when GIMP is closed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gi.repository import Gimp

from ..layers.painting_reading import read_painting
from ..layers.reading import Source, check_painted, sources_of
from ..plugin.new_style.run_state import StyleRun
from ..plugin.new_style.run_texts import run_text
from ..plugin.new_style.style_request import StyleRequest
from ..plugin.new_style.style_runs import RunBegun, RunsSeen, StyleFailed, StyleRuns
from ..plugin.translations import tr
from ..protocol.errors import BackendError, ProtocolTimeoutError, UsageError
from . import return_values
from .run_modes import answered

BEGIN_S = 300.0  # photos on a network disk, and a large layer to save
WAIT_S = 24 * 3600.0
_PAUSE_S = 0.1


def new_style(
    procedure: Gimp.ImageProcedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: Sequence[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
    _data: object,
) -> Gimp.ValueArray:
    """The procedure's run function."""

    def do() -> Gimp.ValueArray:
        source = _only(sources_of(image, drawables))
        check_painted([source])
        if run_mode == Gimp.RunMode.INTERACTIVE:
            from ..dialog.style_dialog import run_new_style_dialog

            run_new_style_dialog(source)
            return return_values.succeeded(procedure)
        request = _read_request(config)
        folder, pack_id = _make(request, source, waits=bool(config.get_property("wait")))
        return return_values.style_begun(procedure, str(folder), pack_id)

    return answered(procedure, run_mode, do)


def _only(sources: Sequence[Source]) -> Source:
    if len(sources) != 1:
        raise UsageError(
            tr("{count} layers are selected. Select one: that of the painting.").format(
                count=len(sources)
            )
        )
    return sources[0]


def _read_request(config: Any) -> StyleRequest:
    photos = getattr(config.get_property("photos"), "get_path", lambda: None)()
    dials = (config.get_property("dial") or "strength").split(",")
    return StyleRequest(
        title=config.get_property("title") or "",
        photos=Path(photos).absolute() if photos else Path(),
        quality=config.get_property("quality") or "normal",
        dials=tuple(dial.strip() for dial in dials),
    )


def _make(request: StyleRequest, source: Source, *, waits: bool) -> tuple[Path, str]:
    """The run's folder, and the pack's id, which is empty unless the end is waited for."""
    Gimp.progress_init(tr("Dynamic Style: starting a new style"))
    runs = StyleRuns()
    try:
        runs.begin(request, read_painting(source))
        folder = _wait_for_begin(runs)
        return folder, _wait_for_pack(runs, folder) if waits else ""
    finally:
        runs.close()


def _wait_for_begin(runs: StyleRuns) -> Path:
    end_s = time.monotonic() + BEGIN_S
    while time.monotonic() < end_s:
        for event in runs.drain():
            if isinstance(event, RunBegun):
                return event.folder
            if isinstance(event, StyleFailed):
                raise event.error
        time.sleep(_PAUSE_S)
    raise ProtocolTimeoutError(tr("The new style was not started in time; try again."))


def _wait_for_pack(runs: StyleRuns, folder: Path) -> str:
    end_s = time.monotonic() + WAIT_S
    while time.monotonic() < end_s:
        for event in runs.drain():
            if isinstance(event, StyleFailed):
                raise event.error
            for run in event.runs if isinstance(event, RunsSeen) else ():
                if run.folder == folder and _is_over(run):
                    return run.pack_id
        time.sleep(_PAUSE_S)
    raise ProtocolTimeoutError(tr("The new style takes longer than a day; it goes on by itself."))


def _is_over(run: StyleRun) -> bool:
    Gimp.progress_set_text(run_text(run))
    Gimp.progress_update(run.fraction)
    if not run.is_at_work and run.state != "done":
        raise BackendError(run_text(run))
    return run.state == "done"
