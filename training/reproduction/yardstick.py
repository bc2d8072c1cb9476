"""The losses of pictures, photo by photo: what an experiment's curves are made of. All is measured
in float32.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..errors import CheckpointError
from ..loss_network import LossNetwork
from ..photos.numpy_files import read_npy
from ..photos.reading import list_pictures, read_validation
from ..run_files import replace_file
from ..style_transfer.as_seen import AsSeen
from ..style_transfer.config import Objective, StyleConfig
from ..style_transfer.losses import LOSSES
from ..style_transfer.strokes import measure_stroke_spacing
from ..style_transfer.task import read_grams
from .curves import Values
from .session import Session

OUTSIDE = 0.05  # colours count as clipped from so far outside [0, 1]

# The pictures (1, 3, H, W) of one photo, not clamped: one for each point of a curve.
Paint = Callable[[AsSeen], Iterable[torch.Tensor]]


@dataclass(frozen=True)
class Looks:
    """strokes: whether their spacing and the share that is clipped are measured, too."""

    strokes: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return ("stroke_px", "clipped") if self.strokes else ()


class Yardstick:
    """Validation photos of one size, and the paintings that pictures are compared with."""

    def __init__(
        self,
        session: Session,
        config: StyleConfig,
        network: LossNetwork,
        *,
        size_px: int,
        photos: int,
        paintings: dict[str, Objective] | None = None,
        looks: Looks | None = None,
    ) -> None:
        """size_px: of the squares, and the short side of which they are the centre. photos: at
        most so many; 0: all. paintings: by the column that a distance goes to; the main net's where
        None. Raises DatasetError.
        """
        data = replace(
            config.data, measured_px=size_px, measured_square_px=size_px, measured_photos=photos
        )
        files = list_pictures(session.data / data.validation)
        self.photos = read_validation(files, data, note=session.note)
        self.config, self.network, self.size_px = config, network, size_px
        self.looks = looks or Looks()
        self.grams = {
            column: read_grams(objective, session.data, network, config)
            for column, objective in (paintings or {"style": config.main.objective}).items()
        }

    @property
    def columns(self) -> tuple[str, ...]:
        return ("content", *self.grams, *self.looks.columns)

    def measure(self, folder: Path, name: str, paint: Paint) -> Values:
        """The values of a curve, (photos, points, columns). They are kept in the folder, photo by
        photo, and none is measured twice. Raises TrainingError.
        """
        path = folder / "curves" / f"{name}-{self.size_px}.npy"
        kept = read_values(path)
        rows = [] if kept is None else list(kept)
        missing = self.photos[len(rows) :]
        with tqdm(missing, desc=f"measuring {name}", unit="photo", disable=not missing) as left:
            for photo in left:
                rows.append(np.asarray(self._measure_photo(photo, paint), np.float64))
                write_values(path, np.stack(rows))
        return np.stack(rows)

    def draw(self, photo: int, paint: Paint) -> list[torch.Tensor]:
        """The pictures of one photo, on the CPU."""
        device = next(self.network.parameters()).device
        with torch.inference_mode():
            seen = AsSeen(self.photos[photo].to(device), self.config)
            return [picture.cpu() for picture in paint(seen)]

    def _measure_photo(self, photo: torch.Tensor, paint: Paint) -> list[list[float]]:
        loss = self.config.loss
        pair, device = LOSSES[loss.normalisation], next(self.network.parameters()).device
        photo = photo.to(device)
        with torch.inference_mode():
            target = self.network(photo, (loss.content_layer,))[loss.content_layer]
            rows = []
            for output in paint(AsSeen(photo, self.config)):
                picture = output.clamp(0, 1)
                found = self.network(picture, tuple({loss.content_layer, *loss.style_layers}))
                row = [float(pair.content(found[loss.content_layer], target))]
                row += [float(pair.style(found, painting)) for painting in self.grams.values()]
                if self.looks.strokes:
                    row.append(measure_stroke_spacing(picture, photo))
                    outside = (output < -OUTSIDE) | (output > 1 + OUTSIDE)
                    row.append(float(outside.float().mean()))
                rows.append(row)
        return rows


def turn(net: DynamicNet, dial: str, alphas: Sequence[float]) -> Paint:
    """Paint with one dial at each of these alphas."""
    return lambda seen: (seen.run(net, {dial: Alpha((alpha,))}) for alpha in alphas)


def run_each(nets: Sequence[DynamicNet]) -> Paint:
    """Paint with each of these nets, all dials at 0."""
    return lambda seen: (seen.run(net, {}) for net in nets)


def blend(
    first: Callable[[AsSeen], torch.Tensor],
    last: Callable[[AsSeen], torch.Tensor],
    weights: Sequence[float],
) -> Paint:
    """Blend two pictures. weights: of the last one."""

    def paint(seen: AsSeen) -> Iterator[torch.Tensor]:
        a, b = first(seen).clamp(0, 1), last(seen).clamp(0, 1)
        for weight in weights:
            yield torch.lerp(a, b, weight)

    return paint


def read_values(path: Path) -> Values | None:
    """None where there are none. Raises CheckpointError for a file that is damaged or holds
    something else.
    """
    if not path.exists():
        return None
    try:
        values = read_npy(path)
        if values.dtype.kind != "f" or not values.ndim:
            raise ValueError("it holds nothing that was measured")
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"'{path}' cannot be read: {error}; delete it and start the same command again"
        ) from error
    return values


def write_values(path: Path, values: Values) -> None:
    with replace_file(path, "what was measured") as file:
        np.save(file, values, allow_pickle=False)
