"""Holes to learn on: rectangles, blobs, free-form strokes, and holes that reach over the edge.

Free-form strokes follow the idea of Yu et al. 2019 (https://arxiv.org/abs/1806.03589). A hole is a
pure function of the random generator's state.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Hole = npt.NDArray[np.bool_]

SHAPES = ("centre", "rectangle", "blob", "strokes", "edge")
SHARES = (0.25, 0.2, 0.25, 0.2, 0.1)
SMALLEST, LARGEST = 0.12, 0.5  # of the picture's side
MOST_COVERED = 0.35  # of the picture: more leaves too little to learn from


def draw_hole(random: np.random.Generator, side_px: int) -> Hole:
    """A hole (side, side) bool that is neither empty nor too large."""
    while True:
        shape = random.choice(SHAPES, p=SHARES)
        hole = _SHAPES[shape](random, side_px)
        if 0 < hole.mean() <= MOST_COVERED:
            return hole


def make_square_hole(side_px: int, hole_px: int) -> Hole:
    """A square of hole_px in the middle of (side, side): the holes that are measured."""
    hole = np.zeros((side_px, side_px), dtype=np.bool_)
    start = (side_px - hole_px) // 2
    hole[start : start + hole_px, start : start + hole_px] = True
    return hole


def _draw_centre(random: np.random.Generator, side: int) -> Hole:
    return make_square_hole(side, int(random.uniform(SMALLEST, LARGEST) * side))


def _draw_rectangle(random: np.random.Generator, side: int) -> Hole:
    height, width = (int(random.uniform(SMALLEST, LARGEST) * side) for _ in range(2))
    top, left = random.integers(side - height), random.integers(side - width)
    hole = np.zeros((side, side), dtype=np.bool_)
    hole[top : top + height, left : left + width] = True
    return hole


def _draw_edge(random: np.random.Generator, side: int) -> Hole:
    """A rectangle or an ellipse that one of the picture's edges cuts through."""
    canvas = Image.new("1", (side, side))
    draw = ImageDraw.Draw(canvas)
    depth, length = (random.uniform(SMALLEST, 0.8 * LARGEST) * side for _ in range(2))
    at = random.uniform(0, side - length)
    shape = draw.ellipse if random.random() < 0.5 else draw.rectangle
    shape((at, -depth, at + length, depth), fill=1)
    return np.ascontiguousarray(np.rot90(np.array(canvas), int(random.integers(4))))


def _draw_blob(random: np.random.Generator, side: int) -> Hole:
    """A closed curve whose radius varies by a few waves of random strength."""
    radius = random.uniform(SMALLEST, LARGEST) * side / 2
    y, x = (random.uniform(radius, side - radius) for _ in range(2))
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    waves = sum(
        random.uniform(0, 0.3) / n * np.sin(n * angles + random.uniform(0, 2 * np.pi))
        for n in range(1, 6)
    )
    radii = radius * (1 + waves)
    points = zip(x + radii * np.cos(angles), y + radii * np.sin(angles), strict=True)
    canvas = Image.new("1", (side, side))
    ImageDraw.Draw(canvas).polygon([(float(a), float(b)) for a, b in points], fill=1)
    return np.array(canvas)


def _draw_strokes(random: np.random.Generator, side: int) -> Hole:
    canvas = Image.new("1", (side, side))
    draw = ImageDraw.Draw(canvas)
    for _ in range(int(random.integers(1, 4))):
        width = int(random.uniform(0.03, 0.12) * side)
        x, y = random.uniform(0, side, 2)
        angle = random.uniform(0, 2 * np.pi)
        for _ in range(int(random.integers(2, 7))):
            angle += random.uniform(-1, 1)
            step = random.uniform(0.08, 0.25) * side
            to_x, to_y = x + step * np.cos(angle), y + step * np.sin(angle)
            draw.line((x, y, to_x, to_y), fill=1, width=width)
            draw.ellipse(
                (to_x - width / 2, to_y - width / 2, to_x + width / 2, to_y + width / 2), 1
            )
            x, y = to_x, to_y
    return np.array(canvas)


_SHAPES = {
    "centre": _draw_centre,
    "rectangle": _draw_rectangle,
    "blob": _draw_blob,
    "strokes": _draw_strokes,
    "edge": _draw_edge,
}
