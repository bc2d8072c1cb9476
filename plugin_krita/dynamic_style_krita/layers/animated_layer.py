"""A new layer with a keyframe for each frame, filled one by one, and added as one undo step.

It grows in an invisible picture of its own, so that the user's is neither touched nor repainted
before all is there. Adding a copy of it, with all of its keyframes, is then a single step.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from krita import Krita

from ..plugin.hole_context import Box
from ..protocol.errors import ImageWriteError
from ..protocol.pixels import Pixels
from .bands import bands, rows_at_once
from .color_spaces import SRGB_PROFILE, ColorSpace
from .empty_animation import write_empty_animation
from .kinds import Document, LayerUse, Node, masks_of, space_of
from .reading import LayerPicture, SelectionPart
from .time_slices import Steps
from .writing import (
    add_above,
    check_there,
    hands_off,
    is_there,
    select_result,
    transparency_mask,
    write_pixels,
)

_FILE = "frames.kra"
_MOVING_S = 20.0  # to another time, in a picture that has one layer
_LOOK_S = 0.01


class AnimatedLayer:
    """node: the layer, with empty keyframes at first."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._is_open = True

    @property
    def node(self) -> Node:
        return self._document.rootNode().childNodes()[0]

    def fill(self, time: int, picture: LayerPicture, result: Pixels) -> Steps[None]:
        """Steps to a keyframe with the result's pixels. Raises ImageWriteError."""
        yield from self._go(time)
        yield from write_pixels(self.node, picture, result, keeps_unselected=False)
        self._document.setModified(False)  # else Krita saves it, as it does open pictures

    def first(
        self, times: Sequence[int], *, blanks: Sequence[int], box: Box
    ) -> Steps[AnimatedLayer]:
        """Steps to another such layer, with these keyframes and empty ones alone. box: where their
        pixels are.
        """
        space = space_of(self.node)
        size = (self._document.width(), self._document.height())
        fewer = yield from empty_layer(size, sorted({*times, *blanks}), space)
        try:
            for frame in times:
                yield from fewer._go(frame)
                for band in bands(box, rows_at_once(box.width, space.pixel_bytes)):
                    data = self.node.pixelDataAtTime(*band, frame)
                    fewer.node.setPixelData(data, *band)
                    yield 0.0
                fewer._document.setModified(False)
        except BaseException:  # being cancelled is one
            fewer.close()
            raise
        return fewer

    def close(self) -> None:
        """Let go of it. A copy that was added to a picture stays."""
        if self._is_open:
            self._is_open = False
            self._document.waitForDone()
            self._document.setModified(False)
            self._document.close()

    def _go(self, frame: int) -> Steps[None]:
        document = self._document
        document.setCurrentTime(frame)
        deadline = time.monotonic() + _MOVING_S
        while True:
            document.waitForDone()  # one empty layer: a moment
            if document.currentTime() == frame:
                return
            if time.monotonic() > deadline:
                raise ImageWriteError(f"Krita did not go to frame {frame}; try it once more")
            yield _LOOK_S
            document.setCurrentTime(frame)


def empty_layer(
    size: tuple[int, int], times: Sequence[int], space: ColorSpace
) -> Steps[AnimatedLayer]:
    """Steps to a layer with empty keyframes at these times. size: (width, height) of the picture.
    Raises ImageWriteError.
    """
    with tempfile.TemporaryDirectory(prefix="dynamic-style-") as folder:
        path = Path(folder) / _FILE
        try:
            write_empty_animation(path, size, times, profile=SRGB_PROFILE)
        except OSError as error:
            raise ImageWriteError(
                f"{path}: cannot be written ({error.strerror}); make room for temporary files"
            ) from error
        yield 0.0
        document = _opened(path)
    if document is None:
        raise ImageWriteError("Krita made no layer with keyframes; try it once more")
    document.setBatchmode(True)
    layer = AnimatedLayer(document)
    try:
        document.waitForDone()
        yield 0.0
        if space_of(layer.node) != space:
            layer.node.setColorSpace(*space)
            document.waitForDone()
        is_right = space_of(layer.node) == space and layer.node.animated()
        if not is_right or not all(layer.node.hasKeyframeAtTime(frame) for frame in times):
            raise ImageWriteError(
                "Krita made no layer with these keyframes; convert the layer to RGB and try again"
            )
    except BaseException:
        layer.close()
        raise
    return layer


def _opened(path: Path) -> Any:
    """The invisible picture. Krita says in a dialog that the file has no colour profile in it, of
    which the name is enough, unless it is told to ask nothing.
    """
    krita = Krita.instance()
    was_batch = krita.batchmode()
    krita.setBatchmode(True)
    try:
        return krita.openDocument(str(path))
    finally:
        krita.setBatchmode(was_batch)


def add_animated(
    document: Document,
    use: LayerUse,
    layer: AnimatedLayer,
    *,
    name: str,
    selection: SelectionPart | None,
    above: Node | None = None,
) -> Steps[Node]:
    """Steps to the layer in the user's picture, above its source and with the source's masks; one
    undo step. above: a layer that may be there, for this one to lie above; None: the source.
    Raises UsageError if the picture or the source is gone (undoing its removal mends that),
    ImageWriteError where Krita refuses.
    """
    yield from hands_off()
    check_there(document, use)
    node = layer.node.duplicate()
    node.setName(name)
    node.setPinnedToTimeline(use.node.isPinnedToTimeline())
    masks = [mask.duplicate() for mask in masks_of(use.node) if mask.type() != "selectionmask"]
    if selection is not None:
        masks.append(transparency_mask(document, selection))
    if masks:
        node.setChildNodes(masks)
    yield 0.0
    check_there(document, use)
    add_above(node, above if is_there(document, above) else use.node)
    document.refreshProjection()
    yield from select_result(document, node)
    return node
