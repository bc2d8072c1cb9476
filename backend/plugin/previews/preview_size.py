"""How large a preview travels, and at which size the net sees it.

Strokes have a fixed size in the net's pixels. A preview of a part of a picture therefore has the
strokes of the full result only if the net sees that part at the same scale.
"""

from __future__ import annotations

from dataclasses import dataclass

LONG_SIDE_PX = 512
QUICK_HOLE_PX = 768  # of a hole with what is around it; a smaller one travels as it is
LEAST_WORKING_PX = 32  # below this the net's padding would be most of what it sees


@dataclass(frozen=True)
class PreviewPlan:
    """width, height: of the pixels that travel. working_size_px: for the request. is_to_scale:
    whether strokes have the full result's size; else they are coarser.
    """

    width: int
    height: int
    working_size_px: int
    is_to_scale: bool


def preview_size(width: int, height: int, *, long_side_px: int = LONG_SIDE_PX) -> tuple[int, int]:
    """(width, height) at the same shape, the longer side at most long_side_px, never enlarged."""
    factor = min(1.0, long_side_px / max(width, height))
    return max(1, round(width * factor)), max(1, round(height * factor))


def plan_preview(
    region: tuple[int, int],
    layer: tuple[int, int],
    *,
    working_size_px: int,
    long_side_px: int = LONG_SIDE_PX,
    limit_px: int = LONG_SIDE_PX,
) -> PreviewPlan:
    """A preview of a region (width, height) of a layer (width, height), both in the document's
    pixels. working_size_px: of the full result. limit_px: the working size up to which a preview is
    fast enough; a refining preview passes a larger one.
    """
    width, height = preview_size(*region, long_side_px=long_side_px)
    full = min(working_size_px, max(layer)) if working_size_px else max(layer)
    wanted = max(LEAST_WORKING_PX, round(full * max(region) / max(layer)))
    return PreviewPlan(width, height, min(wanted, limit_px), wanted <= limit_px)
