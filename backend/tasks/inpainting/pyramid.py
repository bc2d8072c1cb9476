"""A picture with a hole at one size, and the pyramid of its sizes that fills are made on."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from ...images.picture import EMPTY_GRAY

COARSEST_PX = 16  # no level has a shorter side
PATCH_PX = 7


@dataclass(frozen=True)
class Canvas:
    """image (1, 3, H, W) with a first guess in the hole; hole, usable (1, 1, H, W) bool: what is
    to be filled, and what colours may be taken from.
    """

    image: torch.Tensor
    hole: torch.Tensor
    usable: torch.Tensor

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)"""
        return self.image.shape[-2], self.image.shape[-1]

    @property
    def whole_patches(self) -> torch.Tensor:
        """Where a patch fits that is usable in full: (1, 1, H - 6, W - 6) bool."""
        return whole_squares(self.usable, PATCH_PX)

    def inside(self, y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        """Whether places lie in the picture."""
        height, width = self.size
        return (y >= 0) & (y < height) & (x >= 0) & (x < width)

    def index(self, y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        """Places as flat indices, the nearest ones for those outside."""
        height, width = self.size
        return y.clamp(0, height - 1) * width + x.clamp(0, width - 1)

    def may_give(self, y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        """Whether the colours of places may be taken."""
        return self.inside(y, x) & self.usable.flatten()[self.index(y, x)]


def pyramid(finest: Canvas) -> list[Canvas]:
    """From coarse to fine, each half the size of the next. A coarse pixel is in the hole where any
    of its four is; a last row or column that has no partner is left out, unless it is in the hole.
    """
    levels = [finest]
    while min(levels[0].size) >= 2 * COARSEST_PX:
        fine = _without_odd_edges(levels[0])
        known = (~fine.hole).to(fine.image.dtype)
        share = _means_of_four(known)
        image = _means_of_four(fine.image * known) / share.clamp(min=0.25)
        usable = _means_of_four(fine.usable.to(fine.image.dtype)) == 1
        coarse = Canvas(fill_hidden(image, share.floor()), share < 1, usable)
        if not bool(coarse.whole_patches.any()):
            break
        levels.insert(0, coarse)
    return levels


def _without_odd_edges(canvas: Canvas) -> Canvas:
    """Without a row or column that halving would leave alone, as long as no hole lies there."""
    height, width = canvas.size
    rows = height - (height % 2 if not bool(canvas.hole[..., -1, :].any()) else 0)
    columns = width - (width % 2 if not bool(canvas.hole[..., -1].any()) else 0)
    part = (..., slice(rows), slice(columns))
    return Canvas(canvas.image[part], canvas.hole[part], canvas.usable[part])


def _means_of_four(values: torch.Tensor) -> torch.Tensor:
    """Of each 2 x 2 pixels, at odd edges of those that there are."""
    return F.avg_pool2d(values, 2, ceil_mode=True)


def whole_squares(usable: torch.Tensor, side_px: int) -> torch.Tensor:
    """Where a square fits that is usable in full: (1, 1, H - side + 1, W - side + 1) bool."""
    if min(usable.shape[-2:]) < side_px:
        return usable.new_zeros(1, 1, 0, 0)
    return F.max_pool2d((~usable).to(torch.float32), side_px, stride=1) == 0


def erode(inside: torch.Tensor) -> torch.Tensor:
    """(1, 1, H, W) of 0 and 1 without its outermost ones; the picture's own edge is not theirs."""
    return -F.max_pool2d(-F.pad(inside, (1, 1, 1, 1), value=1.0), 3, stride=1)


def box_around(inside: torch.Tensor, *, margin: int) -> tuple[slice, slice, slice, slice]:
    """The hole and so many pixels beside it."""
    rows, columns = inside[0, 0].any(1).nonzero(), inside[0, 0].any(0).nonzero()
    return (
        slice(None),
        slice(None),
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + 1 + margin),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + 1 + margin),
    )


def fill_hidden(image: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """What images.fill_hidden does, for a tensor (1, C, H, W), as far as known (1, 1, H, W) in
    [0, 1] leaves it open.
    """
    if bool((known == 1).all()):
        return image
    with torch.inference_mode():
        return image * known + _surroundings(image * known, known) * (1 - known)


def _surroundings(weighted: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """The local mean at every place; weighted is the image times known."""
    height, width = known.shape[-2:]
    if height == width == 1:
        return weighted / known if float(known) > 0 else torch.full_like(weighted, EMPTY_GRAY)
    halved = [
        F.avg_pool2d(x, 2, ceil_mode=True, count_include_pad=False) for x in (weighted, known)
    ]
    coarse = F.interpolate(_surroundings(*halved), (height, width), mode="bilinear")
    return weighted + coarse * (1 - known)
