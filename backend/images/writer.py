"""Results into picture files: PNG, JPEG, TIFF and WebP, with all that was kept aside."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile

from ..protocol.errors import ImageWriteError
from .codecs.png_writer import write_png
from .color.icc_profile import Floats, Samples
from .formats import DEFAULT_QUALITY, FileFormat
from .metadata import exif_within
from .picture import SourceMetadata, over_white, to_samples

# For Huffman tables that fit the picture, libjpeg needs the whole file in one buffer, for which
# Pillow's guess (two bytes a pixel) is too small. This is more than noise takes at quality 100.
JPEG_BYTES_PER_PIXEL = 5


@dataclass(frozen=True)
class Untouched:
    """What of a picture's file stays as it is. samples: (H, W, 3 or 4) as the file has them.
    where: (H, W), True for the places.
    """

    samples: Samples
    where: npt.NDArray[np.bool_]


def write_image(
    file: BinaryIO,
    colors: Floats,
    metadata: SourceMetadata,
    format_: FileFormat,
    *,
    name: str,
    bit_depth: int | None = None,
    quality: int = DEFAULT_QUALITY,
    untouched: Untouched | None = None,
) -> tuple[str, ...]:
    """Write colours (H, W, 3), see picture.py, with what was kept from their photo. name is for
    messages. bit_depth: 8 or 16, the photo's own when None. untouched: numbers that are taken over
    as they are, where the file can hold them. Returns notes for the user. Raises ImageWriteError,
    OSError.
    """
    notes = []
    check_fits((colors.shape[0], colors.shape[1]), format_, name=name)
    depth = bit_depth or metadata.bit_depth
    if depth == 16 and not format_.has_16_bits:
        depth = 8
        notes.append(f"{format_.name.upper()} has 8 bits per channel; PNG and TIFF keep 16")
    if metadata.alpha is not None and not format_.has_alpha:
        notes.append(f"{format_.name.upper()} has no transparency: the result was laid on white")
        colors, metadata = over_white(colors, metadata.alpha), replace(metadata, alpha=None)
    if metadata.exif is not None:
        exif, left_out = exif_within(
            metadata.exif, format_.max_exif_bytes, format_name=format_.name.upper()
        )
        metadata = replace(metadata, exif=exif)
        notes += [left_out] if left_out else []
    samples = to_samples(colors, metadata, bit_depth=depth)
    if untouched is not None and _is_alike(untouched.samples, samples):
        samples = np.where(untouched.where[..., None], untouched.samples, samples)
    profile = metadata.profile.data if metadata.profile is not None else None
    if metadata.cicp is not None and format_.name != "png":
        notes.append("its kind of colours (cICP) is kept in PNG only")
    if format_.name == "tiff":
        from .codecs.tiff_writer import write_tiff  # loads tifffile

        if not write_tiff(file, samples, profile=profile, exif=metadata.exif, dpi=metadata.dpi):
            notes.append("EXIF data is not written into a TIFF beyond 4 GB")
    elif format_.name == "png":
        write_png(
            file, samples, profile=profile, exif=metadata.exif, dpi=metadata.dpi, cicp=metadata.cicp
        )
    else:
        options = _options(metadata, format_, quality=quality)
        file.write(encode(Image.fromarray(samples), format_, options, name=name))
    return tuple(notes)


def check_fits(size: tuple[int, int], format_: FileFormat, *, name: str) -> None:
    """Raises ImageWriteError for a result (height, width) that is too large for its format."""
    if max(size) > format_.max_side_px:
        raise ImageWriteError(
            f"{name}: {format_.name.upper()} holds at most {format_.max_side_px} pixels a side and "
            f"the result has {size[1]} x {size[0]}; write PNG or TIFF"
        )


def encode(
    picture: Image.Image, format_: FileFormat, options: dict[str, Any], *, name: str
) -> memoryview:
    """A file's bytes, by Pillow with its options. Raises ImageWriteError."""
    try:
        return _encode(picture, format_, options)
    except Exception as error:  # encoders, too, raise all kinds of things
        raise ImageWriteError(
            f"{name}: cannot be written as {format_.name.upper()} ({error}); try PNG"
        ) from error


def _encode(picture: Image.Image, format_: FileFormat, options: dict[str, Any]) -> memoryview:
    """The file, made in memory: Pillow tells a full disk as if it were a fault of its own."""
    buffer, largest_block = io.BytesIO(), ImageFile.MAXBLOCK
    try:
        if "optimize" in options:
            room = picture.width * picture.height * JPEG_BYTES_PER_PIXEL
            ImageFile.MAXBLOCK = max(room, largest_block)
        picture.save(buffer, format_.name.upper(), **options)
    except (OSError, MemoryError):
        if "optimize" not in options:
            raise
        buffer = io.BytesIO()
        ImageFile.MAXBLOCK = largest_block
        picture.save(buffer, format_.name.upper(), **{**options, "optimize": False})
    finally:
        ImageFile.MAXBLOCK = largest_block
    return buffer.getbuffer()


def _is_alike(ours: Samples, theirs: Samples) -> bool:
    return ours.shape == theirs.shape and ours.dtype == theirs.dtype


def _options(metadata: SourceMetadata, format_: FileFormat, *, quality: int) -> dict[str, Any]:
    """Pillow's options for a JPEG or a WebP."""
    options: dict[str, Any] = {}
    if metadata.profile is not None:
        options["icc_profile"] = metadata.profile.data
    if metadata.exif is not None:
        options["exif"] = metadata.exif
    if metadata.dpi is not None and format_.name != "webp":
        options["dpi"] = metadata.dpi
    if format_.name in ("jpeg", "webp"):
        options["quality"] = quality
    if format_.name == "jpeg":
        options |= {"subsampling": 0, "optimize": True}  # painted edges suffer from halved colour
    elif format_.name == "webp":
        options["exact"] = True  # keeps the colours under transparent places
    return options
