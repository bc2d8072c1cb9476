"""A folder of numbered pictures as a clip."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

from ..images.picture import Picture
from ..images.reader import read_image
from ..protocol.errors import ImageReadError
from .clip import Frame, file_identity

NAMED = 3  # of the files that are left out


class FolderClip:
    """Pictures in the order of the numbers in their names, whether these have leading zeros or
    not.
    """

    def __init__(
        self,
        path: Path,
        pictures: Sequence[Path],
        *,
        rate: Fraction,
        max_pixels: int,
        left_out: Sequence[Path] = (),
    ) -> None:
        """pictures: at least one, of the folder. left_out: what else it holds. max_pixels: of one
        picture.
        """
        self.path = path
        self.pictures = sorted(pictures, key=by_number)
        self.count = len(self.pictures)
        self.seconds = (1 / rate,) * self.count
        self._max_pixels = max_pixels
        self.notes: tuple[str, ...] = ()
        if left_out:
            named = ", ".join(str(other) for other in sorted(left_out)[:NAMED])
            more = f" and {len(left_out) - NAMED} more" if len(left_out) > NAMED else ""
            self.notes = (
                f"left out as no picture of a kind that is read: {named}{more}; frames lie in the "
                "folder itself",
            )

    def identity(self, index: int) -> str:
        path = self.pictures[index]
        try:
            return f"{path.name} {file_identity(path)}"
        except OSError:
            return f"{path.name} missing"  # reading it says so

    def frames(self, wanted: Collection[int]) -> Iterator[Frame]:
        for index in sorted(wanted):
            path = self.pictures[index]
            yield Frame(index, str(path), partial(self._read, path))

    def _read(self, path: Path) -> Picture:
        try:
            with path.open("rb") as file:
                return read_image(file, name=str(path), max_pixels=self._max_pixels)
        except OSError as error:
            raise ImageReadError(
                f"{path}: cannot be read ({error.strerror or error}); check it, and run again"
            ) from error


def by_number(path: Path) -> tuple[tuple[int, int | str], ...]:
    """A key that sorts frame2 before frame10."""
    parts = re.split(r"(\d+)", path.name)
    return tuple((0, int(part)) if part.isdecimal() else (1, part.casefold()) for part in parts)
