"""Results into files: the depth, alpha, profile and metadata of the photo, in every format."""

from __future__ import annotations

import errno
import io
import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

from dynamic_style.backend.images.codecs.exif_block import (
    MAX_BYTES,
    ExifData,
    Field,
    pack_exif,
    parse_exif,
)
from dynamic_style.backend.images.codecs.tiff_writer import write_tiff
from dynamic_style.backend.images.formats import format_named
from dynamic_style.backend.images.picture import SourceMetadata
from dynamic_style.backend.images.writer import write_image
from dynamic_style.backend.protocol.errors import ImageWriteError, UsageError

from ..pictures import ADOBE_RGB, colors, gamma, matrix_profile, noise, read, saved, smooth, written
from .test_reading import png16


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("format_", ["png", "tiff"])
def test_16_bits_come_back_unchanged(format_: str, channels: int) -> None:
    samples = noise(300, 31, channels, dtype=np.uint16)  # more rows than one strip of the writer
    if channels == 4:
        samples[..., 3] |= 0xFF00
        samples[:, ::2, 3] = 65_535
    result, notes = written(read(png16(samples)), format_)
    assert notes == ()
    read_back = read(result)
    assert read_back.metadata.bit_depth == 16
    visible = np.ones(samples.shape[:2], bool)
    if channels == 4:
        np.testing.assert_array_equal(read_back.metadata.alpha, samples[..., 3])
        visible = samples[..., 3] == 65_535
    found = np.rint(colors(read_back) * 65_535)
    np.testing.assert_array_equal(found[visible], samples[..., :3][visible])


@pytest.mark.parametrize("channels", [3, 4])
def test_a_png_of_several_strips_is_one_whole_stream(channels: int) -> None:
    samples = noise(900, 601, channels)
    samples[300:600, :, :3] = np.arange(300, dtype=np.uint8)[:, None, None]  # suits other filters
    samples[600:, :, :3] = np.arange(601, dtype=np.uint8)[:, None]
    samples[..., 3:] |= 0x80
    result, _ = written(read(saved(Image.fromarray(samples), "PNG")), "png")
    opened = Image.open(result)
    np.testing.assert_array_equal(np.asarray(opened)[..., 3:], samples[..., 3:])
    shown = samples[..., 3:].min(-1, initial=255) == 255
    np.testing.assert_array_equal(np.asarray(opened)[shown], samples[shown])

    data, at, packed = result.getvalue(), 8, b""
    while at < len(data):  # chunks: size, name, data, CRC
        size = int.from_bytes(data[at : at + 4], "big")
        packed += data[at + 8 : at + 8 + size] if data[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + size
    rows = zlib.decompress(packed)  # raises where its checksum is wrong
    assert len(rows) == 900 * (1 + 601 * channels)
    assert len(set(rows[:: 1 + 601 * channels])) > 1  # filters


def test_a_16_bit_png_is_what_other_readers_expect() -> None:
    samples = noise(70, 50, 3, dtype=np.uint16)
    result, _ = written(read(png16(samples)), "png")
    seen = np.asarray(Image.open(result).convert("RGB"))
    np.testing.assert_array_equal(seen, samples >> 8)  # Pillow keeps the high bytes


def test_a_16_bit_tiff_is_what_other_readers_expect() -> None:
    samples = noise(7, 5, 4, dtype=np.uint16) | 0x8000
    picture = read(png16(samples))
    result, _ = written(picture, "tiff")
    with tifffile.TiffFile(result) as tiff:
        page = tiff.pages[0]
        assert page.extrasamples == (2,)  # unassociated alpha
        np.testing.assert_array_equal(page.asarray()[..., 3], samples[..., 3])


@pytest.mark.parametrize("format_", ["png", "tiff", "webp"])
def test_alpha_is_kept_exactly_at_8_bits(format_: str) -> None:
    samples = noise(20, 20, 4)
    result, notes = written(read(saved(Image.fromarray(samples), "PNG")), format_)
    assert notes == ()
    np.testing.assert_array_equal(np.asarray(Image.open(result))[..., 3], samples[..., 3])


def test_jpeg_lays_a_transparent_result_on_white_and_says_so() -> None:
    picture = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    result, notes = written(read(saved(picture, "PNG")), "jpeg")
    assert np.asarray(Image.open(result)).min() > 250
    assert any("white" in note for note in notes)


def test_alpha_is_scaled_with_the_depth() -> None:
    samples = np.full((2, 2, 4), 255, np.uint8)
    samples[..., 3] = 128
    result, _ = written(read(saved(Image.fromarray(samples), "PNG")), "png", bit_depth=16)
    np.testing.assert_array_equal(read(result).metadata.alpha, 128 * 257)


def test_a_format_without_16_bits_gets_8_and_says_so() -> None:
    samples = noise(8, 8, 3, dtype=np.uint16)
    result, notes = written(read(png16(samples)), "webp")
    assert Image.open(result).mode == "RGB"
    assert any("8 bits" in note for note in notes)


def test_8_bits_round_to_the_nearest() -> None:
    samples = np.array([[[0, 127, 128], [129, 65_407, 65_535]]], np.uint16)
    result, _ = written(read(png16(samples)), "png", bit_depth=8)
    np.testing.assert_array_equal(np.asarray(Image.open(result)), [[[0, 0, 0], [1, 255, 255]]])


@pytest.mark.parametrize("format_", ["png", "jpeg", "webp", "tiff"])
def test_metadata_is_carried_without_what_no_longer_holds(format_: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: lies on its side
    exif[0x013B] = "Ada Painter"
    exif.get_ifd(0x8769)[0x829A] = 0.01  # exposure time
    exif[0x8769] = exif.get_ifd(0x8769)
    profile = matrix_profile(ADOBE_RGB, gamma(2.2))
    photo = Image.fromarray(smooth(20, 30))
    file = saved(photo, "JPEG", exif=exif, dpi=(300, 300), icc_profile=profile)
    result, notes = written(read(file), format_)
    assert notes == ()
    opened = Image.open(result)
    opened.load()
    assert opened.size == (20, 30)  # upright: width and height have changed places
    exif = opened.getexif()
    assert exif.get(0x0112, 1) == 1
    assert exif[0x013B] == "Ada Painter"
    assert exif.get_ifd(0x8769)[0x829A] == pytest.approx(0.01)
    assert opened.info["icc_profile"] == profile
    if format_ != "webp":
        assert opened.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_metadata_is_carried_into_16_bit_files() -> None:
    exif = Image.Exif()
    exif[0x013B] = "Ada Painter"
    profile = matrix_profile(ADOBE_RGB, gamma(2.2))
    options = {"exif": exif, "dpi": (240, 240), "icc_profile": profile}
    photo = read(saved(Image.fromarray(smooth(9, 9)), "JPEG", **options))
    result, _ = written(photo, "png", bit_depth=16)
    opened = Image.open(result)
    opened.load()
    assert opened.getexif()[0x013B] == "Ada Painter"
    assert opened.info["icc_profile"] == profile
    assert opened.info["dpi"] == pytest.approx((240, 240), abs=0.1)
    result, notes = written(photo, "tiff", bit_depth=16)
    read_back = read(result)
    assert read_back.metadata.profile is not None
    assert read_back.metadata.profile.data == profile
    assert read_back.metadata.dpi == pytest.approx((240, 240))
    assert notes == ()
    assert read_back.metadata.exif is not None
    assert b"Ada Painter" in read_back.metadata.exif


def exif_of(order: str) -> bytes:
    """A block with texts that are no ASCII, one of a type that is newer than most readers, and the
    folders for EXIF and GPS.
    """
    exif = ExifData(order)  # type: ignore[arg-type]
    exif.main[0x010E] = Field(2, "Zürich".encode() + b"\0")
    exif.main[0x013B] = Field(2, "Jürgen Müller".encode("latin-1") + b"\0")
    exif.main[0x8298] = Field(129, "© 2024 Jürgen Müller".encode() + b"\0")
    exif.main[0x9C9D] = Field(1, "Jürgen".encode("utf-16-le") + b"\0\0")
    exif.folders[0x8769] = {
        0x829A: Field(5, struct.pack(f"{order}II", 1, 100)),
        0x9286: Field(7, b"UNICODE\0" + "日本".encode("utf-16-be")),
        0x927C: Field(7, bytes(range(256)) * 3),
        0xA005: Field(4, struct.pack(f"{order}I", 9_999)),
        0xA430: Field(2, "Ödön".encode() + b"\0"),
    }
    exif.folders[0x8825] = {0x0001: Field(2, b"N\0"), 0x0002: Field(5, bytes(range(24)))}
    return pack_exif(exif)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_fields_come_through_every_format_byte_by_byte(
    order: str, source: str, depth: int
) -> None:
    given = parse_exif(exif_of(order))
    if source == "TIFF":
        file = io.BytesIO()
        write_tiff(file, smooth(20, 30), profile=None, exif=exif_of(order), dpi=None)
    else:
        file = saved(Image.fromarray(smooth(20, 30)), source, exif=exif_of(order))
    photo = read(file)
    assert photo.notes == ()
    for format_ in ("jpeg", "png", "webp", "tiff"):
        result, _ = written(photo, format_, bit_depth=depth)
        exif = read(result).metadata.exif
        assert exif is not None
        found = parse_exif(exif)
        assert found.main == given.main
        assert found.folders[0x8825] == given.folders[0x8825]
        del found.folders[0x8769][0x829A]
        expected = {tag: found_ for tag, found_ in given.folders[0x8769].items() if tag != 0xA005}
        del expected[0x829A]
        assert found.folders[0x8769] == expected


@pytest.mark.parametrize("comment_bytes", [20, 80_000])
@pytest.mark.parametrize("format_", ["png", "tiff", "webp", "jpeg"])
def test_large_exif_data_is_kept_as_far_as_the_format_holds_it(
    format_: str, comment_bytes: int
) -> None:
    given = parse_exif(exif_of("<"))
    given.folders[0x8769] |= {
        0x927C: Field(7, b"m" * 90_000),
        0x9286: Field(7, b"c" * comment_bytes),
    }
    del given.folders[0x8769][0xA005]
    photo = read(saved(Image.fromarray(smooth(20, 30)), "PNG", exif=pack_exif(given)))
    assert photo.notes == ()
    result, notes = written(photo, format_)
    found = read(result).metadata.exif
    assert found is not None
    if format_ == "jpeg":
        named = "MakerNote" if comment_bytes == 20 else "MakerNote, UserComment"
        assert notes == (f"JPEG holds 65,533 bytes of EXIF data; left out: {named}",)
        del given.folders[0x8769][0x927C]
        if comment_bytes > 20:
            del given.folders[0x8769][0x9286]
    else:
        assert notes == ()
    assert parse_exif(found).main.items() >= given.main.items()
    assert parse_exif(found).folders == given.folders


def test_a_tiff_with_exif_is_what_other_readers_expect() -> None:
    photo = read(saved(Image.fromarray(smooth(20, 30)), "JPEG", exif=exif_of(">"), dpi=(240, 240)))
    result, _ = written(photo, "tiff", bit_depth=16)
    with tifffile.TiffFile(result) as tiff:
        page = tiff.pages[0]
        np.testing.assert_array_equal(page.asarray() // 257, np.rint(colors(photo) * 255))
        assert page.tags[0x013B].value == "Jürgen Müller"
        assert page.tags[0x8769].value["ExposureTime"] == (1, 100)
    opened = Image.open(result)
    assert opened.getexif().get_ifd(0x8769)[0x829A] == pytest.approx(0.01)
    assert opened.info["dpi"] == pytest.approx((240, 240))


def test_exif_of_a_tiff_that_pillow_does_not_open_is_carried_too() -> None:
    file = io.BytesIO()
    write_tiff(file, noise(9, 9, 4), profile=None, exif=exif_of("<"), dpi=(240, 120))
    in_color, in_gray = (struct.pack("<HHII", 262, 3, 1, kind) for kind in (2, 1))
    picture = read(io.BytesIO(file.getvalue().replace(in_color, in_gray)))
    assert any("channels were left out" in note for note in picture.notes)
    assert picture.metadata.dpi == pytest.approx((240, 120))
    assert parse_exif(picture.metadata.exif or b"").main == parse_exif(exif_of("<")).main


def test_damaged_fields_are_left_out_and_said_and_the_others_kept() -> None:
    sound, too_long = (struct.pack(">HHI", 0x013B, 2, count) for count in (14, 1 << 20))
    block = exif_of(">").replace(sound, too_long)
    photo = read(saved(Image.fromarray(smooth(9, 9)), "JPEG", exif=block))
    assert photo.notes == ("some of its EXIF data is damaged and was left out",)
    assert 0x010E in parse_exif(photo.metadata.exif or b"").main


def test_fields_that_lie_on_top_of_each_other_are_read_within_limits() -> None:
    size = 1 << 20
    table = b"".join(struct.pack("<HHII", 0x9000 + n, 7, size, 0) for n in range(200))
    head = b"II*\0" + struct.pack("<IH", 8, 200)
    exif = parse_exif(head + table + bytes(size))
    assert exif.is_damaged
    assert sum(len(field.data) for field in exif.main.values()) <= MAX_BYTES


def test_the_layers_of_a_painting_program_in_a_tiff_are_no_damaged_exif() -> None:
    file = io.BytesIO()
    layers = (37_724, 7, 1, bytes(MAX_BYTES + 1), True)
    artist = (315, 2, 0, "A. Painter", True)
    tifffile.imwrite(file, noise(9, 9, 3), photometric="rgb", extratags=[layers, artist])
    picture = read(io.BytesIO(file.getvalue()))
    assert picture.notes == ()
    assert parse_exif(picture.metadata.exif or b"").main[315].data == b"A. Painter\0"


def test_a_full_disk_is_told_as_such() -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    photo = read(saved(Image.fromarray(smooth(9, 9)), "PNG"))
    for format_ in ("png", "jpeg", "webp", "tiff"):
        with pytest.raises(OSError, match="No space left"):
            write_image(
                Full(), photo.colors, SourceMetadata(), format_named(format_), name="result"
            )


def test_damaged_exif_is_left_out_and_said() -> None:
    damaged = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x3b\0\x02\xff\xff\xff\xff\0\0\0\x08"
    photo = read(saved(Image.fromarray(smooth(9, 9)), "JPEG", exif=damaged))
    result, _ = written(photo, "jpeg")
    assert "exif" not in Image.open(result).info


@pytest.mark.parametrize("quality", [50, 95, 100])
def test_noise_fits_into_a_jpeg_at_any_quality(
    quality: int, capfd: pytest.CaptureFixture[str]
) -> None:
    dots = noise(300, 400, 3) // 128 * 255
    picture = read(saved(Image.fromarray(dots), "PNG"))
    result, notes = written(picture, "jpeg", quality=quality)
    assert notes == ()
    assert Image.open(result).size == (400, 300)
    assert capfd.readouterr().err == ""  # libjpeg complains there


def test_what_an_encoder_cannot_do_is_not_blamed_on_the_place() -> None:
    picture = read(saved(Image.fromarray(smooth(9, 9)), "PNG"))
    with pytest.raises(ImageWriteError, match=r"cannot be written as WEBP.*PNG"):
        write_image(
            io.BytesIO(),
            picture.colors,
            SourceMetadata(),
            format_named("webp"),
            name="result",
            quality=1_000,
        )


def test_a_result_too_large_for_its_format_is_refused() -> None:
    with pytest.raises(ImageWriteError, match=r"wide\.webp.*16383.*PNG"):
        write_image(
            io.BytesIO(),
            np.zeros((1, 16_384, 3), np.float32),
            SourceMetadata(),
            format_named("webp"),
            name="wide.webp",
        )


@pytest.mark.parametrize("name", ["gif", "", "pngg"])
def test_unknown_formats_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"\.png"):
        format_named(name)
