"""Photos for training: squares, kept on disk as one uint8 array, and random crops of them.

A batch is a pure function of (seed, phase, step), so that a run that was resumed, or that several
processes share, sees exactly what an unbroken run of one process would.
"""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from dynamic_style.backend.images.grain import make_grain

from ..errors import DatasetError
from ..loop.task import Batch
from ..notes import Note, ignore_note
from ..run_files import check_room, replace_file
from .numpy_files import read_npy
from .reading import READERS, read_squares

Squares = npt.NDArray[np.uint8]


class PhotoSet:
    """Square photos, (N, S, S, 3) uint8 RGB, memory-mapped from a cache file."""

    def __init__(self, squares: Squares, *, crop_px: int, seed: int, grain: float = 0.0) -> None:
        """grain: standard deviation of the noise that the net sees in the photos."""
        self.squares, self.crop_px, self.seed, self.grain = squares, crop_px, seed, grain

    def draw(
        self, phase: int, step: int, *, batch_size: int, rank: int = 0, world: int = 1
    ) -> Batch:
        """As BatchSource says: random crops, half of them mirrored."""
        random = np.random.default_rng([self.seed, phase, step])
        alpha = 1.0 - random.random()
        n, side = self.squares.shape[0], self.squares.shape[1]
        spare = side - self.crop_px + 1
        crops = []
        for _ in range(batch_size):
            index = random.integers(n)
            top, left = random.integers(spare), random.integers(spare)
            crop = self.squares[index, top : top + self.crop_px, left : left + self.crop_px]
            crops.append(crop[:, ::-1] if random.random() < 0.5 else crop)
        mine = np.stack(crops[rank::world])  # (B, S, S, 3)
        photos = torch.from_numpy(mine).permute(0, 3, 1, 2).float().div(255)
        if not self.grain:
            return Batch(photos, alpha)
        side = self.crop_px
        seeds = [int(random.integers(1 << 31)) for _ in crops][rank::world]
        noise = np.stack([make_grain(side, side, seed=seed) for seed in seeds])
        inputs = photos + self.grain * torch.from_numpy(noise).permute(0, 3, 1, 2)
        return Batch(photos, alpha, inputs.clamp(0, 1))


def load_squares(
    files: list[Path],
    cache: Path,
    *,
    stored_px: int,
    per_picture: int = 1,
    note: Note = ignore_note,
) -> Squares:
    """Squares of the pictures, (N, S, S, 3), cut as read_squares says. They are kept in the cache
    folder, in a file that is named by the pictures' contents. Pictures that cannot be read are
    passed over, with a note. Raises DatasetError.
    """
    kind = f"squares {stored_px}" if per_picture == 1 else f"squares {stored_px} x {per_picture}"
    key = hashlib.sha256(kind.encode())
    for digest in _hash_files(files):
        key.update(digest)
    cached = cache / f"photos-{key.hexdigest()[:16]}.npy"
    squares = read_array(cached, (stored_px, stored_px, 3))
    if squares is None:
        _write_squares(files, cached, stored_px, per_picture, note)
        squares = read_array(cached, (stored_px, stored_px, 3))
    if squares is None:
        raise DatasetError(f"'{cached}' changed while it was read; start the same command again")
    return squares


def read_array(path: Path, shape: tuple[int, ...]) -> Squares | None:
    """A cache file's array, (N, *shape) uint8, memory-mapped. None where there is none or it is
    damaged, since it can be made again.
    """
    try:
        array = read_npy(path, in_memory=False)
    except (OSError, ValueError):
        return None
    sound = array.dtype == np.uint8 and array.ndim > 1 and array.shape[1:] == shape
    return array if sound and len(array) > 0 else None


def make_array_header(shape: tuple[int, ...]) -> bytes:
    """The first bytes of a .npy file of uint8."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": shape}
    )
    return header.getvalue()


def _hash_files(files: list[Path]) -> list[bytes]:
    """SHA-256 of each file's bytes: a new photo may have the size and the date of the old one."""

    def hash_file(file: Path) -> bytes:
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
        return list(pool.map(hash_file, files))


def _write_squares(
    files: list[Path], target: Path, side: int, per_picture: int, note: Note
) -> None:
    """Square by square, so that a large set needs little memory."""
    count, most = 0, len(files) * per_picture
    header = make_array_header((most, side, side, 3))
    check_room(target.parent, len(header) + most * 3 * side**2, "the photos to learn from")
    with replace_file(target, "the cache of photos", shared=True, error=DatasetError) as out:
        out.write(header)

        def take(square: torch.Tensor) -> None:
            nonlocal count
            out.write(square[0].mul(255).round().byte().permute(1, 2, 0).numpy().tobytes())
            count += 1

        read_squares(
            files, take, short_side_px=side, side_px=side, per_picture=per_picture, note=note
        )
        out.seek(0)
        out.write(make_array_header((count, side, side, 3)))
