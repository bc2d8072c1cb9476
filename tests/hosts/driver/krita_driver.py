"""A second Krita plug-in, of the tests: runs their code in the thread of Krita's user interface.

`krita/host.py` outside lays it down beside the product's plug-in, as the package
dynamic_style_test_driver with answering.py next to it, and names the folder of requests in
DYNAMIC_STYLE_TEST_KRITA. It also keeps what no slot caught: Krita would open a modal dialog, at
which an unattended run hangs. Where Krita crashes, its log says what Python was at.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from krita import Extension, Krita

try:
    from PyQt5 import QtCore, QtGui, QtWidgets
except ImportError:
    from PyQt6 import QtCore, QtGui, QtWidgets

from .answering import Answering

FOLDER = os.environ.get("DYNAMIC_STYLE_TEST_KRITA")
EVERY_MS = 10
STDERR = 2  # whatever Krita has made of sys.stderr
_found_last: dict[str, Any] = {}


class Driver(Extension):
    """Polls for requests from the first window on."""

    def __init__(self, parent: Any) -> None:
        super().__init__(parent)
        self.timer: Any = None

    def setup(self) -> None:
        pass

    def createActions(self, window: Any) -> None:
        if self.timer is not None or FOLDER is None:
            return
        self.answering = Answering(Path(FOLDER), dict(NAMES))  # Qt's connection does not keep it
        self.timer = QtCore.QTimer()
        self.timer.timeout.connect(self.answering.answer_waiting)
        self.timer.start(EVERY_MS)


def find_widget(name: str) -> Any:
    """The visible widget of this object name; LookupError names those that are not it. The one that
    was found last is asked first: to ask each of Krita's thousands takes a tenth of a second.
    """
    with contextlib.suppress(KeyError, RuntimeError):  # none yet, or Qt has deleted it
        last = _found_last[name]
        if last.isVisible() and last.objectName() == name:
            return last
    found = find_widgets(name)
    for widget in found:
        if widget.isVisible():
            _found_last[name] = widget
            return widget
    raise LookupError(f"no visible widget is called {name!r}; {len(found)} are hidden")


def is_shown(name: str) -> bool:
    """Whether a widget of this object name is visible."""
    with contextlib.suppress(LookupError):
        find_widget(name)
        return True
    return False


def find_widgets(name: str) -> list[Any]:
    """All widgets of this object name, hidden ones, too."""
    return [w for w in QtWidgets.QApplication.allWidgets() if w.objectName() == name]


def widget_rect(name: str) -> list[int]:
    """x, y, width, height on the screen."""
    widget = find_widget(name)
    return rect_on_screen(widget, widget.rect())


def menu_rect(name: str) -> list[int]:
    """Where in the menu bar the menu with this object name is, such as "filter"."""
    bar = Krita.instance().activeWindow().qwindow().menuBar()
    for action in bar.actions():
        if action.menu() is not None and action.menu().objectName().lower() == name.lower():
            return rect_on_screen(bar, bar.actionGeometry(action))
    raise LookupError(f"no menu {name!r} among {[a.text() for a in bar.actions()]}")


def entry_rect(text: str) -> list[int]:
    """Where an open menu has the entry with this text; its mnemonic does not count."""
    seen = []
    for menu in QtWidgets.QApplication.topLevelWidgets():
        if isinstance(menu, QtWidgets.QMenu) and menu.isVisible():
            for action in menu.actions():
                seen.append(action.text().replace("&", ""))
                if seen[-1] == text:
                    return rect_on_screen(menu, menu.actionGeometry(action))
    raise LookupError(f"no open menu has an entry {text!r}; there are {seen}")


def rect_on_screen(widget: Any, rect: Any) -> list[int]:
    corner = widget.mapToGlobal(rect.topLeft())
    return [corner.x(), corner.y(), rect.width(), rect.height()]


def document() -> Any:
    """The active document."""
    return Krita.instance().activeDocument()


def layers() -> list[Any]:
    """The active document's top-level layers from bottom to top, without its selection mask."""
    return [n for n in document().rootNode().childNodes() if n.type() != "selectionmask"]


def forget_changes() -> None:
    """Let all documents pass for saved, so that nothing asks when Krita is to quit."""
    for each in Krita.instance().documents():
        each.waitForDone()
        each.setModified(False)


def keep_error(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    text = "".join(traceback.format_exception(kind, error, trace))
    sys.stderr.write(text)
    if FOLDER is not None:
        with (Path(FOLDER) / "errors").open("a", encoding="utf-8") as file:
            file.write(text + "\0")


NAMES = {
    "Krita": Krita,
    "QtCore": QtCore,
    "QtGui": QtGui,
    "QtWidgets": QtWidgets,
    "find_widget": find_widget,
    "find_widgets": find_widgets,
    "is_shown": is_shown,
    "widget_rect": widget_rect,
    "menu_rect": menu_rect,
    "entry_rect": entry_rect,
    "document": document,
    "layers": layers,
    "forget_changes": forget_changes,
}
if FOLDER is not None:
    faulthandler.enable(STDERR)
    sys.excepthook = keep_error
    threading.excepthook = lambda told: keep_error(
        told.exc_type, told.exc_value, told.exc_traceback
    )
Krita.instance().addExtension(Driver(Krita.instance()))
