"""ICC profiles: a picture's own colours to sRGB and back, against Pillow's littlecms."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from ..pictures import (
    ADOBE_RGB,
    SRGB,
    cmyk_profile,
    colors,
    gamma,
    gray_profile,
    matrix_profile,
    noise,
    read,
    saved,
    smooth,
    table_profile,
    written,
)
from .test_reading import png16

SRGB_NUMBERS = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # g, a, b, c, d of kind 3
SRGB_CURVE = struct.pack(">4s4xHxx5i", b"para", 3, *(round(n * 65536) for n in SRGB_NUMBERS))
TABLE_CURVE = struct.pack(
    ">4s4xI256H", b"curv", 256, *(round(257 * i**2 / 255) for i in range(256))
)


@pytest.mark.parametrize(
    "profile",
    [
        matrix_profile(ADOBE_RGB, gamma(2.2)),
        matrix_profile(ADOBE_RGB, TABLE_CURVE),
        matrix_profile(SRGB, SRGB_CURVE),
        matrix_profile(SRGB, gamma(1.0)),
    ],
    ids=["adobe", "table", "srgb", "linear"],
)
def test_matrix_profiles_agree_with_littlecms(profile: bytes) -> None:
    picture = Image.fromarray(smooth(40, 60))
    expected = ImageCms.profileToProfile(
        picture, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert expected is not None
    found = colors(read(saved(picture, "PNG", icc_profile=profile))) * 255
    assert np.abs(found - np.asarray(expected, np.float32)).max() < 2


@pytest.mark.parametrize("depth", [8, 16])
def test_a_result_goes_back_into_its_photos_profile(depth: int) -> None:
    """Colours within sRGB come back to a step at 8 bits, and to a few at 16."""
    profile = matrix_profile(ADOBE_RGB, gamma(2.2))
    within = 0.4 + noise(20, 30, 3, dtype=np.uint16) / 65_535 / 5  # mild colours: well inside sRGB
    samples = np.rint(within * (2**depth - 1)).astype(np.uint8 if depth == 8 else np.uint16)
    if depth == 8:
        file = saved(Image.fromarray(samples), "PNG", icc_profile=profile)
    else:
        file = png16(samples, {b"iCCP": icc_chunk(profile)})
    picture = read(file)
    assert np.abs(colors(picture) - within).max() > 0.01, "the net was given unconverted colours"
    result, _ = written(picture, "png")
    assert Image.open(result).info["icc_profile"] == profile
    read_back = read(result)
    steps = np.abs(colors(read_back) - colors(picture)).max() * (2**depth - 1)
    assert steps <= (1 if depth == 8 else 8)


def test_colors_beyond_srgb_are_clipped_to_it() -> None:
    profile = matrix_profile(ADOBE_RGB, gamma(2.2))
    green = Image.new("RGB", (2, 2), (0, 255, 0))
    image = colors(read(saved(green, "PNG", icc_profile=profile)))
    assert image.min() >= 0
    assert image.max() <= 1
    np.testing.assert_allclose(image[0, 0], [0, 1, 0], atol=0.01)


def test_a_gray_profile_sets_the_tones_and_is_not_embedded_in_a_colored_result() -> None:
    picture = Image.new("L", (2, 2), 128)
    linear = read(saved(picture, "PNG", icc_profile=gray_profile(gamma(1.0))))
    np.testing.assert_allclose(colors(linear), 0.735, atol=0.005)  # sRGB's code for half the light
    result, _ = written(linear, "png")
    assert "icc_profile" not in Image.open(result).info


def test_cmyk_goes_through_its_profile() -> None:
    profile = cmyk_profile()
    picture = read(saved(Image.new("CMYK", (3, 3)), "TIFF", icc_profile=profile))
    np.testing.assert_allclose(colors(picture), 1, atol=0.02)
    inked = read(saved(Image.new("CMYK", (3, 3), (255, 0, 0, 0)), "TIFF", icc_profile=profile))
    np.testing.assert_allclose(colors(inked), 0.233, atol=0.03)  # L* = 25 in sRGB
    assert inked.metadata.profile is None
    assert inked.notes == ()


@pytest.mark.parametrize("format_", ["TIFF", "JPEG"])
@pytest.mark.parametrize(
    "profile",
    [b"no profile at all", matrix_profile(SRGB, gamma(2.2)), gray_profile(gamma(2.2))],
    ids=["damaged", "rgb", "gray"],
)
def test_cmyk_with_a_profile_of_no_use_is_read_as_without(profile: bytes, format_: str) -> None:
    inked = Image.fromarray(smooth(24, 24)).convert("CMYK")
    options = {"quality": 100} if format_ == "JPEG" else {}
    picture = read(saved(inked, format_, icc_profile=profile, **options))
    without = read(saved(inked, format_, **options))
    np.testing.assert_array_equal(colors(picture), colors(without))
    np.testing.assert_allclose(colors(picture), smooth(24, 24) / 255, atol=0.05)
    (note,) = picture.notes
    assert "ICC profile" in note
    assert "CMYK" in note


def test_a_table_profile_is_applied_and_its_8_bits_are_said() -> None:
    corners = np.stack([np.repeat([0, 255], 4), np.full(8, 128), np.full(8, 128)], axis=1)
    profile = table_profile(b"scnr", b"RGB ", 3, corners)  # only the first channel gives light
    samples = np.zeros((2, 2, 3), np.uint16)
    samples[..., 0] = 65_535
    picture = read(png16(samples, {b"iCCP": icc_chunk(profile)}))
    np.testing.assert_allclose(colors(picture), 1, atol=0.02)
    assert any("8 bits" in note for note in picture.notes)


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        (b"no profile at all", "damaged"),
        (matrix_profile(ADOBE_RGB, gamma(2.2))[:300], "damaged"),
        (matrix_profile(ADOBE_RGB, b"what\0\0\0\0"), "tone curve"),
        (matrix_profile(ADOBE_RGB, struct.pack(">4s4xI2H", b"curv", 2, 65_535, 0)), "tone curve"),
        (matrix_profile([(0.3, 0.3, 0.3)] * 3, gamma(2.2)), "primaries"),
        (gray_profile(gamma(2.2)), "another kind of picture"),
        (cmyk_profile(), "another kind of picture"),
    ],
    ids=["text", "cut", "curve", "falling", "flat", "gray", "cmyk"],
)
def test_a_useless_profile_is_left_out_and_said(profile: bytes, says: str) -> None:
    samples = noise(3, 3, 3)
    picture = read(saved(Image.fromarray(samples), "JPEG", icc_profile=profile, quality=100))
    assert picture.metadata.profile is None
    (note,) = picture.notes
    assert says in note


def icc_chunk(profile: bytes) -> bytes:
    return b"test\0\0" + zlib.compress(profile)
