"""Cutting a picture into bands of rows that Krita reads and writes without a stutter."""

from __future__ import annotations

from ..plugin.hole_context import Box

_BAND_BYTES = 2_000_000  # read in about 2 ms, written in about 4
_TILE_PX = 64  # Krita keeps pixels in squares of this side; bands that end with them are faster


def bands(box: Box, rows: int) -> list[Box]:
    """The box cut into bands of about that many rows, from the top down, that end where Krita's
    tiles do wherever they have room for one.
    """
    if rows >= _TILE_PX:
        rows -= rows % _TILE_PX
    cut = []
    top, bottom = box.y, box.y + box.height
    while top < bottom:
        end = top + rows
        if rows >= _TILE_PX:
            end -= end % _TILE_PX
        end = min(end, bottom)
        cut.append(Box(box.x, top, box.width, end - top))
        top = end
    return cut


def rows_at_once(width: int, pixel_bytes: int) -> int:
    """How many rows Krita reads or writes in a few milliseconds."""
    return max(1, _BAND_BYTES // (width * pixel_bytes))
