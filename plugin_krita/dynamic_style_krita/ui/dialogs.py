"""What opens beside the panel: the file dialog for packs, and the manual."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..model.controller import Controller
from ..plugin.translations import tr
from ..qt import Qt, QtCore, QtGui, QtWidgets
from ..safe_slots import guarded

MANUAL = Path(__file__).parents[1] / "manual.html"


def ask_for_pack(parent: Any, controller: Controller) -> None:
    """Let the user choose a .dynpack or .zip file to install; returns at once."""
    dialog = QtWidgets.QFileDialog(parent, tr("Install Style Pack"))
    dialog.setObjectName("dynamic_style_install_dialog")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QtWidgets.QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters([tr("Style packs (*.dynpack *.zip)"), tr("All files (*)")])

    @guarded
    def install(path: str) -> None:
        controller.install_pack(path)

    dialog.fileSelected.connect(install)
    dialog.open()


def open_manual(section: str = "") -> None:
    """Show the manual in the user's browser, at a section."""
    url = QtCore.QUrl.fromLocalFile(str(MANUAL))
    url.setFragment(section)
    QtGui.QDesktopServices.openUrl(url)
