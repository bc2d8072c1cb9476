"""Completion: what a mask covers is filled from its surroundings, with a dial from sharp to smooth.

Each blob of the mask gets a crop with context, from which its hole is filled in three ways
(inpainting/fills.py). The net mixes and corrects these at its working size; what it changes is
added to the detailed fill at full resolution, which keeps the grain of its surroundings. Fills do
not depend on any dial: what a dial moves is replayed by the net alone.

Pictures are float32 (1, 3, H, W), RGB, [0, 1], sRGB-encoded, on the CPU; masks (1, 1, H, W) float32
in [0, 1].
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from ..compute.engine import Alphas, DialAlpha, Net, Replay, StageDone
from ..compute.out_of_memory import name_lack_of_memory
from ..images.resampling import bilinear
from ..images.tensors import to_colors, to_tensor
from ..nets.architectures import LAYOUTS
from ..protocol.errors import MaskError
from ..protocol.limits import MAX_FEATHER_PX, MAX_GROW_PX
from .inpainting.fills import Progress, fill_with_patches
from .inpainting.holes import Blob, find_blobs, grow_and_feather
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
    image: torch.Tensor,
    mask: torch.Tensor,
    alphas: Alphas,
    *,
    settings: HoleSettings | None = None,
    cover: torch.Tensor | None = None,
    on_fill: Progress | None = None,
) -> torch.Tensor:
    """The image with what the mask covers replaced, (1, 3, H, W) in [0, 1]; outside the grown mask
    every value is the image's own. An alpha's map is laid over the whole image.

    on_fill: called as holes are filled, before the net runs; may raise to stop.
    cover: the picture's own alpha (1, 1, H, W); nothing is taken from where it is below 1, and
    what a transparent place holds inside the mask has no effect.
    Raises MaskError for a mask that is empty, covers all or has another size, and DeviceError when
    memory runs out.
    """
    completion = start_completion(net, image, mask, settings=settings, cover=cover, on_fill=on_fill)
    return completion.run(alphas)


def start_completion(
    net: Net,
    image: torch.Tensor,
    mask: torch.Tensor,
    *,
    settings: HoleSettings | None = None,
    cover: torch.Tensor | None = None,
    on_fill: Progress | None = None,
) -> Completion:
    """Fill the holes and leave the dials to Completion.run. As complete."""
    settings = settings or HoleSettings()
    _check(image, mask)
    with _name_lack_of_memory(image), torch.inference_mode():
        mask = grow_and_feather(mask, grow_px=settings.grow_px, feather_px=settings.feather_px)
        hole = mask > 0
        if bool(hole.all()):
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

    image: torch.Tensor
    mask: torch.Tensor  # grown and feathered
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

    def run(self, alphas: Alphas, *, on_stage: StageDone | None = None) -> torch.Tensor:
        """The picture at these settings, (1, 3, H, W) in [0, 1]. on_stage(done, total) counts the
        stages of all holes and may raise to stop; what was run until then stays kept.

        Raises DeviceError when memory runs out.
        """
        size = (self.image.shape[-2], self.image.shape[-1])
        with _name_lack_of_memory(self.image), torch.inference_mode():
            result = self.image.clone()
            for index, hole in enumerate(self.holes):
                turned = {dial: hole.own_part(alpha, size) for dial, alpha in alphas.items()}
                filled = hole.run(turned, _counting(on_stage, index, len(self.holes)))
                box = hole.blob.hole
                weight = box.of(self.mask)
                part = box.of(result)
                mixed = weight * filled + (1 - weight) * part  # at weight 1 the fill alone, exactly
                part.copy_(torch.where(weight > 0, mixed, part))
            return result


@dataclass(frozen=True)
class _FilledHole:
    """One blob: fill (1, 3, h, w), its context filled in full detail; replay: the net on all fills,
    reduced to `working` (height, width) and padded.
    """

    blob: Blob
    fill: torch.Tensor
    replay: Replay
    working: tuple[int, int]

    @classmethod
    def made(
        cls,
        net: Net,
        image: torch.Tensor,
        hole: torch.Tensor,
        usable: torch.Tensor,
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
        detailed = _resize(fills.detailed, working)
        hole = F.adaptive_max_pool2d(own_hole.to(detailed.dtype), working)
        others = (torch.where(hole > 0, _resize(f, working), detailed) for f in fills.soft)
        given = _pad(torch.cat([detailed, *others, hole], dim=1))
        return cls(blob, fills.detailed, net.start_replay(to_colors(given)), working)

    def run(self, alphas: Alphas, on_stage: StageDone | None) -> torch.Tensor:
        """The blob's own box (1, 3, h, w), filled at these settings, in [0, 1]."""
        height, width = self.working
        given = self.replay.x[:height, :width, :3]
        made = self.replay.run(alphas, on_stage)[:height, :width] - given
        context, hole = self.blob.context, self.blob.hole
        change = _resize(to_tensor(made), context.size)
        top, left = hole.top - context.top, hole.left - context.left
        box = (..., slice(top, top + hole.size[0]), slice(left, left + hole.size[1]))
        return to_tensor(as_picture(to_colors(self.fill[box] + change[box])))

    def own_part(self, alpha: DialAlpha, size: tuple[int, int]) -> DialAlpha:
        """The alpha with its map cut to the context and padded as the net's input is."""
        if alpha.map is None:
            return alpha
        context = self.blob.context
        part = bilinear(alpha.map, size)[context.top : context.bottom, context.left : context.right]
        small = bilinear(part, self.working)
        right, bottom = _missing(small.shape[0], small.shape[1])
        return DialAlpha(alpha.numbers, np.pad(small, ((0, bottom), (0, right)), mode="edge"))


def _check(image: torch.Tensor, mask: torch.Tensor) -> None:
    if mask.shape[-2:] != image.shape[-2:]:
        raise MaskError(
            f"the mask has {mask.shape[-1]} x {mask.shape[-2]} pixels and the picture "
            f"{image.shape[-1]} x {image.shape[-2]}; make the mask the picture's size"
        )
    if not bool((mask > 0).any()):
        raise MaskError(
            "the mask is empty, so there is nothing to fill; paint white, or select, what is to go"
        )


def _pad(picture: torch.Tensor) -> torch.Tensor:
    """Repeat the last row and column up to a size the net takes."""
    right, bottom = _missing(picture.shape[-2], picture.shape[-1])
    return F.pad(picture, (0, right, 0, bottom), mode="replicate")


def _missing(height: int, width: int) -> tuple[int, int]:
    """How much a picture has to be extended, to the right and at the bottom."""
    least, multiple = LAYOUT.smallest_side_px, LAYOUT.size_multiple
    right, bottom = (max(least, -(-side // multiple) * multiple) - side for side in (width, height))
    return right, bottom


def _resize(picture: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """(1, C, H, W) to (1, C, *size), antialiased where it shrinks."""
    if picture.shape[-2:] == size:
        return picture
    return F.interpolate(picture, size, mode="bilinear", antialias=True)


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


def _name_lack_of_memory(image: torch.Tensor) -> AbstractContextManager[None]:
    height, width = image.shape[-2:]
    return name_lack_of_memory(
        f"filling holes in {width} x {height} pixels",
        advice="fill smaller parts one after the other, or close programs",
    )
