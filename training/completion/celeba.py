"""Faces in CelebA's layout (Liu et al. 2015, https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html):
img_align_celeba/000001.jpg ... and list_attr_celeba.txt.

The list's first line is the count of files, the second has the attributes' names, and each other
line has a file's name and, for each attribute, 1 or -1.
"""

from __future__ import annotations

from pathlib import Path

from ..errors import DatasetError
from .config import CompletionDataSettings

PICTURES, ATTRIBUTES = "img_align_celeba", "list_attr_celeba.txt"


def list_faces(data: Path, settings: CompletionDataSettings) -> list[Path]:
    """The faces of data / settings.photos with the attributes that the settings ask for, in the
    list's order. Raises DatasetError where files or attributes are missing.
    """
    root = data / settings.photos
    names, rows = _read_attributes(root / ATTRIBUTES)
    for name in (*settings.required_attributes, *settings.excluded_attributes):
        if name not in names:
            raise DatasetError(
                f"'{root / ATTRIBUTES}' has no attribute '{name}'; it has {', '.join(names)}"
            )
    required = [names.index(name) for name in settings.required_attributes]
    excluded = [names.index(name) for name in settings.excluded_attributes]
    faces = [
        root / PICTURES / file
        for file, values in rows
        if all(values[i] for i in required) and not any(values[i] for i in excluded)
    ]
    missing = [face for face in faces if not face.is_file()]
    if missing:
        raise DatasetError(
            f"'{missing[0]}' is in the list of attributes but not there; unpack all of {PICTURES}"
        )
    if len(faces) <= settings.validation_faces:
        raise DatasetError(
            f"'{root}' holds {len(faces)} faces with these attributes, of which the last "
            f"{settings.validation_faces} are kept for measuring; ask for fewer attributes"
        )
    return faces


def _read_attributes(path: Path) -> tuple[list[str], list[tuple[str, list[bool]]]]:
    """The attributes' names, and each file's name with its values."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"attribute list '{path}' cannot be read: {error}; get it") from error
    if len(lines) < 3:
        raise DatasetError(f"attribute list '{path}' names no faces; get it again")
    names = lines[1].split()
    rows = []
    for number, line in enumerate(lines[2:], start=3):
        file, *values = line.split()
        if len(values) != len(names) or set(values) - {"1", "-1"} or Path(file).name != file:
            raise DatasetError(
                f"attribute list '{path}', line {number}: expected a file's name and "
                f"{len(names)} times 1 or -1; get it again"
            )
        rows.append((file, [value == "1" for value in values]))
    return names, rows
