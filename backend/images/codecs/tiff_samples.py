"""TIFF pages that Pillow does not open, or halves: by tifffile. Spec: TIFF 6.0 and its supplements.

16 bits with channels stored apart, 32 bits, floating point, and any number of channels. What has
more than 16 bits becomes 16, which is more than a net or a screen tells apart.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np
import tifffile

from ...protocol.errors import ImageReadError
from ..color.icc_profile import Samples
from ..sixteen_bit import DeepPicture, from_floats, left_out, unmultiplied
from .deflated import MOST_INFLATED, unpacked_bytes

ORIENTATION = 274
SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
COLORS = {"MINISWHITE": 1, "MINISBLACK": 1, "RGB": 3, "SEPARATED": 4}  # channels, without others
OTHER_COLORS = {
    "PALETTE": "a palette",
    "CIELAB": "CIE Lab",
    "ICCLAB": "ICC Lab",
    "YCBCR": "YCbCr",
    "CFA": "a camera's mosaic",
}
MOST_UNPACKED = 2000  # how many bytes one packed byte stands for at the very most
DEFLATE = (8, 32_946)
BOUNDLESS = (34_925, 34_926, 50_000)  # LZMA, Zstandard: a few bytes can stand for any number
HARMLESS_BYTES = 1 << 27  # and what the largest tile of a small picture has


def read_tiff(file: BinaryIO, name: str, check_size: Callable[..., None]) -> DeepPicture | None:
    """The first page, None for other files; whatever Pillow reads as well as this is left to it.
    check_size(width, height, other_bytes=...) may refuse. Raises ImageReadError that says what is
    not read, and ValueError for a damaged file.
    """
    file.seek(0)
    if file.read(4) not in SIGNATURES:
        return None
    file.seek(0)
    with tifffile.TiffFile(file) as tiff:
        page = tiff.pages[0]
        assert isinstance(page, tifffile.TiffPage)
        kind = tifffile.PHOTOMETRIC(page.photometric).name
        _check_kind(page, kind, name)
        assert page.dtype is not None
        colors = COLORS[kind]
        others = page.samplesperpixel - colors
        check_size(page.imagewidth, page.imagelength, other_bytes=2 * page.nbytes)
        held = min(sum(page.databytecounts), file.seek(0, io.SEEK_END))
        if page.nbytes > MOST_UNPACKED * held:
            raise ValueError("it holds far too little data for the size that it claims")
        if page.dtype.kind not in "uf" or page.dtype.itemsize > 8:
            raise _unread(name, f"{_words(page.dtype)}", page)
        if page.compression in BOUNDLESS:
            raise _unread(name, f"{_words(page.dtype)} in a compression that is not", page)
        _check_unpacking(page, file)
        try:
            samples = page.asarray()
        except ValueError as error:
            if max(map(sum, _segments(page))) > file.seek(0, io.SEEK_END):
                raise ValueError("its last rows are missing") from error
            # a compression, or a predictor, that tifffile has no code for
            raise _unread(
                name, f"{_words(page.dtype)} in a compression that is not", page
            ) from error
        samples = samples.reshape(page.shape)
        if page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and samples.ndim == 3:
            samples = np.moveaxis(samples, 0, -1)
        profile, turned = page.iccprofile, page.tags.valueof(ORIENTATION, 1)
        extra = list(page.extrasamples)
    samples = samples[..., None] if samples.ndim == 2 else samples
    deep, notes = _with_16_bits(samples, name)
    if kind == "MINISWHITE":
        deep[..., 0] = np.iinfo(deep.dtype).max - deep[..., 0]
    if kind == "SEPARATED":
        notes += left_out(deep.shape[2] - 4)
        inks = deep[..., :4] if deep.dtype == np.uint8 else (deep[..., :4] >> 8).astype(np.uint8)
        notes += ("CMYK is converted with 8 bits",) if deep.dtype != np.uint8 else ()
        return DeepPicture(inks, int(turned), profile, notes, is_cmyk=True)
    alphas = (tifffile.EXTRASAMPLE.ASSOCALPHA, tifffile.EXTRASAMPLE.UNASSALPHA)
    at = next((i for i, what in enumerate(extra[:others]) if what in alphas), None)
    used = [*range(colors)] if at is None else [*range(colors), colors + at]
    notes += left_out(deep.shape[2] - len(used))
    deep = np.ascontiguousarray(deep[..., used])
    if at is not None and extra[at] == tifffile.EXTRASAMPLE.ASSOCALPHA:
        deep = unmultiplied(deep)
    return DeepPicture(deep, int(turned), profile, notes)


def _check_kind(page: tifffile.TiffPage, kind: str, name: str) -> None:
    bits = page.bitspersample
    if kind not in COLORS:
        raise ImageReadError(
            f"{name}: its colours are stored as {OTHER_COLORS.get(kind, kind)} with {bits} bits "
            "per channel, which is not read; export it as RGB or grey"
        )
    if page.samplesperpixel < COLORS[kind]:
        raise ValueError("it has fewer channels than its colours need")
    if page.imagedepth != 1:
        raise ImageReadError(
            f"{name}: a volume of {page.imagedepth} layers, which is not read; export one of them"
        )
    if page.dtype is None:
        raise ImageReadError(
            f"{name}: its channels have {bits} bits, which is not read; export it with 8 or 16"
        )


def _check_unpacking(page: tifffile.TiffPage, file: BinaryIO) -> None:
    """Refuse segments that unpack to far more than they should: tifffile unpacks all there is."""
    if page.compression not in DEFLATE:
        return
    sample_bytes = page.nbytes // math.prod(page.shape)
    segment_bytes = min(math.prod(page.chunks) * sample_bytes, page.nbytes)
    most = 2 * segment_bytes + HARMLESS_BYTES
    for part in _segments(page):
        if part[1] * MOST_INFLATED > most and unpacked_bytes(file, [part], most=most) >= most:
            raise ValueError("it unpacks to more than the picture has")


def _segments(page: tifffile.TiffPage) -> list[tuple[int, int]]:
    """Where the strips or tiles lie in the file, as (start, size)."""
    return list(zip(page.dataoffsets, page.databytecounts, strict=False))


def _with_16_bits(samples: Samples, name: str) -> tuple[Samples, tuple[str, ...]]:
    """uint8 and uint16 as they are, all else as uint16, or as uint8 where whole numbers fill no
    more; and notes.
    """
    if samples.dtype.kind == "f":
        return from_floats(samples, name)
    bits = samples.dtype.itemsize * 8
    if bits <= 16:
        return samples.astype(samples.dtype.newbyteorder("=")), ()
    most = int(samples.max())
    for narrow in (np.uint8, np.uint16):  # masks and labels, and 16 bits in a program's own way
        if 0 < most <= np.iinfo(narrow).max:
            meant = f"its {bits}-bit numbers, {most} at most, were read as such of"
            return samples.astype(narrow), (f"{meant} {np.iinfo(narrow).bits} bits",)
    # what is not black stays so, which tells a number of a mask from 0
    deep = np.maximum(samples >> (bits - 16), samples > 0).astype(np.uint16)
    return deep, (f"only 16 of its {bits} bits per channel are used",)


def _unread(name: str, what: str, page: Any) -> ImageReadError:
    compression = getattr(page.compression, "name", page.compression)
    return ImageReadError(
        f"{name}: its samples are {what} (compression {compression}), which is not read; export it "
        "with 8 or 16 bits per channel, or uncompressed"
    )


def _words(dtype: np.dtype[Any]) -> str:
    kinds = {"f": "floating-point", "i": "signed whole", "u": "whole", "c": "complex", "b": "1-bit"}
    return f"{dtype.itemsize * 8}-bit {kinds.get(dtype.kind, 'unknown')} numbers"
