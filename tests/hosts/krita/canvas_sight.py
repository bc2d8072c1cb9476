"""What lies over Krita's canvas, compared with what the panel previews."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..channel import HostScriptError
from ..debian.inside import wait_for
from .person import DOCKER, Person

SWITCH = "dynamic_style_on_canvas"
IS_COVERED = "is_shown('dynamic_style_canvas')"
_TURNED = "Krita.instance().activeWindow().activeView().canvas()"
_LEAST_SPOTS = 15
_HALF_PX = 3  # of a spot that is compared
_SAME, _OTHER = 16, 24  # median difference of spots, in steps of 255
_SPOTS = f"""
view = Krita.instance().activeWindow().activeView()
turned = view.flakeToImageTransform().inverted()[0] * view.flakeToCanvasTransform()
area = Krita.instance().activeWindow().qwindow().findChild(QtWidgets.QMdiArea)
canvas = [w for w in area.activeSubWindow().findChildren(QtWidgets.QWidget)
          if w.metaObject().className() in ('KisOpenGLCanvas2', 'KisQPainterCanvas')][0]
panel = find_widget('dynamic_style_preview')
place = find_widget('{DOCKER}').controller.preview.place.region
def color(image, u, v):
    small = image.scaled(image.width() // 4, image.height() // 4,
                         QtCore.Qt.AspectRatioMode.IgnoreAspectRatio,
                         QtCore.Qt.TransformationMode.SmoothTransformation)
    spot = small.pixelColor(int(u * small.width()), int(v * small.height()))
    return [spot.red(), spot.green(), spot.blue()]
def spots():
    found = []
    for u in [n / 10 + 0.05 for n in range(10)]:
        for v in [n / 10 + 0.05 for n in range(10)]:
            at = QtCore.QPointF(place.x + u * place.width, place.y + v * place.height)
            on = turned.map(at).toPoint()
            if canvas.rect().adjusted(20, 20, -20, -20).contains(on):
                screen = canvas.mapToGlobal(on)
                found.append([screen.x(), screen.y(), color(panel._after, u, v),
                              color(panel._before, u, v)])
    return found
"""


def turn_canvas(
    person: Person, *, degrees: float = 0, is_mirrored: bool = False, zoom: float = 1
) -> None:
    """As Krita's own actions do; without more, as it was at first."""
    person.look(
        f"canvas = {_TURNED}\ncanvas.setRotation({degrees})\ncanvas.setMirror({is_mirrored})\n"
        f"canvas.setZoomLevel({zoom})"
    )


def wait_for_canvas(person: Person, *, shows_preview: bool) -> None:
    """Wait until the canvas shows the preview where it belongs, or else the picture as it is."""

    def is_so() -> bool:
        try:
            person.look(_SPOTS)
            spots = person.look("spots()")
        except HostScriptError:  # a preview of another part is on its way
            return False
        if len(spots) < _LEAST_SPOTS:
            return False
        preview, picture = _differences(person, spots)
        far, near = (picture, preview) if shows_preview else (preview, picture)
        return near <= _SAME and far >= _OTHER

    what = "preview" if shows_preview else "picture as it is"
    wait_for(f"the {what} on the canvas", is_so, timeout_s=20, every_s=0.3)


def _differences(person: Person, spots: list[Any]) -> tuple[float, float]:
    """Of the screen to the preview and to the picture as it was: medians over spots."""
    screen = np.asarray(person.desk.display.look()).astype(int)
    seen = np.array([_spot(screen, x, y) for x, y, _, _ in spots])
    after, before = (np.array([spot[n] for spot in spots]) for n in (2, 3))
    return tuple(float(np.median(np.abs(seen - one).mean(axis=1))) for one in (after, before))  # type: ignore[return-value]


def _spot(screen: npt.NDArray[np.int_], x: int, y: int) -> npt.NDArray[np.float64]:
    part = screen[y - _HALF_PX : y + _HALF_PX + 1, x - _HALF_PX : x + _HALF_PX + 1]
    mean: npt.NDArray[np.float64] = part.reshape(-1, 3).mean(axis=0)
    return mean
