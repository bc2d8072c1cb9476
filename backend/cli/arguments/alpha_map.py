"""--alpha-map: a grey picture that is laid over each photo. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .files import open_input

if TYPE_CHECKING:
    from ...images.color.icc_profile import Floats

LARGEST_STRETCH = 1.03  # of a map over its picture before the user is told: more than rounding


@dataclass(frozen=True)
class AlphaMap:
    """values: (H, W) in [0, 1]. notes: how the file was read."""

    values: Floats
    notes: tuple[str, ...]

    def notes_on(self, size: tuple[int, int]) -> tuple[str, ...]:
        """What the user should know about the map on a picture of `size` (height, width)."""
        stretch = self.values.shape[1] * size[0] / (self.values.shape[0] * size[1])
        if 1 / LARGEST_STRETCH <= stretch <= LARGEST_STRETCH:
            return self.notes
        stretched = "the alpha map has another shape and was stretched over the picture"
        return (*self.notes, stretched)


def load_map(path: Path, *, max_pixels: int) -> AlphaMap:
    """Raises an ImageError."""
    from ...images.mask_reader import read_alpha_map

    with open_input(path) as file:
        return AlphaMap(*read_alpha_map(file, name=str(path), max_pixels=max_pixels))
