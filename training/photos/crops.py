"""Photos for training: one uint8 array of squares on disk, and batches that are a pure function of
(seed, phase, step), so that a resumed or distributed run sees exactly what an unbroken one would.
"""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from ..errors import DatasetError
from ..run_files import check_room, written
from .reading import READERS, Note, list_pictures, no_note, read_squares
from .reading import read_picture as read_picture  # part of a dataset's interface, too

Squares = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Draw:
    """What one step sees: photos (B, 3, S, S) RGB in [0, 1], and a number in (0, 1] for alpha.
    inputs: what the net is given instead of the photos, (B, C, S, S); None for the photos.
    """

    photos: torch.Tensor
    alpha: float
    inputs: torch.Tensor | None = None

    def to(self, device: torch.device) -> Draw:
        """The same on a device, in the layout in which convolutions are fastest."""
        photos = self.photos.to(device, memory_format=torch.channels_last)
        if self.inputs is None:
            return Draw(photos, self.alpha)
        inputs = self.inputs.to(device, memory_format=torch.channels_last)
        return Draw(photos, self.alpha, inputs)


class PhotoSet:
    """Square photos, (N, S, S, 3) uint8 RGB, memory-mapped from a cache file."""

    def __init__(self, squares: Squares, *, crop_px: int, seed: int) -> None:
        self.squares, self.crop_px, self.seed = squares, crop_px, seed

    def draw(self, phase: int, step: int, *, batch: int, rank: int = 0, world: int = 1) -> Draw:
        """The step's random crops and flips; of the whole batch, the slice that is this rank's."""
        random = np.random.default_rng([self.seed, phase, step])
        alpha = 1.0 - random.random()
        n, side = self.squares.shape[0], self.squares.shape[1]
        spare = side - self.crop_px + 1
        crops = []
        for _ in range(batch):
            index = random.integers(n)
            top, left = random.integers(spare), random.integers(spare)
            crop = self.squares[index, top : top + self.crop_px, left : left + self.crop_px]
            crops.append(crop[:, ::-1] if random.random() < 0.5 else crop)
        mine = np.stack(crops[rank::world])  # (B, S, S, 3)
        photos = torch.from_numpy(mine).permute(0, 3, 1, 2).float().div(255)
        return Draw(photos, alpha)


def load_photos(
    folder: Path, cache: Path, *, stored_px: int, crop_px: int, seed: int, note: Note = no_note
) -> PhotoSet:
    """Photos of a folder as squares, kept in the cache folder. Raises DatasetError."""
    squares = load_squares(list_pictures(folder), cache, stored_px=stored_px, note=note)
    return PhotoSet(squares, crop_px=crop_px, seed=seed)


def load_squares(
    files: list[Path], cache: Path, *, stored_px: int, note: Note = no_note
) -> Squares:
    """The pictures' centre squares, (N, S, S, 3), kept in the cache folder under the pictures'
    contents. Those that cannot be read are passed over, with a note. Raises DatasetError.
    """
    key = hashlib.sha256(f"squares {stored_px}".encode())
    for digest in _digests(files):
        key.update(digest)
    cached = cache / f"photos-{key.hexdigest()[:16]}.npy"
    squares = kept_array(cached, (stored_px, stored_px, 3))
    if squares is None:
        _write_squares(files, cached, stored_px, note)
        squares = kept_array(cached, (stored_px, stored_px, 3))
    if squares is None:
        raise DatasetError(f"'{cached}' changed while it was read; start the same command again")
    return squares


def kept_array(path: Path, shape: tuple[int, ...]) -> Squares | None:
    """A cache file's array, (N, *shape) uint8, memory-mapped; None where there is none or it is
    damaged: what is kept there can be made again.
    """
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, TypeError, EOFError, SyntaxError, OverflowError):
        return None
    sound = array.dtype == np.uint8 and array.ndim > 1 and array.shape[1:] == shape
    return array if sound and len(array) > 0 else None


def array_header(shape: tuple[int, ...]) -> bytes:
    """What a .npy file of uint8 starts with."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": shape}
    )
    return header.getvalue()


def _digests(files: list[Path]) -> list[bytes]:
    """Of the files' bytes: a photo replaced by one of the same size and date is another photo."""

    def digest(file: Path) -> bytes:
        found = hashlib.sha256()
        try:
            if file.is_file():
                with file.open("rb") as opened:
                    while part := opened.read(1 << 20):
                        found.update(part)
        except (OSError, ValueError):
            return b"unreadable"  # reading it will say so
        return found.digest()

    with ThreadPoolExecutor(READERS) as pool:
        return list(pool.map(digest, files))


def _write_squares(files: list[Path], target: Path, side: int, note: Note) -> None:
    """Written through, so that a large set needs no memory."""
    count = 0
    header = array_header((len(files), side, side, 3))
    check_room(target.parent, len(header) + len(files) * 3 * side**2, "the photos to learn from")
    with written(target, "the cache of photos", shared=True, error=DatasetError) as out:
        out.write(header)

        def take(square: torch.Tensor) -> None:
            nonlocal count
            out.write(square[0].mul(255).round().byte().permute(1, 2, 0).numpy().tobytes())
            count += 1

        read_squares(files, take, short_side_px=side, side_px=side, note=note)
        out.seek(0)
        out.write(array_header((count, side, side, 3)))
