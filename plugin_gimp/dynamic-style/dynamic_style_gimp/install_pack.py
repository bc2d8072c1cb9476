"""Install Style Pack…: from a file or folder, by dialog or from a script."""

from __future__ import annotations

import os
from pathlib import Path

from gi.repository import Gimp

from . import answers
from .backend import connect
from .panel.texts import tr
from .protocol.errors import UsageError
from .run_modes import answered

PLUGIN_FILE = Path(__file__).resolve().parent.parent / "dynamic-style.py"


def install_pack(
    procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, _data: object
) -> Gimp.ValueArray:
    """The procedure's run function."""
    run_mode = config.get_property("run-mode")

    def work() -> Gimp.ValueArray:
        if run_mode == Gimp.RunMode.INTERACTIVE:
            from .dialog_install import run_install_dialog

            entry = run_install_dialog()
            if entry is None:
                return answers.cancelled(procedure)
        else:
            path = _path(config.get_property("file"))
            with connect() as client:
                entry = client.install_pack(path, replace=config.get_property("replace"))
        _let_gimp_ask_again()
        return answers.installed(procedure, entry.id)

    return answered(procedure, run_mode, work)


def _path(file: object) -> str:
    path = getattr(file, "get_path", lambda: None)()  # a Gio.File, or None
    if not path:
        raise UsageError(
            tr("No file is named. Set file to a .dynpack file, or a pack's folder, on a disk.")
        )
    return str(Path(path).absolute())


def _let_gimp_ask_again() -> None:
    """GIMP asks a plug-in for its procedures when its file has changed, and the new pack is to be
    among their choices from its next start on.
    """
    try:
        os.utime(PLUGIN_FILE)
    except OSError:
        return  # a read-only folder: the pack can still be named by pack-id
