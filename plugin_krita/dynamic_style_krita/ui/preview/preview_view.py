"""Draws the preview in the docker; while pressed, the picture as it was. Its corner has the switch
for the preview on the canvas.
"""

from __future__ import annotations

from typing import Any

from ...layers.preview.preview_reading import preview_image
from ...model.canvas_preview import CanvasPreview
from ...plugin.translations import tr
from ...protocol.pixels import Pixels
from ...qt import Qt, QtCore, QtGui, QtWidgets, Signal
from ...safe_slots import guarded
from .picture_tag import paint_tag

LEAST_PX = 70
_CORNER_PX = 4  # of the switch to the edges
_HINT_PX = 120  # where there is no picture
_WORKING_AFTER_MS = 300  # without a new picture; else it would flicker


class PreviewView(QtWidgets.QWidget):
    """refresh_asked: a click without a preview to show."""

    refresh_asked = Signal()

    def __init__(self, canvas: CanvasPreview, parent: Any = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamic_style_preview")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(tr("Press, or hold the space bar, to see the layer as it was"))
        self.setAccessibleName(tr("Preview"))
        self.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred
        )
        self._switch = QtWidgets.QCheckBox(tr("canvas"), self)
        self._switch.setObjectName("dynamic_style_on_canvas")
        self._switch.setAutoFillBackground(True)
        self._switch.setBackgroundRole(QtGui.QPalette.ColorRole.Window)  # else its box is not seen
        self._switch.setAccessibleName(tr("Preview on Canvas"))
        self._switch.setToolTip(
            tr("Show the preview on the canvas, too; while the canvas is pressed, it is hidden")
        )
        self._canvas = canvas
        self._switch.clicked.connect(guarded(canvas.switch))
        canvas.changed.connect(self._show_switch)
        self._show_switch()
        self._before: Any = None
        self._after: Any = None
        self._tag = ""
        self._hint = ""
        self._is_pressed = False
        self.is_working = False  # and has been for long enough to say so
        self._working = QtCore.QTimer(self)
        self._working.setSingleShot(True)
        self._working.setInterval(_WORKING_AFTER_MS)
        self._working.timeout.connect(self._on_working)
        self.shown_count = 0  # previews drawn so far, for measuring

    def show_before(self, pixels: Pixels | None) -> None:
        """The picture as it is, bgra u8; None: there is none. Forgets the preview of another."""
        self._before = None if pixels is None else preview_image(pixels)
        self._after = None
        self._tag = ""
        self.update()

    def show_after(self, pixels: Pixels, tag: str) -> None:
        """tag: a word in the corner, such as "preview"; empty for a full result."""
        self._after = preview_image(pixels)
        self._tag = tag
        self.shown_count += 1
        self._set_working(False)
        if self._working.isActive():
            self._working.start()
        self.update()

    def show_working(self, is_working: bool) -> None:
        """Whether something newer than what is shown is being made; said after a moment."""
        if not is_working:
            self._working.stop()
            self._set_working(False)
        elif not self.is_working and not self._working.isActive():
            self._working.start()

    def show_hint(self, text: str) -> None:
        """What to say where there is no picture."""
        if text != self._hint:
            self._hint = text
            self.update()

    @property
    def tag(self) -> str:
        return self._tag

    @property
    def hint(self) -> str:
        return self._hint

    @property
    def image(self) -> Any:
        """What is drawn now, a QImage or None."""
        return self._before if self._is_pressed or self._after is None else self._after

    def wanted_px(self, width: int) -> int:
        """How high it has to be to show the picture as wide as this."""
        image = self._before
        if image is None or not image.width():
            return _HINT_PX
        return max(LEAST_PX, int(width * image.height() / image.width()))

    def sizeHint(self) -> Any:
        return QtCore.QSize(220, _HINT_PX)

    def minimumSizeHint(self) -> Any:
        return QtCore.QSize(70, LEAST_PX)

    @guarded
    def _show_switch(self) -> None:
        self._switch.setChecked(self._canvas.is_on)

    @guarded
    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        size = self._switch.sizeHint()
        left = max(0, self.width() - size.width() - _CORNER_PX)
        self._switch.setGeometry(left, _CORNER_PX, size.width(), size.height())

    @guarded
    def _on_working(self) -> None:
        self._set_working(True)

    def _set_working(self, is_working: bool) -> None:
        if is_working != self.is_working:
            self.is_working = is_working
            self.update()

    @guarded
    def paintEvent(self, _event: Any) -> None:
        painter = QtGui.QPainter(self)
        try:
            self._paint(painter)
        finally:
            painter.end()

    @guarded
    def mousePressEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._press(True)

    @guarded
    def mouseReleaseEvent(self, _event: Any) -> None:
        self._press(False)

    @guarded
    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._press(True)
        else:
            super().keyPressEvent(event)

    @guarded
    def keyReleaseEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._press(False)
        else:
            super().keyReleaseEvent(event)

    def _press(self, is_pressed: bool) -> None:
        self._is_pressed = is_pressed
        self._canvas.press(is_pressed)
        if is_pressed and self._after is None:
            self.refresh_asked.emit()
        self.update()

    def _paint(self, painter: Any) -> None:
        palette = self.palette()
        painter.fillRect(self.rect(), palette.color(QtGui.QPalette.ColorRole.Base))
        image = self.image
        if image is None:
            painter.setPen(palette.color(QtGui.QPalette.ColorRole.Text))
            room = QtCore.QRectF(self.rect().adjusted(8, 8, -8, -8))
            option = QtGui.QTextOption(Qt.AlignmentFlag.AlignCenter)
            option.setWrapMode(QtGui.QTextOption.WrapMode.WordWrap)
            painter.drawText(room, self._hint, option)
        else:
            place = _fitted(image, self.rect())
            _paint_checks(painter, place, palette)
            painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, image)
            tag = tr("before") if image is self._before else self._tag
            if tag:
                paint_tag(painter, place, tag)
            if self.is_working and not self._is_pressed:
                paint_tag(painter, place, tr("working…"), at_end=True)
        if self.hasFocus():
            painter.setPen(palette.color(QtGui.QPalette.ColorRole.Highlight))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


def _fitted(image: Any, room: Any) -> Any:
    size = image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QtCore.QRect(QtCore.QPoint(0, 0), size)
    place.moveCenter(room.center())
    return place


def _paint_checks(painter: Any, place: Any, palette: Any) -> None:
    """The squares that stand for transparency."""
    painter.fillRect(place, QtGui.QColor(150, 150, 150))
    painter.fillRect(place, QtGui.QBrush(QtGui.QColor(110, 110, 110), Qt.BrushStyle.Dense4Pattern))
