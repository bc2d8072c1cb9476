"""Which part of a layer a view shows and how large: zoom, window and place. Needs no toolkit."""

from __future__ import annotations

MOST_ZOOM, LEAST_ZOOM = 8.0, 0.02
_MOST_FIT = 4.0  # a tiny layer is enlarged to fit, but not beyond recognition


class ViewGeometry:
    """size: (width, height) of the layer in its pixels. A zoom is screen pixels by layer pixels;
    None for the one that fits.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self._window = (0, 0)
        self._zoom: float | None = None
        self._center = (0.5, 0.5)  # of the layer

    def show(self, size: tuple[int, int]) -> None:
        """Another part of a layer, or another layer, is seen from now on: all of it."""
        self.size = size
        self._zoom = None
        self._center = (0.5, 0.5)

    @property
    def is_empty(self) -> bool:
        """Whether the window has no size yet."""
        return min(self._window) < 1

    @property
    def scale(self) -> float:
        if self._zoom is not None:
            return self._zoom
        if self.is_empty:
            return 1.0
        fit = min(self._window[0] / self.size[0], self._window[1] / self.size[1])
        return min(fit, _MOST_FIT)

    @property
    def shown(self) -> tuple[int, int]:
        """(width, height) on the screen of the part that is seen."""
        whole = (round(side * self.scale) for side in self.size)
        width, height = (max(1, min(*pair)) for pair in zip(whole, self._window, strict=True))
        return width, height

    @property
    def hidden(self) -> tuple[float, float]:
        """How many screen pixels of the layer lie left of and above what is seen."""
        left, top = (self._start(axis) for axis in (0, 1))
        return left, top

    @property
    def origin(self) -> tuple[int, int]:
        """Where in the window the picture begins: it is centred where it is smaller."""
        width, height = self.shown
        return (self._window[0] - width) // 2, (self._window[1] - height) // 2

    @property
    def is_cut(self) -> bool:
        """Whether only a part of the layer is seen, so that it can be moved about."""
        return any(
            round(side * self.scale) > seen
            for side, seen in zip(self.size, self.shown, strict=True)
        )

    @property
    def long_side_px(self) -> int:
        """How many screen pixels the layer's longer side covers."""
        return max(1, round(max(self.size) * self.scale))

    def resize(self, window: tuple[int, int]) -> bool:
        """The window has this size now; whether that is new."""
        is_new = window != self._window
        self._window = window
        return is_new

    def zoom_to(self, zoom: float | None) -> None:
        self._zoom = zoom

    def zoom_by(self, factor: float, *, at: tuple[float, float] | None = None) -> None:
        """at: the place in the shown part that stays where it is; None for its middle."""
        old = self.scale
        new = min(MOST_ZOOM, max(LEAST_ZOOM, old * factor))
        width, height = self.shown
        x, y = at or (width / 2, height / 2)
        left, top = self.hidden
        focus = ((left + x) / old, (top + y) / old)  # in the layer's pixels
        self._zoom = new
        self._center = (
            (focus[0] + (width / 2 - x) / new) / self.size[0],
            (focus[1] + (height / 2 - y) / new) / self.size[1],
        )
        self._keep_inside()

    def move_by(self, x: float, y: float) -> None:
        """Show what lies so many screen pixels further right and down."""
        self._center = (
            self._center[0] + x / (self.size[0] * self.scale),
            self._center[1] + y / (self.size[1] * self.scale),
        )
        self._keep_inside()

    def _keep_inside(self) -> None:
        """A centre beyond what can be centred would make the way back longer."""
        places = []
        for axis in (0, 1):
            whole = self.size[axis] * self.scale
            half = min(0.5, self.shown[axis] / 2 / whole)
            places.append(min(1 - half, max(half, self._center[axis])))
        self._center = (places[0], places[1])

    def _start(self, axis: int) -> float:
        whole, seen = self.size[axis] * self.scale, self.shown[axis]
        return min(max(0.0, self._center[axis] * whole - seen / 2), max(0.0, whole - seen))
