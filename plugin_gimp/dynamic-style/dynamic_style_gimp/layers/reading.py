"""Layers as the protocol's pixels: what is read, in which format, and what cannot be read at all.

GEGL converts: a format named without a colour space means sRGB, so asking for one is colour
management. Layers whose own pixels are 8- or 16-bit sRGB travel as they are, all others as floats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gi.repository import Babl, Gegl, Gimp

from ..plugin.hole_context import Box
from ..plugin.previews.preview_size import preview_size
from ..plugin.recipe import Recipe
from ..plugin.requests import stylize_request
from ..plugin.translations import tr
from ..protocol.errors import ImageReadError, UsageError
from ..protocol.limits import DEFAULT_LIMITS
from ..protocol.messages import Mask, StylizeRun
from ..protocol.pixels import AlphaKind, Depth, Layout, Pixels, packed_pixels
from .run_settings import SelectionMode

_DEPTHS: dict[str, Depth] = {"u8": "u8", "u16": "u16", "float": "f32"}
_SAMPLE_BYTES = {"u8": 1, "u16": 2, "float": 4}
_MODELS: dict[str, Layout] = {
    "R'G'B'": "rgb",
    "R'G'B'A": "rgba",
    "Y'": "gray",
    "Y'A": "gray_alpha",
}
_CHANNELS = {"R'G'B'": 3, "R'G'B'A": 4, "Y'": 1, "Y'A": 2}
_STRIP_PX = 1 << 20  # read at once, to see whether a layer is empty
_HARD = bytes(255 if value >= 128 else 0 for value in range(256))


@dataclass(frozen=True)
class Encoding:
    """A babl format by its two words; both perceptual, that is, following the sRGB curve."""

    model: str  # a key of _MODELS
    type: str  # a key of _DEPTHS

    @property
    def name(self) -> str:
        return f"{self.model} {self.type}"

    @property
    def pixel_bytes(self) -> int:
        return _CHANNELS[self.model] * _SAMPLE_BYTES[self.type]

    def pixels(self, width: int, height: int, data: bytes) -> Pixels:
        layout = _MODELS[self.model]
        alpha: AlphaKind = "straight" if self.model.endswith("A") else "none"
        return packed_pixels(
            width, height, data, layout=layout, depth=_DEPTHS[self.type], alpha=alpha
        )


PREVIEW = Encoding("R'G'B'A", "u8")  # what a GdkPixbuf shows


@dataclass(frozen=True)
class Source:
    """A layer to paint from. width and height in pixels; x and y: where it lies in the image.
    encoding: in which its pixels travel and in which a result is written. into: an earlier result
    of ours that is to be replaced.
    """

    image: Gimp.Image
    layer: Gimp.Layer
    width: int
    height: int
    x: int
    y: int
    encoding: Encoding
    into: Gimp.Layer | None = None

    @property
    def name(self) -> str:
        return str(self.layer.get_name())

    @property
    def box(self) -> Box:
        """All of the layer, in its own pixels."""
        return Box(0, 0, self.width, self.height)

    @property
    def has_selection(self) -> bool:
        """Whether a part of the image is selected; in GIMP, nothing selected means all of it."""
        return not Gimp.Selection.is_empty(self.image)

    @property
    def is_selected(self) -> bool:
        """Whether the selection, if there is one, touches the layer."""
        return not self.has_selection or bool(self.layer.mask_intersect()[0])

    @property
    def is_empty(self) -> bool:
        """Whether all of the layer is transparent."""
        if not self.layer.has_alpha():
            return False
        buffer, rows = self.layer.get_buffer(), max(1, _STRIP_PX // self.width)
        for top in range(0, self.height, rows):
            strip = Gegl.Rectangle.new(0, top, self.width, min(rows, self.height - top))
            data = buffer.get(strip, 1.0, "A float", Gegl.AbyssPolicy.NONE)
            if data.count(0) < len(data):
                return False
        return True

    def pixels(self, long_side_px: int | None = None) -> Pixels:
        """The whole layer, without its layer mask. long_side_px: for a preview, rgba u8 and at
        most that long; None: in full, as `encoding` says. Raises ImageReadError.
        """
        if long_side_px is None:
            return read_pixels(self.layer, self.box, self.encoding)
        size = preview_size(self.width, self.height, long_side_px=long_side_px)
        return read_pixels(self.layer, self.box, PREVIEW, size=size)

    def request(self, recipe: Recipe) -> StylizeRun:
        """Reads the layer. Raises ImageReadError."""
        return stylize_request(recipe, self.pixels(), self.alpha_map(recipe))

    def mask(self, recipe: Recipe, mode: SelectionMode, *, size: tuple[int, int]) -> Mask | None:
        """A preview's mask: where the result would show, and how far the dials would be turned.
        size: (width, height) of the preview's pixels.
        """
        if not recipe.follows_selection:
            selected = self.selection(mode, size=size)
            return None if selected is None else Mask(selected, "selection")
        selected = self.selection("soft", size=size)
        if selected is None:
            return None
        return Mask(selected, "alpha_map" if mode == "ignore" else "both")

    def alpha_map(self, recipe: Recipe) -> Mask | None:
        """A full run's mask. It is never a selection: GIMP lays the result in through that."""
        selected = self.selection("soft") if recipe.follows_selection else None
        return None if selected is None else Mask(selected, "alpha_map")

    def selection(
        self, mode: SelectionMode, *, size: tuple[int, int] | None = None
    ) -> Pixels | None:
        """How far each of the layer's pixels is selected, gray u8; None where nothing is selected,
        which in GIMP means all, and for "ignore". size: (width, height) of a preview.
        Raises ImageReadError.
        """
        if mode == "ignore" or not self.has_selection:
            return None
        selected = read_selection(self, self.box, size=size)
        if mode == "hard":
            return replace(selected, data=hardened(bytes(selected.data)))
        return selected


def sources_of(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> tuple[Source, ...]:
    """What was selected, as layers to paint from. Raises UsageError that says what to do for
    anything else: an indexed image, channels, layer masks, a floating selection, nothing.
    """
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        raise UsageError(
            tr(
                "The image's colours are indexed, and a result needs more of them. Choose Image ▸ "
                "Mode ▸ RGB first."
            )
        )
    if image.get_floating_sel() is not None:
        raise UsageError(
            tr("There is a floating selection. Anchor it or make it a layer first (Layer menu).")
        )
    if not drawables:
        raise UsageError(tr("No layer is selected. Select the layer to paint from."))
    return tuple(source_of(image, drawable) for drawable in drawables)


def check_painted(sources: Sequence[Source]) -> None:
    """Raises UsageError for a layer that shows nothing, so that nothing could come of it."""
    for source in sources:
        if source.is_empty:
            raise UsageError(
                tr(
                    "The layer '{layer}' is empty: all of it is transparent. Paint something, or "
                    "select another layer."
                ).format(layer=source.name)
            )


def source_of(image: Gimp.Image, drawable: Gimp.Drawable) -> Source:
    """Raises UsageError for what is no layer, or an empty one."""
    name = drawable.get_name()
    if drawable.is_layer_mask():
        layer = Gimp.Layer.from_mask(drawable)
        raise UsageError(
            tr("The mask of the layer '{name}' is selected. Select the layer itself.").format(
                name=layer.get_name() if layer is not None else name
            )
        )
    if not drawable.is_layer():
        raise UsageError(tr("'{name}' is a channel. Select a layer instead.").format(name=name))
    width, height = drawable.get_width(), drawable.get_height()
    if drawable.is_group() and not drawable.get_children():
        raise UsageError(tr("The layer group '{name}' is empty.").format(name=name))
    _, x, y = drawable.get_offsets()
    return Source(image, drawable, width, height, x, y, encoding_of(drawable, width * height))


def read_pixels(
    layer: Gimp.Layer, box: Box, encoding: Encoding, *, size: tuple[int, int] | None = None
) -> Pixels:
    """What of a layer lies in a box, in the layer's pixels. size: (width, height) of a preview that
    is no larger than the box. Raises ImageReadError.
    """
    width, height = size or (box.width, box.height)
    scale = width / box.width
    # CLAMP: a scaled rectangle may reach a fraction of a pixel beyond the layer
    data = layer.get_buffer().get(
        Gegl.Rectangle.new(round(box.x * scale), round(box.y * scale), width, height),
        *(scale, encoding.name, Gegl.AbyssPolicy.CLAMP),
    )
    if len(data) != width * height * encoding.pixel_bytes:
        raise ImageReadError(
            tr("GIMP gave no pixels of the layer '{layer}'; save the image and open it anew")
            .format(layer=layer.get_name())
        )  # fmt: skip
    return encoding.pixels(width, height, data)


def read_selection(source: Source, box: Box, *, size: tuple[int, int] | None = None) -> Pixels:
    """How far each pixel of a box of the layer is selected, gray u8; as read_pixels()."""
    width, height = size or (box.width, box.height)
    scale = width / box.width
    x, y = round((source.x + box.x) * scale), round((source.y + box.y) * scale)
    mask = source.image.get_selection().get_buffer()
    # "Y u8", not "Y' u8": selections are linear, and outside the image nothing is selected
    rectangle = Gegl.Rectangle.new(x, y, width, height)
    data = mask.get(rectangle, scale, "Y u8", Gegl.AbyssPolicy.NONE)
    return packed_pixels(width, height, data, layout="gray", depth="u8", alpha="none")


def hardened(values: bytes) -> bytes:
    """A selection's values, 0 to 255, made whole from one half on and nothing below."""
    return values.translate(_HARD)


def encoding_of(drawable: Gimp.Drawable, count: int, *, needs_alpha: bool = False) -> Encoding:
    """The drawable's own, where the protocol has it; else the nearest that loses nothing that a
    result could have. count: of pixels. needs_alpha: with an alpha channel, even if it has none.
    """
    own_model = "Y'" if drawable.is_gray() else "R'G'B'"
    model = f"{own_model}A" if needs_alpha or drawable.has_alpha() else own_model
    own_model = f"{own_model}A" if drawable.has_alpha() else own_model
    format_ = drawable.get_format()
    if Babl.format_get_space(format_) == Babl.space("sRGB"):
        for type_ in ("u8", "u16"):
            if Babl.format_get_encoding(format_) == Encoding(own_model, type_).name:
                return Encoding(model, type_)
    floats = Encoding(model, "float")
    # in 16 bits, where floats would be more than one message may carry
    fits = count * floats.pixel_bytes <= DEFAULT_LIMITS.frame_bytes
    return floats if fits else Encoding(model, "u16")
