"""Pixels are what they say: sizes, strides and ranges are checked when they are made."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from dynamic_style.backend.protocol.errors import MalformedError
from dynamic_style.backend.protocol.pixels import (
    SAMPLE_BYTES,
    Depth,
    Pixels,
    byte_length,
    packed_pixels,
)

from .samples import gray, padded_floats, picture


@pytest.mark.parametrize(
    ("layout", "depth", "alpha", "row_bytes"),
    [
        ("bgra", "u8", "straight", 12),
        ("rgba", "f16", "premultiplied", 24),
        ("rgb", "u16", "none", 18),
        ("gray", "f32", "none", 12),
        ("gray_alpha", "u8", "straight", 6),
        ("bgra", "u8", "none", 12),
    ],
)
def test_rows_have_the_bytes_that_layout_and_depth_say(
    layout: str, depth: str, alpha: str, row_bytes: int
) -> None:
    pixels = packed_pixels(
        3,
        2,
        bytes(2 * row_bytes),
        layout=layout,
        depth=depth,
        alpha=alpha,  # type: ignore[arg-type]
    )
    assert pixels.stride == pixels.row_bytes == row_bytes


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"layout": "argb"}, "layout is 'argb'; it must be one of bgra, rgba"),
        ({"depth": "u32"}, "depth"),
        ({"alpha": "yes"}, "alpha"),
        ({"transfer": "gamma"}, "transfer"),
        ({"width": 0}, "width"),
        ({"height": 65_537}, "height"),
        ({"stride": 19}, "a row has 20 bytes"),
        ({"stride": 21}, "are 63 bytes, but there are 60"),
        ({"data": bytes(59)}, "are 60 bytes, but there are 59"),
        ({"data": memoryview(bytes(120))[::2]}, "gaps"),
        ({"layout": "gray", "data": bytes(60)}, "alpha is straight"),
        ({"value_range": (1.0, 1.0)}, "value_range"),
        ({"value_range": (0.0, float("inf"))}, "value_range"),
        ({"value_range": (float("nan"), 1.0)}, "value_range"),
        ({"value_range": (-1e308, 1e308)}, r"value_range .* from -255 to 255"),
        ({"value_range": (0.0, 256.0)}, "value_range"),
        ({"value_range": (0.0, 0.5)}, "at least 1"),
    ],
)
def test_contradictions_are_refused(changes: dict[str, object], why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        replace(picture(), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("depth", "range_"),
    [
        ("f32", (-1e308, 1e308)),
        ("f32", (0.0, 1e39)),
        ("f32", (-2e38, 2e38)),
        ("f32", (0.0, 1e-46)),
        ("f32", (1e6, 1e6 + 1)),
        ("f16", (0.0, 65_505.0)),
        ("f16", (0.0, 1e-6)),
        ("u16", (0.0, 65_536.0)),
    ],
)
def test_a_range_that_the_numbers_cannot_tell_apart_is_refused(
    depth: Depth, range_: tuple[float, float]
) -> None:
    pixels = packed_pixels(
        1, 1, bytes(SAMPLE_BYTES[depth]), layout="gray", depth=depth, alpha="none"
    )
    with pytest.raises(MalformedError, match=r"value_range .* apart"):
        replace(pixels, value_range=range_)


def test_padding_belongs_to_the_rows() -> None:
    pixels = padded_floats()
    assert (pixels.row_bytes, pixels.stride, byte_length(pixels.data)) == (36, 40, 80)


def test_a_view_of_wider_items_counts_bytes() -> None:
    floats = memoryview(bytes(80)).cast("f")
    assert replace(padded_floats(), data=floats).data is floats


def test_a_result_has_the_format_of_its_picture() -> None:
    sent = picture()
    assert sent.with_data(bytes(60)).has_format_of(sent)
    assert not gray().has_format_of(sent)
    assert not replace(sent, alpha="premultiplied").has_format_of(sent)


def test_the_digest_is_of_the_data_and_not_kept_for_other_data() -> None:
    sent = picture()
    assert sent.sha256() == hashlib.sha256(sent.data).digest()
    assert sent.with_data(bytes(60)).sha256() == hashlib.sha256(bytes(60)).digest()


def test_digests_play_no_part_in_equality() -> None:
    hashed = picture()
    hashed.sha256()
    assert hashed == picture()
    assert isinstance(hashed, Pixels)
