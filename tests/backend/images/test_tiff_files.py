"""TIFF files of many channels and bits: read as far as results can hold them, and what is left out
is said.
"""

from __future__ import annotations

import numpy as np
import pytest

from ..pictures import Array, colors, noise, read, tiff
from .test_reading import check_deep


def test_32_bit_samples_are_read_with_16_and_said() -> None:
    deep = noise(5, 7, 3, dtype=np.uint16)
    picture = read(tiff(deep.astype(np.uint32) << 16, photometric="rgb"))
    check_deep(picture, deep)
    assert picture.notes == ("only 16 of its 32 bits per channel are used",)


@pytest.mark.parametrize("dtype", [np.uint32, np.uint64])
@pytest.mark.parametrize("used", [np.uint8, np.uint16])
def test_numbers_of_32_and_64_bits_that_need_fewer_are_not_black(dtype: type, used: type) -> None:
    samples = noise(5, 7, 3, dtype=used)
    picture = read(tiff(samples.astype(dtype), photometric="rgb"))
    np.testing.assert_allclose(colors(picture), samples / np.iinfo(used).max, atol=1e-6)
    (note,) = picture.notes
    assert f"read as such of {np.iinfo(used).bits} bits" in note


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize(
    ("kind", "extra"),
    [
        ("rgb", "xaxxx"),
        ("rgb", "x"),
        ("rgb", "xx"),
        ("rgb", "ax"),
        ("minisblack", "x"),
        ("minisblack", "xx"),
        ("separated", "x"),
    ],
)
def test_channels_beyond_colour_and_alpha_are_left_out_and_said(
    kind: str, extra: str, planes: str, dtype: type
) -> None:
    used = {"rgb": 3, "minisblack": 1, "separated": 4}[kind]
    samples = noise(5, 7, used + len(extra), dtype=dtype)
    if "a" in extra:
        alpha = samples[..., used + extra.index("a")]
        alpha[:] = np.iinfo(dtype).max
    options = {
        "photometric": kind,
        "planarconfig": planes,
        "extrasamples": [{"x": "unspecified", "a": "unassalpha"}[what] for what in extra],
    }
    picture = read(tiff(stored(samples, planes), **options))
    if kind != "separated":
        shown = np.broadcast_to(samples[..., :used], (5, 7, 3)) / np.iinfo(dtype).max
        np.testing.assert_allclose(colors(picture), shown, atol=1e-6)
    if "a" in extra:
        np.testing.assert_array_equal(picture.metadata.alpha, alpha)
    else:
        assert picture.metadata.alpha is None
    unused = extra.count("x")
    left_out = f"{unused} more channel{'s were' if unused > 1 else ' was'} left out"
    assert picture.notes.count(left_out) == 1


@pytest.mark.parametrize("channels", [2, 4, 5])
@pytest.mark.parametrize("planes", ["contig", "separate"])
def test_the_first_of_many_grey_floating_point_channels_is_read(planes: str, channels: int) -> None:
    values = noise(5, 7, channels, dtype=np.uint16) / np.float32(65_535)
    picture = read(tiff(stored(values, planes), photometric="minisblack", planarconfig=planes))
    np.testing.assert_allclose(colors(picture)[..., 1], values[..., 0], atol=1e-5)
    assert any("left out" in note for note in picture.notes)


def stored(samples: Array, planes: str) -> Array:
    return np.ascontiguousarray(np.moveaxis(samples, 2, 0) if planes == "separate" else samples)
