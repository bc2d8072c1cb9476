"""A dial's curve over the frames: time to the right, alpha upwards.

A click adds a point, dragging moves it, a right click removes it. By keys: Left and Right choose a
point, Up and Down turn its alpha (Page Up and Page Down by more), Ctrl+Left and Ctrl+Right move it
in time, Insert adds one, Delete removes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...plugin.frames.curve_points import (
    CurveRoom,
    Points,
    drop_point,
    free_frame,
    move_point,
    put_point,
)
from ...plugin.texts.number_texts import decimal_text
from ...plugin.translations import tr, trn
from ...protocol.animation.alpha_keys import LINEAR, AlphaKeys
from ...qt import Qt, QtCore, QtGui, QtWidgets, Signal
from ...safe_slots import guarded

STEP, PAGE = 0.01, 0.1
_HEIGHT_PX = 92
_MARGIN_PX = 7  # so that points at the edges are whole
_POINT_PX = 3.5  # half a point's side
_HIT_PX = 8.0
_TICK_PX = 4

_MOVES = {
    Qt.Key.Key_Up: STEP,
    Qt.Key.Key_Down: -STEP,
    Qt.Key.Key_PageUp: PAGE,
    Qt.Key.Key_PageDown: -PAGE,
}
_KEYS = (
    *_MOVES,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Insert,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Backspace,
)


class CurveWidget(QtWidgets.QWidget):
    """changed: the points, by the user. chosen: another point."""

    changed = Signal(object)
    chosen = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(_HEIGHT_PX)
        self.setMinimumWidth(100)
        self.setMouseTracking(True)
        self.setToolTip(
            tr(
                "How α moves over the frames. Click to add a point, drag to move it,\n"
                "right-click to remove it. Keys: arrows, with Ctrl in time; Insert; Delete."
            )
        )
        self.points: Points = ()
        self.index = -1  # of the chosen point
        self.room = CurveRoom(0, 1, 0.0, 1.0)
        self._rest = 0.0  # alpha of a dial without points
        self._ease = LINEAR
        self._time = 0
        self._ticks: Sequence[int] = ()
        self._is_dragging = False

    def show_curve(self, points: Points, room: CurveRoom, *, rest: float, ease: str) -> None:
        """rest: where the dial stands without any point."""
        if (points, room, rest, ease) != (self.points, self.room, self._rest, self._ease):
            self.points, self.room, self._rest, self._ease = points, room, rest, ease
            self.index = min(self.index, len(points) - 1)
            self.update()

    def show_times(self, time: int, ticks: Sequence[int]) -> None:
        """time: that the picture shows. ticks: of the layer's keyframes."""
        if (time, ticks) != (self._time, self._ticks):
            self._time, self._ticks = time, ticks
            self.update()

    def choose(self, index: int) -> None:
        self.index = index
        self._say()
        self.update()
        self.chosen.emit()

    def place_of(self, frame: float, alpha: float) -> Any:
        """Where on the widget that is."""
        area, room = self._area(), self.room
        across = (frame - room.first) / max(1, room.last - room.first)
        up = (alpha - room.low) / (room.high - room.low)
        return QtCore.QPointF(
            area.left() + across * area.width(), area.bottom() - up * area.height()
        )

    # -- mouse and keys --------------------------------------------------------------------------

    @guarded
    def mousePressEvent(self, event: Any) -> None:
        hit = self._hit(event.pos())
        if event.button() == Qt.MouseButton.RightButton:
            if hit >= 0:
                self._tell(*drop_point(self.points, hit))
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._is_dragging = True
        if hit >= 0:
            self.choose(hit)
        else:
            self._tell(*put_point(self.points, self.room, *self._at(event.pos())))

    @guarded
    def mouseMoveEvent(self, event: Any) -> None:
        if self._is_dragging and self.index >= 0:
            frame, alpha = self._at(event.pos())
            self._tell(*move_point(self.points, self.room, self.index, frame, alpha))
        else:
            is_over = self._hit(event.pos()) >= 0
            shape = Qt.CursorShape.SizeAllCursor if is_over else Qt.CursorShape.CrossCursor
            self.setCursor(shape)

    @guarded
    def mouseReleaseEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._is_dragging = False

    def contextMenuEvent(self, event: Any) -> None:
        event.accept()  # else Krita would show its own

    def event(self, event: Any) -> bool:
        """Krita would take the keys for shortcuts of its own."""
        if event.type() == QtCore.QEvent.Type.ShortcutOverride and event.key() in _KEYS:
            event.accept()
            return True
        return bool(super().event(event))

    @guarded
    def keyPressEvent(self, event: Any) -> None:
        key, is_moving = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key not in _KEYS:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Insert or self.index < 0:
            self._add()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._tell(*drop_point(self.points, self.index))
        elif key in _MOVES:
            self._move(0, _MOVES[key])
        else:
            step = 1 if key == Qt.Key.Key_Right else -1
            if is_moving:
                self._move(step, 0.0)
            else:
                self.choose(min(len(self.points) - 1, max(0, self.index + step)))

    def _add(self) -> None:
        if self.index < 0 and self.points:
            self.choose(0)
            return
        frame = free_frame(self.points, self.room, self.index)
        if frame is not None:
            self._tell(*put_point(self.points, self.room, frame, self._alpha(frame)))

    def _move(self, frames: int, alphas: float) -> None:
        frame, alpha = self.points[self.index]
        moved = move_point(self.points, self.room, self.index, frame + frames, alpha + alphas)
        self._tell(*moved)

    def _tell(self, points: Points, index: int) -> None:
        is_new = points != self.points
        self.points = points
        self.choose(index)
        if is_new:
            self.changed.emit(points)

    def _say(self) -> None:
        """To screen readers."""
        count = len(self.points)
        text = trn("{count} point", "{count} points", count).format(count=count)
        if 0 <= self.index < len(self.points):
            frame, alpha = self.points[self.index]
            text = tr("frame {frame}, α {alpha}").format(frame=frame, alpha=decimal_text(alpha, 2))
        self.setAccessibleDescription(text)

    # -- where things are ------------------------------------------------------------------------

    def _area(self) -> Any:
        whole = QtCore.QRectF(self.rect())
        return whole.adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)

    def _at(self, place: Any) -> tuple[int, float]:
        area, room = self._area(), self.room
        across = (place.x() - area.left()) / max(1.0, area.width())
        up = (area.bottom() - place.y()) / max(1.0, area.height())
        frame = round(room.first + across * (room.last - room.first))
        return room.clamped(frame, room.low + up * (room.high - room.low))

    def _hit(self, place: Any) -> int:
        """The index of the point there; -1 for none."""
        gaps = []
        for index, (frame, alpha) in enumerate(self.points):
            gap = self.place_of(frame, alpha) - QtCore.QPointF(place)
            gaps.append((max(abs(gap.x()), abs(gap.y())), index))
        near = min(gaps, default=(_HIT_PX + 1, -1))
        return near[1] if near[0] <= _HIT_PX else -1

    def _alpha(self, frame: float) -> float:
        return AlphaKeys(self.points, self._ease).at(frame) if self.points else self._rest

    # -- drawing ---------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, _event: Any) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        ink, base = palette.text().color(), palette.base().color()
        painter.fillRect(self.rect(), base)
        self._draw_ground(painter, ink)
        self._draw_line(painter, palette.highlight().color() if self.points else _faint(ink, 130))
        self._draw_points(painter, ink, palette.highlight().color(), base)
        if self.hasFocus():
            painter.setPen(QtGui.QPen(palette.highlight().color(), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QtCore.QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _draw_ground(self, painter: Any, ink: Any) -> None:
        """Lines at alpha 0 and 1, a tick for each keyframe, and the time that is shown."""
        area, room = self._area(), self.room
        painter.setPen(QtGui.QPen(_faint(ink, 50), 1))
        for alpha in (0.0, 1.0):
            if room.low <= alpha <= room.high:
                level = self.place_of(room.first, alpha).y()
                painter.drawLine(
                    QtCore.QPointF(area.left(), level), QtCore.QPointF(area.right(), level)
                )
        painter.setPen(QtGui.QPen(_faint(ink, 160), 1))
        low = float(self.height())
        for frame in self._ticks:
            if room.first <= frame <= room.last:
                x = self.place_of(frame, room.low).x()
                painter.drawLine(QtCore.QPointF(x, low - _TICK_PX), QtCore.QPointF(x, low))
        if room.first <= self._time <= room.last:
            painter.setPen(QtGui.QPen(_faint(ink, 110), 1, Qt.PenStyle.DotLine))
            x = self.place_of(self._time, room.low).x()
            painter.drawLine(QtCore.QPointF(x, 0.0), QtCore.QPointF(x, low))

    def _draw_line(self, painter: Any, color: Any) -> None:
        area, room = self._area(), self.room
        path = QtGui.QPainterPath()
        width = max(1, int(area.width()))
        for pixel in range(width + 1):
            frame = room.first + pixel / width * (room.last - room.first)
            place = self.place_of(frame, self._alpha(frame))
            if pixel:
                path.lineTo(place)
            else:
                path.moveTo(place)
        style = Qt.PenStyle.SolidLine if self.points else Qt.PenStyle.DashLine
        painter.setPen(QtGui.QPen(color, 1.6, style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _draw_points(self, painter: Any, ink: Any, highlight: Any, base: Any) -> None:
        for index, (frame, alpha) in enumerate(self.points):
            is_chosen = index == self.index
            half = _POINT_PX + (1.0 if is_chosen else 0.0)
            place = self.place_of(frame, alpha)
            painter.setPen(QtGui.QPen(ink, 1.2))
            painter.setBrush(highlight if is_chosen else base)
            corner = QtCore.QPointF(half, half)
            painter.drawRect(QtCore.QRectF(place - corner, place + corner))


def _faint(color: Any, alpha: int) -> Any:
    """alpha: 0 to 255."""
    other = QtGui.QColor(color)
    other.setAlpha(alpha)
    return other
