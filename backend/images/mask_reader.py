"""Mask files as people make them, read as they are meant: 1 where a picture is filled, 0 where it
stays.

White on black is what is asked for, and grey blends. But other programs write masks of 0 and 1, of
0 to 255 in 16 bits, of a number for each kind of thing, in colours or by a palette, as the opacity
of one colour, or as a picture with transparent holes. What each of these means is plain enough to
be used, and a note tells how it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from ..protocol.errors import MaskError
from .color.icc_profile import Floats, Samples
from .decoder import decode
from .limits import MAX_PIXELS
from .picture import Picture, as_floats, as_samples
from .reader import naming_damage, read_image, to_picture

GRAY_OF_RGB = (0.299, 0.587, 0.114)  # ITU-R BT.601, the grey that Pillow makes too
DARK = 1 / 8  # a mask that is nowhere lighter holds numbers, not shades
FEW_LEVELS = 32  # up to so many shades or colours are kinds of things, more are soft edges
FLAT_SHARE = 0.4  # of a mask in several colours that has few shades; photos have less
COLORFUL = 0.12  # difference of a pixel's channels from which on it is no grey
PLAIN = 8 / 255  # by so much one colour may vary
ONE_COLOR = 0.02  # by so much, on average, soft shades of one colour miss it in lossy formats
NOISE = 0.08  # of lossy formats beside black and white
WHITE = 0.9  # from here on nobody is told that the lightest place is grey
FAINTEST = 1.5 / 255  # an alpha map may well have darker shades than a mask, but none below this

Notes = tuple[str, ...]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Shades:
    """What holds weights, and the words for them in notes. faint: below this nobody means a shade,
    where at most one number lies above DARK; 0 where noise can be as faint.
    """

    name: str
    low: str = "very dark"
    none: str = "black"
    full: str = "white"
    faint: float = NOISE


OPACITY = Shades("the mask's opacity", "very low", "0", "full")


def read_mask(
    file: BinaryIO, *, name: str, inverted: bool = False, max_pixels: int = MAX_PIXELS
) -> tuple[Floats, Notes]:
    """A mask (H, W) in [0, 1] from a seekable file, and notes for the user. inverted: black is
    filled. Raises MaskError for what is no mask, and as read_image.
    """
    told = None
    with naming_damage(name):
        decoded = decode(file, name, max_pixels)
        shades = Shades("the mask", faint=0 if decoded.is_lossy else NOISE)
        # as most masks are: one plane does, where a picture has three
        has_more = decoded.alpha is not None or decoded.profile is not None
        is_plain = decoded.colors.shape[2] == 1 and not has_more
        if decoded.alpha is not None:
            opacity = replace(OPACITY, faint=shades.faint)
            alpha, told = _of_opacity(decoded.alpha, opacity)
            decoded = replace(decoded, alpha=alpha)
        picture = None if is_plain else to_picture(decoded)
    if picture is None:
        weights, note = _of_grays(as_floats(decoded.colors[..., 0]), shades)
    else:
        weights, note = _meaning(picture, shades, name)
    notes = [told, note]
    if decoded.is_lossy:
        weights = np.where(weights < NOISE, 0, np.where(weights > 1 - NOISE, 1, weights))
    if inverted:
        weights = 1 - weights
    share = float((weights > 0).mean())
    if 0.5 < share < 1:
        other = "without --invert-mask" if inverted else "--invert-mask"
        notes.append(f"the mask covers {share:.0%} of the picture; {other} fills the rest instead")
    return weights.astype(np.float32, copy=False), tuple(text for text in notes if text)


def read_alpha_map(
    file: BinaryIO, *, name: str, max_pixels: int = MAX_PIXELS
) -> tuple[Floats, Notes]:
    """A map of how far dials are turned, (H, W) in [0, 1]: grey, and transparent counts as black.
    Raises as read_image.
    """
    picture = read_image(file, name=name, max_pixels=max_pixels)
    weights = _gray(picture.colors.transpose(2, 0, 1))
    if picture.metadata.alpha is not None:
        weights = weights * as_floats(picture.metadata.alpha)
    if not bool(weights.any()):
        return weights, ("the alpha map is black, so that every dial stands at 0",)
    weights, note = _of_grays(weights, Shades("the alpha map", faint=FAINTEST))
    return weights, (note,) if note else ()


def _of_opacity(alpha: Samples, opacity: Shades) -> tuple[Samples, str | None]:
    """alpha (H, W) itself, or as it is meant, and a note."""
    weights = as_floats(alpha)
    meant, note = _of_grays(weights, opacity)
    if meant is weights:  # low opacity is no fault: a photo with holes may be translucent
        return alpha, None
    return as_samples(meant, alpha.dtype.itemsize * 8), note


def _meaning(picture: Picture, shades: Shades, name: str) -> tuple[Floats, str | None]:
    """picture: with hidden colours replaced."""
    colors = picture.colors.transpose(2, 0, 1)
    if picture.metadata.alpha is None:
        return _of_colors(colors, shades, name)
    alpha = as_floats(picture.metadata.alpha)
    if bool((alpha == 1).all()):
        return _of_colors(colors, shades, name)
    shown = colors[:, alpha > 0.5] if bool((alpha > 0.5).any()) else colors[:, alpha > 0]
    if shown.size == 0:
        return np.zeros_like(alpha), None
    if bool((np.ptp(shown, axis=1) <= PLAIN).all()):
        is_white = bool((shown > WHITE).all())
        told = None if is_white else "the mask has one colour, so its opacity was taken"
        return alpha, told
    if _is_picture(colors):
        return 1 - alpha, "the mask is a picture with transparent places; these are filled"
    weights, note = _of_colors(colors, shades, name)
    return weights * alpha, note


def _of_colors(colors: Floats, shades: Shades, name: str) -> tuple[Floats, str | None]:
    if all(np.array_equal(colors[0], other) for other in colors[1:]):  # as most masks are
        return _of_grays(colors[0], shades)
    if float(np.ptp(colors, axis=0).max()) <= COLORFUL:
        return _of_grays(_gray(colors), shades)
    if _is_picture(colors):
        raise MaskError(
            f"{name}: shows a picture and is no mask; give a mask that is white where the picture "
            "is to be filled and black elsewhere (IN comes first, then MASK)"
        )
    weights, ground = _off_the_ground(colors)
    if _levels(colors) <= FEW_LEVELS:
        weights = (weights > NOISE).astype(np.float32)
    return weights / weights.max(), f"the mask is in colours; all that is not {ground} is filled"


def _gray(colors: Floats) -> Floats:
    """The weighted sum, in a form in which a grey is itself to the last bit, as hosts send it."""
    red, green, blue = colors
    gray: Floats = red + GRAY_OF_RGB[1] * (green - red) + GRAY_OF_RGB[2] * (blue - red)
    return gray


def _of_grays(grays: Floats, shades: Shades) -> tuple[Floats, str | None]:
    name, full = shades.name, shades.full
    top = float(grays.max())
    if top == 0:
        return grays, None
    if _are_numbers(grays, shades.faint):
        told = f"{name} holds a few numbers in place of shades; all but 0 counts as {full}"
        return (grays > 0).astype(np.float32), told
    if top >= WHITE:
        return grays, None
    if top >= DARK:
        return grays, f"{name} is nowhere {full}, at most {top:.0%}, and so has no full effect"
    if len(np.unique(grays)) <= FEW_LEVELS:
        told = f"{name} is {shades.low}; all but {shades.none} counts as {full}"
        return (grays > 0).astype(np.float32), told
    return grays / top, f"{name} is {shades.low}; its strongest place counts as {full}"


def _are_numbers(grays: Floats, faint: float) -> bool:
    """Whether they name kinds of things, such as 0, 1, 2 and, for what is of no kind, 255: faint
    ones on 0, and a single one that would be a shade.
    """
    if float(grays.min()) > 0 or not bool(((grays > 0) & (grays < faint)).any()):
        return False
    light = grays[grays >= DARK]
    if light.size == 0 or bool((light != light[0]).any()):
        return False
    return len(np.unique(grays[grays < DARK])) <= FEW_LEVELS


def _off_the_ground(colors: Floats) -> tuple[Floats, str]:
    """How far each pixel (H, W) is from black, or from white where more of it is white."""
    from_black, from_white = colors.max(0), 1 - colors.min(0)
    if (from_white < NOISE).sum() > (from_black < NOISE).sum():
        return from_white, "white"
    return from_black, "black"


def _is_picture(colors: Floats) -> bool:
    """Whether what is not ground is neither one colour, light or soft, nor mostly a few ones that
    are as far from the ground.
    """
    weights, ground = _off_the_ground(colors)
    painted = weights > NOISE
    if not bool(painted.any()) or _levels(colors) <= FEW_LEVELS:
        return False
    shades = (1 - colors if ground == "white" else colors)[:, painted]
    weights = weights[painted] / weights.max()
    full = weights > 1 - NOISE
    peak = shades[:, full].mean(1, keepdims=True)
    if float(np.abs(shades - weights * peak).mean()) < ONE_COLOR:
        return False
    return float(full.mean()) < 0.5 or _share_of_most_frequent(shades) < FLAT_SHARE


def _share_of_most_frequent(shades: Floats) -> float:
    """How much of shades (3, N) the FEW_LEVELS most frequent of them make up, in 6 bits, so that
    the noise of lossy formats tells few apart.
    """
    red, green, blue = np.rint(shades * 63).astype(np.intp)
    counts = np.bincount(red << 12 | green << 6 | blue)
    return float(np.sort(counts)[-FEW_LEVELS:].sum() / counts.sum())


def _levels(colors: Floats) -> int:
    """How many colours there are, in 8 bits."""
    red, green, blue = np.rint(colors * 255).astype(np.uint32)
    seen: Flags = np.zeros(1 << 24, bool)
    seen[(red << 16 | green << 8 | blue).ravel()] = True
    return int(seen.sum())
