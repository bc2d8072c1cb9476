"""Completion: what a mask covers is filled from its surroundings, with a dial from sharp to smooth.

Each blob of the mask gets a crop with context, from which its hole is filled in three ways
(inpainting/fills.py). The net mixes and corrects these at its working size; what it changes is
added to the detailed fill at full resolution, which keeps the grain of its surroundings. Fills do
not depend on any dial: what a dial moves is replayed by the net alone.

Pictures are float32 (H, W, 3), RGB, [0, 1], sRGB-encoded; masks (H, W) float32 in [0, 1]. No torch.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np

from ..compute.engine import Alphas, DialAlpha, Net, Replay, StageDone
from ..compute.out_of_memory import name_lack_of_memory
from ..images.color.icc_profile import Floats
from ..images.resampling import bilinear, enlarged
from ..nets.architectures import LAYOUTS
from ..protocol.errors import MaskError
from ..protocol.limits import MAX_FEATHER_PX, MAX_GROW_PX
from .inpainting.fills import Progress, fill_with_patches
from .inpainting.holes import Blob, find_blobs, grow_and_feather
from .inpainting.pyramid import Flags
from .unit_range import as_picture
from .working_size import fit_long_side

LAYOUT = LAYOUTS["completion"]
WORKING_PX = 384  # long side of a crop as the net sees it, unless the pack says another


@dataclass(frozen=True)
class HoleSettings:
    """grow_px: how far the mask's edge is moved out first. feather_px: over how many pixels inside
    its edge the fill then fades in. seed: another one gives another fill. Raises MaskError.
    """

    grow_px: int = 0
    feather_px: int = 0
    seed: int = 0
    working_px: int = WORKING_PX

    def __post_init__(self) -> None:
        if not 0 <= self.grow_px <= MAX_GROW_PX or not 0 <= self.feather_px <= MAX_FEATHER_PX:
            raise MaskError(
                f"grow {self.grow_px} px, feather {self.feather_px} px: they must lie between 0 "
                f"and {MAX_GROW_PX}, and 0 and {MAX_FEATHER_PX}"
            )


def complete(
    net: Net,
    image: Floats,
    mask: Floats,
    alphas: Alphas,
    *,
    settings: HoleSettings | None = None,
    cover: Floats | None = None,
    on_fill: Progress | None = None,
) -> Floats:
    """The image with what the mask covers replaced, (H, W, 3) in [0, 1]; outside the grown mask
    every value is the image's own. An alpha's map is laid over the whole image.

    on_fill: called as holes are filled, before the net runs; may raise to stop.
    cover: the picture's own alpha (H, W); nothing is taken from where it is below 1, and
    what a transparent place holds inside the mask has no effect.
    Raises MaskError for a mask that is empty, covers all or has another size, and DeviceError when
    memory runs out.
    """
    completion = start_completion(net, image, mask, settings=settings, cover=cover, on_fill=on_fill)
    return completion.run(alphas)


def start_completion(
    net: Net,
    image: Floats,
    mask: Floats,
    *,
    settings: HoleSettings | None = None,
    cover: Floats | None = None,
    on_fill: Progress | None = None,
) -> Completion:
    """Fill the holes and leave the dials to Completion.run. As complete."""
    settings = settings or HoleSettings()
    check_mask(mask, (image.shape[0], image.shape[1]))
    with _name_lack_of_memory(image):
        mask = grow_and_feather(mask, grow_px=settings.grow_px, feather_px=settings.feather_px)
        hole = mask > 0
        if hole.all():
            raise MaskError(
                "the mask covers the whole picture, so there is nothing to fill it from; leave "
                "some of the picture unselected, or grow the mask less"
            )
        usable = ~hole if cover is None else ~hole & (cover >= 1)
        blobs = find_blobs(hole)
        filled = []
        for done, blob in enumerate(blobs):
            progress = _part_of(on_fill, done, len(blobs))
            filled.append(_FilledHole.made(net, image, hole, usable, blob, settings, progress))
        return Completion(image, mask, filled)


@dataclass(frozen=True)
class Completion:
    """A picture with its holes filled, ready for the dials; made by start_completion. For one
    thread at a time.
    """

    image: Floats
    mask: Floats  # grown and feathered
    holes: list[_FilledHole]

    @property
    def count(self) -> int:
        """How many blobs the mask has."""
        return sum(hole.blob.count for hole in self.holes)

    @property
    def bytes(self) -> int:
        """Memory held, the image's own included."""
        held = self.image.nbytes + self.mask.nbytes
        return held + sum(hole.fill.nbytes + hole.replay.bytes for hole in self.holes)

    def run(self, alphas: Alphas, *, on_stage: StageDone | None = None) -> Floats:
        """The picture at these settings, (H, W, 3) in [0, 1]. on_stage(done, total) counts the
        stages of all holes and may raise to stop; what was run until then stays kept.

        Raises DeviceError when memory runs out.
        """
        height, width = self.mask.shape
        with _name_lack_of_memory(self.image):
            result: Floats = self.image.copy(order="K")
            for index, hole in enumerate(self.holes):
                turned = {
                    dial: hole.own_part(alpha, (height, width)) for dial, alpha in alphas.items()
                }
                filled = hole.run(turned, _counting(on_stage, index, len(self.holes)))
                box = hole.blob.hole
                weight = box.of(self.mask)[..., None]
                part = box.of(result)
                mixed = weight * filled + (1 - weight) * part  # at weight 1 the fill alone, exactly
                np.copyto(part, mixed, where=weight > 0)
            return result


@dataclass(frozen=True)
class _FilledHole:
    """One blob: fill (h, w, 3), its context filled in full detail; replay: the net on all fills,
    reduced to `working` (height, width) and padded.
    """

    blob: Blob
    fill: Floats
    replay: Replay
    working: tuple[int, int]

    @classmethod
    def made(
        cls,
        net: Net,
        image: Floats,
        hole: Flags,
        usable: Flags,
        blob: Blob,
        settings: HoleSettings,
        on_progress: Progress | None,
    ) -> _FilledHole:
        own_hole = blob.context.of(hole)
        size = blob.context.size
        working = fit_long_side(size, min(settings.working_px, max(size)))
        fills = fill_with_patches(
            blob.context.of(image),
            own_hole,
            usable=blob.context.of(usable),
            seed=settings.seed,
            working_px=max(working),
            on_progress=on_progress,
        )
        detailed = bilinear(fills.detailed, working)
        covered = _shrink(own_hole, working)[..., None]
        others = (np.where(covered, bilinear(f, working), detailed) for f in fills.soft)
        given = np.concatenate([detailed, *others, covered.astype(np.float32)], axis=2)
        return cls(blob, fills.detailed, net.start_replay(_pad(given)), working)

    def run(self, alphas: Alphas, on_stage: StageDone | None) -> Floats:
        """The blob's own box (h, w, 3), filled at these settings, in [0, 1]."""
        height, width = self.working
        given = self.replay.x[:height, :width, :3]
        made = self.replay.run(alphas, on_stage)[:height, :width] - given
        context, hole = self.blob.context, self.blob.hole
        top, left = hole.top - context.top, hole.left - context.left
        box = (slice(top, top + hole.size[0]), slice(left, left + hole.size[1]))
        return as_picture(self.fill[box] + enlarged(made, context.size, box))

    def own_part(self, alpha: DialAlpha, size: tuple[int, int]) -> DialAlpha:
        """The alpha with its map cut to the context and padded as the net's input is."""
        if alpha.map is None:
            return alpha
        context = self.blob.context
        part = bilinear(alpha.map, size)[context.top : context.bottom, context.left : context.right]
        return DialAlpha(alpha.numbers, _pad(bilinear(part, self.working)))


def check_mask(mask: Floats, size: tuple[int, int]) -> None:
    """Raises MaskError for a mask that is empty, or not of the picture's size (height, width)."""
    if mask.shape != size:
        raise MaskError(
            f"the mask has {mask.shape[1]} x {mask.shape[0]} pixels and the picture "
            f"{size[1]} x {size[0]}; make the mask the picture's size"
        )
    if not (mask > 0).any():
        raise MaskError(
            "the mask is empty, so there is nothing to fill; paint white, or select, what is to go"
        )


def _pad(values: Floats) -> Floats:
    """Repeat the last row and column up to a size the net takes."""
    least, multiple = LAYOUT.smallest_side_px, LAYOUT.size_multiple
    missing = [max(least, -(-side // multiple) * multiple) - side for side in values.shape[:2]]
    return np.pad(values, [(0, missing[0]), (0, missing[1]), (0, 0)][: values.ndim], mode="edge")


def _shrink(hole: Flags, size: tuple[int, int]) -> Flags:
    """To `size`: where any of the pixels is in the hole that a place stands for."""
    before = np.pad(hole.cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32), ((1, 0), (1, 0)))
    (top, bottom), (left, right) = (
        (np.arange(new) * old // new, -(-np.arange(1, new + 1) * old // new))
        for old, new in zip(hole.shape, size, strict=True)
    )
    counts = np.diff(before[np.stack([top, bottom])], axis=0)[0]
    covered: Flags = (counts[:, right] - counts[:, left]) > 0
    return covered


def _part_of(progress: Progress | None, index: int, holes: int) -> Progress | None:
    """Progress in one hole as progress in all."""
    if progress is None:
        return None
    return lambda share: progress((index + share) / holes)


def _counting(on_stage: StageDone | None, index: int, holes: int) -> StageDone | None:
    """Stages of one hole as stages of all."""
    if on_stage is None:
        return None
    return lambda done, total: on_stage(index * total + done, holes * total)


def _name_lack_of_memory(image: Floats) -> AbstractContextManager[None]:
    height, width = image.shape[:2]
    return name_lack_of_memory(
        f"filling holes in {width} x {height} pixels",
        advice="fill smaller parts one after the other, or close programs",
    )
