"""The plugin's own icon, drawn for light and for dark themes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..qt import QtGui, QtWidgets

FOLDER = Path(__file__).parents[1] / "icons"
_HALF_BRIGHT = 128


def plugin_icon() -> Any:
    """A QIcon whose lines can be read on the theme's ground; it is not changed with the theme."""
    name = "dark" if is_dark_theme() else "light"
    return QtGui.QIcon(str(FOLDER / f"dynamic_style_{name}.svg"))


def is_dark_theme() -> bool:
    palette = QtWidgets.QApplication.palette()
    return bool(palette.color(QtGui.QPalette.ColorRole.Window).lightness() < _HALF_BRIGHT)
