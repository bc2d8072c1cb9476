"""The layers of an image as the frames of an animation, as GIMP plays and exports them: each layer
of the image itself is one, a group as a whole, and the lowest is the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gi.repository import Gegl, Gimp

from ..plugin.translations import tr
from ..protocol.errors import UsageError
from .parasite import recipe_of
from .placing import why_unwritable
from .reading import Source, sources_of

WhichLayers = Literal["all", "selected"]

_WHOLE = "(replace)"  # in the name of a layer that hides those below


@dataclass(frozen=True)
class Frame:
    """number: from 0, the lowest layer; of all layers, whichever are stylized. title: the layer's
    name as it was, for GIMP must not be asked for that of one which has gone.
    """

    number: int
    source: Source
    title: str

    @property
    def name(self) -> str:
        """For messages."""
        return tr("Frame {number}, the layer '{layer}'").format(
            number=self.number, layer=self.title
        )


def chosen_frames(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], which: WhichLayers
) -> tuple[Frame, ...]:
    """Those that are to be stylized, but for empty ones. Raises UsageError as frames_of(), and if
    none is left.
    """
    frames = frames_of(image, drawables if which == "selected" else None)
    painted = tuple(frame for frame in frames if not frame.source.is_empty)
    if not painted:
        raise UsageError(tr("All of these layers are empty, so that nothing could come of them."))
    return painted


def frames_of(image: Gimp.Image, layers: Sequence[Gimp.Drawable] | None) -> tuple[Frame, ...]:
    """The frames from the first to the last. layers: to be stylized; None: all. Raises UsageError
    for what is no frame, and for one whose pixels cannot be changed.
    """
    own = list(reversed(image.get_layers()))
    sources = sources_of(image, own if layers is None else layers)  # says what is no layer
    numbers = {layer.get_id(): number for number, layer in enumerate(own)}
    for source in sources:
        if source.layer.get_id() not in numbers:
            raise UsageError(
                tr(
                    "'{layer}' lies in a layer group. A frame is a layer that lies in none; select "
                    "such layers, or stylize all."
                ).format(layer=source.name)
            )
        why = why_unwritable(source.layer)
        if why is not None:
            raise UsageError(
                f"{why.format(layer=source.name)} "
                + tr("A frame is changed in place: merge or rasterize it first (Layer menu).")
            )
    frames = [Frame(numbers[source.layer.get_id()], source, source.name) for source in sources]
    return tuple(sorted(frames, key=lambda frame: frame.number))


def shows_changes_only(frames: Sequence[Frame]) -> bool:
    """Whether a frame leaves through what is below it, as those of optimized animations do: alone,
    it is no picture to be stylized.
    """
    return any(
        frame.number and _WHOLE not in frame.title and _has_holes(frame.source) for frame in frames
    )


def are_results(frames: Sequence[Frame]) -> bool:
    """Whether a frame was painted by us already, as one of many."""
    recipes = (recipe_of(frame.source.layer) for frame in frames)
    return any(recipe is not None and recipe.frames is not None for recipe in recipes)


def _has_holes(source: Source) -> bool:
    image = source.image
    covers = source.x <= 0 and source.y <= 0
    covers = covers and source.x + source.width >= image.get_width()
    if not covers or source.y + source.height < image.get_height():
        return True
    if not source.layer.has_alpha():
        return False
    area = Gegl.Rectangle.new(0, 0, source.width, source.height)
    data = source.layer.get_buffer().get(area, 1.0, "A u8", Gegl.AbyssPolicy.NONE)
    return bool(data.count(255) < len(data))
