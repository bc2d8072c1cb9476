"""Whether the preview lies over the canvas, and what of it: the panel's own, at the layer's place.

It is drawn over Krita's canvas, and nothing of it is ever in the document. It ends with the panel,
the picture and the layer, and once the picture shows the result itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..plugin.previews.preview_size import LONG_SIDE_PX
from ..protocol.pixels import Pixels
from ..qt import QtCore, Signal
from ..safe_slots import guarded
from .active_layer import LayerWatch
from .live_preview import LivePreview, Place

FINE_PX = 1024  # longer side of a preview at rest; on the canvas 512 would be soft


@dataclass(frozen=True)
class CanvasPicture:
    """pixels: BGRA, u8, sRGB, straight alpha, of any size; they cover the place."""

    place: Place
    pixels: Pixels


class CanvasPreview(QtCore.QObject):
    """changed: is_on, or what is to be drawn. is_pressed: the user wants to see the picture as it
    is for a moment. keep: remembers is_on for the next time.
    """

    changed = Signal()

    def __init__(
        self,
        preview: LivePreview,
        watch: LayerWatch,
        *,
        is_on: bool,
        keep: Callable[[bool], None],
    ) -> None:
        super().__init__()
        self.is_on = is_on
        self._keep = keep
        self.is_pressed = False
        self._preview = preview
        self._watch = watch
        self._shown: CanvasPicture | None = None
        self._subject: object = None  # of what is shown
        preview.show_finer(FINE_PX if is_on else LONG_SIDE_PX)
        preview.before.connect(self._on_before)
        preview.after.connect(self._on_after)
        watch.changed.connect(self._on_layer)

    @property
    def picture(self) -> CanvasPicture | None:
        """What to draw; None for the picture as it is."""
        return self._shown if self.is_on else None

    def switch(self, is_on: bool) -> None:
        if is_on != self.is_on:
            self.is_on = is_on
            self._preview.show_finer(FINE_PX if is_on else LONG_SIDE_PX)
            self._keep(is_on)
            self.changed.emit()

    def press(self, is_pressed: bool) -> None:
        self.is_pressed = is_pressed
        self.changed.emit()

    def clear(self) -> None:
        if self._shown is not None:
            self._shown = None
            self.changed.emit()

    @guarded
    def _on_before(self, _pixels: Pixels | None) -> None:
        """What is shown stays while another part of the same is being made: the view has moved."""
        if self._preview.subject is None or self._preview.subject != self._subject:
            self.clear()

    @guarded
    def _on_after(self, pixels: Pixels, is_preview: bool) -> None:
        place = self._preview.place
        if not is_preview or place is None:
            self.clear()
            return
        self._subject = self._preview.subject
        self._shown = CanvasPicture(place, pixels)
        self.changed.emit()

    @guarded
    def _on_layer(self) -> None:
        if self._watch.is_result_itself:
            self.clear()
