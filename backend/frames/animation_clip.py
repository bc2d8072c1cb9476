"""A GIF, WebP or PNG with several frames as a clip, by Pillow."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from PIL import Image

from ..images.codecs.pillow_open import open_with_pillow
from ..images.codecs.png_file import check_has_data, open_png
from ..images.decoder import Check, Decoded
from ..images.picture import Picture
from ..images.reader import naming_damage, to_picture
from ..protocol.errors import ImageReadError
from .clip import Frame, file_identity

UNSAID_MS = 100  # as browsers show frames for which a file says no time or next to none
SHORTEST_MS = 11
MOST_FRAMES = 100_000


class AnimationClip:
    """All frames have the size of the whole: Pillow lays each over those before it. loops: how
    often it runs, 0 for ever.
    """

    notes: tuple[str, ...] = ()

    def __init__(self, path: Path, *, max_pixels: int) -> None:
        """Nothing is decoded yet. Raises ImageReadError for what is no animation, or one that is
        too large, ImageSizeError where a frame does not fit into the memory.
        """
        self.path = path
        check = Check(str(path), max_pixels)
        with naming_damage(str(path)), self._open() as opened:
            self._identity = file_identity(path)
            check.size(opened.width, opened.height)
            self._check_claim()
            self.count = int(getattr(opened, "n_frames", 1))
            if self.count > MOST_FRAMES:
                raise ImageReadError(
                    f"{path}: {self.count} frames; at most {MOST_FRAMES} are read. Cut it"
                )
            self.loops = int(opened.info.get("loop", 1))
            if opened.format == "GIF" and self.loops and "loop" in opened.info:
                self.loops += 1  # GIF counts how often it starts again

    @cached_property
    def seconds(self) -> tuple[Fraction, ...]:
        """Decodes all frames, since WebP tells its times only so. Raises ImageReadError."""
        with naming_damage(str(self.path)), self._open() as opened:
            return tuple(
                Fraction(_milliseconds(opened, index), 1000) for index in range(self.count)
            )

    def identity(self, index: int) -> str:
        return f"{index} {self._identity}"

    def frames(self, wanted: Collection[int]) -> Iterator[Frame]:
        with self._open() as opened:
            for index in sorted(wanted):
                yield Frame(
                    index, f"{self.path}, frame {index}", partial(self._read, opened, index)
                )

    def _read(self, opened: Image.Image, index: int) -> Picture:
        with naming_damage(f"{self.path}, frame {index}"):
            opened.seek(index)
            has_alpha = opened.has_transparency_data
            samples = np.asarray(opened.convert("RGBA" if has_alpha else "RGB"))
            alpha = np.ascontiguousarray(samples[..., 3]) if has_alpha else None
            profile = opened.info.get("icc_profile")
            is_opaque = alpha is not None and bool((alpha == 255).all())
            return to_picture(
                Decoded(
                    colors=samples[..., :3],
                    alpha=None if is_opaque else alpha,
                    profile=profile if isinstance(profile, bytes) and profile else None,
                    format="png",
                )
            )

    def _check_claim(self) -> None:
        """Asked how many frames a PNG has, Pillow sets memory aside for what it claims."""
        with self.path.open("rb") as file:
            png = open_png(file)
        if png is not None:
            check_has_data(png)

    @contextmanager
    def _open(self) -> Iterator[Image.Image]:
        with self.path.open("rb") as file, open_with_pillow(file) as opened:
            yield opened


def _milliseconds(opened: Image.Image, index: int) -> int:
    opened.seek(index)
    opened.load()  # only then does WebP say it
    stated = opened.info.get("duration", 0)
    return round(stated) if stated and stated >= SHORTEST_MS else UNSAID_MS
