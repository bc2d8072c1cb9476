"""How large a picture file the commands read: what all of them say in the same words."""

from __future__ import annotations

import argparse

from ...images.limits import MAX_PIXELS
from .numbers import whole_number

MEGAPIXEL = 1_000_000
MOST_MEGAPIXELS = 100_000


def add_limit_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--max-megapixels",
        type=whole_number(1, MOST_MEGAPIXELS),
        metavar="N",
        help="read pictures of up to N million pixels; without it up to "
        f"{MAX_PIXELS // MEGAPIXEL}, because a small file can claim any size",
    )


def most_pixels(max_megapixels: int | None) -> int:
    """What a picture file may claim to have."""
    return MAX_PIXELS if max_megapixels is None else max_megapixels * MEGAPIXEL
