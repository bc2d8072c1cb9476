"""Picture files into memory: every kind of pixel upright, in sRGB, with what is kept aside."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps

from dynamic_style.backend.images.reader import read_image
from dynamic_style.backend.protocol.errors import ImageReadError

from ..pictures import Array, colors, noise, read, saved, smooth, tiff


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_8_bit_modes_are_read_as_pillow_shows_them(mode: str) -> None:
    samples = noise(6, 5, 4 if "A" in mode else 3)
    picture = Image.fromarray(samples).convert(mode)
    read_back = read(saved(picture, "PNG"))
    shown = np.asarray(picture.convert("RGBA"))
    visible = shown[..., 3] == 255
    np.testing.assert_allclose(colors(read_back)[visible], shown[visible][:, :3] / 255, atol=1e-6)
    assert read_back.metadata.bit_depth == 8
    if mode in ("LA", "RGBA"):
        np.testing.assert_array_equal(read_back.metadata.alpha, np.asarray(picture)[..., -1])
    else:
        assert read_back.metadata.alpha is None


def test_transparency_of_a_palette_becomes_alpha() -> None:
    picture = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8), "P")
    picture.putpalette([255, 0, 0, 0, 0, 255])
    read_back = read(saved(picture, "PNG", transparency=0))
    np.testing.assert_array_equal(read_back.metadata.alpha, [[0, 255], [255, 0]])


@pytest.mark.parametrize("channels", [1, 3])
def test_the_transparent_color_of_a_16_bit_png_becomes_alpha(channels: int) -> None:
    samples = np.full((2, 3, channels), 40_000, np.uint16)
    samples[0, 1] = 40_001
    key = struct.pack(f">{channels}H", *[40_001] * channels)
    file = png16(samples, {b"tRNS": key})
    expected = np.full((2, 3), 65_535)
    expected[0, 1] = 0
    np.testing.assert_array_equal(read(file).metadata.alpha, expected)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_to_colors_and_alpha(orientation: int) -> None:
    samples = noise(4, 7, 4)
    samples[..., 3] |= np.where(samples[..., 3] % 2, 255, 0).astype(np.uint8)  # half are opaque
    picture = Image.fromarray(samples)
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = saved(picture, "PNG", exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(file)))
    read_back = read(file)
    np.testing.assert_array_equal(read_back.metadata.alpha, expected[..., 3])
    visible = expected[..., 3] == 255
    np.testing.assert_allclose(
        colors(read_back)[visible], expected[visible][:, :3] / 255, atol=1e-6
    )


@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_16_bit_tiff_is_turned_once(orientation: int, channels: int, planes: str) -> None:
    samples = noise(4, 7, channels, dtype=np.uint16)
    stored = turned_back(samples, orientation)
    if channels == 1:
        stored = stored[..., 0]
    elif planes == "separate":
        stored = np.moveaxis(stored, 2, 0)
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        np.ascontiguousarray(stored),
        photometric="rgb" if channels > 2 else "minisblack",
        planarconfig=planes if channels > 1 else None,
        extrasamples=["unassalpha"] if channels in (2, 4) else None,
        metadata=None,
        extratags=[(274, "H", 1, orientation, True)],
    )
    check_deep(read(file), samples)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_all_16_bits_of_a_png_are_read(channels: int) -> None:
    samples = noise(9, 7, channels, dtype=np.uint16)
    check_deep(read(png16(samples)), samples)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize(
    "layout",
    [
        {},
        {"compression": "zlib", "predictor": True},
        {"byteorder": ">"},
        {"tile": (16, 16)},
        {"rowsperstrip": 2, "compression": "zlib"},
        {"planarconfig": "separate"},
    ],
    ids=str,
)
def test_all_16_bits_of_a_tiff_are_read(channels: int, layout: dict[str, Any]) -> None:
    samples = noise(9, 7, channels, dtype=np.uint16)
    stored = samples[..., 0] if channels == 1 else samples
    if "planarconfig" in layout and channels > 1:
        stored = np.moveaxis(samples, 2, 0)
    elif channels == 1:
        layout = {key: value for key, value in layout.items() if key != "planarconfig"}
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        stored,
        photometric="rgb" if channels > 2 else "minisblack",
        extrasamples=["unassalpha"] if channels in (2, 4) else None,
        **layout,
    )
    check_deep(read(file), samples)


def test_a_16_bit_tiff_with_white_as_zero_is_not_a_negative() -> None:
    samples = noise(4, 5, 1, dtype=np.uint16)
    file = io.BytesIO()
    tifffile.imwrite(file, ~samples[..., 0], photometric="miniswhite")
    check_deep(read(file), samples)


@pytest.mark.parametrize("channels", [2, 4])
def test_premultiplied_16_bit_colors_are_divided_by_their_alpha(channels: int) -> None:
    straight = noise(6, 6, channels, dtype=np.uint16)
    straight[..., -1] |= 0x8000  # at least half visible: the division is exact to a step or two
    multiplied = straight.copy()
    cover = straight[..., -1:].astype(np.float64) / 65_535
    multiplied[..., :-1] = np.rint(straight[..., :-1] * cover)
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        multiplied,
        photometric="rgb" if channels == 4 else "minisblack",
        extrasamples=["assocalpha"],
    )
    picture = read(file)
    np.testing.assert_array_equal(picture.metadata.alpha, straight[..., -1])
    expected = np.broadcast_to(straight[..., :-1], (6, 6, 3)) / 65_535
    full = straight[..., -1] == 65_535
    difference = np.abs(colors(picture) - expected)[full]
    assert difference.size == 0 or difference.max() < 3 / 65_535


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_floating_point_tiff_is_read_with_16_bits_and_said(dtype: type, channels: int) -> None:
    values = (noise(5, 7, channels, dtype=np.uint16) / 65_535).astype(dtype)
    if channels == 4:
        values[..., 3] = 1
    stored = values[..., 0] if channels == 1 else values
    kind = "minisblack" if channels == 1 else "rgb"
    extra = ["unassalpha"] if channels == 4 else None
    picture = read(tiff(stored, photometric=kind, extrasamples=extra))
    expected = np.broadcast_to(values[..., :3], (5, 7, 3)).astype(np.float64)
    np.testing.assert_allclose(colors(picture), expected, atol=0.51 / 65_535)
    assert picture.metadata.bit_depth == 16
    (note,) = picture.notes
    assert "floating-point" in note


def test_floats_beyond_black_and_white_are_cut_off_and_said() -> None:
    values = np.array([[-0.5, 0.25, 1.75, np.nan]], np.float32)
    picture = read(tiff(values))
    np.testing.assert_allclose(colors(picture)[0, :, 0], [0, 0.25, 1, 0], atol=1e-4)
    assert any("cut off" in note for note in picture.notes)


@pytest.mark.parametrize("most", [65_535, 1_023])
@pytest.mark.parametrize("kind", ["P2", "P3", "P5", "P6"])
def test_all_bits_of_pgm_and_ppm_are_read(kind: str, most: int) -> None:
    channels = 3 if kind in ("P3", "P6") else 1
    numbers = noise(4, 6, channels, dtype=np.uint16) & np.uint16(most)
    head = f"{kind}\n# by a test\n6 4\n{most}\n".encode()
    plain = " ".join(map(str, numbers.ravel())).encode()
    body = plain if kind in ("P2", "P3") else numbers.astype(">u2").tobytes()
    picture = read(io.BytesIO(head + body))
    check_deep(picture, np.rint(numbers * (65_535 / most)).astype(np.uint16))
    assert picture.notes == ()


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("ending", [b"", b"\xff"], ids=["cut", "half"])
def test_a_jpeg_that_lacks_only_its_end_marker_is_read_and_said(
    ending: bytes, progressive: bool
) -> None:
    whole = saved(Image.fromarray(noise(40, 56, 3)), "JPEG", progressive=progressive)
    picture = read(io.BytesIO(whole.getvalue()[:-2] + ending))
    np.testing.assert_array_equal(colors(picture), colors(read(whole)))
    (note,) = picture.notes
    assert "end marker" in note


def test_more_pixels_than_are_read_unasked_are_read_when_asked() -> None:
    file = saved(Image.new("L", (30, 20), 128), "PNG")
    with pytest.raises(ImageReadError, match=r"photo: .*--max-megapixels 1\)"):
        read_image(file, name="photo", max_pixels=599)
    file.seek(0)
    assert read_image(file, name="photo", max_pixels=600).size == (20, 30)


def test_a_limit_above_pillows_own_is_what_holds() -> None:
    """179 million pixels: Pillow's own limit, at which it raises, lies just below."""
    file = saved(Image.new("1", (17_900, 10_000)), "TIFF", compression="group4")
    with pytest.raises(ImageReadError, match=r"--max-megapixels 179\)"):
        read_image(file, name="photo")
    file.seek(0)
    with pytest.raises(ImageReadError, match="damaged"):
        read_image(io.BytesIO(file.getvalue()[:200]), name="photo", max_pixels=200_000_000)
    assert Image.MAX_IMAGE_PIXELS is not None
    assert Image.MAX_IMAGE_PIXELS < 100_000_000


def test_depth_that_is_lost_is_said() -> None:
    deep = Image.fromarray(noise(16, 16, dtype=np.uint16))
    assert read(saved(deep, "JPEG2000")).metadata.bit_depth == 16
    jp2 = saved(Image.fromarray(noise(16, 16, 3)), "JPEG2000").getvalue()
    assert read(io.BytesIO(jp2)).notes == ()
    size = jp2.index(b"\xff\x51") + 40  # the bits of the first channel, less one
    at_12_bits = bytearray(jp2)
    for channel in range(3):
        at_12_bits[size + 3 * channel] = 11
    at_12_bits[jp2.index(b"ihdr") + 14] = 11
    picture = read(io.BytesIO(at_12_bits))
    assert picture.notes == ("only 8 of its 12 bits per channel could be read",)


def test_a_grey_floating_point_tiff_is_read_in_any_compression() -> None:
    values = np.linspace(0, 1, 35, dtype=np.float32).reshape(5, 7)
    picture = read(saved(Image.fromarray(values), "TIFF", compression="tiff_lzw"))
    np.testing.assert_allclose(colors(picture)[..., 1], values, atol=1e-5)
    assert picture.metadata.bit_depth == 16


def test_cmyk_is_converted_and_said() -> None:
    picture = Image.new("CMYK", (4, 4), (0, 255, 255, 0))
    read_back = read(saved(picture, "JPEG", quality=100))
    red, green, blue = colors(read_back)[0, 0]
    assert red > 0.9
    assert max(green, blue) < 0.1
    assert any("CMYK" in note for note in read_back.notes)


def test_only_the_first_frame_is_read_and_said() -> None:
    red, blue = Image.new("RGB", (3, 3), "red"), Image.new("RGB", (3, 3), "blue")
    picture = read(saved(red, "GIF", save_all=True, append_images=[blue]))
    np.testing.assert_allclose(colors(picture)[0, 0], [1, 0, 0], atol=0.01)
    assert any("2 frames" in note for note in picture.notes)


def test_a_phone_jpeg_with_a_second_picture_behind_it_needs_no_note() -> None:
    first = Image.fromarray(smooth(20, 20))
    picture = read(saved(first, "MPO", save_all=True, append_images=[Image.new("RGB", (9, 9))]))
    assert picture.size == (20, 20)
    assert picture.format == "jpeg"
    assert picture.notes == ()


def test_hidden_colors_are_replaced_by_their_visible_neighbours() -> None:
    samples = np.zeros((16, 16, 4), np.uint8)
    samples[:, :8] = (0, 0, 255, 255)  # blue and visible
    samples[:, 8:] = (255, 0, 0, 0)  # red and hidden
    np.testing.assert_allclose(
        colors(read(saved(Image.fromarray(samples), "PNG"))),
        np.broadcast_to([0.0, 0.0, 1.0], (16, 16, 3)),
        atol=1e-5,
    )


def test_a_wholly_hidden_picture_is_gray() -> None:
    picture = read(saved(Image.new("RGBA", (5, 3), (255, 0, 0, 0)), "PNG"))
    np.testing.assert_allclose(colors(picture), 0.5)


def turned_back(samples: Array, orientation: int) -> Array:
    """How a file of this EXIF orientation stores an upright picture, by what EXIF 3.0 calls its
    first row and first column.
    """
    first_row_at_bottom = orientation in (3, 4)
    first_column_at_right = orientation in (2, 3)
    if orientation > 4:  # the first row is the left or right side
        sides = samples.swapaxes(0, 1)
        return sides[:: -1 if orientation in (7, 6) else 1, :: -1 if orientation in (7, 8) else 1]
    return samples[:: -1 if first_row_at_bottom else 1, :: -1 if first_column_at_right else 1]


def test_a_plain_ppm_takes_no_more_memory_than_its_pixels_do() -> None:
    tracemalloc.start()
    try:
        picture = read(io.BytesIO(b"P3 1 1 1023\n" + b"1023 " * 1_000_000))
        assert tracemalloc.get_traced_memory()[1] < 20_000_000  # the file has five
    finally:
        tracemalloc.stop()
    assert picture.size == (1, 1)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 1), (3, 5)])
def test_tiny_pictures_are_read(size: tuple[int, int]) -> None:
    samples = noise(*size, 3)
    picture = read(saved(Image.fromarray(samples), "PNG"))
    assert picture.size == size
    np.testing.assert_allclose(colors(picture), samples / 255, atol=1e-6)


def check_deep(picture: Any, samples: Array) -> None:
    """All of (H, W, C) uint16 came through: colours where they are visible, alpha everywhere."""
    assert picture.metadata.bit_depth == 16
    expected, visible = samples, np.ones(samples.shape[:2], bool)
    if samples.shape[2] in (2, 4):
        np.testing.assert_array_equal(picture.metadata.alpha, samples[..., -1])
        expected, visible = samples[..., :-1], samples[..., -1] == 65_535
    else:
        assert picture.metadata.alpha is None
    broad = np.broadcast_to(expected, (*samples.shape[:2], 3))
    found = np.rint(colors(picture) * 65_535)
    np.testing.assert_array_equal(found[visible], broad[visible])


def png16(samples: Array, chunks: dict[bytes, bytes] | None = None) -> io.BytesIO:
    """A 16-bit PNG by the plainest writer there is: no filter, one IDAT."""
    height, width, channels = samples.shape
    header = struct.pack(">IIBBBBB", width, height, 16, (0, 0, 4, 2, 6)[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    parts = {b"IHDR": header, **(chunks or {}), b"IDAT": zlib.compress(rows), b"IEND": b""}
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
            for name, data in parts.items()
        )
    )
