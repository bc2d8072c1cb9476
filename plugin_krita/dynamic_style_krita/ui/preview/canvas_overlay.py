"""A picture over Krita's canvas, turned and scaled as the canvas is; the mouse goes through it."""

from __future__ import annotations

from typing import Any

from ...plugin.hole_context import Box
from ...plugin.translations import tr
from ...qt import Qt, QtCore, QtGui, QtWidgets
from ...safe_slots import guarded
from .picture_tag import paint_tag

_RING_PX = 13


class CanvasOverlay(QtWidgets.QWidget):
    """As large as the canvas, which owns it: it is gone with the view."""

    def __init__(self, canvas: Any) -> None:
        super().__init__(canvas)
        self.setObjectName("dynamic_style_canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._image: Any = None
        self._region = Box(0, 0, 0, 0)
        self._transform = QtGui.QTransform()
        self._pointer: Any = None
        self.setGeometry(canvas.rect())
        self.lower()  # below what Krita itself lays over the canvas, such as its pop-up palette

    def show_image(self, image: Any, region: Box) -> None:
        """A QImage of any size, which covers the region, in the picture's pixels."""
        self._image, self._region = image, region
        self.update()

    def place(self, transform: Any) -> None:
        """transform: a QTransform from the picture's pixels to the canvas widget's."""
        room = self.parentWidget().rect()
        if self.geometry() != room:
            self.setGeometry(room)
        if transform != self._transform:
            self._transform = transform
            self.update()

    def point_at(self, spot: Any) -> None:
        """spot: a QPoint of the screen. Krita draws most pointers into the canvas, and so under the
        overlay: a ring stands in for them.
        """
        before, self._pointer = self._pointer, self.mapFromGlobal(spot)
        for place in (before, self._pointer):
            if place is not None:
                self.update(_ring(place).adjusted(-2, -2, 2, 2))

    @guarded
    def paintEvent(self, _event: Any) -> None:
        if self._image is None:
            return
        painter = QtGui.QPainter(self)
        try:
            self._paint(painter)
        finally:
            painter.end()

    def _paint(self, painter: Any) -> None:
        place = QtCore.QRectF(*self._region)
        painter.setTransform(self._transform, True)
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, self._image, QtCore.QRectF(self._image.rect()))
        painter.resetTransform()
        seen = self._transform.mapRect(place).toAlignedRect().intersected(self.rect())
        paint_tag(painter, seen, tr("preview"))
        if self._pointer is not None and self.underMouse():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for color, width in ((Qt.GlobalColor.black, 3), (Qt.GlobalColor.white, 1)):
                painter.setPen(QtGui.QPen(color, width))
                painter.drawEllipse(_ring(self._pointer))


def _ring(center: Any) -> Any:
    ring = QtCore.QRect(0, 0, _RING_PX, _RING_PX)
    ring.moveCenter(center)
    return ring
