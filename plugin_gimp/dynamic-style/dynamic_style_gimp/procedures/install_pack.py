"""Install Style Pack…: from a file or folder, by dialog or from a script."""

from __future__ import annotations

from pathlib import Path

from gi.repository import Gimp

from ..backend import connect
from ..pack_scan import let_gimp_ask_again
from ..plugin.translations import tr
from ..protocol.errors import UsageError
from . import return_values
from .run_modes import PLUGIN_FILE, answered


def install_pack(
    procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, _data: object
) -> Gimp.ValueArray:
    """The procedure's run function."""
    run_mode = config.get_property("run-mode")

    def work() -> Gimp.ValueArray:
        if run_mode == Gimp.RunMode.INTERACTIVE:
            from ..dialog.packs.install import run_install_dialog

            entry = run_install_dialog()
            if entry is None:
                return return_values.cancelled(procedure)
        else:
            path = _path(config.get_property("file"))
            with connect() as client:
                entry = client.install_pack(path, replace=config.get_property("replace"))
        let_gimp_ask_again(PLUGIN_FILE)
        return return_values.installed(procedure, entry.id)

    return answered(procedure, run_mode, work)


def _path(file: object) -> str:
    path = getattr(file, "get_path", lambda: None)()  # a Gio.File, or None
    if not path:
        raise UsageError(
            tr("No file is named. Set file to a .dynpack file, or a pack's folder, on a disk.")
        )
    return str(Path(path).absolute())
