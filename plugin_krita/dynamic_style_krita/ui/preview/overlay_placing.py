"""Keeps the preview where the canvas shows its part of the picture.

Krita tells nobody that a view was moved, zoomed, rotated or mirrored, so this looks, 25 times a
second, while there is something to lay over it.
"""

from __future__ import annotations

from typing import Any

from krita import Krita

from ...layers.preview.canvas_view import canvas_widget, image_to_canvas
from ...layers.preview.preview_reading import preview_image
from ...model.canvas_preview import CanvasPreview
from ...qt import QtCore, QtGui, QtWidgets
from ...safe_slots import guarded
from .canvas_overlay import CanvasOverlay

LOOK_MS = 40
BACK_AFTER_MS = 1000  # until then a stroke that has been painted is noticed, and previewed anew
_MOVES = (
    QtCore.QEvent.Type.MouseMove,
    QtCore.QEvent.Type.TabletMove,
    QtCore.QEvent.Type.HoverMove,
)


class OverlayPlacing(QtCore.QObject):
    """While the canvas is pressed, to paint or to compare, nothing lies over it."""

    def __init__(self, model: CanvasPreview) -> None:
        super().__init__()
        self._model = model
        self._canvas: Any = None
        self._overlay: CanvasOverlay | None = None
        self._drawn: object = None
        self._is_pressed = self._is_pen = False
        self._timer = QtCore.QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._back = QtCore.QTimer(self)  # runs from a release on
        self._back.setSingleShot(True)
        self._back.setInterval(BACK_AFTER_MS)
        model.changed.connect(self._on_changed)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Of the canvas: what happens there goes on to Krita."""
        kind = event.type()
        if kind in (QtCore.QEvent.Type.MouseButtonPress, QtCore.QEvent.Type.TabletPress):
            self._is_pressed, self._is_pen = True, kind == QtCore.QEvent.Type.TabletPress
            self._look()
        elif kind == QtCore.QEvent.Type.TabletRelease:
            self._release()
        elif kind in _MOVES and self._overlay is not None:
            self._overlay.point_at(QtGui.QCursor.pos())
        return False

    @guarded
    def _on_changed(self) -> None:
        picture = self._model.picture
        if picture is None:
            self._timer.stop()
        else:
            if picture is not self._drawn:  # newer than what was pressed away
                self._back.stop()
            self._timer.start()
        self._look()

    @guarded
    def _look(self) -> None:
        picture = self._model.picture
        window = Krita.instance().activeWindow()
        view = None if window is None else window.activeView()
        transform = None
        if picture is not None and view is not None and view.document() == picture.place.document:
            transform = image_to_canvas(view)
        overlay = None if transform is None else self._overlay_on(canvas_widget(window))
        if overlay is None or picture is None:
            self._take_away()
            return
        if self._drawn is not picture:
            self._drawn = picture
            overlay.show_image(preview_image(picture.pixels), picture.place.region)
        overlay.place(transform)
        self._look_at_mouse(overlay)
        is_hidden = self._model.is_pressed or self._is_pressed or self._back.isActive()
        overlay.setVisible(not is_hidden)

    def _look_at_mouse(self, overlay: CanvasOverlay) -> None:
        """A press that brings the focus, and many a release, Krita keeps to itself."""
        is_down = bool(QtWidgets.QApplication.mouseButtons())
        if is_down and overlay.rect().contains(overlay.mapFromGlobal(QtGui.QCursor.pos())):
            self._is_pressed, self._is_pen = True, False
        elif self._is_pressed and not is_down and not self._is_pen:
            self._release()

    def _release(self) -> None:
        self._is_pressed = False
        self._back.start()

    def _overlay_on(self, canvas: Any | None) -> CanvasOverlay | None:
        """The overlay of this canvas, which is made if need be; canvas: None if there is none."""
        if canvas is None or canvas is not self._canvas:
            self._take_away()
        if canvas is not None and self._overlay is None:
            self._canvas = canvas
            self._overlay = CanvasOverlay(canvas)
            self._overlay.destroyed.connect(self._on_destroyed)
        if canvas is not None:
            canvas.installEventFilter(self)  # anew, to see before Krita's own what that keeps
        return self._overlay

    def _take_away(self) -> None:
        overlay, canvas = self._overlay, self._canvas
        if overlay is None:
            return
        overlay.destroyed.disconnect(self._on_destroyed)
        self._on_destroyed()
        canvas.removeEventFilter(self)
        overlay.hide()
        overlay.deleteLater()

    @guarded
    def _on_destroyed(self, *_: Any) -> None:
        """The view was closed, and with it all that lay on it."""
        self._canvas = self._overlay = self._drawn = None
        self._is_pressed = False
