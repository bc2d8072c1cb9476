"""Photos and paintings to learn from and to measure on, read by the reader that `stylize` uses. In
a folder, pictures that cannot be read are named and passed over as long as one can be.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from dynamic_style.backend.images.color.icc_profile import Floats
from dynamic_style.backend.images.formats import READABLE_SUFFIXES
from dynamic_style.backend.images.picture import as_samples
from dynamic_style.backend.images.reader import read_image
from dynamic_style.backend.protocol.errors import ImageError

from ..errors import DatasetError
from ..notes import Note, ignore_note
from ..settings import DataSettings

READERS = 4  # at a time: each holds a whole picture in floating point
MOST_PIXELS = 1 << 26  # of a resized picture: a thin strip can be small and still grow beyond all
MOST_NAMED = 10


def list_pictures(folder: Path, *, note: Note = ignore_note) -> list[Path]:
    """The folder's pictures by name; note tells of other files. Raises DatasetError when there are
    none.
    """
    try:
        if not folder.is_dir():
            raise DatasetError(f"photo folder '{folder}' does not exist; give its root with --data")
        seen = sorted(file for file in folder.iterdir() if not file.is_dir())
    except (OSError, ValueError) as error:
        raise DatasetError(f"photo folder '{folder}' cannot be read: {error}; check it") from error
    files = [file for file in seen if file.suffix.lower() in READABLE_SUFFIXES]
    others = [file.name for file in seen if file not in files and not file.name.startswith(".")]
    if others:
        more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
        named = ", ".join(others[:MOST_NAMED])
        note(f"of '{folder}' left out, as no pictures of a kind that is read: {named}{more}")
    if not files:
        raise DatasetError(
            f"photo folder '{folder}' holds no {', '.join(READABLE_SUFFIXES)} files; put some there"
        )
    return files


def read_colors(path: Path, *, what: str = "picture") -> Floats:
    """A picture's colours, (H, W, 3) in [0, 1]. what: it is, for messages. Raises DatasetError."""
    name = f"{what} '{path}'"
    try:
        if not path.is_file():  # before it is opened: a pipe of that name would never end
            raise DatasetError(f"{name} is not there or no file; check its path")
        with path.open("rb") as file:
            return read_image(file, name=name).colors
    except (OSError, ValueError) as error:
        raise DatasetError(f"{name} cannot be read: {error}; check or replace it") from error
    except ImageError as error:
        text = str(error)
        raise DatasetError(text if text.startswith(name) else f"{name}: {text}") from error


def read_picture(path: Path, *, short_side_px: int) -> torch.Tensor:
    """A picture resized to the short side, (1, 3, H, W) RGB in [0, 1]. Raises DatasetError."""
    colors = read_colors(path)
    height, width = colors.shape[:2]
    scale = short_side_px / min(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size[0] * size[1] > MOST_PIXELS:
        raise DatasetError(
            f"picture '{path}' is a strip of {width} x {height} pixels, too thin to bring its "
            f"short side to {short_side_px}; crop it"
        )
    pixels = np.ascontiguousarray(as_samples(colors, 8))
    resized = np.array(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))
    return torch.from_numpy(resized).permute(2, 0, 1)[None].float().div(255)


def cut_edges(image: torch.Tensor, shares: tuple[float, float, float, float]) -> torch.Tensor:
    """(1, 3, H, W) without so much of its width and height: left, top, right, bottom."""
    height, width = image.shape[-2:]
    left, top, right, bottom = shares
    rows = slice(round(top * height), height - round(bottom * height))
    columns = slice(round(left * width), width - round(right * width))
    return image[..., rows, columns]


def crop_centre(image: torch.Tensor, side_px: int) -> torch.Tensor:
    """(1, 3, H, W) -> (1, 3, side, side); H and W at least side."""
    top, left = (image.shape[-2] - side_px) // 2, (image.shape[-1] - side_px) // 2
    return image[..., top : top + side_px, left : left + side_px]


def cut_squares(image: torch.Tensor, count: int, *, side_px: int, seed: int) -> list[torch.Tensor]:
    """(1, 3, H, W) -> count times (1, 3, side, side): the centre square with the whole short side,
    then squares at random places, with sides from side_px (from half the short side where that is
    less) up to the short side.
    """
    height, width = image.shape[-2:]
    short = min(height, width)
    random = np.random.default_rng(seed)
    squares = [crop_centre(image, short)]
    for _ in range(count - 1):
        side = int(random.integers(min(side_px, short // 2), short + 1))
        top, left = random.integers(height - side + 1), random.integers(width - side + 1)
        squares.append(image[..., top : top + side, left : left + side])
    return [
        torch.nn.functional.interpolate(square, (side_px, side_px), mode="area")
        for square in squares
    ]


def read_squares(
    files: Sequence[Path],
    take: Callable[[torch.Tensor], None],
    *,
    short_side_px: int,
    side_px: int,
    per_picture: int = 1,
    note: Note = ignore_note,
) -> None:
    """Hand squares of the pictures (1, 3, side, side) to take, in order: with per_picture 1 the
    centre's, else what cut_squares takes from twice the short side. Pictures that cannot be read
    are passed over, with a note. Raises DatasetError where that leaves none.
    """

    def read(index: int, file: Path) -> list[torch.Tensor] | DatasetError:
        try:
            if per_picture == 1:
                return [crop_centre(read_picture(file, short_side_px=short_side_px), side_px)]
            large = read_picture(file, short_side_px=2 * short_side_px)
            return cut_squares(large, per_picture, side_px=side_px, seed=index)
        except DatasetError as error:
            return error

    refused: list[DatasetError] = []
    # the reader's own catch_warnings in several threads could leave warnings switched off
    with warnings.catch_warnings(), ThreadPoolExecutor(min(READERS, os.cpu_count() or 1)) as pool:
        at_a_time = max(READERS, 64 // per_picture)
        for start in range(0, len(files), at_a_time):
            end = min(start + at_a_time, len(files))
            for squares in pool.map(read, range(start, end), files[start:end]):
                if isinstance(squares, list):
                    for square in squares:
                        take(square)
                    continue
                refused.append(squares)
                if len(refused) <= MOST_NAMED:
                    note(f"passed over: {squares}")
    if len(refused) == len(files):
        raise DatasetError(
            f"none of the {len(files)} pictures in '{files[0].parent}' can be read; the first: "
            f"{refused[0]}"
        ) from refused[0]
    if len(refused) > MOST_NAMED:
        note(f"passed over: {len(refused) - MOST_NAMED} more in '{files[0].parent}'")


def read_validation(
    files: Sequence[Path], data: DataSettings, *, note: Note = ignore_note
) -> list[torch.Tensor]:
    """Photos to measure on, (1, 3, S, S), resized and cropped as the settings say. Those that
    cannot be read are passed over, with a note. Raises DatasetError.
    """
    photos: list[torch.Tensor] = []
    count = min(data.measured_photos or len(files), len(files))
    read_squares(
        [files[i * len(files) // count] for i in range(count)],  # from all of the folder
        photos.append,
        short_side_px=data.measured_px,
        side_px=data.measured_square_px,
        note=note,
    )
    return photos


def read_first_squares(files: Sequence[Path], count: int, *, side_px: int) -> list[torch.Tensor]:
    """The first count pictures that can be read, as squares. Raises DatasetError for none."""
    squares: list[torch.Tensor] = []
    for file in files:
        if len(squares) == count:
            break
        with suppress(DatasetError):
            squares.append(crop_centre(read_picture(file, short_side_px=side_px), side_px))
    if not squares:
        raise DatasetError(f"none of the pictures in '{files[0].parent}' can be read; replace them")
    return squares
