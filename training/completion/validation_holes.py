"""The photos and holes that a completion pack is measured on: unseen photos, fixed square holes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from dynamic_style.backend.nets.completion_net import FILLS

from ..photos.reading import Note, list_pictures, no_note, read_squares
from .celeba import list_faces
from .config import CompletionConfig
from .filled_crops import fill_crop
from .holes import square_hole


@dataclass(frozen=True)
class HoledPhoto:
    """photo (1, 3, S, S) in [0, 1]; given (1, 10, S, S): its fills, and the hole as a channel."""

    photo: torch.Tensor
    given: torch.Tensor

    @property
    def fills(self) -> tuple[torch.Tensor, ...]:
        """Each (1, 3, S, S), in the order of FILLS."""
        return self.given[:, :-1].chunk(len(FILLS), dim=1)

    @property
    def hole(self) -> torch.Tensor:
        """(1, 1, S, S) bool"""
        return self.given[:, -1:] > 0


def validation_files(config: CompletionConfig, data: Path) -> list[Path]:
    """Pictures that the training does not see. Raises DatasetError."""
    settings = config.data
    if settings.layout == "celeba":
        return list_faces(data, settings)[-settings.validation_faces :]
    return list_pictures(data / settings.validation)


def measured_photos(
    config: CompletionConfig, data: Path, *, note: Note = no_note
) -> list[torch.Tensor]:
    """Validation photos (1, 3, S, S), resized and cropped as the config says; those that cannot be
    read are passed over, with a note. Raises DatasetError.
    """
    settings, photos = config.data, list[torch.Tensor]()
    read_squares(
        validation_files(config, data),
        photos.append,
        short_side_px=settings.measured_px,
        side_px=settings.measured_square_px,
        note=note,
    )
    return photos


def with_hole(photo: torch.Tensor, hole_px: int) -> HoledPhoto:
    """The photo with a square hole in its middle, and the hole's first fills."""
    pixels = photo[0].permute(1, 2, 0).mul(255).round().byte().numpy()
    crop = fill_crop(np.ascontiguousarray(pixels), square_hole(photo.shape[-1], hole_px))
    planes = torch.from_numpy(crop).permute(2, 0, 1)[None].float().div(255)
    return HoledPhoto(photo, planes[:, 3:])
