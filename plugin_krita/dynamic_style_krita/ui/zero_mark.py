"""Where on a slider 0 is, and how far its number is from there: where a dial's range reaches below
0, toolkits fill the bar from its end, as if something were dialled.
"""

from __future__ import annotations

from typing import Any

from ..qt import Qt, QtCore, QtGui, QtWidgets
from ..safe_slots import guarded

_NOTCH_PX = 5  # at the upper and the lower edge, so that a number in the middle stays readable
_GROOVE_PX = 4


class ZeroMark(QtWidgets.QWidget):
    """Lies over a slider: a QSlider, or Krita's own, which is drawn as wide as its line of text."""

    def __init__(self, slider: Any, low: float, high: float) -> None:
        super().__init__(slider)
        self._slider = slider
        self._low, self._high = low, high
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setVisible(low < 0 < high)
        slider.installEventFilter(self)
        slider.valueChanged.connect(self._on_value)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        if event.type() in (QtCore.QEvent.Type.Resize, QtCore.QEvent.Type.Show):
            self._follow()
        return False

    @guarded
    def _follow(self) -> None:
        self.setGeometry(self._slider.rect())
        self.raise_()

    @guarded
    def _on_value(self, *_: Any) -> None:
        self.update()

    @guarded
    def paintEvent(self, _event: Any) -> None:
        painter = QtGui.QPainter(self)
        try:
            self._paint(painter)
        finally:
            painter.end()

    def _paint(self, painter: Any) -> None:
        line = self._slider.findChild(QtWidgets.QLineEdit)
        if line is not None and line.isReadOnly():  # else a number is being typed
            self._paint_bar(painter, line)
        zero = self._place_of(0.0, line)
        bottom = self.height() - 1
        painter.setPen(self.palette().color(QtGui.QPalette.ColorRole.Text))
        painter.drawLine(zero, 0, zero, _NOTCH_PX - 1)
        painter.drawLine(zero, bottom - _NOTCH_PX + 1, zero, bottom)

    def _paint_bar(self, painter: Any, line: Any) -> None:
        """Krita's own slider anew: its ground, the bar from 0 on, and the number on both."""
        room, bar = line.geometry(), line.geometry()
        ends = sorted((self._place_of(0.0, line), self._place_of(self._slider.value(), line)))
        bar.setLeft(ends[0])
        bar.setWidth(ends[1] - ends[0])
        centred = QtGui.QTextOption(Qt.AlignmentFlag.AlignCenter)
        painter.setFont(self._slider.font())
        for place, ground, ink in (
            (room, QtGui.QPalette.ColorRole.Base, QtGui.QPalette.ColorRole.Text),
            (bar, QtGui.QPalette.ColorRole.Highlight, QtGui.QPalette.ColorRole.HighlightedText),
        ):
            if not place.isEmpty():
                painter.setClipRect(place)
                painter.fillRect(place, self._slider.palette().color(ground))
                painter.setPen(self._slider.palette().color(ink))
                painter.drawText(QtCore.QRectF(room), self._slider.text(), centred)
        painter.setClipping(False)

    def _place_of(self, value: float, line: Any) -> int:
        """Its x. line: of Krita's own slider."""
        share = (value - self._low) / (self._high - self._low)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            share = 1 - share
        if line is not None:
            return int(line.x() + round(line.width() * share))
        handle = handle_px(self._slider)
        return int(handle // 2 + round(max(1, self.width() - handle) * share))


def paint_slider(slider: Any) -> None:
    """Paint a QSlider with its groove filled from 0 to the handle; for its paintEvent."""
    option = QtWidgets.QStyleOptionSlider()
    slider.initStyleOption(option)
    held = option.sliderPosition
    painter = QtGui.QPainter(slider)
    try:
        zero, handle = (_handle_at(slider, option, place) for place in (0, held))
        option.sliderPosition = option.minimum  # a style fills the groove up to there
        option.subControls = QtWidgets.QStyle.SubControl.SC_SliderGroove
        _draw(slider, option, painter)
        bar = QtCore.QRect(zero, handle).normalized()
        bar.setTop(zero.y() - _GROOVE_PX // 2)
        bar.setHeight(_GROOVE_PX)
        painter.fillRect(bar, slider.palette().color(QtGui.QPalette.ColorRole.Highlight))
        option.sliderPosition = held
        option.subControls = QtWidgets.QStyle.SubControl.SC_SliderHandle
        _draw(slider, option, painter)
    finally:
        painter.end()


def _handle_at(slider: Any, option: Any, position: int) -> Any:
    """The middle of the handle, if it stood there."""
    option.sliderPosition = min(max(position, option.minimum), option.maximum)
    control = QtWidgets.QStyle.ComplexControl.CC_Slider
    part = QtWidgets.QStyle.SubControl.SC_SliderHandle
    return slider.style().subControlRect(control, option, part, slider).center()


def _draw(slider: Any, option: Any, painter: Any) -> None:
    control = QtWidgets.QStyle.ComplexControl.CC_Slider
    slider.style().drawComplexControl(control, option, painter, slider)


def handle_px(slider: Any) -> int:
    """How wide a QSlider's handle is."""
    metric = QtWidgets.QStyle.PixelMetric.PM_SliderLength
    return int(slider.style().pixelMetric(metric, None, slider))
