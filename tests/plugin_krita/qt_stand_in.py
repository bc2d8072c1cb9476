"""Stands for `qt.py`: the few pieces of Qt that the plug-in's model and layers need, without a
window and with a clock that only a test moves.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt


class _Connections:
    def __init__(self) -> None:
        self._slots: list[Callable[..., Any]] = []

    def connect(self, slot: Callable[..., Any]) -> None:
        self._slots.append(slot)

    def emit(self, *arguments: Any) -> None:
        for slot in list(self._slots):
            slot(*arguments)


class Signal:
    """Each object has its own connections, as with pyqtSignal."""

    def __init__(self, *_types: type) -> None:
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, owner: Any, kind: type) -> _Connections:
        connections: _Connections = owner.__dict__.setdefault(self._name, _Connections())
        return connections


class QObject:
    def __init__(self, parent: Any = None) -> None:
        pass


class QTimer:
    """Fires while pass_time() runs, in the order of when it is due."""

    now_ms = 0.0
    active: list[QTimer] = []  # noqa: RUF012

    def __init__(self, parent: Any = None) -> None:
        self.timeout = _Connections()
        self._is_single = False
        self._interval_ms = 0
        self.due_ms = 0.0

    def setSingleShot(self, is_single: bool) -> None:
        self._is_single = is_single

    def setInterval(self, interval_ms: int) -> None:
        self._interval_ms = interval_ms

    def interval(self) -> int:
        return self._interval_ms

    def start(self, interval_ms: int | None = None) -> None:
        if interval_ms is not None:
            self._interval_ms = interval_ms
        self.stop()
        self.due_ms = QTimer.now_ms + self._interval_ms
        QTimer.active.append(self)

    def stop(self) -> None:
        if self in QTimer.active:
            QTimer.active.remove(self)

    def isActive(self) -> bool:
        return self in QTimer.active

    def fire(self) -> None:
        if self._is_single:
            self.stop()
        else:
            self.due_ms = QTimer.now_ms + max(1, self._interval_ms)
        self.timeout.emit()


def pass_time(milliseconds: float) -> None:
    """Let all timers fire that are due until then."""
    end_ms = QTimer.now_ms + milliseconds
    while due := [timer for timer in QTimer.active if timer.due_ms <= end_ms]:
        timer = min(due, key=lambda one: one.due_ms)
        QTimer.now_ms = max(QTimer.now_ms, timer.due_ms)
        timer.fire()
    QTimer.now_ms = end_ms


class _Format(Enum):
    Format_ARGB32 = 4
    Format_Grayscale8 = 1


class _Bits(bytes):
    def setsize(self, _size: int) -> None:
        pass


class QImage:
    """Rows of samples; is scaled by taking the nearest pixel."""

    Format = _Format

    def __init__(self, data: bytes, width: int, height: int, stride: int, kind: _Format) -> None:
        self.kind = kind
        rows = np.frombuffer(data, np.uint8).reshape(height, stride)[:, : width * kind.value]
        self.samples = rows.reshape(height, width, kind.value).copy()

    def width(self) -> int:
        return int(self.samples.shape[1])

    def height(self) -> int:
        return int(self.samples.shape[0])

    def bytesPerLine(self) -> int:
        return self.width() * self.kind.value

    def constBits(self) -> _Bits:
        return _Bits(self.samples.tobytes())

    def convertToFormat(self, kind: _Format) -> QImage:
        assert kind == self.kind
        return self

    def copy(self) -> QImage:
        return self.scaled(self.width(), self.height())

    def scaled(self, width: int, height: int, *_modes: Any) -> QImage:
        samples = nearest(self.samples, width, height)
        return QImage(samples.tobytes(), width, height, width * self.kind.value, self.kind)


def nearest(samples: npt.NDArray[np.uint8], width: int, height: int) -> npt.NDArray[np.uint8]:
    rows = np.arange(height) * samples.shape[0] // height
    columns = np.arange(width) * samples.shape[1] // width
    return np.ascontiguousarray(samples[rows][:, columns])


class QRectF:
    def __init__(self, x: float, y: float, width: float, height: float) -> None:
        self.box = tuple(round(number) for number in (x, y, width, height))


class QPainter:
    """Lays pictures over each other where the upper one is opaque."""

    RenderHint = SimpleNamespace(SmoothPixmapTransform=1)

    def __init__(self, image: QImage) -> None:
        self._image = image

    def setRenderHint(self, _hint: Any) -> None:
        pass

    def drawImage(self, place: QRectF, image: QImage) -> None:
        x, y, width, height = place.box
        above = nearest(image.samples, width, height)
        part = self._image.samples[y : y + height, x : x + width]
        part[:] = np.where(above[..., 3:] > 127, above, part)

    def end(self) -> None:
        pass


class QApplication:
    pressed = 0

    @classmethod
    def mouseButtons(cls) -> int:
        return cls.pressed


Qt = SimpleNamespace(
    AspectRatioMode=SimpleNamespace(IgnoreAspectRatio=0),
    TransformationMode=SimpleNamespace(SmoothTransformation=1),
    MouseButton=SimpleNamespace(NoButton=0, LeftButton=1),
)
QtCore = SimpleNamespace(QObject=QObject, QTimer=QTimer, QRectF=QRectF, Qt=Qt)
QtGui = SimpleNamespace(QImage=QImage, QPainter=QPainter)
QtWidgets = SimpleNamespace(QApplication=QApplication, QMdiArea=object, QWidget=object)
