"""Picture files into memory, by Pillow; 16-bit samples by deep_samples. No torch.

Only raster formats that Pillow decodes by itself are opened: never one that starts another program.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import psutil
from PIL import Image, ImageCms, UnidentifiedImageError

from .color_profile import ColorProfile, Floats, Samples, read_profile, to_srgb
from .deep_samples import is_deep, read_deep, read_deep_tiff
from .image_formats import READABLE
from .images import Kept, Picture, upright, visible_colors
from .picture_limits import MAX_PIXELS, check_picture_fits
from .picture_metadata import carried_exif, dots_per_inch, orientation
from .protocol.errors import ImageError, ImageReadError

MAX_REASON = 200  # letters of a decoder's own words in a message
CHANNELS_OF = {"GRAY": (1,), "RGB": (1, 3), "CMYK": (4,)}  # that a profile of this space serves


@dataclass(frozen=True)
class Decoded:
    """colors: (H, W, C), grey, RGB or CMYK, upright. alpha: (H, W) in the same depth. notes: for
    the user.
    """

    colors: Samples
    alpha: Samples | None
    profile: bytes | None
    notes: tuple[str, ...] = ()
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    format: str = ""


@dataclass(frozen=True)
class Stored:
    """samples: (H, W, C) as the file stores them. orientation: as EXIF counts it. mode: Pillow's
    name for the kind of colours, where that matters.
    """

    samples: Samples
    orientation: int
    mode: str = ""
    note: str | None = None


def read_image(file: BinaryIO, *, name: str) -> Picture:
    """Read a picture from a seekable file, its first frame or page; name is for messages.

    Raises ImageReadError, and ImageSizeError before decoding what the memory cannot hold.
    """
    with _naming_damage(name):
        return _to_picture(_decode(file, name))


def read_samples(file: BinaryIO, *, name: str) -> Samples | None:
    """The very numbers of a picture file, (H, W, 3) or with an alpha (H, W, 4), uint8 or uint16, in
    its own RGB profile, upright; None for other kinds of colours. Raises as read_image.
    """
    with _naming_damage(name):
        decoded = _decode(file, name)
    if decoded.colors.shape[2] not in (1, 3):
        return None
    colors = _three_channels(decoded.colors)
    if decoded.alpha is None:
        return colors
    return np.concatenate([colors, decoded.alpha[..., None]], axis=2)


@contextmanager
def _naming_damage(name: str) -> Iterator[None]:
    """Turn what libraries raise on a file into errors that say what to do."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, on oddities that it copes with
            yield
    except ImageError:
        raise
    except Image.DecompressionBombError as error:
        raise ImageReadError(_too_many_pixels(name)) from error
    except MemoryError as error:
        raise ImageReadError(f"{name}: too large for the memory at hand; scale it down") from error
    except UnidentifiedImageError as error:
        raise ImageReadError(
            f"{name}: not a picture that can be read ({', '.join(READABLE)}); "
            "open it in a painting program and export it as PNG"
        ) from error
    except Exception as error:  # decoders raise all kinds of things on damaged or hostile files
        raise ImageReadError(
            f"{name}: the picture is damaged or incomplete ({_reason(error)}); "
            "copy or export it again from where it came"
        ) from error


def _reason(error: Exception) -> str:
    """A decoder's own words, or the kind of error where it has none."""
    return " ".join(str(error).split())[:MAX_REASON] or type(error).__name__


def _to_picture(decoded: Decoded) -> Picture:
    colors, notes = decoded.colors, list(decoded.notes)
    profile: ColorProfile | None = None
    srgb: Floats | None = None
    is_cmyk = colors.shape[2] == 4
    if decoded.profile is not None:
        try:
            profile = read_profile(decoded.profile)
            if colors.shape[2] not in CHANNELS_OF.get(profile.space, ()):
                raise ValueError("the ICC profile is meant for another kind of picture")
            if profile.space == "RGB":
                colors = _three_channels(colors)
            srgb = to_srgb(colors, profile)
            if colors.dtype == np.uint16 and not profile.is_exact:
                notes.append("its ICC profile is a table and could be applied with 8 bits only")
        except ValueError as error:
            taken = "CMYK was converted without it" if is_cmyk else "the colours taken as sRGB"
            notes.append(f"{error}; it was left out and {taken}")
            profile = None
    elif is_cmyk:
        notes.append("CMYK was converted to RGB")
    if srgb is None:
        srgb = to_srgb(_rgb_of_cmyk(colors) if is_cmyk else _three_channels(colors), None)
    kept = Kept(
        bit_depth=16 if colors.dtype == np.uint16 else 8,
        alpha=decoded.alpha,
        # a profile of grey or CMYK cannot hold the result, which is in sRGB then
        profile=profile if profile is not None and profile.space == "RGB" else None,
        exif=decoded.exif,
        dpi=decoded.dpi,
    )
    return Picture(visible_colors(srgb, decoded.alpha), kept, decoded.format, tuple(notes))


def _decode(file: BinaryIO, name: str) -> Decoded:
    if not file.read(1):
        raise ImageReadError(f"{name}: the file is empty; copy or export the picture again")
    file.seek(0)
    try:
        Image.init()
        opened = Image.open(file, formats=[f for f in READABLE if f in Image.OPEN])
    except UnidentifiedImageError:
        deep = read_deep_tiff(file)
        if deep is None:
            raise
        colors, alpha = _split(upright(deep.samples, deep.orientation))
        return Decoded(colors, alpha, deep.profile, format="tiff")
    width, height = opened.size
    if width * height > MAX_PIXELS:
        raise ImageReadError(_too_many_pixels(name))
    check_picture_fits((height, width), int(psutil.virtual_memory().available))
    # first the samples: asking a PNG for its EXIF data makes Pillow decode it, with 8 bits
    stored = _stored(opened, file, name)
    exif, exif_note = carried_exif(opened)
    samples = upright(stored.samples, stored.orientation)
    colors, alpha = (samples, None) if stored.mode == "CMYK" else _split(samples)
    return Decoded(
        colors=colors,
        alpha=None if alpha is None else np.ascontiguousarray(alpha),
        profile=None if stored.mode == "LAB" else _profile_bytes(opened),
        notes=tuple(n for n in (exif_note, _frames_note(opened), stored.note) if n),
        exif=exif,
        dpi=dots_per_inch(opened),
        format="jpeg" if opened.format == "MPO" else str(opened.format).lower(),
    )


def _stored(opened: Image.Image, file: BinaryIO, name: str) -> Stored:
    deep_mode = is_deep(opened)
    deep = read_deep(opened, file) if deep_mode else None
    if deep is not None:
        return Stored(deep.samples, deep.orientation)
    note = "only 8 of its 16 bits per channel could be read" if deep_mode else None
    mode = opened.mode
    if mode in ("I", "F"):
        kind = "32-bit whole" if mode == "I" else "floating-point"
        raise ImageReadError(
            f"{name}: its samples are {kind} numbers; export it with 8 or 16 bits per channel"
        )
    has_alpha = opened.has_transparency_data
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
    return Stored(samples, orientation(opened), mode, note)


def _split(samples: Samples) -> tuple[Samples, Samples | None]:
    """(H, W, C) of grey or RGB with or without alpha to colours and alpha."""
    if samples.shape[2] in (2, 4):
        return samples[..., :-1], samples[..., -1]
    return samples, None


def _three_channels(colors: Samples) -> Samples:
    return np.repeat(colors, 3, axis=2) if colors.shape[2] == 1 else colors[..., :3]


def _rgb_of_cmyk(inks: Samples) -> Samples:
    """As if each ink took away all light of its complement, for want of a profile that works."""
    return np.asarray(
        Image.frombytes("CMYK", (inks.shape[1], inks.shape[0]), inks.tobytes()).convert("RGB")
    )


def _profile_bytes(opened: Image.Image) -> bytes | None:
    profile = opened.info.get("icc_profile")
    return profile if isinstance(profile, bytes) and profile else None


def _frames_note(opened: Image.Image) -> str | None:
    # phones put previews and depth maps behind a JPEG (MPO): those are no frames
    count = 1 if opened.format == "MPO" else int(getattr(opened, "n_frames", 1))
    if count == 1:
        return None
    what = "page" if opened.format == "TIFF" else "frame"
    return f"it has {count} {what}s; only the first is used"


def _too_many_pixels(name: str) -> str:
    return (
        f"{name}: claims to have more than {MAX_PIXELS // 1_000_000} million pixels, which is "
        "beyond what is read (such files can be traps); scale it down in a painting program"
    )
