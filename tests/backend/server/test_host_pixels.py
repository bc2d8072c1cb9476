"""Hosts' bytes to images and back: every layout, what must not change, what must not bleed."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamic_style.backend.protocol.messages import Mask
from dynamic_style.backend.protocol.pixels import (
    CHANNELS,
    FULL_RANGE,
    SAMPLE_BYTES,
    Depth,
    Layout,
    Pixels,
    Transfer,
    packed_pixels,
)
from dynamic_style.backend.server.host_pixels import digest, to_colors, to_map, to_pixels

DTYPES = {"u8": "<u1", "u16": "<u2", "f16": "<f2", "f32": "<f4"}
WIDTH, HEIGHT = 7, 5


def make_pixels(
    layout: Layout,
    depth: Depth = "u8",
    *,
    alpha: str = "straight",
    transfer: Transfer = "srgb",
    padding: int = 0,
) -> Pixels:
    """Random numbers over the whole range, all opaque if there is no meaning in alpha."""
    channels = CHANNELS[layout]
    low, high = FULL_RANGE[depth]
    values = np.random.default_rng(1).random((HEIGHT, WIDTH, channels)) * (high - low) + low
    samples = values.astype(DTYPES[depth])
    if alpha == "premultiplied":
        samples[..., :-1] = (values[..., :-1] * values[..., -1:] / high).astype(DTYPES[depth])
    row_bytes = WIDTH * channels * SAMPLE_BYTES[depth]
    rows = np.full((HEIGHT, row_bytes + padding), 0xA5, np.uint8)
    rows[:, :row_bytes] = samples.reshape(HEIGHT, -1).view(np.uint8)
    kind = alpha if layout in ("bgra", "rgba", "gray_alpha") else "none"
    return Pixels(
        WIDTH, HEIGHT, row_bytes + padding, layout, depth, kind, transfer, (low, high),  # type: ignore[arg-type]
        rows.tobytes(),
    )  # fmt: skip


def samples_of(pixels: Pixels) -> np.ndarray:
    rows = np.frombuffer(pixels.data, np.uint8).reshape(pixels.height, pixels.stride)
    packed = np.ascontiguousarray(rows[:, : pixels.row_bytes])
    shape = (pixels.height, pixels.width, pixels.channels)
    return packed.view(DTYPES[pixels.depth]).reshape(shape)


def mask_of(values: np.ndarray) -> Mask:
    height, width = values.shape
    data = values.astype(np.uint8).tobytes()
    return Mask(
        packed_pixels(width, height, data, layout="gray", depth="u8", alpha="none"), "selection"
    )


@pytest.mark.parametrize("padding", [0, 3])
@pytest.mark.parametrize("depth", get_args(Depth))
@pytest.mark.parametrize("layout", get_args(Layout))
def test_a_picture_comes_back_as_it_went(layout: Layout, depth: Depth, padding: int) -> None:
    pixels = make_pixels(layout, depth, alpha="none", padding=padding)
    back = to_pixels(to_colors(pixels), pixels, None)
    assert back.has_format_of(pixels)
    before, after = samples_of(pixels).astype(float), samples_of(back).astype(float)
    exactness = {"u8": 0, "u16": 0, "f16": 1e-3, "f32": 1e-6}[depth]
    assert np.abs(before - after).max() <= exactness
    if padding:
        assert bytes(back.data[pixels.row_bytes : pixels.stride]) == b"\xa5" * padding


@pytest.mark.parametrize("alpha", ["straight", "premultiplied"])
@pytest.mark.parametrize("depth", get_args(Depth))
@pytest.mark.parametrize("layout", ["bgra", "rgba", "gray_alpha"])
def test_alpha_comes_back_exactly(layout: Layout, depth: Depth, alpha: str) -> None:
    pixels = make_pixels(layout, depth, alpha=alpha)
    back = to_pixels(np.random.default_rng(2).random((HEIGHT, WIDTH, 3), np.float32), pixels, None)
    assert (samples_of(back)[..., -1] == samples_of(pixels)[..., -1]).all()


def test_colours_are_in_their_channels() -> None:
    red = to_colors(packed_pixels(1, 1, b"\0\0\xff\xff", layout="bgra", depth="u8", alpha="none"))
    assert red.flatten().tolist() == [1, 0, 0]
    blue = np.array([[[0, 0, 1]]], np.float32)
    template = packed_pixels(1, 1, bytes(4), layout="bgra", depth="u8", alpha="none")
    assert bytes(to_pixels(blue, template, None).data) == b"\xff\0\0\0"


@pytest.mark.parametrize("alpha", ["straight", "premultiplied"])
def test_hidden_colours_do_not_bleed(alpha: str) -> None:
    """A green picture whose hidden half is bright red is green for the net."""
    samples = np.zeros((8, 8, 4), np.uint8)
    samples[:, :4] = (0, 255, 0, 255)
    samples[:, 4:] = (255, 0, 0, 0)
    pixels = packed_pixels(8, 8, samples.tobytes(), layout="rgba", depth="u8", alpha=alpha)  # type: ignore[arg-type]
    image = to_colors(pixels)
    assert np.allclose(image, (0, 1, 0), atol=1e-6)


def test_premultiplied_numbers_are_divided_and_multiplied_again() -> None:
    pixels = packed_pixels(
        1, 1, bytes((50, 25, 0, 100)), layout="rgba", depth="u8", alpha="premultiplied"
    )
    image = to_colors(pixels)
    # the hidden part takes the colour of its surroundings, which is the same one here
    assert np.allclose(image, (0.5, 0.25, 0), atol=1e-5)
    white = to_pixels(np.ones((1, 1, 3), np.float32), pixels, None)
    assert bytes(white.data) == bytes((100, 100, 100, 100))


def test_linear_light_becomes_srgb_and_linear_again() -> None:
    data = np.array([0.2140411, 0.0, 1.0], "<f4").tobytes()
    pixels = packed_pixels(1, 1, data, layout="rgb", depth="f32", alpha="none", transfer="linear")
    image = to_colors(pixels)
    assert image.flatten().tolist() == pytest.approx([0.5, 0, 1], abs=1e-4)
    assert samples_of(to_pixels(image, pixels, None)) == pytest.approx(samples_of(pixels), abs=1e-6)


def test_numbers_that_are_none_become_black_and_the_rest_is_cut_off() -> None:
    data = np.array([np.nan, np.inf, -5.0], "<f4").tobytes()
    pixels = packed_pixels(1, 1, data, layout="rgb", depth="f32", alpha="none")
    assert to_colors(pixels).flatten().tolist() == [0, 1, 0]


@given(st.binary(min_size=35, max_size=35), st.sampled_from(get_args(Depth)))
@settings(max_examples=30, deadline=None)
def test_outside_the_selection_every_byte_stays(selected: bytes, depth: Depth) -> None:
    weights = np.frombuffer(selected, np.uint8).reshape(HEIGHT, WIDTH).copy()
    weights[weights < 128] = 0
    for layout in get_args(Layout):
        pixels = make_pixels(layout, depth, padding=2)
        back = to_pixels(
            np.random.default_rng(2).random((HEIGHT, WIDTH, 3), np.float32),
            pixels,
            mask_of(weights),
        )
        kept = weights == 0
        assert (samples_of(back)[kept] == samples_of(pixels)[kept]).all()


def test_a_soft_selection_blends() -> None:
    pixels = packed_pixels(3, 1, bytes((100, 100, 100)), layout="gray", depth="u8", alpha="none")
    mask = mask_of(np.array([[0, 51, 255]]))
    back = to_pixels(np.full((1, 3, 3), 200 / 255, np.float32), pixels, mask)
    assert list(back.data) == [100, 120, 200]


def test_a_mask_is_an_alpha_map_from_0_to_1() -> None:
    assert to_map(mask_of(np.array([[0, 255], [51, 0]]))).tolist() == pytest.approx(
        np.array([[0, 1], [0.2, 0]])
    )


def test_the_same_bytes_described_otherwise_are_another_picture() -> None:
    data = bytes(range(16))
    one = packed_pixels(2, 2, data, layout="bgra", depth="u8", alpha="none")
    assert digest(one) == digest(packed_pixels(2, 2, data, layout="bgra", depth="u8", alpha="none"))
    for other in (
        packed_pixels(2, 2, data, layout="rgba", depth="u8", alpha="none"),
        packed_pixels(2, 2, data, layout="bgra", depth="u8", alpha="straight"),
        packed_pixels(4, 1, data, layout="bgra", depth="u8", alpha="none"),
        packed_pixels(2, 2, bytes(16), layout="bgra", depth="u8", alpha="none"),
    ):
        assert digest(other) != digest(one)


@pytest.mark.parametrize("low_high", [(0.0, 1.0), (-1e30, 1e30), (0.0, 1e-30), (999.0, 1000.0)])
@pytest.mark.parametrize("transfer", get_args(Transfer))
@pytest.mark.parametrize("alpha", ["none", "straight", "premultiplied"])
def test_what_is_no_number_or_beyond_float32_gives_finite_colours(
    alpha: str, transfer: Transfer, low_high: tuple[float, float]
) -> None:
    samples = np.random.default_rng(1).random((HEIGHT, WIDTH, 4)).astype("<f4")
    odd = [np.nan, np.inf, -np.inf, 3.4e38, -3.4e38, 1e-45]
    samples[0, : len(odd), 0] = odd
    samples[1, : len(odd), 3] = odd
    samples[2, : len(odd)] = np.array(odd)[:, None]
    pixels = Pixels(
        WIDTH, HEIGHT, WIDTH * 16, "rgba", "f32", alpha, transfer, low_high, samples.tobytes()  # type: ignore[arg-type]
    )  # fmt: skip
    image = to_colors(pixels)
    assert np.isfinite(image).all()
    assert 0 <= float(image.min()) <= float(image.max()) <= 1
    back = samples_of(to_pixels(image, pixels, None))
    assert np.isfinite(back[..., :3]).all()
    half = samples_of(to_pixels(image, pixels, mask_of(np.full((HEIGHT, WIDTH), 128))))
    assert np.isfinite(half[..., :3]).all()
    untouched = samples_of(to_pixels(image, pixels, mask_of(np.zeros((HEIGHT, WIDTH)))))
    assert untouched.tobytes() == samples.tobytes()
