"""A clip: frames in order, with their time. What is read, whatever kind of file it comes from."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..images.picture import Picture

DEFAULT_RATE = Fraction(24)  # frames a second, of pictures in a folder
ANIMATIONS = (".gif", ".webp", ".apng", ".png")
VIDEOS = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ogv")
WRITTEN_VIDEOS = (".mp4", ".m4v", ".mov", ".mkv", ".webm")


@dataclass(frozen=True)
class Frame:
    """index: from 0. read: its picture; raises ImageError for one that cannot be read."""

    index: int
    name: str
    read: Callable[[], Picture]


class Clip(Protocol):
    """Frames that can be read more than once."""

    path: Path
    count: int
    notes: tuple[str, ...]  # for the user: what of it is not there, or not read

    @property
    def seconds(self) -> tuple[Fraction, ...]:
        """How long each frame is shown. Raises ImageReadError where the clip has to be read for it
        and cannot be.
        """

    def identity(self, index: int) -> str:
        """Another one when the frame's file has changed."""

    def frames(self, wanted: Collection[int]) -> Iterator[Frame]:
        """Those frames, in order. Raises ImageError where no further one can be found."""


def file_identity(path: Path) -> str:
    """Of what a file holds, by its size and the time of its last change. Raises OSError."""
    return identity_of(path.stat())


def identity_of(found: os.stat_result) -> str:
    return f"{found.st_size}-{found.st_mtime_ns}"
