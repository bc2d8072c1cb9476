"""Finished frames into one GIF, WebP or animated PNG, by Pillow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from ..protocol.errors import ImageWriteError

LONGEST_MS = 65_535  # of one frame in all three


def write_animation(
    file: BinaryIO,
    frames: Sequence[Path],
    seconds: Sequence[Fraction],
    *,
    suffix: str,
    loops: int,
    quality: int,
    name: str,
) -> None:
    """frames: PNG files of one size, in order, each shown for its seconds. suffix: .gif, .webp,
    .png or .apng. loops: how often it runs, 0 for ever. Raises ImageWriteError, OSError.
    """
    kind = {".gif": "GIF", ".webp": "WEBP"}.get(suffix, "PNG")
    options: dict[str, Any] = {"duration": milliseconds(seconds, step=10 if kind == "GIF" else 1)}
    if kind != "GIF":
        options["loop"] = loops
    elif loops != 1:  # GIF counts how often it starts again
        options["loop"] = loops - 1 if loops else 0
    if kind == "WEBP":
        options |= {"quality": quality, "method": 4, "minimize_size": False}
    first, *others = frames
    try:
        _check_one_size(frames)
        with Image.open(first) as opened:
            if kind == "GIF":
                options |= {"disposal": 2 if opened.has_transparency_data else 1}
            opened.save(file, kind, save_all=True, append_images=_Pictures(others), **options)
    except (OSError, ImageWriteError):
        raise
    except Exception as error:  # encoders raise all kinds of things
        raise ImageWriteError(f"{name}: cannot be written ({error}); try another kind") from error


def milliseconds(seconds: Sequence[Fraction], *, step: int = 1) -> list[int]:
    """Milliseconds for each frame, multiples of step, so that no error adds up over the clip."""
    ends, total = [0], Fraction(0)
    for one in seconds:
        total += one * 1000
        ends.append(round(total / step) * step)
    return [min(LONGEST_MS, max(step, end - start)) for start, end in pairwise(ends)]


def _check_one_size(frames: Sequence[Path]) -> None:
    """Pillow would cut others to size, or enlarge the whole."""
    size = None
    for path in frames:
        with Image.open(path) as opened:
            size = size or opened.size
            if opened.size != size:
                raise ImageWriteError(
                    f"{path}: {opened.width} x {opened.height} pixels among frames of {size[0]} x "
                    f"{size[1]}; an animation has one size: write a folder"
                )


class _Pictures:
    """Opened one by one, as often as they are gone through: Pillow looks at all sizes first."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    def __iter__(self) -> Iterator[Image.Image]:
        for path in self._paths:
            with Image.open(path) as opened:
                opened.load()
                yield opened
