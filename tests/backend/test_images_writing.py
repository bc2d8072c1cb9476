"""Results into files: the depth, alpha, profile and metadata of the photo, in every format."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from dynamic_style.backend.image_formats import format_named
from dynamic_style.backend.image_writer import write_image
from dynamic_style.backend.images import Kept
from dynamic_style.backend.protocol.errors import ImageWriteError, UsageError

from .pictures import ADOBE_RGB, colors, gamma, matrix_profile, noise, read, saved, smooth, written
from .test_images_reading import png16


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
    assert read_back.kept.bit_depth == 16
    visible = np.ones(samples.shape[:2], bool)
    if channels == 4:
        np.testing.assert_array_equal(read_back.kept.alpha, samples[..., 3])
        visible = samples[..., 3] == 65_535
    found = np.rint(colors(read_back) * 65_535)
    np.testing.assert_array_equal(found[visible], samples[..., :3][visible])


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
    np.testing.assert_array_equal(read(result).kept.alpha, 128 * 257)


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
    kept = opened.getexif()
    assert kept.get(0x0112, 1) == 1
    assert kept[0x013B] == "Ada Painter"
    assert kept.get_ifd(0x8769)[0x829A] == pytest.approx(0.01)
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
    assert read_back.kept.profile is not None
    assert read_back.kept.profile.data == profile
    assert read_back.kept.dpi == pytest.approx((240, 240))
    assert any("EXIF" in note for note in notes)


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
    with pytest.raises(ImageWriteError, match=r"cannot be written as JPEG.*PNG"):
        write_image(
            io.BytesIO(),
            picture.colors,
            Kept(exif=b"Exif\0\0" + b"\0" * 70_000),
            format_named("jpeg"),
            name="result",
        )


def test_a_result_too_large_for_its_format_is_refused() -> None:
    with pytest.raises(ImageWriteError, match=r"wide\.webp.*16383.*PNG"):
        write_image(
            io.BytesIO(),
            np.zeros((1, 16_384, 3), np.float32),
            Kept(),
            format_named("webp"),
            name="wide.webp",
        )


@pytest.mark.parametrize("name", ["gif", "", "pngg"])
def test_unknown_formats_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"\.png"):
        format_named(name)
