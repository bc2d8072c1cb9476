"""PNG files as they are met: damage beside the pixels is passed over, colour chunks are used."""

from __future__ import annotations

import io
import os
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from dynamic_style.backend.images.reader import read_image
from dynamic_style.backend.protocol.errors import ImageReadError

from ..pictures import (
    ADOBE_RGB,
    Array,
    colors,
    gamma,
    matrix_profile,
    noise,
    read,
    saved,
    smooth,
    written,
)

PHOTO = smooth(20, 30)
LINEAR = struct.pack(">I", 100_000)
ADOBE_CORNERS = (0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
SRGB_CORNERS = (0.3127, 0.329, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)


def chunk(name: bytes, data: bytes, *, sound: bool = True) -> bytes:
    checksum = zlib.crc32(name + data) ^ (0 if sound else 1)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def with_chunks(samples: Array, *chunks: bytes, **options: Any) -> io.BytesIO:
    """A PNG of the samples with the chunks behind its header."""
    data = saved(Image.fromarray(samples), "PNG", **options).getvalue()
    return io.BytesIO(data[:33] + b"".join(chunks) + data[33:])


def corners(numbers: tuple[float, ...]) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *(round(n * 100_000) for n in numbers)))


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        (b"iCCP", b"x\0\0" + zlib.compress(matrix_profile(ADOBE_RGB, gamma(2.2))), "ICC profile"),
        (b"pHYs", struct.pack(">IIB", 3000, 3000, 1), "resolution"),
        (b"gAMA", LINEAR, "colour space"),
        (b"eXIf", b"MM\0*\0\0\0\x08\0\0\0\0\0\0", "EXIF"),
    ],
    ids=["icc", "dpi", "gamma", "exif"],
)
def test_a_damaged_chunk_beside_the_pixels_is_left_out_and_said(
    name: bytes, data: bytes, says: str
) -> None:
    picture = read(with_chunks(PHOTO, chunk(name, data, sound=False)))
    np.testing.assert_allclose(colors(picture), PHOTO / 255, atol=1e-6)
    (note,) = picture.notes
    assert says in note
    assert name.decode() in note


@pytest.mark.parametrize(
    ("mode", "size"),
    [("RGB", 0), ("RGB", 3), ("RGB", 7), ("L", 0), ("L", 1), ("P", 257), ("P", 300)],
)
def test_a_transparency_of_a_wrong_size_is_left_out_and_said(mode: str, size: int) -> None:
    photo = Image.fromarray(PHOTO).convert(mode)
    data = saved(photo, "PNG").getvalue()
    at = data.index(b"IDAT") - 4
    picture = read(io.BytesIO(data[:at] + chunk(b"tRNS", b"\1" * size) + data[at:]))
    np.testing.assert_allclose(colors(picture), np.asarray(photo.convert("RGB")) / 255, atol=1e-6)
    assert picture.metadata.alpha is None
    assert picture.notes == ("its transparency (tRNS) is damaged and was left out",)


@pytest.mark.parametrize(
    ("part", "mode"), [(b"IHDR", "RGB"), (b"PLTE", "P")], ids=["header", "palette"]
)
def test_a_damaged_header_or_palette_is_called_so(part: bytes, mode: str) -> None:
    data = bytearray(saved(Image.fromarray(PHOTO).convert(mode), "PNG").getvalue())
    at = data.index(part)
    data[at + 4 + int.from_bytes(data[at - 4 : at], "big")] ^= 1  # its checksum
    with pytest.raises(ImageReadError, match=r"damaged or incomplete \(its header or its palette"):
        read_image(io.BytesIO(data), name="photo")


@pytest.mark.parametrize(
    "odd",
    [
        chunk(b"tEXt", b"Comment\0fine", sound=False),
        chunk(b"tIME", b"\0" * 7, sound=False),
        chunk(b"pHYs", b"\0\1"),
        chunk(b"acTL", b"\0"),
        chunk(b"fcTL", b"\0" * 26),
        chunk(b"zTXt", b"Comment\0\7nonsense"),
        chunk(b"tEXt", b"Comment\0" + b"a" * 2_000_000),
        chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"a" * 5_000_000)),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"a" * 5_000_000)),
        chunk(b"prVt", os.urandom(50), sound=False),
    ],
    ids=str.split("text time dpi animation frame method long exif xmp private"),
)
def test_odd_chunks_that_nobody_needs_change_nothing(odd: bytes) -> None:
    picture = read(with_chunks(PHOTO, odd))
    np.testing.assert_allclose(colors(picture), PHOTO / 255, atol=1e-6)


def test_a_profile_of_more_than_a_megabyte_is_used_and_kept() -> None:
    profile = bytearray(matrix_profile(ADOBE_RGB, gamma(2.2)) + os.urandom(1_200_000))
    profile[:4] = struct.pack(">I", len(profile))
    picture = read(saved(Image.fromarray(PHOTO), "PNG", icc_profile=bytes(profile)))
    assert picture.notes == ()
    assert picture.metadata.profile is not None
    for depth in (8, 16):
        result, _ = written(picture, "png", bit_depth=depth)
        again = read(result)
        assert again.metadata.profile is not None
        assert again.metadata.profile.data == profile


def test_a_text_of_a_hundred_megabytes_is_not_unpacked() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "a" * 100_000_000, zip=True)
    assert read(saved(Image.fromarray(PHOTO), "PNG", pnginfo=info)).notes == ()


def test_of_many_profiles_and_texts_the_first_count() -> None:
    """A decoder unpacks each, and gives up when they are too much together."""
    info = PngImagePlugin.PngInfo()
    for _ in range(70):
        info.add_itxt("XML:com.adobe.xmp", "a" * 1_000_000, zip=True)
    profile = matrix_profile(ADOBE_RGB, gamma(2.2))
    chunks = [
        chunk(b"iCCP", b"x\0\0" + zlib.compress(data)) for data in (profile, b"another profile")
    ]
    picture = read(with_chunks(PHOTO, *chunks, pnginfo=info))
    assert picture.notes == ()
    assert picture.metadata.profile is not None
    assert picture.metadata.profile.data == profile


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1"])
def test_rows_that_are_missing_are_no_black_ones(mode: str, interlaced: bool) -> None:
    depth, kind, width, height = {
        "L": (8, 0, 24, 20), "RGB": (8, 2, 24, 20), "RGBA": (8, 6, 24, 20), "P": (8, 3, 24, 20),
        "1": (1, 0, 24, 20),
    }[mode]  # fmt: skip
    row = 1 + width * {0: 1, 2: 3, 6: 4, 3: 1}[kind] * depth // 8
    rows = b"\0" * (row * height + (200 if interlaced else 0))

    def png(data: bytes) -> io.BytesIO:
        header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
        palette = chunk(b"PLTE", b"\7" * 768) if mode == "P" else b""
        body = chunk(b"IHDR", header) + palette + chunk(b"IDAT", zlib.compress(data))
        return io.BytesIO(b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b""))

    assert read(png(rows)).size == (20, 24)  # black all over is a picture
    with pytest.raises(ImageReadError, match="damaged or incomplete"):
        read_image(png(rows[: row * 9]), name="photo")


def test_a_small_file_that_claims_a_tall_picture_is_refused_before_it_is_decoded() -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 4_194_334, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0" * 121 * 30)) + chunk(b"IEND", b"")
    with pytest.raises(ImageReadError, match="too little data"):
        read_image(io.BytesIO(b"\x89PNG\r\n\x1a\n" + header + data), name="photo")


def test_gamma_is_applied_and_the_result_carries_it_as_a_profile() -> None:
    encoded = PHOTO / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    samples = np.rint(linear * 255).astype(np.uint8)
    picture = read(with_chunks(samples, chunk(b"gAMA", LINEAR)))
    bright = samples.min(axis=2) > 20
    np.testing.assert_allclose(colors(picture)[bright], encoded[bright], atol=0.02)
    assert picture.notes == ()
    for format_ in ("png", "jpeg", "tiff", "webp"):
        result, _ = written(picture, format_)
        assert Image.open(result).info["icc_profile"] == picture.metadata.profile.data  # type: ignore[union-attr]
    result, _ = written(picture, "png")
    np.testing.assert_array_equal(np.asarray(Image.open(result)), samples)


@pytest.mark.parametrize("value", [45_455, 45_454, 46_000])
def test_the_gamma_that_everybody_writes_is_srgb(value: int) -> None:
    for more in ((), (corners(SRGB_CORNERS),)):
        picture = read(with_chunks(PHOTO, chunk(b"gAMA", struct.pack(">I", value)), *more))
        np.testing.assert_allclose(colors(picture), PHOTO / 255, atol=1e-6)


def test_primaries_are_applied_as_littlecms_applies_their_profile() -> None:
    gamma_chunk = chunk(b"gAMA", struct.pack(">I", round(100_000 / 2.2)))
    picture = read(with_chunks(PHOTO, gamma_chunk, corners(ADOBE_CORNERS)))
    profile = matrix_profile(ADOBE_RGB, gamma(2.2))
    by_icc = read(saved(Image.fromarray(PHOTO), "PNG", icc_profile=profile))
    np.testing.assert_allclose(colors(picture), colors(by_icc), atol=0.005)
    assert picture.metadata.profile is not None
    made = ImageCms.ImageCmsProfile(io.BytesIO(picture.metadata.profile.data))
    by_littlecms = ImageCms.profileToProfile(
        Image.fromarray(PHOTO), made, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert by_littlecms is not None
    difference = colors(picture) * 255 - np.asarray(by_littlecms, np.float32)
    assert np.abs(difference).max() < 2


def test_display_p3_by_its_code_is_applied() -> None:
    red = np.full((4, 4, 3), (234, 51, 35), np.uint8)  # sRGB's (255, 0, 0) in Display P3
    picture = read(with_chunks(red, chunk(b"cICP", bytes([12, 13, 0, 1]))))
    np.testing.assert_allclose(colors(picture)[0, 0], [1, 0, 0], atol=0.03)
    result, _ = written(picture, "png")
    np.testing.assert_array_equal(np.asarray(Image.open(result)), red)
    assert "icc_profile" in Image.open(result).info


def test_the_code_of_srgb_is_srgb_whatever_else_is_said() -> None:
    wrong = chunk(b"gAMA", LINEAR)
    picture = read(with_chunks(PHOTO, chunk(b"cICP", bytes([1, 13, 0, 1])), wrong))
    np.testing.assert_allclose(colors(picture), PHOTO / 255, atol=1e-6)
    assert picture.metadata.profile is None


@pytest.mark.parametrize("depth", [8, 16])
def test_a_code_that_is_not_converted_is_kept_and_said(depth: int) -> None:
    code = bytes([9, 16, 0, 1])  # BT.2020 with PQ
    picture = read(with_chunks(PHOTO, chunk(b"cICP", code)))
    assert any("cICP" in note for note in picture.notes)
    result, notes = written(picture, "png", bit_depth=depth)
    assert notes == ()
    assert chunk(b"cICP", code) in result.getvalue()
    _, notes = written(picture, "tiff")
    assert any("cICP" in note for note in notes)


@pytest.mark.parametrize(
    "code", [bytes([9, 16, 0, 1]), bytes([1, 13, 0, 0])], ids=["PQ", "limited range"]
)
def test_beside_a_code_that_is_not_converted_the_profile_is_applied_and_kept(code: bytes) -> None:
    profile = matrix_profile(ADOBE_RGB, gamma(2.2))
    icc = chunk(b"iCCP", b"x\0\0" + zlib.compress(profile))
    picture = read(with_chunks(PHOTO, chunk(b"cICP", code), icc))
    alone = read(with_chunks(PHOTO, icc))
    np.testing.assert_array_equal(colors(picture), colors(alone))
    (note,) = picture.notes
    assert "cICP" in note
    assert "its ICC profile served instead" in note
    result, _ = written(picture, "png")
    assert Image.open(result).info["icc_profile"] == profile
    assert chunk(b"cICP", code) in result.getvalue()


def test_beside_a_code_that_is_not_converted_gamma_is_applied() -> None:
    linear = chunk(b"gAMA", LINEAR)
    picture = read(with_chunks(PHOTO, chunk(b"cICP", bytes([9, 16, 0, 1])), linear))
    np.testing.assert_array_equal(colors(picture), colors(read(with_chunks(PHOTO, linear))))
    assert "its gamma and primaries served instead" in picture.notes[0]


@pytest.mark.parametrize(
    "nonsense",
    [chunk(b"gAMA", b"\0" * 4), chunk(b"gAMA", b"\xff" * 4), corners((0.3, 0.3) * 4)],
    ids=["none", "huge", "flat"],
)
def test_numbers_of_no_colour_space_are_left_out_and_said(nonsense: bytes) -> None:
    picture = read(with_chunks(noise(6, 6, 3), nonsense))
    (note,) = picture.notes
    assert "sRGB" in note
    assert picture.metadata.profile is None
