"""dynamic-style complete: the hole is filled, every other pixel of the file stays what it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from ..images.test_reading import png16
from ..pictures import smooth
from ..tiny_fill import make_tiny_fill
from .running_cli import Outcome, run_here

Capture = pytest.CaptureFixture[bytes]
HEIGHT, WIDTH = 40, 56
HOLE = (slice(12, 24), slice(20, 38))


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs") / "tiny-fill"
    make_tiny_fill(folder)
    return folder


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    pixels = smooth(HEIGHT, WIDTH)
    pixels[HOLE] = 0
    path = tmp_path / "photo.png"
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    return write_mask(tmp_path / "mask.png")


def write_mask(path: Path, value: int = 255, *, size: tuple[int, int] = (HEIGHT, WIDTH)) -> Path:
    array = np.zeros(size, np.uint8)
    array[HOLE] = value
    Image.fromarray(array).save(path)
    return path


def complete(capture: Capture, *arguments: object) -> Outcome:
    return run_here(capture, "complete", *arguments)


def outside() -> Any:
    where = np.ones((HEIGHT, WIDTH), bool)
    where[HOLE] = False
    return where


def test_the_hole_is_filled_and_the_rest_is_the_photo(
    capfdbinary: Capture, photo: Path, mask: Path, pack: Path
) -> None:
    out = photo.with_name("out.png")
    outcome = complete(capfdbinary, photo, mask, out, "--pack", pack, "--alpha", "0.3")
    assert outcome.code == 0, outcome.stderr
    assert f"{out}: 56 x 40 pixels, 1 hole," in outcome.stderr
    before, after = np.asarray(Image.open(photo)), np.asarray(Image.open(out))
    assert (after[outside()] == before[outside()]).all()
    assert after[HOLE].mean() > 20, "still black"


def test_deep_pictures_keep_every_bit_outside(
    capfdbinary: Capture, tmp_path: Path, mask: Path, pack: Path
) -> None:
    noise = np.random.default_rng(1).integers(0, 65536, (HEIGHT, WIDTH, 3), dtype=np.uint16)
    photo, out = tmp_path / "deep.png", tmp_path / "out.tif"
    photo.write_bytes(png16(noise).getvalue())
    outcome = complete(capfdbinary, photo, mask, out, "--pack", pack)
    assert outcome.code == 0, outcome.stderr
    after = tifffile.imread(out)
    assert after.dtype == np.uint16
    assert (after[outside()] == noise[outside()]).all()
    assert (after[HOLE] != noise[HOLE]).any()


def test_a_profile_is_kept_and_its_numbers_do_not_pass_through_srgb(
    capfdbinary: Capture, tmp_path: Path, mask: Path, pack: Path
) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo, out = tmp_path / "photo.png", tmp_path / "out.png"
    Image.fromarray(noise).save(photo, icc_profile=profile)
    assert complete(capfdbinary, photo, mask, out, "--pack", pack).code == 0
    with Image.open(out) as result:
        assert result.info["icc_profile"] == profile
        assert (np.asarray(result)[outside()] == noise[outside()]).all()


def test_a_transparent_hole_becomes_opaque(
    capfdbinary: Capture, tmp_path: Path, mask: Path, pack: Path
) -> None:
    before = np.dstack([smooth(HEIGHT, WIDTH), np.full((HEIGHT, WIDTH), 255, np.uint8)])
    before[HOLE] = 0
    before[:4, :, 3] = 7
    photo, out = tmp_path / "photo.png", tmp_path / "out.png"
    Image.fromarray(before).save(photo)
    assert complete(capfdbinary, photo, mask, out, "--pack", pack).code == 0
    after = np.asarray(Image.open(out))
    assert (after[HOLE][..., 3] == 255).all()
    assert (after[outside()] == before[outside()]).all()


def test_the_dial_and_the_seed_change_the_fill_and_json_tells(
    capfdbinary: Capture, photo: Path, mask: Path, pack: Path
) -> None:
    def at(*options: object) -> Any:
        out = photo.with_name("out.png")
        outcome = complete(
            capfdbinary, photo, mask, out, "--pack", pack, "--json", "--force", *options
        )
        told = json.loads(outcome.stdout)
        (result,) = told["results"]
        assert (told["ok"], result["holes"], result["output"]) == (True, 1, str(out))
        assert (result["input"], result["mask"]) == (str(photo), str(mask))
        return told["alphas"], np.asarray(Image.open(out))[HOLE]

    alphas, sharp = at("--alpha", "smoothness=0")
    assert alphas == {"smoothness": [0.0]}
    assert (at("--alpha", "1")[1] != sharp).any()
    assert (at("--alpha", "0")[1] == sharp).all(), "the same call gives another fill"


def test_a_mask_of_0_and_1_is_used_and_told(capfdbinary: Capture, photo: Path, pack: Path) -> None:
    mask, out = write_mask(photo.with_name("mask.png"), 1), photo.with_name("out.png")
    outcome = complete(capfdbinary, photo, mask, out, "--pack", pack)
    assert outcome.code == 0, outcome.stderr
    assert "all but black counts as white" in outcome.stderr
    assert np.asarray(Image.open(out))[HOLE].mean() > 20, "still black"


def test_the_black_of_an_inverted_mask_is_filled(
    capfdbinary: Capture, photo: Path, mask: Path, pack: Path
) -> None:
    inverted = photo.with_name("inverted.png")
    Image.fromarray(255 - np.asarray(Image.open(mask))).save(inverted)
    results = []
    for path, options in ((mask, ()), (inverted, ("--invert-mask",))):
        out = photo.with_name(f"of-{path.name}")
        assert complete(capfdbinary, photo, path, out, "--pack", pack, *options).code == 0
        results.append(np.asarray(Image.open(out)))
    assert (results[0] == results[1]).all()


@pytest.mark.parametrize(
    ("value", "size", "says"),
    [
        (0, (HEIGHT, WIDTH), "the mask is empty"),
        (255, (HEIGHT + 2, WIDTH), "the mask has 56 x 42 pixels and the picture 56 x 40"),
    ],
)
def test_a_mask_that_cannot_be_is_named(
    capfdbinary: Capture, photo: Path, pack: Path, value: int, size: tuple[int, int], says: str
) -> None:
    out = photo.with_name("out.png")
    mask = write_mask(photo.with_name("mask.png"), value, size=size)
    outcome = complete(capfdbinary, photo, mask, out, "--pack", pack)
    assert outcome.code == 4
    assert str(photo) in outcome.stderr
    assert f"(the mask is {mask})" in outcome.stderr
    assert says in outcome.stderr
    assert not out.exists()


def test_a_mask_over_everything_is_named(
    capfdbinary: Capture, photo: Path, mask: Path, pack: Path
) -> None:
    out = photo.with_name("out.png")
    outcome = complete(capfdbinary, photo, mask, out, "--pack", pack, "--grow", 256)
    assert outcome.code == 4
    assert "grow the mask less" in outcome.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--grow", "-1"), "number from 0 to 256"),
        (("--feather", "999"), "number from 0 to 256"),
        (("--seed", "-3"), "--seed: '-3'"),
        (("--alpha", "strength=1"), "has no dial 'strength'"),
    ],
)
def test_wrong_options_are_told_before_any_work(
    capfdbinary: Capture, photo: Path, mask: Path, pack: Path, options: Any, says: str
) -> None:
    out = photo.with_name("out.png")
    outcome = complete(capfdbinary, photo, mask, out, "--pack", pack, *options)
    assert outcome.code == 2
    assert says in outcome.stderr
    assert not out.exists()


def test_neither_the_photo_nor_the_mask_is_written_over(
    capfdbinary: Capture, photo: Path, mask: Path, pack: Path, tiny_pack: Path
) -> None:
    for target in (photo, mask):
        before = target.read_bytes()
        outcome = complete(capfdbinary, photo, mask, target, "--pack", pack, "--force")
        assert outcome.code == 2
        assert target.read_bytes() == before
    outcome = complete(capfdbinary, photo, mask, photo.with_name("o.png"), "--pack", tiny_pack)
    assert outcome.code == 2
    assert "stylizes pictures" in outcome.stderr
