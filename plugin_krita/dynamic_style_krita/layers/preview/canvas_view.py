"""Where a view shows a picture: the widget it is drawn on, and which pixel is where on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...plugin.hole_context import Box
from ...qt import QtCore, QtWidgets
from ..kinds import Document

_CANVAS_CLASSES = ("KisOpenGLCanvas2", "KisQPainterCanvas")
_found: dict[Callable[[Any], Any], tuple[Any, Any]] = {}  # by search: in which parent, and what


def canvas_widget(window: Any) -> Any | None:
    """What the window's active view draws on; None where no picture is open."""
    area = _find(window.qwindow(), _area_of)
    current = None if area is None else area.activeSubWindow() or area.currentSubWindow()
    return None if current is None else _find(current, _canvas_of)


def _find(parent: Any, search: Callable[[Any], Any]) -> Any | None:
    """What was found the last time in the same parent, if it is still there. Krita's windows are
    full of widgets: a search took 150 ms in 5.3.4 on a busy machine, and this is asked many times a
    second.
    """
    known, widget = _found.get(search, (None, None))
    if known is not parent or not _is_there(widget):
        widget = search(parent)
        _found[search] = (parent, widget)
    return widget


def _is_there(widget: Any) -> bool:
    try:
        return widget is not None and widget.parentWidget() is not None
    except RuntimeError:  # Qt has deleted it
        return False


def _area_of(qwindow: Any) -> Any | None:
    return qwindow.findChild(QtWidgets.QMdiArea)


def _canvas_of(subwindow: Any) -> Any | None:
    for widget in subwindow.findChildren(QtWidgets.QWidget):
        if widget.metaObject().className() in _CANVAS_CLASSES:
            return widget
    return None


def image_to_canvas(view: Any) -> Any | None:
    """A QTransform from the picture's pixels to the canvas widget's: zoom, place, rotation and
    mirror. None where that is unknown.
    """
    to_flake, is_invertible = view.flakeToImageTransform().inverted()
    return to_flake * view.flakeToCanvasTransform() if is_invertible else None


def visible_region(window: Any, document: Document, bounds: Box) -> Box:
    """What of bounds (in the document's pixels) the window shows; all of bounds if that is unknown,
    and an empty box if it lies off the screen.
    """
    view = window.activeView()
    canvas = canvas_widget(window)
    if view is None or canvas is None or view.document() != document:
        return bounds
    transform = image_to_canvas(view)
    to_image, is_invertible = (None, False) if transform is None else transform.inverted()
    if to_image is None or not is_invertible:
        return bounds
    rect = to_image.mapRect(QtCore.QRectF(canvas.rect())).toAlignedRect()
    return bounds.intersected(Box(rect.x(), rect.y(), rect.width(), rect.height()))
