"""16 bits per channel, which Pillow halves for colour: read here without loss by its own decoders.

Arrays are numpy uint16, (H, W, C), C of 1 to 4.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile

from ..protocol.errors import ImageReadError
from .color.icc_profile import Samples
from .metadata import orientation

Deep = npt.NDArray[np.uint16]

# Pillow's decoders keep one byte of two, which one is said by the raw mode's last letter
SWAPPED = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}
TWO_BYTE_MODES = ("RGB;16", "RGBA;16", "RGBX;16", "RGBa;16")
# TIFF tags
BITS_PER_SAMPLE, PHOTOMETRIC, SAMPLES_PER_PIXEL, PLANAR_CONFIGURATION = 258, 262, 277, 284
SAMPLE_FORMAT, SIGNED = 339, 2
HEAD_BYTES = 1 << 16  # where files say what they hold
MOST_BEYOND_WHITE = 0.5  # share of floating-point samples above 1 up to which 1 can mean white


@dataclass(frozen=True)
class DeepPicture:
    """orientation: what is left to do to the samples to make them upright, as EXIF counts it; what
    Pillow decodes of a TIFF is upright already. profile: only of what Pillow does not open. notes:
    for the user.
    """

    samples: Samples
    orientation: int
    profile: bytes | None = None
    notes: tuple[str, ...] = ()
    is_cmyk: bool = False


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
    if stores_planes_apart(opened):
        raise ValueError("its 16-bit channels are of an unknown kind and stored apart")
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
        samples = unmultiplied(samples)
    samples = _with_color_key(samples, opened.info.get("transparency"))
    return DeepPicture(samples, turned)


def is_misread(opened: Image.Image) -> bool:
    """Whether it is a TIFF that Pillow opens and takes for something else."""
    if opened.format != "TIFF":
        return False
    is_signed = SIGNED in _tiff_tag(opened, SAMPLE_FORMAT, ())
    return opened.mode == "I" or is_signed or stores_planes_apart(opened)


def stores_planes_apart(opened: Image.Image) -> bool:
    """Of a TIFF: whether it has channels that lie one behind the other, and either 16 bits, of
    which Pillow would take every other byte for a sample, or more channels than Pillow knows.
    """
    is_apart = _tiff_tag(opened, PLANAR_CONFIGURATION, 1) == 2
    return is_apart and (is_deep(opened) or unused_channels(opened) > 0)


def unused_channels(opened: Image.Image) -> int:
    """How many channels of a TIFF Pillow passes over."""
    bands = len(opened.getbands())
    return int(_tiff_tag(opened, SAMPLES_PER_PIXEL, bands)) - bands


def left_out(channels: int) -> tuple[str, ...]:
    """Notes on channels beside colours and alpha."""
    if channels < 1:
        return ()
    return (f"{channels} more channel{'s were' if channels > 1 else ' was'} left out",)


def stated_bits(opened: Image.Image, file: BinaryIO) -> int:
    """The bits per channel that a JPEG 2000 or AVIF file says it has, of which Pillow gives 8; 8
    for other files.
    """
    if opened.format not in ("JPEG2000", "AVIF"):
        return 8
    file.seek(0)
    head = file.read(HEAD_BYTES)
    # boxes (ISO/IEC 14496-12 and 15444-1) and the SIZ marker of a bare codestream
    for mark, skipped in ((b"pixi", 5), (b"ihdr", 10), (b"\xff\x4f\xff\x51", 38)):
        at = head.find(mark)
        if at >= 0 and at + len(mark) + skipped < len(head):
            byte = head[at + len(mark) + skipped]
            return byte if mark == b"pixi" else (byte & 0x7F) + 1
    return 8


def from_floats(values: Samples, name: str) -> tuple[Deep, tuple[str, ...]]:
    """Floating-point samples, 0 for black and 1 for white, as uint16; and notes. Raises
    ImageReadError for numbers that are plainly meant otherwise.
    """
    with np.errstate(invalid="ignore"):
        floats = np.nan_to_num(values.astype(np.float32), nan=0.0)
        beyond = np.count_nonzero(floats > 1) / max(1, floats.size)
        below = bool((floats < 0).any())
    if beyond > MOST_BEYOND_WHITE:
        raise ImageReadError(
            f"{name}: its samples are floating-point numbers up to {float(floats.max()):g}, and 0 "
            "to 1 is read as black to white; export it with 8 or 16 bits per channel"
        )
    notes = ["its floating-point samples were read with 16 bits, 0 as black and 1 as white"]
    if beyond or below:
        notes.append("what is darker than black or brighter than white was cut off")
    deep: Deep = np.rint(np.clip(floats, 0, 1) * 65535).astype(np.uint16)
    return deep, tuple(notes)


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


def unmultiplied(samples: Samples) -> Samples:
    """Divide the colours by their alpha, the last channel; what is wholly hidden becomes black."""
    most = np.uint32(np.iinfo(samples.dtype).max)
    alpha = samples[..., -1:].astype(np.uint32)
    colors = np.minimum((samples[..., :-1] * most + alpha // 2) // np.maximum(alpha, 1), most)
    return np.concatenate([colors.astype(samples.dtype), samples[..., -1:]], axis=2)


def _decode(
    file: BinaryIO, format_: str | None, raw_mode: str
) -> tuple[npt.NDArray[np.uint8], int]:
    """Decode the picture in file once more, with another raw mode than Pillow chose. Returns the
    samples, and the orientation that they are left in.
    """
    file.seek(0)
    with Image.open(file, formats=[str(format_)]) as again:
        assert isinstance(again, ImageFile.ImageFile)
        again.tile = [
            tile._replace(
                args=(raw_mode, *tile.args[1:]) if isinstance(tile.args, tuple) else raw_mode
            )
            for tile in again.tile
        ]
        return np.asarray(again), orientation(again)
