"""Every byte of a pack verified, and its pictures. The format is weights/README.md. No torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from .golden_check import GoldenRun, check_golden, golden_shapes
from .pack_json.manifest import GOLDEN_FILE, Manifest
from .safetensors_file import read_arrays
from .sources import PackSource, open_pack, pack_label, read_checked, read_checked_manifest
from .thumbnails import decode_picture
from .weights import PackWeights, read_opened

MakeRun = Callable[[PackWeights], GoldenRun]  # by an engine, in float32


@dataclass(frozen=True)
class Verification:
    """What verify_pack found to be right. golden_differences: largest difference of each golden
    picture on this computer, where manifest.golden.tolerance is allowed.
    """

    manifest: Manifest
    sha256: str
    files: int
    bytes: int
    golden_differences: tuple[float, ...]


def verify_pack(
    path: Path,
    *,
    make_run: MakeRun,
    bases: Sequence[Path] | None = None,
) -> Verification:
    """Check every file, hash and tensor, decode the pictures, run the golden check on the net that
    make_run makes. bases: as read_weights takes them.

    Raises the PackError of the first thing that is wrong.
    """
    with open_pack(path) as source:
        weights = read_opened(source, path, bases)
        manifest, label = weights.manifest, pack_label(path)
        for stem in ("preview", "thumbnail"):
            _picture(source, manifest, stem, label)
        arrays = read_arrays(
            read_checked(source, GOLDEN_FILE, manifest.files[GOLDEN_FILE], pack=label),
            golden_shapes(manifest.architecture),
            where=f"{label}: {GOLDEN_FILE}",
        )
        differences = check_golden(make_run(weights), manifest.golden, arrays, where=label)
        sizes = source.sizes()
    return Verification(manifest, weights.sha256, len(sizes), sum(sizes.values()), differences)


def read_picture(path: Path, stem: str) -> Image.Image:
    """A pack's "preview" or "thumbnail", RGB. Raises a PackError."""
    with open_pack(path) as source:
        manifest, _ = read_checked_manifest(source, path)
        return _picture(source, manifest, stem, pack_label(path))


def _picture(source: PackSource, manifest: Manifest, stem: str, label: str) -> Image.Image:
    name = manifest.picture_file(stem)
    return decode_picture(
        read_checked(source, name, manifest.files[name], pack=label), name, pack=label
    )
