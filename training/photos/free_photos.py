"""Freely licensed photos for training, from packages that anyone can unpack: gathered by the list
in free-photos.toml.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from PIL import Image

from dynamic_style.backend.images.picture import as_samples
from dynamic_style.backend.images.reader import read_image

from ..errors import DatasetError
from ..notes import Note, ignore_note
from ..run_files import replace_file

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SHORT_SIDE_PX = 1080  # larger photos are brought to this
QUALITY = 92


@dataclass(frozen=True)
class PhotoPackage:
    """Photos of one package. folder: below /usr. train and val: paths in it. licence: what the
    package's copyright file says of these photos, as SPDX identifiers.
    """

    name: str
    licence: str
    author: str
    folder: str
    train: tuple[str, ...]
    val: tuple[str, ...]


def list_free_photos() -> tuple[PhotoPackage, ...]:
    """The packages that the shipped style packs learn from."""
    text = files(__package__).joinpath("free-photos.toml").read_text(encoding="utf-8")
    return tuple(
        PhotoPackage(**{**package, "train": tuple(package["train"]), "val": tuple(package["val"])})
        for package in tomllib.loads(text)["package"]
    )


def gather_free_photos(unpacked: Path, data: Path, *, note: Note = ignore_note) -> int:
    """Write the listed photos as JPEG into photos/train and photos/val of a data root; returns
    their number. Photos that are there already stay. Files that are missing are named.

    unpacked: folder into which the packages were unpacked, together or each into a folder of its
    own. Raises DatasetError where it holds none of them.
    """
    count = 0
    for package in list_free_photos():
        missing = []
        for part in ("train", "val"):
            for path in getattr(package, part):
                place = f"usr/{package.folder}/{path}"
                found = [
                    root / place
                    for root in (unpacked, unpacked / package.name)
                    if (root / place).is_file()
                ]
                if not found:
                    missing.append(path)
                    continue
                _write_photo(found[0], data / "photos" / part / _name(package, path))
                count += 1
        if missing:
            note(f"of {package.name}, {len(missing)} photos are missing: {', '.join(missing)}")
    if not count:
        names = " ".join(package.name for package in list_free_photos())
        raise DatasetError(
            f"folder '{unpacked}' holds none of the listed photos; unpack Debian's packages into "
            f"it, each with `apt-get download NAME` and `dpkg-deb -x NAME_*.deb '{unpacked}'`: "
            f"{names}"
        )
    return count


def _name(package: PhotoPackage, path: str) -> str:
    """Plasma's wallpapers are folders of one picture at several sizes."""
    first = Path(path)
    stem = first.parts[0] if "contents" in first.parts else first.stem
    return f"{package.name}--{stem}.jpg"


def _write_photo(source: Path, target: Path) -> None:
    """Raises DatasetError where it cannot be read or written."""
    if target.is_file():
        return
    with source.open("rb") as file:
        colors = read_image(file, name=f"picture '{source}'").colors
    photo = Image.fromarray(as_samples(colors, 8))
    scale = SHORT_SIDE_PX / min(photo.size)
    if scale < 1:
        size = (round(photo.width * scale), round(photo.height * scale))
        photo = photo.resize(size, Image.Resampling.LANCZOS)
    target.parent.mkdir(parents=True, exist_ok=True)
    with replace_file(target, f"photo '{target.name}'", error=DatasetError) as out:
        photo.save(out, "JPEG", quality=QUALITY)
