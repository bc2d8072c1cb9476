"""Picture files into memory: decoded (decoder.py), then brought into sRGB. No torch."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from ..protocol.errors import ImageError, ImageReadError
from .color.icc_profile import ColorProfile, Floats, Samples, read_profile, to_srgb
from .decoder import Decoded, decode
from .formats import READABLE
from .limits import MAX_PIXELS, too_many_pixels
from .picture import Picture, SourceMetadata, visible_colors

MAX_REASON = 200  # letters of a decoder's own words in a message
CHANNELS_OF = {"GRAY": (1,), "RGB": (1, 3), "CMYK": (4,)}  # that a profile of this space serves


def read_image(file: BinaryIO, *, name: str, max_pixels: int = MAX_PIXELS) -> Picture:
    """Read a picture from a seekable file, its first frame or page; name is for messages.
    max_pixels: what a file may claim to hold, for a small one can claim anything.

    Raises ImageReadError, and ImageSizeError before decoding what the memory cannot hold.
    """
    with naming_damage(name):
        return to_picture(decode(file, name, max_pixels))


def read_with_samples(
    file: BinaryIO, *, name: str, max_pixels: int = MAX_PIXELS
) -> tuple[Picture, Samples | None]:
    """A picture as read_image has it, and the very numbers of its file: (H, W, 3) or with an alpha
    (H, W, 4), uint8 or uint16, in its own RGB profile, upright; None for other kinds of colours.
    Raises as read_image.
    """
    with naming_damage(name):
        decoded = decode(file, name, max_pixels)
        return to_picture(decoded), _samples(decoded)


def _samples(decoded: Decoded) -> Samples | None:
    if decoded.colors.shape[2] not in (1, 3):
        return None
    colors = _three_channels(decoded.colors)
    if decoded.alpha is None:
        return colors
    return np.concatenate([colors, decoded.alpha[..., None]], axis=2)


@contextmanager
def naming_damage(name: str) -> Iterator[None]:
    """Turn what libraries raise on a file into errors that say what to do."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, on oddities that it copes with
            yield
    except ImageError:
        raise
    except Image.DecompressionBombError as error:
        stated = re.search(r"\((\d+) pixels\)", str(error))
        pixels = int(stated[1]) if stated else None
        raise ImageReadError(too_many_pixels(name, pixels, MAX_PIXELS)) from error
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


def to_picture(decoded: Decoded) -> Picture:
    """What was decoded, in sRGB. Raises what naming_damage names."""
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
    metadata = SourceMetadata(
        bit_depth=16 if colors.dtype == np.uint16 else 8,
        alpha=decoded.alpha,
        # a profile of grey or CMYK cannot hold the result, which is in sRGB then
        profile=profile if profile is not None and profile.space == "RGB" else None,
        exif=decoded.exif,
        dpi=decoded.dpi,
        cicp=decoded.cicp,
    )
    return Picture(visible_colors(srgb, decoded.alpha), metadata, decoded.format, tuple(notes))


def _three_channels(colors: Samples) -> Samples:
    return np.repeat(colors, 3, axis=2) if colors.shape[2] == 1 else colors[..., :3]


def _rgb_of_cmyk(inks: Samples) -> Samples:
    """As if each ink took away all light of its complement, for want of a profile that works."""
    return np.asarray(
        Image.frombytes("CMYK", (inks.shape[1], inks.shape[0]), inks.tobytes()).convert("RGB")
    )
