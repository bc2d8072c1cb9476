"""Where on a slider 0 is: its range reaches below, so that at 0 a part of its bar is filled."""

from __future__ import annotations

from typing import Any

from ..qt import Qt, QtCore, QtGui, QtWidgets
from ..safe_slots import guarded

_NOTCH_PX = 5  # at the upper and the lower edge, so that a number in the middle stays readable


class ZeroMark(QtWidgets.QWidget):
    """Lies over a slider: a QSlider, or Krita's own, which is drawn as wide as its line of text."""

    def __init__(self, slider: Any, low: float, high: float) -> None:
        super().__init__(slider)
        self._slider = slider
        self._share = -low / (high - low) if low < 0 < high else None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setVisible(self._share is not None)
        slider.installEventFilter(self)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        if event.type() in (QtCore.QEvent.Type.Resize, QtCore.QEvent.Type.Show):
            self._follow()
        return False

    @guarded
    def _follow(self) -> None:
        self.setGeometry(self._slider.rect())
        self.raise_()

    @guarded
    def paintEvent(self, _event: Any) -> None:
        if self._share is None:
            return
        left, width = self._track()
        share = 1 - self._share if self.layoutDirection() == _RIGHT_TO_LEFT else self._share
        x = left + round(width * share)
        painter = QtGui.QPainter(self)
        try:
            painter.setPen(self.palette().color(QtGui.QPalette.ColorRole.Text))
            bottom = self.height() - 1
            painter.drawLine(x, 0, x, _NOTCH_PX - 1)
            painter.drawLine(x, bottom - _NOTCH_PX + 1, x, bottom)
        finally:
            painter.end()

    def _track(self) -> tuple[int, int]:
        """Where it begins and how wide it is, in pixels."""
        line = self._slider.findChild(QtWidgets.QLineEdit)
        if line is not None:
            return line.x(), line.width()
        metric = QtWidgets.QStyle.PixelMetric.PM_SliderLength
        handle = self._slider.style().pixelMetric(metric, None, self._slider)
        return handle // 2, max(1, self.width() - handle)


_RIGHT_TO_LEFT = Qt.LayoutDirection.RightToLeft
