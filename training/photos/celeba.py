"""Faces in CelebA's layout (Liu et al. 2015, https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html):
img_align_celeba/000001.jpg ... and list_attr_celeba.txt.

The list's first line is the count of files, the second has the attributes' names, and each other
line has a file's name and, for each attribute, 1 or -1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import DatasetError
from .labels import Labels

PICTURES, ATTRIBUTES = "img_align_celeba", "list_attr_celeba.txt"


@dataclass(frozen=True)
class CelebA:
    """files: in the list's order, whether they are there or not."""

    files: tuple[Path, ...]
    labels: Labels


def read_celeba(root: Path) -> CelebA:
    """The list of attributes in root. Raises DatasetError."""
    path = root / ATTRIBUTES
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"attribute list '{path}' cannot be read: {error}; get it") from error
    if len(lines) < 3:
        raise DatasetError(f"attribute list '{path}' names no faces; get it again")
    names = lines[1].split()
    if not names:
        raise DatasetError(f"attribute list '{path}', line 2: it names no attributes; get it again")
    files, rows = [], []
    for number, line in enumerate(lines[2:], start=3):
        file, *values = line.split() or [""]
        if len(values) != len(names) or set(values) - {"1", "-1"} or Path(file).name != file:
            raise DatasetError(
                f"attribute list '{path}', line {number}: expected a file's name and "
                f"{len(names)} times 1 or -1; get it again"
            )
        files.append(root / PICTURES / file)
        rows.append([value == "1" for value in values])
    columns = np.array(rows, np.bool_).T
    return CelebA(tuple(files), Labels(str(path), dict(zip(names, columns, strict=True))))


def check_there(faces: Sequence[Path]) -> None:
    """Raises DatasetError for a face of the list that is not there."""
    missing = next((face for face in faces if not face.is_file()), None)
    if missing is not None:
        raise DatasetError(
            f"'{missing}' is in the list of attributes but not there; unpack all of {PICTURES}"
        )
