"""Picture files into samples, upright: by Pillow, and by modules nearby where that does not do.

Only raster formats that are decoded in this process are opened: never one that starts another
program.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from ..protocol.errors import ImageReadError, ImageSizeError
from .codecs.jpeg_end import with_end_marker
from .codecs.lossy import is_lossy
from .codecs.pillow_open import open_with_pillow
from .codecs.png_color import PngColors, png_colors
from .codecs.png_file import PngFile, check_has_data, has_all_rows, open_png
from .codecs.pnm_file import read_deep_pnm
from .color.icc_profile import Samples
from .limits import (
    BYTES_PER_PIXEL_OF_PICTURE,
    MAX_PIXELS,
    check_picture_fits,
    too_many_pixels,
)
from .metadata import (
    carried_exif,
    carried_from_tiff,
    dots_per_inch,
    dots_per_inch_of_tiff,
    orientation,
)
from .picture import upright
from .sixteen_bit import (
    DeepPicture,
    from_floats,
    is_deep,
    is_misread,
    left_out,
    read_deep,
    stated_bits,
    unused_channels,
)

FITS_ANYWHERE = 100_000_000  # bytes


@dataclass(frozen=True)
class Decoded:
    """colors: (H, W, C), grey, RGB or CMYK, upright. alpha: (H, W) in the same depth. notes: for
    the user. is_lossy: whether there can be shades that nobody painted. The rest is for
    SourceMetadata.
    """

    colors: Samples
    alpha: Samples | None
    profile: bytes | None
    notes: tuple[str, ...] = ()
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    cicp: bytes | None = None
    format: str = ""
    is_lossy: bool = False


@dataclass(frozen=True)
class Check:
    """Refuses a picture by its size, before its pixels are decoded."""

    name: str
    max_pixels: int

    def size(self, width: int, height: int, *, other_bytes: int = 0) -> None:
        """other_bytes: what the decoder needs beside the colours."""
        if width < 1 or height < 1:
            raise ValueError("it has no pixels")
        if width * height > self.max_pixels:
            raise ImageReadError(too_many_pixels(self.name, width * height, self.max_pixels))
        if width * height * BYTES_PER_PIXEL_OF_PICTURE + other_bytes <= FITS_ANYWHERE:
            return
        import psutil  # 8 ms, a fiftieth of a picture by a running backend

        memory = int(psutil.virtual_memory().available) - other_bytes
        try:
            check_picture_fits((height, width), max(0, memory))
        except ImageSizeError as error:
            raise ImageSizeError(f"{self.name}: {error}") from error


def decode(file: BinaryIO, name: str, max_pixels: int) -> Decoded:
    """The first frame or page of a seekable file. Raises ImageReadError, ImageSizeError, and
    whatever decoders raise on damaged files.
    """
    if not file.read(1):
        raise ImageReadError(f"{name}: the file is empty; copy or export the picture again")
    file.seek(0)
    check = Check(name, max_pixels)
    with _pillow_allowing(max_pixels):
        deep = read_deep_pnm(file, check.size)
        if deep is not None:
            return _decoded_deep(deep, "ppm")
        png = open_png(file)
        if png is not None:
            return _decode_png(png, file, check)
        try:
            return _decode(file, check)
        except OSError as error:
            mended = with_end_marker(file)
            if mended is None or isinstance(error, UnidentifiedImageError):
                raise
            decoded = _decode(mended, check)
            note = "its end marker is missing (the file was cut off); its pixels are all there"
            return replace(decoded, notes=(*decoded.notes, note))


def _decode_png(png: PngFile, file: BinaryIO, check: Check) -> Decoded:
    check.size(*png.size)
    check_has_data(png)
    colors = png_colors(png.colors)
    try:
        decoded = _decode(png.file, check, png=png, png_color=colors)
    except UnidentifiedImageError as error:
        raise ValueError("its header or its palette is damaged") from error
    ends = [decoded.colors[side] for side in (np.s_[:2], np.s_[-2:], np.s_[:, :2], np.s_[:, -2:])]
    if any((end == end[:1, :1]).all() for end in ends) and not has_all_rows(png, file):
        raise ValueError("its last rows are missing")
    return decoded


def _decode(
    file: BinaryIO,
    check: Check,
    *,
    png: PngFile | None = None,
    png_color: PngColors | None = None,
) -> Decoded:
    try:
        opened = open_with_pillow(file)
    except UnidentifiedImageError:
        deep = _read_tiff(file, check)
        if deep is None:
            raise
        exif, note = carried_from_tiff(file)
        decoded = _decoded_deep(deep, "tiff")
        told = (*decoded.notes, note) if note else decoded.notes
        return replace(decoded, exif=exif, dpi=dots_per_inch_of_tiff(file), notes=told)
    check.size(*opened.size)
    # first the samples: asking a PNG for its EXIF data makes Pillow decode it, with 8 bits
    stored, mode = _stored(opened, file, check)
    exif, exif_note = carried_exif(opened, file)
    samples = upright(stored.samples, stored.orientation)
    colors, alpha = (samples, None) if mode == "CMYK" else _split(samples)
    profile = opened.info.get("icc_profile")
    notes = [exif_note, _frames_note(opened, png), *stored.notes]
    if png is not None and png_color is not None:
        profile, notes = png_color.profile, [*png.notes, png_color.note, *notes]
    return Decoded(
        colors=colors,
        alpha=None if alpha is None else np.ascontiguousarray(alpha),
        profile=profile if isinstance(profile, bytes) and profile and mode != "LAB" else None,
        notes=tuple(note for note in notes if note),
        exif=exif,
        dpi=dots_per_inch(opened),
        cicp=None if png_color is None else png_color.cicp,
        format="jpeg" if opened.format == "MPO" else str(opened.format).lower(),
        is_lossy=is_lossy(opened, file),
    )


def _read_tiff(file: BinaryIO, check: Check) -> DeepPicture | None:
    from .codecs.tiff_samples import read_tiff  # loads tifffile, which few pictures need

    return read_tiff(file, check.name, check.size)


def _decoded_deep(deep: DeepPicture, format_: str) -> Decoded:
    samples = upright(deep.samples, deep.orientation)
    colors, alpha = (samples, None) if deep.is_cmyk else _split(samples)
    return Decoded(
        colors=colors,
        alpha=None if alpha is None else np.ascontiguousarray(alpha),
        profile=deep.profile,
        notes=deep.notes,
        format=format_,
    )


def _stored(opened: Image.Image, file: BinaryIO, check: Check) -> tuple[DeepPicture, str]:
    """What the file stores, and Pillow's name for the kind of colours where that matters."""
    if is_misread(opened):
        deep = _read_tiff(file, check)
        if deep is not None:
            return deep, "CMYK" if deep.is_cmyk else ""
    stored, mode = _stored_by_pillow(opened, file, check)
    notes = (*stored.notes, *left_out(unused_channels(opened)))
    return replace(stored, notes=notes), mode


def _stored_by_pillow(opened: Image.Image, file: BinaryIO, check: Check) -> tuple[DeepPicture, str]:
    mode = opened.mode
    deep_mode = is_deep(opened)
    deep = read_deep(opened, file) if deep_mode else None
    if deep is not None:
        return deep, ""
    if mode == "F":
        gray, notes = from_floats(np.asarray(opened), check.name)
        return DeepPicture(gray[..., None], orientation(opened), notes=notes), ""
    if mode == "I":
        raise ImageReadError(
            f"{check.name}: its samples are 32-bit whole numbers; export it with 8 or 16 bits per "
            "channel"
        )
    has_alpha = opened.has_transparency_data
    bits = 16 if deep_mode else stated_bits(opened, file)
    if mode == "CMYK":
        plain = opened
    elif mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        plain = ImageCms.profileToProfile(opened, lab, srgb, outputMode="RGB") or opened
    elif mode in ("1", "L", "LA", "La"):
        plain = opened.convert("LA" if has_alpha else "L")
    else:
        plain = opened.convert("RGBA" if has_alpha else "RGB")
    samples = np.asarray(plain)
    samples = samples if samples.ndim == 3 else samples[..., None]
    note = f"only 8 of its {bits} bits per channel could be read"
    return DeepPicture(samples, orientation(opened), notes=(note,) if bits > 8 else ()), mode


def _split(samples: Samples) -> tuple[Samples, Samples | None]:
    """(H, W, C) of grey or RGB with or without alpha to colours and alpha."""
    if samples.shape[2] in (2, 4):
        return samples[..., :-1], samples[..., -1]
    return samples, None


def _frames_note(opened: Image.Image, png: PngFile | None) -> str | None:
    # phones put previews and depth maps behind a JPEG (MPO): those are no frames
    count = 1 if opened.format == "MPO" else int(getattr(opened, "n_frames", 1))
    count = count if png is None else png.frames
    if count == 1:
        return None
    what = "page" if opened.format == "TIFF" else "frame"
    return f"it has {count} {what}s; only the first is used"


@contextmanager
def _pillow_allowing(pixels: int) -> Iterator[None]:
    """Pillow refuses what has more than twice its limit, which holds for the whole process: it is
    changed only where that is asked for.
    """
    if pixels <= MAX_PIXELS:
        yield
        return
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = pixels
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before
