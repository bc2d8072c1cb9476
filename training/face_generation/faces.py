"""Faces with their attributes, and the batches that a phase learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from dynamic_style.backend.nets.architectures import GENERATED_PX, LATENT_NUMBERS

from ..errors import DatasetError
from ..loop.task import Batch
from ..notes import Note
from ..photos.celeba import check_there, read_celeba
from ..photos.crops import Squares, load_squares
from ..photos.labels import Flags, Labels
from ..photos.numpy_files import read_npz
from ..photos.reading import crop_centre, read_squares
from .config import FaceDataSettings

IMAGES, HELD_OUT = "images", "val"  # the names of arrays that are no attributes
NUMBERS = "biuf"  # kinds of NumPy's types that a flag may be in
SEED = 1  # of the draw of faces that measure
Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Faces:
    """images: (N, GENERATED_PX, GENERATED_PX, 3) uint8 RGB. held_out: (N,), which of them no
    training sees.
    """

    images: Squares
    labels: Labels
    held_out: Flags

    def choose(
        self, required: Sequence[str], excluded: Sequence[str], *, held_out: bool = False
    ) -> Places:
        """Where the faces are that have these attributes. Raises DatasetError where none is."""
        chosen = self.labels.choose(required, excluded) & (self.held_out == held_out)
        places = np.flatnonzero(chosen)
        if not len(places):
            wanted = ", ".join([*required, *(f"no {name}" for name in excluded)]) or "anything"
            kind = "kept for measuring" if held_out else "to learn from"
            raise DatasetError(
                f"'{self.labels.where}' has no faces {kind} with {wanted}; ask for others"
            )
        return places

    def pictures(self, places: npt.ArrayLike) -> torch.Tensor:
        """(B, 3, GENERATED_PX, GENERATED_PX) in [0, 1]."""
        chosen = np.ascontiguousarray(self.images[np.asarray(places)])
        return torch.from_numpy(chosen).permute(0, 3, 1, 2).float().div(255)


@dataclass(frozen=True)
class FaceBatches:
    """A BatchSource. places: of the faces of each phase, by its index."""

    faces: Faces
    places: tuple[Places, ...]
    seed: int
    is_mirrored: bool

    def draw(
        self, phase: int, step: int, *, batch_size: int, rank: int = 0, world: int = 1
    ) -> Batch:
        """As BatchSource says; the inputs are latents."""
        random = np.random.default_rng([self.seed, phase, step])
        alpha = 1.0 - random.random()
        own = self.places[phase]
        chosen = own[random.integers(len(own), size=batch_size)][rank::world]
        mirrored = (random.random(batch_size) < 0.5)[rank::world] & self.is_mirrored
        latents = random.random((batch_size, LATENT_NUMBERS, 1, 1))[rank::world] * 2 - 1
        photos = self.faces.pictures(chosen)
        flags = torch.from_numpy(mirrored)
        photos[flags] = photos[flags].flip(-1)
        return Batch(photos, alpha, torch.from_numpy(latents.astype(np.float32)))


def load_faces(data: FaceDataSettings, root: Path, cache: Path, *, note: Note) -> Faces:
    """All faces. root: of the data. cache: where those of many files are kept. Raises
    DatasetError.
    """
    if data.layout == "arrays":
        return _read_arrays(root / data.photos)
    found = read_celeba(root / data.photos)
    check_there(found.files)
    held_out = _last(len(found.files), data)
    squares = load_squares(list(found.files), cache, stored_px=data.stored_px, note=note)
    _check_all(len(squares), len(found.files), root / data.photos)
    edge = (data.stored_px - GENERATED_PX) // 2
    middle = slice(edge, edge + GENERATED_PX)
    return Faces(squares[:, middle, middle], found.labels, held_out)


def read_measured_faces(data: FaceDataSettings, root: Path, *, note: Note) -> Faces:
    """The faces that measuring needs: of many files those held out and, drawn at random once, as
    many as teach the classifier. Raises DatasetError.
    """
    if data.layout == "arrays":
        return _read_arrays(root / data.photos)
    found = read_celeba(root / data.photos)
    held_out = _last(len(found.files), data)
    learnt = np.random.default_rng(SEED).permutation(np.flatnonzero(~held_out))
    places = np.concatenate([learnt[: data.measured_faces], np.flatnonzero(held_out)])
    files = [found.files[place] for place in places]
    check_there(files)
    images: list[Squares] = []

    def take(square: torch.Tensor) -> None:
        middle = crop_centre(square, GENERATED_PX)[0].mul(255).round().byte()
        images.append(middle.permute(1, 2, 0).numpy())

    side = data.stored_px
    read_squares(files, take, short_side_px=side, side_px=side, note=note)
    _check_all(len(images), len(files), root / data.photos)
    columns = {name: column[places] for name, column in found.labels.columns.items()}
    return Faces(np.stack(images), Labels(found.labels.where, columns), held_out[places])


def _read_arrays(path: Path) -> Faces:
    try:
        arrays = read_npz(path)
    except (OSError, ValueError) as error:
        raise DatasetError(f"faces '{path}' cannot be read: {error}; check the file") from error
    images = arrays.pop(IMAGES, np.empty(0))
    shape = (GENERATED_PX, GENERATED_PX, 3)
    if images.dtype != np.uint8 or images.shape[1:] != shape or not len(images):
        raise DatasetError(
            f"faces '{path}': `{IMAGES}` must hold bytes of the shape (N, {GENERATED_PX}, "
            f"{GENERATED_PX}, 3); make the file again"
        )
    for name, column in arrays.items():
        is_flags = column.dtype.kind in NUMBERS and np.isin(column, (0, 1)).all()
        if column.shape != images.shape[:1] or not is_flags:
            raise DatasetError(
                f"faces '{path}': `{name}` must hold {len(images)} times 0 or 1; make the file "
                "again"
            )
    columns = {name: column.astype(np.bool_) for name, column in arrays.items()}
    held_out = columns.pop(HELD_OUT, np.zeros(len(images), np.bool_))
    if not columns or not held_out.any() or held_out.all():
        raise DatasetError(
            f"faces '{path}': it needs an attribute's array, and `{HELD_OUT}`, 1 for some faces "
            "and 0 for the others; make the file again"
        )
    return Faces(images, Labels(str(path), columns), held_out)


def _last(count: int, data: FaceDataSettings) -> Flags:
    """(count,): which faces of CelebA are kept out. Raises DatasetError where that leaves none."""
    if count <= data.validation_faces:
        raise DatasetError(
            f"'{data.photos}' holds {count} faces, of which the last {data.validation_faces} are "
            "kept for measuring; lower data.validation_faces"
        )
    return np.arange(count) >= count - data.validation_faces


def _check_all(read: int, named: int, root: Path) -> None:
    if read != named:
        raise DatasetError(
            f"{named - read} of the {named} faces in '{root}' cannot be read, so the others' "
            "attributes would be mistaken; unpack them again"
        )
