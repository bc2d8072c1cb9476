"""A word in a picture's corner."""

from __future__ import annotations

from typing import Any

from ...qt import Qt, QtCore, QtGui


def paint_tag(painter: Any, place: Any, text: str, *, at_end: bool = False) -> None:
    """A word on a dark ground, so that it can be read on any picture."""
    metrics = painter.fontMetrics()
    box = metrics.boundingRect(text).adjusted(-6, -2, 6, 2)
    if at_end:
        box.moveBottomRight(place.bottomRight() - QtCore.QPoint(4, 4))
    else:
        box.moveTopLeft(place.topLeft() + QtCore.QPoint(4, 4))
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QtGui.QColor(0, 0, 0, 170))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QtGui.QColor(255, 255, 255))
    option = QtGui.QTextOption(Qt.AlignmentFlag.AlignCenter)
    option.setWrapMode(QtGui.QTextOption.WrapMode.NoWrap)
    painter.drawText(QtCore.QRectF(box), text, option)
