"""16 bits per channel, which Pillow halves for colour: read and written here without loss.

PNG: https://www.w3.org/TR/png-3/. TIFF goes through tifffile, and through Pillow's libtiff for the
compressions that tifffile has no codec for. Arrays are numpy uint16, (H, W, C), C of 1 to 4.
"""

from __future__ import annotations

import struct
import sys
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import tifffile
from PIL import Image, ImageFile

from .picture_limits import MAX_PIXELS
from .picture_metadata import orientation

Deep = npt.NDArray[np.uint16]

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_COLOR_TYPE = {1: 0, 2: 4, 3: 2, 4: 6}  # channels -> IHDR colour type
ROWS_AT_ONCE = 256  # bounds the memory for large pictures
DEFLATE_LEVEL = 6  # zlib's own default
METERS_PER_INCH = 0.0254
# Pillow's decoders keep one byte of two, which one is said by the raw mode's last letter
SWAPPED = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}
TWO_BYTE_MODES = ("RGB;16", "RGBA;16", "RGBX;16", "RGBa;16")
# TIFF tags
BITS_PER_SAMPLE, PHOTOMETRIC, ORIENTATION, PLANAR_CONFIGURATION = 258, 262, 274, 284


@dataclass(frozen=True)
class DeepPicture:
    """orientation: what is left to do to the samples to make them upright, as EXIF counts it; what
    Pillow decodes of a TIFF is upright already. profile: only of what Pillow does not open.
    """

    samples: Deep
    orientation: int
    profile: bytes | None = None


def is_deep(opened: Image.Image) -> bool:
    """Whether the file has more than 8 bits per channel, also where Pillow would give 8."""
    if opened.format == "TIFF":
        bits = _tiff_tag(opened, BITS_PER_SAMPLE, (1,))
        return bool(max(bits) in (12, 16))
    return opened.mode.startswith("I;16") or "16" in _raw_mode(opened)


def read_deep(opened: Image.Image, file: BinaryIO) -> DeepPicture | None:
    """All 16 bits of a picture that Pillow has opened from file and not loaded yet; None where
    Pillow's 8 must do. Raises what Pillow's decoders raise.
    """
    if opened.mode.startswith("I;16"):
        gray = _with_color_key(_gray(opened)[..., None], opened.info.get("transparency"))
        return DeepPicture(gray, orientation(opened))
    if opened.format == "TIFF" and _tiff_tag(opened, PLANAR_CONFIGURATION, 1) == 2:
        deep = read_deep_tiff(file)
        if deep is None:  # Pillow would take every other byte for a sample
            raise ValueError("16-bit channels that are stored apart, in an unknown compression")
        return deep
    raw_mode = _raw_mode(opened)
    if raw_mode == "LA;16B":  # PNG, grey with alpha: its four bytes are read as four channels
        four, turned = _decode(file, opened.format, "RGBA")
        return DeepPicture(_joined(four[..., 0::2], four[..., 1::2]), turned)
    if not raw_mode.startswith(TWO_BYTE_MODES):
        return None
    straight = raw_mode.replace("RGBa", "RGBA")
    high, turned = _decode(file, opened.format, straight)
    low, _ = _decode(file, opened.format, straight[:-1] + SWAPPED[raw_mode[-1]])
    samples = _joined(high, low)
    if straight != raw_mode:
        samples = _unmultiplied(samples)
    samples = _with_color_key(samples, opened.info.get("transparency"))
    return DeepPicture(samples, turned)


def read_deep_tiff(file: BinaryIO) -> DeepPicture | None:
    """A 16-bit TIFF's first page by tifffile; None for what it is not or cannot decode.

    Pillow opens no 16-bit grey with alpha, and halves planes that are stored one by one.
    """
    file.seek(0)
    try:
        with tifffile.TiffFile(file) as tiff:
            page = tiff.pages[0]
            if not isinstance(page, tifffile.TiffPage) or page.dtype != np.uint16:
                return None
            if page.imagewidth * page.imagelength > MAX_PIXELS:
                return None
            samples = page.asarray()
            planar = page.planarconfig == tifffile.PLANARCONFIG.SEPARATE
            multiplied = tifffile.EXTRASAMPLE.ASSOCALPHA in page.extrasamples
            turned = page.tags.valueof(ORIENTATION, 1)
            profile = page.iccprofile
    except (tifffile.TiffFileError, ValueError):  # ValueError: a compression without a codec
        return None
    if planar and samples.ndim == 3:
        samples = np.moveaxis(samples, 0, -1)
    samples = samples[..., None] if samples.ndim == 2 else samples
    if samples.ndim != 3 or samples.shape[2] > 4:
        return None
    return DeepPicture(_unmultiplied(samples) if multiplied else samples, int(turned), profile)


def write_deep_png(
    file: BinaryIO,
    samples: Deep,
    *,
    profile: bytes | None,
    exif: bytes | None,
    dpi: tuple[float, float] | None,
) -> None:
    """Write a 16-bit PNG with the profile, the EXIF block and the resolution, where given."""
    height, width, channels = samples.shape
    header = struct.pack(">IIBBBBB", width, height, 16, PNG_COLOR_TYPE[channels], 0, 0, 0)
    file.write(PNG_SIGNATURE)
    _chunk(file, b"IHDR", header)
    if profile is not None:
        _chunk(file, b"iCCP", b"ICC profile\x00\x00" + zlib.compress(profile))
    if dpi is not None:
        per_meter = (round(number / METERS_PER_INCH) for number in dpi)
        _chunk(file, b"pHYs", struct.pack(">IIB", *per_meter, 1))
    if exif is not None:
        _chunk(file, b"eXIf", exif.removeprefix(b"Exif\x00\x00"))
    deflate = zlib.compressobj(DEFLATE_LEVEL)
    above = np.zeros((1, width * channels * 2), np.uint8)
    for top in range(0, height, ROWS_AT_ONCE):
        strip = samples[top : top + ROWS_AT_ONCE]
        rows = strip.astype(">u2").reshape(len(strip), -1).view(np.uint8)
        packed = deflate.compress(_paeth(rows, above, 2 * channels))
        if packed:
            _chunk(file, b"IDAT", packed)
        above = rows[-1:]
    _chunk(file, b"IDAT", deflate.flush())
    _chunk(file, b"IEND", b"")


def write_deep_tiff(
    file: BinaryIO,
    samples: Deep,
    *,
    profile: bytes | None,
    dpi: tuple[float, float] | None,
) -> None:
    """Write a 16-bit RGB or RGBA TIFF, deflated; profile and resolution where given."""
    resolution: dict[str, Any] = {}
    if dpi is not None:
        resolution = {"resolution": dpi, "resolutionunit": "INCH"}
    tifffile.imwrite(
        file,
        samples,
        photometric="rgb",
        extrasamples=["unassalpha"] if samples.shape[2] == 4 else None,
        compression="zlib",
        predictor=True,
        iccprofile=profile,
        metadata=None,
        software="dynamic-style",
        **resolution,
    )


def _raw_mode(opened: Image.Image) -> str:
    """How Pillow is going to unpack the file, '' when it does so in another way."""
    if not isinstance(opened, ImageFile.ImageFile) or not opened.tile:
        return ""
    args = opened.tile[0].args
    first = args[0] if isinstance(args, tuple) and args else args
    return first if isinstance(first, str) else ""


def _tiff_tag(opened: Image.Image, tag: int, default: Any) -> Any:
    return getattr(opened, "tag_v2", {}).get(tag, default)


def _joined(high: npt.NDArray[np.uint8], low: npt.NDArray[np.uint8]) -> Deep:
    return np.bitwise_or(np.left_shift(high, 8, dtype=np.uint16), low, dtype=np.uint16)


def _gray(opened: Image.Image) -> Deep:
    samples = np.asarray(opened).astype(np.uint16)
    if _tiff_tag(opened, BITS_PER_SAMPLE, (16,)) == (12,):
        samples = np.multiply(samples, 16, dtype=np.uint16)
    if _tiff_tag(opened, PHOTOMETRIC, 1) == 0:  # white is zero; Pillow leaves 16 bits as they are
        samples = ~samples
    return samples


def _with_color_key(samples: Deep, key: object) -> Deep:
    """PNG's one transparent colour, a number or three, as an alpha channel."""
    if not isinstance(key, int | tuple):
        return samples
    shown = (samples != np.array(key, np.uint16)).any(axis=2, keepdims=True)
    return np.concatenate([samples, np.where(shown, 65535, 0).astype(np.uint16)], axis=2)


def _unmultiplied(samples: Deep) -> Deep:
    """Divide the colours by their alpha, the last channel; what is wholly hidden becomes black."""
    alpha = samples[..., -1:].astype(np.uint32)
    colors = (samples[..., :-1] * np.uint32(65535) + alpha // 2) // np.maximum(alpha, 1)
    return np.concatenate([np.minimum(colors, 65535).astype(np.uint16), samples[..., -1:]], axis=2)


def _decode(
    file: BinaryIO, format_: str | None, raw_mode: str
) -> tuple[npt.NDArray[np.uint8], int]:
    """Decode the picture in file once more, with another raw mode than Pillow chose. Returns the
    samples, and the orientation that they are left in.
    """
    file.seek(0)
    with Image.open(file, formats=[format_] if format_ else None) as again:
        assert isinstance(again, ImageFile.ImageFile)
        again.tile = [
            tile._replace(
                args=(raw_mode, *tile.args[1:]) if isinstance(tile.args, tuple) else raw_mode
            )
            for tile in again.tile
        ]
        return np.asarray(again), orientation(again)


def _paeth(rows: npt.NDArray[np.uint8], above: npt.NDArray[np.uint8], step: int) -> bytes:
    """Rows (N, bytes) behind PNG's Paeth filter (type 4); above is the row before them."""
    up = np.concatenate([above, rows[:-1]]).astype(np.int16)
    left = np.zeros_like(up)
    left[:, step:] = rows[:, :-step]
    corner = np.zeros_like(up)
    corner[:, step:] = up[:, :-step]
    to_left, to_up = np.abs(up - corner), np.abs(left - corner)
    to_corner = np.abs(left + up - 2 * corner)
    nearest = np.where(to_up <= to_corner, up, corner)
    nearest = np.where((to_left <= to_up) & (to_left <= to_corner), left, nearest)
    filtered = (rows - nearest).astype(np.uint8)
    kind = np.full((len(rows), 1), 4, np.uint8)
    return np.concatenate([kind, filtered], axis=1).tobytes()


def _chunk(file: BinaryIO, name: bytes, data: bytes) -> None:
    file.write(struct.pack(">I", len(data)) + name + data)
    file.write(struct.pack(">I", zlib.crc32(name + data)))
