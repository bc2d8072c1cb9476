"""The painting that a new pack learns from, and how large the loss network is to see it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import DatasetError
from ..photos.reading import read_colors

LARGEST_FACTOR = 1.5  # beyond that an enlarged picture has no strokes of its own
FLAT = 0.01  # standard deviation of colours in [0, 1]


@dataclass(frozen=True)
class Painting:
    """short_px: of its short side."""

    path: Path
    short_px: int
    data: bytes


def read_painting(path: Path, *, least_px: int) -> Painting:
    """Raises DatasetError for a painting that cannot be read, or that is too small or too flat to
    learn from.
    """
    name = f"painting '{path}'"
    colors = read_colors(path, what="painting")
    height, width = colors.shape[:2]
    short = min(height, width)
    if short < least_px:
        raise DatasetError(
            f"{name} is {width} x {height} pixels; its short side must have {least_px} for strokes "
            "to be learnt: scan it again, or find a larger picture of it"
        )
    if float(colors.std(axis=(0, 1)).max()) < FLAT:
        raise DatasetError(f"{name} is of one colour; there are no strokes to learn from")
    return Painting(path, short, path.read_bytes())


def choose_style_px(short_px: int, *, wanted_px: int) -> int:
    """The short side at which the loss network sees a painting: as wanted, as far as that enlarges
    it by no more than LARGEST_FACTOR.
    """
    return min(wanted_px, int(short_px * LARGEST_FACTOR))


def choose_other_px(short_px: int, style_px: int) -> int:
    """A second size, for a dial between both: larger where the painting has the pixels."""
    larger = style_px * 5 // 3
    return larger if larger <= short_px else style_px // 2
