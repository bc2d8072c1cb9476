"""A pack's preview and thumbnail: read with limits, written without metadata."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import PurePath

from PIL import Image, ImageOps

from ..protocol.errors import PackFormatError

MAX_BYTES = 4 << 20
MAX_SIDE_PX = 4096
THUMBNAIL_PX = 256
JPEG_QUALITY = 88
_FORMATS = {".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
# What Pillow's decoders raise on broken data; its list for opening, plus decompression.
_BROKEN = (
    OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, EOFError, OverflowError,
    struct.error, zlib.error,
)  # fmt: skip


def decode_picture(data: bytes, name: str, *, pack: str) -> Image.Image:
    """Decode preview.* or thumbnail.* to RGB, of the format its suffix says.

    Raises PackFormatError.
    """
    where = f"{pack}: {name}"
    if len(data) > MAX_BYTES:
        raise PackFormatError(
            f"{where} has {len(data)} bytes; at most {MAX_BYTES} are allowed; make it smaller"
        )
    format_ = _FORMATS[PurePath(name).suffix]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata; sizes are checked just below
            picture = Image.open(io.BytesIO(data), formats=(format_,))
            _check_size(picture, PurePath(name).stem == "thumbnail", where)
            return picture.convert("RGB")
    except Image.DecompressionBombError as error:
        raise PackFormatError(
            f"{where} says it has more pixels than Pillow opens; at most {MAX_SIDE_PX} a side are "
            "allowed, so do not trust it"
        ) from error
    except _BROKEN as error:
        raise PackFormatError(
            f"{where} is no readable {format_} picture; replace it or get the pack again"
        ) from error


def encode_preview(picture: Image.Image) -> bytes:
    """JPEG of at most MAX_SIDE_PX a side."""
    copy = picture.convert("RGB")
    copy.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX))
    return _jpeg(copy)


def encode_thumbnail(picture: Image.Image) -> bytes:
    """JPEG of THUMBNAIL_PX square, cut from the middle."""
    return _jpeg(ImageOps.fit(picture.convert("RGB"), (THUMBNAIL_PX, THUMBNAIL_PX)))


def _check_size(picture: Image.Image, is_thumbnail: bool, where: str) -> None:
    width, height = picture.size
    if max(width, height) > MAX_SIDE_PX:
        raise PackFormatError(
            f"{where} has {width} x {height} pixels; at most {MAX_SIDE_PX} a side are allowed; "
            "make it smaller"
        )
    if is_thumbnail and (width, height) != (THUMBNAIL_PX, THUMBNAIL_PX):
        raise PackFormatError(
            f"{where} has {width} x {height} pixels; make it {THUMBNAIL_PX} x {THUMBNAIL_PX}"
        )


def _jpeg(picture: Image.Image) -> bytes:
    plain = Image.new("RGB", picture.size)  # a fresh picture: no EXIF, no comment, no profile
    plain.paste(picture)
    buffer = io.BytesIO()
    plain.save(buffer, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return buffer.getvalue()
