"""How a hole is grown: as the backend does it, so that both mean the same pixels. No GIMP here."""

from __future__ import annotations

_WHOLE = bytes(min(value, 1) * 255 for value in range(256))


def grown(data: bytes, width: int, grow_px: int) -> bytes:
    """255 where a square of grow_px around the pixel has anything above 0, else 0. data: one byte
    for each pixel, rows of this width.

    Rows are taken as numbers of one digit for each pixel: shifting and or-ing them is done by the
    processor's words, not pixel by pixel.
    """
    height, inside = len(data) // width, (1 << 8 * width) - 1
    whole = data.translate(_WHOLE)
    rows = [int.from_bytes(whole[y * width : (y + 1) * width], "big") for y in range(height)]
    left, right = list(rows), list(rows)
    for step in _steps(min(grow_px, width)):
        left = [row | (row << 8 * step) & inside for row in left]
        right = [row | row >> 8 * step for row in right]
    up = down = [a | b for a, b in zip(left, right, strict=True)]
    for step in _steps(min(grow_px, height)):
        up = [a | b for a, b in zip(up, up[step:] + [0] * step, strict=True)]
        down = [a | b for a, b in zip(down, [0] * step + down[: height - step], strict=True)]
    return b"".join((a | b).to_bytes(width, "big") for a, b in zip(up, down, strict=True))


def _steps(reach: int) -> list[int]:
    """Steps in one direction whose sums are all of 0 to reach: 1, 2, 4, …, and what is left."""
    steps, done = [], 0
    while done < reach:
        step = min(done + 1, reach - done)
        steps.append(step)
        done += step
    return steps
