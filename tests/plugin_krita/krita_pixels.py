"""What the stand-in for Krita makes layers of: planes of pixels, selections and their bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass
class Text:
    text: str

    def toString(self) -> str:
        return self.text


@dataclass
class Rect:
    box: tuple[int, int, int, int]

    def x(self) -> int:
        return self.box[0]

    def y(self) -> int:
        return self.box[1]

    def width(self) -> int:
        return self.box[2]

    def height(self) -> int:
        return self.box[3]


class Plane:
    """Pixels anywhere on an endless plane; what was never written is zero."""

    def __init__(self, channels: int, box: tuple[int, int, int, int] = (0, 0, 0, 0)) -> None:
        self.box = box
        self.samples: npt.NDArray[np.uint8] = np.zeros((box[3], box[2], channels), np.uint8)

    def copy(self) -> Plane:
        other = Plane(self.samples.shape[2], self.box)
        other.samples = self.samples.copy()
        return other

    def read(self, x: int, y: int, width: int, height: int) -> npt.NDArray[np.uint8]:
        out = np.zeros((height, width, self.samples.shape[2]), np.uint8)
        left, top = max(x, self.box[0]), max(y, self.box[1])
        right = min(x + width, self.box[0] + self.box[2])
        bottom = min(y + height, self.box[1] + self.box[3])
        if left < right and top < bottom:
            own = (slice(top - self.box[1], bottom - self.box[1]),)
            own += (slice(left - self.box[0], right - self.box[0]),)
            out[top - y : bottom - y, left - x : right - x] = self.samples[own]
        return out

    def write(self, data: bytes, x: int, y: int, width: int, height: int) -> None:
        ax, ay, aw, ah = self.box if self.samples.size else (x, y, width, height)
        left, top = min(ax, x), min(ay, y)
        box = (left, top, max(ax + aw, x + width) - left, max(ay + ah, y + height) - top)
        grown = self.read(*box)
        shape = (height, width, grown.shape[2])
        inside = grown[y - top : y - top + height, x - left : x - left + width]
        inside[:] = np.frombuffer(data, np.uint8).reshape(shape)
        self.box, self.samples = box, grown


class Selection:
    def __init__(self, plane: Plane | None = None) -> None:
        self._plane = plane or Plane(1)

    def x(self) -> int:
        return self._plane.box[0]

    def y(self) -> int:
        return self._plane.box[1]

    def width(self) -> int:
        return self._plane.box[2]

    def height(self) -> int:
        return self._plane.box[3]

    def pixelData(self, x: int, y: int, width: int, height: int) -> bytes:
        return self._plane.read(x, y, width, height).tobytes()

    def setPixelData(self, data: bytes, x: int, y: int, width: int, height: int) -> None:
        self._plane.write(data, x, y, width, height)

    def duplicate(self) -> Selection:
        return Selection(self._plane.copy())
