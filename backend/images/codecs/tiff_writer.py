"""Writes TIFF of 8 and 16 bits by tifffile, with the photo's EXIF fields as they were."""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

import tifffile

from ..color.icc_profile import Samples
from .exif_block import ExifData, pack_folders, parse_exif

CLASSIC = 42  # the number of a file with 32-bit offsets, which all but the largest are
ENTRY_BYTES = 12


def write_tiff(
    file: BinaryIO,
    samples: Samples,
    *,
    profile: bytes | None,
    exif: bytes | None,
    dpi: tuple[float, float] | None,
) -> bool:
    """Write an RGB or RGBA TIFF, deflated; profile, EXIF block and resolution where given. Returns
    whether there was room for the EXIF block, which a file beyond 4 GB has not.
    """
    data = ExifData() if exif is None else parse_exif(exif)
    resolution: dict[str, Any] = {}
    if dpi is not None:
        resolution = {"resolution": dpi, "resolutionunit": "INCH"}
    tifffile.imwrite(
        file,
        samples,
        byteorder=data.order,
        photometric="rgb",
        extrasamples=["unassalpha"] if samples.shape[2] == 4 else None,
        compression="zlib",
        predictor=True,
        iccprofile=profile,
        metadata=None,
        software="dynamic-style",
        **resolution,
    )
    return exif is None or _add(file, data)


def _add(file: BinaryIO, exif: ExifData) -> bool:
    """Lay a folder with the EXIF fields and all that the file's own has at the end of the file."""
    file.seek(0)
    _, magic, start = struct.unpack(f"{exif.order}2sHI", file.read(8))
    if magic != CLASSIC:
        return False
    file.seek(start)
    (count,) = struct.unpack(f"{exif.order}H", file.read(2))
    entries = [file.read(ENTRY_BYTES) for _ in range(count)]
    own = {struct.unpack(f"{exif.order}H", entry[:2])[0]: entry for entry in entries}
    end = file.seek(0, 2)
    end += end % 2  # folders start at even places
    packed = pack_folders(exif, own, at=end)
    if end + len(packed) >= 1 << 32:
        return False
    file.seek(end)
    file.write(packed)
    file.seek(4)
    file.write(struct.pack(f"{exif.order}I", end))
    return True
