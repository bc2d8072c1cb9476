"""What a completion pack is measured on: unseen photos with fixed square holes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from dynamic_style.backend.nets.architectures import FILLS

from ..notes import Note, ignore_note
from ..photos.reading import list_pictures, read_validation
from .celeba import list_faces
from .config import CompletionConfig
from .filled_crops import fill_crop
from .holes import make_square_hole


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
        """(1, 1, S, S) bool."""
        return self.given[:, -1:] > 0

    def to(self, device: torch.device) -> HoledPhoto:
        return HoledPhoto(self.photo.to(device), self.given.to(device))


def read_validation_photos(
    config: CompletionConfig, root: Path, *, note: Note = ignore_note
) -> list[torch.Tensor]:
    """Photos that no training sees, as read_validation gives them. root: of the data."""
    data = config.data
    if data.layout == "celeba":
        files = list_faces(root, data)[-data.validation_faces :]
    else:
        files = list_pictures(root / data.validation)
    return read_validation(files, data, note=note)


def cut_hole(photo: torch.Tensor, hole_px: int) -> HoledPhoto:
    """The photo with a square hole in its middle, and the hole's first fills."""
    pixels = photo[0].permute(1, 2, 0).mul(255).round().byte().numpy()
    crop = fill_crop(np.ascontiguousarray(pixels), make_square_hole(photo.shape[-1], hole_px))
    planes = torch.from_numpy(crop).permute(2, 0, 1)[None].float().div(255)
    return HoledPhoto(photo, planes[:, 3:])
