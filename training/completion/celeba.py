"""The faces of a copy of CelebA that a completion run asks for."""

from __future__ import annotations

from itertools import compress
from pathlib import Path

from ..errors import DatasetError
from ..photos.celeba import check_there, read_celeba
from .config import CompletionDataSettings


def list_faces(data: Path, settings: CompletionDataSettings) -> list[Path]:
    """The faces of data / settings.photos with the attributes that the settings ask for, in the
    list's order. Raises DatasetError where files or attributes are missing.
    """
    root = data / settings.photos
    found = read_celeba(root)
    chosen = found.labels.choose(settings.required_attributes, settings.excluded_attributes)
    faces = list(compress(found.files, chosen))
    check_there(faces)
    if len(faces) <= settings.validation_faces:
        raise DatasetError(
            f"'{root}' holds {len(faces)} faces with these attributes, of which the last "
            f"{settings.validation_faces} are kept for measuring; ask for fewer attributes"
        )
    return faces
