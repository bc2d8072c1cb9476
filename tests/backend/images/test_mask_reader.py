"""Masks as other programs write them: each is read as it is meant, and a note says how."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFilter

from dynamic_style.backend.images.mask_reader import read_alpha_map, read_mask
from dynamic_style.backend.protocol.errors import MaskError

from ..pictures import saved, smooth, tiff
from .test_reading import png16

Array = npt.NDArray[Any]
SIZE = (40, 56)
PHOTOS = Path(__file__).parents[3] / "installer/assets"
HOLE = np.zeros(SIZE, np.uint8)
HOLE[12:24, 20:38] = 1
SOFT = Image.fromarray(HOLE * 255).filter(ImageFilter.GaussianBlur(3))  # as a soft brush paints


def palette(ground: tuple[int, int, int], painted: tuple[int, int, int]) -> Image.Image:
    mask = Image.fromarray(HOLE, "L").convert("P")
    mask.putdata(list(HOLE.ravel()))
    mask.putpalette([*ground, *painted])
    return mask


def layer(color: tuple[int, int, int], opacity: Image.Image) -> Image.Image:
    made = Image.new("RGB", opacity.size, color)
    made.putalpha(opacity)
    return made


def layer_of(picture: Image.Image, opacity: Image.Image) -> Image.Image:
    made = picture.convert("RGB")
    made.putalpha(opacity)
    return made


def tinted(opacity: Image.Image, color: tuple[int, int, int], ground: str) -> Image.Image:
    picture = Image.new("RGB", opacity.size, ground)
    picture.paste(color, mask=opacity)
    return picture


def with_kinds() -> Image.Image:
    """Two kinds of things, numbered 1 and 2."""
    kinds = HOLE.copy()
    kinds[12:18, 20:38] = 2
    return Image.fromarray(kinds)


def with_hole() -> Image.Image:
    """A photo whose hole is transparent."""
    photo = Image.fromarray(smooth(*SIZE))
    photo.putalpha(Image.fromarray(255 - HOLE * 255))
    return photo


def with_void(void: Array) -> Image.Image:
    """The hole is 1, and what is of no kind is 255."""
    return Image.fromarray(np.where(void, 255, HOLE).astype(np.uint8))


def deep(samples: Array) -> io.BytesIO:
    return png16(np.stack([samples] * 3, axis=2))


BINARY = Image.fromarray(HOLE * 255)
EDGE = np.pad(np.zeros((SIZE[0] - 4, SIZE[1] - 4), bool), 2, constant_values=True)
SPECK = np.zeros(SIZE, bool)
SPECK[3, 5] = True
HARD = {
    "white on black": (BINARY, None),
    "1 bit": (BINARY.convert("1"), None),
    "0 and 1": (Image.fromarray(HOLE), "very dark"),
    "numbers of kinds": (with_kinds(), "very dark"),
    "dark red by a palette": (palette((0, 0, 0), (128, 0, 0)), "not black"),
    "blue on black": (tinted(BINARY, (0, 0, 255), "black"), "not black"),
    "red on white": (tinted(BINARY, (255, 0, 0), "white"), "not white"),
    "white paint": (layer((255, 255, 255), BINARY), None),
    "black paint": (layer((0, 0, 0), BINARY), "its opacity"),
    "green paint": (layer((0, 160, 40), BINARY), "its opacity"),
    "white paint of opacity 0 and 1": (layer((255, 255, 255), Image.fromarray(HOLE)), "very low"),
    "white in a layer of opacity 1": (layer_of(BINARY, Image.new("L", BINARY.size, 1)), "very low"),
    "a photo with a hole": (with_hole(), "transparent places"),
}


WITH_VOID = {
    "a border": (with_void(EDGE), EDGE),
    "a speck": (with_void(SPECK), SPECK),
    "a speck in colour": (with_void(SPECK).convert("RGB"), SPECK),
    "a border of opacity": (layer((255, 255, 255), with_void(EDGE)), EDGE),
    "two kinds and a border": (
        Image.fromarray(np.where(EDGE, 255, np.asarray(with_kinds()))),
        EDGE,
    ),
}


@pytest.mark.parametrize(("mask", "void"), WITH_VOID.values(), ids=WITH_VOID)
def test_a_255_among_numbers_of_kinds_keeps_none_of_them_from_being_filled(
    mask: Image.Image, void: Array
) -> None:
    weights, (note,) = read_mask(saved(mask, "PNG"), name="m.png")
    np.testing.assert_array_equal(weights, (HOLE > 0) | void)
    assert "a few numbers in place of shades; all but 0 counts" in note


@pytest.mark.parametrize(("mask", "note"), HARD.values(), ids=HARD)
def test_every_kind_of_mask_selects_the_hole(mask: Image.Image, note: str | None) -> None:
    weights, notes = read_mask(saved(mask, "PNG"), name="m.png")
    np.testing.assert_array_equal(weights, HOLE)
    assert len(notes) == (note is not None)
    assert note is None or note in notes[0]


SOFT_KINDS = {
    "grey": (SOFT, None),
    "red on black": (tinted(SOFT, (255, 0, 0), "black"), "not black"),
    "blue on white": (tinted(SOFT, (0, 0, 255), "white"), "not white"),
    "black paint": (layer((0, 0, 0), SOFT), "its opacity"),
}


@pytest.mark.parametrize(("mask", "note"), SOFT_KINDS.values(), ids=SOFT_KINDS)
def test_soft_edges_stay_soft(mask: Image.Image, note: str | None) -> None:
    weights, notes = read_mask(saved(mask, "PNG"), name="m.png")
    expected = np.asarray(SOFT) / 255
    if note is not None and "not" in note:  # its strongest place counts as full
        expected = expected / expected.max()
    np.testing.assert_allclose(weights, expected, atol=0.01)
    assert len(notes) == (note is not None)


@pytest.mark.parametrize("most", [1, 255, 65_535])
@pytest.mark.parametrize("dtype", [np.uint32, np.uint64])
def test_masks_of_32_and_64_bits_that_use_few_of_them_select_the_hole(
    dtype: type, most: int
) -> None:
    file = tiff(HOLE.astype(dtype) * dtype(most))
    file.seek(0)
    weights, notes = read_mask(file, name="m.tif")
    np.testing.assert_array_equal(weights, HOLE)
    assert notes == (("the mask is very dark; all but black counts as white",) if most == 1 else ())


def test_8_bit_masks_in_16_bits_are_stretched() -> None:
    hard, notes = read_mask(deep(HOLE.astype(np.uint16) * 255), name="m.png")
    np.testing.assert_array_equal(hard, HOLE)
    assert "very dark" in notes[0]
    soft, notes = read_mask(deep(np.asarray(SOFT).astype(np.uint16)), name="m.png")
    top = np.asarray(SOFT).max()
    np.testing.assert_allclose(soft, np.asarray(SOFT) / top, atol=1e-4)
    assert "strongest place" in notes[0]


LOSSY: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90},
    "WEBP": {"quality": 30},
    "AVIF": {"quality": 20},
    "JPEG2000": {"irreversible": True, "quality_mode": "rates", "quality_layers": [20]},
    "TIFF": {"compression": "jpeg", "quality": 90},
}


@pytest.mark.parametrize(("format_", "options"), LOSSY.items(), ids=LOSSY)
def test_lossy_formats_leave_no_dirt_beside_the_edges(
    format_: str, options: dict[str, Any]
) -> None:
    mask = Image.new("L", (200, 150))
    ImageDraw.Draw(mask).ellipse((61, 43, 141, 101), fill=255)
    file = saved(mask, format_, **options)
    away = np.asarray(mask.filter(ImageFilter.MaxFilter(7))) == 0
    assert np.asarray(Image.open(file).convert("L"))[away].any(), "there is no dirt to take away"
    file.seek(0)
    weights, notes = read_mask(file, name="m")
    assert not notes
    assert not weights[away].any(), "black places are filled"
    assert (weights[60:80, 80:120] == 1).all()


def test_faint_shades_of_a_lossless_webp_stay() -> None:
    weights, _ = read_mask(saved(SOFT, "WEBP", lossless=True), name="m.webp")
    np.testing.assert_allclose(weights, np.asarray(SOFT) / 255, atol=0.001)


def test_gray_masks_blend_as_the_manual_says_and_a_note_tells() -> None:
    weights, notes = read_mask(saved(Image.fromarray(HOLE * 128), "PNG"), name="m.png")
    np.testing.assert_allclose(weights, HOLE * np.float32(128 / 255))
    assert "at most 50%" in notes[0]


def test_an_inverted_mask_is_told_and_can_be_turned() -> None:
    mask = Image.fromarray(255 - HOLE * 255)
    weights, (note,) = read_mask(saved(mask, "PNG"), name="m.png")
    np.testing.assert_array_equal(weights, 1 - HOLE)
    assert "--invert-mask fills the rest" in note
    weights, notes = read_mask(saved(mask, "PNG"), name="m.png", inverted=True)
    np.testing.assert_array_equal(weights, HOLE)
    assert notes == ()


@pytest.mark.parametrize("mask", [Image.new("L", (8, 6)), layer((9, 9, 9), Image.new("L", (8, 6)))])
def test_a_mask_of_nothing_stays_one(mask: Image.Image) -> None:
    assert not read_mask(saved(mask, "PNG"), name="m.png")[0].any()


def test_a_photo_is_refused_as_a_mask() -> None:
    noise = np.random.default_rng(3).integers(0, 60, (*SIZE, 3))
    photo = Image.fromarray((smooth(*SIZE) * 0.7 + noise).astype(np.uint8))
    with pytest.raises(MaskError, match=r"m\.png: shows a picture and is no mask"):
        read_mask(saved(photo, "PNG"), name="m.png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("name", ["two-dogs.jpg", "mountain-path.jpg"])
@pytest.mark.parametrize("bleached", [False, True], ids=["as-it-is", "bleached"])
def test_real_photos_are_refused_though_their_colors_are_few(
    name: str, kind: str, bleached: bool
) -> None:
    photo = Image.open(PHOTOS / name).convert("RGB").resize((320, 240))
    if bleached:  # most of it as bright as paint
        photo = photo.point([round(255 * (v / 255) ** 0.3) for v in range(256)] * 3)
    with pytest.raises(MaskError, match="IN comes first, then MASK"):
        read_mask(saved(photo, kind), name="m")


def test_a_photo_with_a_transparent_hole_is_filled_there() -> None:
    photo = Image.open(PHOTOS / "two-dogs.jpg").convert("RGB").resize(SIZE[::-1])
    photo.putalpha(Image.fromarray(255 - HOLE * 255))
    weights, (note,) = read_mask(saved(photo, "PNG"), name="m.png")
    np.testing.assert_array_equal(weights, HOLE)
    assert "transparent places" in note


@pytest.mark.parametrize("quality", [40, 90])
@pytest.mark.parametrize("radius", [0, 1, 8])
@pytest.mark.parametrize(
    ("color", "ground"),
    [((255, 0, 0), "black"), ((0, 0, 255), "white"), ((255, 220, 0), "white")],
)
def test_lossy_paint_in_one_color_is_a_mask(
    color: tuple[int, int, int], ground: str, radius: int, quality: int
) -> None:
    opacity = Image.fromarray(np.kron(HOLE * 255, np.ones((3, 3), np.uint8)))
    mask = tinted(opacity.filter(ImageFilter.GaussianBlur(radius)), color, ground)
    file = io.BytesIO()
    mask.save(file, "JPEG", quality=quality)
    file.seek(0)
    weights, _ = read_mask(file, name="m.jpg")
    assert weights[54, 87] > 0.75
    assert (weights[:8] < 0.1).all()


def test_colored_paint_on_a_mask_with_writing_is_filled() -> None:
    mask = Image.new("RGB", (200, 150))
    ImageDraw.Draw(mask).ellipse((40, 40, 90, 80), fill=(255, 0, 80))
    ImageDraw.Draw(mask).ellipse((120, 40, 170, 80), fill=(0, 200, 255))
    smoothed = mask.resize((100, 75), Image.Resampling.BICUBIC)  # so that there are many shades
    weights, _ = read_mask(saved(smoothed, "PNG"), name="m.png")
    assert (weights[30, [32, 72]] > 0.75).all()
    assert not weights[:10].any()


def test_an_alpha_map_is_gray_and_black_where_it_is_transparent() -> None:
    picture = Image.new("RGBA", (2, 1), (255, 255, 255, 255))
    picture.putpixel((1, 0), (255, 255, 255, 0))
    map_, notes = read_alpha_map(saved(picture, "PNG"), name="map")
    np.testing.assert_allclose(map_, [[1, 0]], atol=1e-6)
    assert notes == ()


def test_a_ground_that_is_nearly_black_is_not_filled() -> None:
    painted = Image.fromarray(np.maximum(HOLE * np.uint8(255), 3))
    for mask in (painted, layer((255, 255, 255), painted)):
        weights, _ = read_mask(saved(mask, "PNG"), name="m.png")
        np.testing.assert_allclose(weights, np.asarray(painted) / 255, atol=1e-6)


def test_faint_shades_of_an_alpha_map_are_shades() -> None:
    painted = HOLE * 13 + SPECK * np.uint8(255)
    map_, notes = read_alpha_map(saved(Image.fromarray(painted), "PNG"), name="map")
    np.testing.assert_allclose(map_, painted / 255, atol=1e-6)
    assert notes == ()
    map_, (note,) = read_alpha_map(saved(with_void(SPECK), "PNG"), name="map")
    np.testing.assert_array_equal(map_, (HOLE > 0) | SPECK)
    assert "the alpha map holds a few numbers" in note


def test_an_alpha_map_of_0_and_1_counts_as_black_and_white() -> None:
    map_, (note,) = read_alpha_map(saved(Image.fromarray(HOLE), "PNG"), name="map")
    np.testing.assert_array_equal(map_, HOLE)
    assert "the alpha map is very dark" in note
    _, (note,) = read_alpha_map(saved(Image.new("L", (4, 4)), "PNG"), name="map")
    assert "every dial stands at 0" in note


def test_each_grey_of_a_map_is_the_very_number_that_a_host_would_send() -> None:
    greys = np.arange(256, dtype=np.uint8)[None]
    for picture in (Image.fromarray(greys), Image.fromarray(np.stack([greys] * 3, axis=2))):
        map_, _ = read_alpha_map(saved(picture, "PNG"), name="map")
        np.testing.assert_array_equal(map_, np.divide(greys, 255, dtype=np.float32))
