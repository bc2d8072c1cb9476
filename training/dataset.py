"""Photos for training: one uint8 array of squares on disk, and batches that are a pure function of
(seed, phase, step), so that a resumed or distributed run sees exactly what an unbroken one would.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageOps

from dynamic_style.backend.protocol.errors import DatasetError

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
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


def load_photos(folder: Path, cache: Path, *, stored_px: int, crop_px: int, seed: int) -> PhotoSet:
    """Photos of a folder as squares, kept in the cache folder. Raises DatasetError."""
    squares = load_squares(list_pictures(folder), cache, stored_px=stored_px)
    return PhotoSet(squares, crop_px=crop_px, seed=seed)


def load_squares(files: list[Path], cache: Path, *, stored_px: int) -> Squares:
    """The pictures' centre squares, (N, S, S, 3), kept in the cache folder. Raises DatasetError."""
    key = hashlib.sha256(f"{stored_px}".encode())
    for file in files:
        key.update(f"{file.name}:{file.stat().st_size}".encode())
    cached = cache / f"photos-{key.hexdigest()[:16]}.npy"
    if not cached.exists():
        _write_squares(files, cached, stored_px)
    squares: Squares = np.load(cached, mmap_mode="r")
    return squares


def list_pictures(folder: Path) -> list[Path]:
    """The folder's pictures by name. Raises DatasetError when there are none."""
    if not folder.is_dir():
        raise DatasetError(f"photo folder '{folder}' does not exist; give its root with --data")
    files = sorted(f for f in folder.iterdir() if f.suffix.lower() in SUFFIXES)
    if not files:
        raise DatasetError(f"photo folder '{folder}' holds no {', '.join(SUFFIXES)} files")
    return files


def read_picture(path: Path, *, short_side_px: int) -> torch.Tensor:
    """A picture resized to the short side, (1, 3, H, W) RGB in [0, 1]. Raises DatasetError."""
    try:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file).convert("RGB")
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise DatasetError(f"picture '{path}' cannot be read: {error}; replace it") from error
    scale = short_side_px / min(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    pixels = np.array(picture.resize(size, Image.Resampling.LANCZOS))
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float().div(255)


def centre_crop(image: torch.Tensor, side_px: int) -> torch.Tensor:
    """(1, 3, H, W) -> (1, 3, side, side); H and W at least side."""
    top, left = (image.shape[-2] - side_px) // 2, (image.shape[-1] - side_px) // 2
    return image[..., top : top + side_px, left : left + side_px]


def _write_squares(files: list[Path], target: Path, side: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{target.name}.{os.getpid()}.partial")
    with temporary.open("wb") as out:  # written through, so that a large set needs no memory
        np.lib.format.write_array_header_1_0(
            out,
            {"descr": "|u1", "fortran_order": False, "shape": (len(files), side, side, 3)},
        )
        for square in _squares(files, side):
            out.write(square.tobytes())
    temporary.replace(target)


def _squares(files: list[Path], side: int) -> Iterator[Squares]:
    def read(file: Path) -> Squares:
        square = centre_crop(read_picture(file, short_side_px=side), side)
        pixels: Squares = square[0].mul(255).round().byte().permute(1, 2, 0).numpy()
        return pixels

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(files), 64):
            yield from pool.map(read, files[start : start + 64])
