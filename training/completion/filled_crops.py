"""Photos with holes and their first fills, made once and kept in the cache folder.

A fill takes a tenth of a second, far more than a step may wait. So a run sees a fixed number of
them, turned and mirrored anew each time. A batch is a pure function of (seed, phase, step).
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tqdm import tqdm

from dynamic_style.backend.nets.architectures import FILLS
from dynamic_style.backend.nets.completion_net import INPUT_CHANNELS
from dynamic_style.backend.tasks.inpainting.fills import FILL_VERSION, fill_with_patches

from ..errors import DatasetError
from ..loop.task import Batch
from ..photos.crops import PhotoSet, Squares, make_array_header, read_array
from ..run_files import check_room, replace_file
from .holes import Hole, draw_hole

Bytes = npt.NDArray[np.uint8]
CHANNELS = 3 + INPUT_CHANNELS  # photo, fills, and 255 in the hole
CHUNK = 8  # fills that a process makes in one go


@dataclass(frozen=True)
class FilledCrops:
    """crops (N, S, S, 13) uint8: photo RGB, each fill's RGB, hole. Memory-mapped from a file."""

    crops: Bytes
    seed: int

    def draw(
        self, phase: int, step: int, *, batch_size: int, rank: int = 0, world: int = 1
    ) -> Batch:
        """As BatchSource says. inputs are the photos' fills and the hole."""
        random = np.random.default_rng([self.seed, phase, step])
        alpha = 1.0 - random.random()
        chosen = []
        for _ in range(batch_size):
            crop = self.crops[random.integers(len(self.crops))]
            crop = np.rot90(crop, int(random.integers(4)) if random.random() < 0.25 else 0)
            chosen.append(crop[:, ::-1] if random.random() < 0.5 else crop)
        mine = torch.from_numpy(np.stack(chosen[rank::world])).permute(0, 3, 1, 2).float().div(255)
        return Batch(mine[:, :3].contiguous(), alpha, inputs=mine[:, 3:].contiguous())


def load_filled_crops(
    photos: PhotoSet, cache: Path, *, count: int, workers: int = 0
) -> FilledCrops:
    """So many crops of the photos with holes and fills. Where the cache folder does not have them,
    `workers` processes make them (0: one for each core). Raises DatasetError.
    """
    made_of = f"{photos.seed} {photos.crop_px} {count} {photos.squares.shape} fill {FILL_VERSION}"
    key = hashlib.sha256(made_of.encode())
    for square in photos.squares:
        key.update(square.tobytes())
    cached = cache / f"fills-{key.hexdigest()[:16]}.npy"
    shape = (photos.crop_px, photos.crop_px, CHANNELS)
    crops = read_array(cached, shape)
    if crops is None or len(crops) != count:
        _write(photos, cached, count, workers or os.cpu_count() or 1)
        crops = read_array(cached, shape)
    if crops is None:
        raise DatasetError(f"'{cached}' changed while it was read; start the same command again")
    return FilledCrops(crops, photos.seed)


def fill_crop(photo: Squares, hole: Hole, *, seed: int = 0) -> Bytes:
    """Fill a hole (S, S) of a photo (S, S, 3). Returns (S, S, 13): photo, fills and hole."""
    filled = fill_with_patches(np.divide(photo, 255, dtype=np.float32), hole, seed=seed)
    fills = np.concatenate([getattr(filled, name) for name in FILLS], axis=2)
    given = np.rint(fills * 255).astype(np.uint8)
    return np.concatenate([photo, given, hole[..., None].astype(np.uint8) * 255], axis=2)


def _write(photos: PhotoSet, target: Path, count: int, workers: int) -> None:
    header = make_array_header((count, photos.crop_px, photos.crop_px, CHANNELS))
    check_room(target.parent, len(header) + count * photos.crop_px**2 * CHANNELS, "the fills")
    with replace_file(target, "the cache of fills", shared=True, error=DatasetError) as out:
        out.write(header)
        for crop in tqdm(_make_fills(photos, count, workers), total=count, desc="filling holes"):
            out.write(crop.tobytes())


def _make_fills(photos: PhotoSet, count: int, workers: int) -> Iterator[Bytes]:
    jobs = (_draw_job(photos, index) for index in range(count))
    if workers == 1 or count <= CHUNK:
        yield from map(_do_job, jobs)
        return
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # in the processes that begin now
    context = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
    with context.Pool(workers) as pool:
        yield from pool.imap(_do_job, jobs, chunksize=CHUNK)


def _draw_job(photos: PhotoSet, index: int) -> tuple[Squares, Hole, int]:
    """The crop and the hole of that number: the same ones in whichever process."""
    random = np.random.default_rng([photos.seed, index])
    square = photos.squares[index % len(photos.squares)]
    spare = square.shape[0] - photos.crop_px + 1
    top, left = random.integers(spare), random.integers(spare)
    crop = square[top : top + photos.crop_px, left : left + photos.crop_px]
    return np.ascontiguousarray(crop), draw_hole(random, photos.crop_px), index


def _do_job(job: tuple[Squares, Hole, int]) -> Bytes:
    photo, hole, seed = job
    return fill_crop(photo, hole, seed=seed)
