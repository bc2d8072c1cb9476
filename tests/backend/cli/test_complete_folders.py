"""dynamic-style complete with several photos: each gets its mask, and one that fails ends none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ..pictures import smooth
from ..tiny_fill import make_tiny_fill
from .running_cli import Outcome, run_here

Capture = pytest.CaptureFixture[bytes]
SIZE = (24, 32)
HOLE = (slice(8, 16), slice(10, 20))


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs") / "tiny-fill"
    make_tiny_fill(folder)
    return folder


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with three photos, black where their masks are white."""
    for name in ("a.png", "b.jpg", "c.png"):
        write_photo(tmp_path / "photos" / name)
    return tmp_path / "photos"


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png", "c.gif"):
        write_mask(tmp_path / "masks" / name)
    return tmp_path / "masks"


def write_photo(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    samples = smooth(*SIZE)
    samples[HOLE] = 0
    Image.fromarray(samples).save(path)


def write_mask(path: Path, *, size: tuple[int, int] = SIZE) -> None:
    path.parent.mkdir(exist_ok=True)
    samples = np.zeros(size, np.uint8)
    samples[HOLE] = 255
    Image.fromarray(samples).save(path)


def complete(capture: Capture, *arguments: object) -> Outcome:
    return run_here(capture, "complete", *arguments)


def results(outcome: Outcome) -> Any:
    return json.loads(outcome.stdout)["results"]


def assert_filled(path: Path) -> None:
    with Image.open(path) as made:
        assert np.asarray(made)[HOLE].mean() > 20, f"{path} is still black"


def test_each_photo_of_a_folder_gets_its_mask(
    capfdbinary: Capture, photos: Path, masks: Path, pack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    outcome = complete(capfdbinary, photos, masks, out, "--pack", pack, "--json")
    assert outcome.code == 0, outcome.stderr
    told = [(r["status"], r["input"], r["mask"], r["output"]) for r in results(outcome)]
    assert told == [
        ("written", str(photos / "a.png"), str(masks / "a.png"), str(out / "a.png")),
        ("written", str(photos / "b.jpg"), str(masks / "b.png"), str(out / "b.jpg")),
        ("written", str(photos / "c.png"), str(masks / "c.gif"), str(out / "c.png")),
    ]
    assert "3 pictures: 3 written" in outcome.stderr
    for made in out.iterdir():
        assert_filled(made)
    apart = tmp_path / "apart.png"
    assert complete(capfdbinary, photos / "a.png", masks, apart, "--pack", pack).code == 0
    assert apart.read_bytes() == (out / "a.png").read_bytes()


def test_one_mask_serves_all_photos(
    capfdbinary: Capture, photos: Path, masks: Path, pack: Path, tmp_path: Path
) -> None:
    two = (photos / "a.png", photos / "c.png")
    outcome = complete(capfdbinary, *two, masks / "b.png", tmp_path / "out", "--pack", pack)
    assert outcome.code == 0, outcome.stderr
    for made in (tmp_path / "out").iterdir():
        assert_filled(made)


def test_photos_without_mask_and_masks_without_photo_are_named_first(
    capfdbinary: Capture, photos: Path, masks: Path, pack: Path, tmp_path: Path
) -> None:
    (masks / "a.png").unlink()
    write_mask(masks / "zoo.png")
    out = tmp_path / "out"
    outcome = complete(capfdbinary, photos, masks, out, "--pack", pack, "--json")
    assert outcome.code == 0, outcome.stderr
    told = json.loads(outcome.stdout)
    assert told["without_mask"] == [str(photos / "a.png")]
    assert told["without_photo"] == [str(masks / "zoo.png")]
    lines = outcome.stderr.splitlines()
    assert f"{masks} holds no mask of that name: {photos / 'a.png'}" in lines[0]
    assert f"masks of no photo that was given: {masks / 'zoo.png'}" in lines[1]
    assert sorted(path.name for path in out.iterdir()) == ["b.jpg", "c.png"]


def test_a_photo_that_was_named_must_have_a_mask(
    capfdbinary: Capture, photos: Path, masks: Path, pack: Path, tmp_path: Path
) -> None:
    (masks / "a.png").unlink()
    out = tmp_path / "out"
    named = (photos / "a.png", photos / "b.jpg")
    outcome = complete(capfdbinary, *named, masks, out, "--pack", pack)
    assert outcome.code == 2
    assert f"{masks} holds no mask of {photos / 'a.png'}; a mask has its photo's" in outcome.stderr
    assert not out.exists()


def test_two_masks_of_one_photo_and_none_at_all_are_refused(
    capfdbinary: Capture, photos: Path, masks: Path, pack: Path, tmp_path: Path
) -> None:
    write_mask(masks / "a.bmp")
    outcome = complete(capfdbinary, photos, masks, tmp_path / "out", "--pack", pack)
    assert outcome.code == 2
    assert f"would both be the mask of {photos / 'a.png'}" in outcome.stderr
    for mask in masks.iterdir():
        mask.rename(mask.with_stem(f"mask-of-{mask.stem}"))
    outcome = complete(capfdbinary, photos, masks, tmp_path / "out", "--pack", pack)
    assert outcome.code == 2
    assert "holds no mask of" in outcome.stderr
    assert not (tmp_path / "out").exists()


def test_a_picture_that_fails_does_not_end_the_others(
    capfdbinary: Capture, photos: Path, masks: Path, pack: Path, tmp_path: Path
) -> None:
    write_mask(masks / "a.png", size=(SIZE[0] + 1, SIZE[1]))
    out = tmp_path / "out"
    outcome = complete(capfdbinary, photos, masks, out, "--pack", pack, "--json")
    assert outcome.code == 4
    assert [result["status"] for result in results(outcome)] == ["failed", "written", "written"]
    assert results(outcome)[0]["error"]["code"] == "image.mask"
    assert f"error: {photos / 'a.png'}: the mask has 32 x 25 pixels" in outcome.stderr
    assert sorted(path.name for path in out.iterdir()) == ["b.jpg", "c.png"]


def test_results_that_exist_are_kept_or_replaced_as_was_said(
    capfdbinary: Capture, photos: Path, masks: Path, pack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.png").write_bytes(b"mine")
    command = (photos, masks, out, "--pack", pack, "--json")
    outcome = complete(capfdbinary, *command)
    assert [result["status"] for result in results(outcome)] == ["failed", "written", "written"]
    outcome = complete(capfdbinary, *command, "--skip-existing")
    assert (outcome.code, [result["status"] for result in results(outcome)]) == (0, ["skipped"] * 3)
    assert (out / "a.png").read_bytes() == b"mine"
    outcome = complete(capfdbinary, *command, "--force")
    assert (outcome.code, [result["status"] for result in results(outcome)]) == (0, ["written"] * 3)
    assert_filled(out / "a.png")


def test_neither_photos_nor_masks_are_written_over(
    capfdbinary: Capture, photos: Path, masks: Path, pack: Path
) -> None:
    for folder in (photos, masks):
        before = {path: path.read_bytes() for path in folder.iterdir()}
        outcome = complete(capfdbinary, photos, masks, folder, "--pack", pack, "--force")
        assert outcome.code == 2
        assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_what_is_no_picture_is_left_out_and_named(
    capfdbinary: Capture, photos: Path, masks: Path, pack: Path, tmp_path: Path
) -> None:
    (photos / "list.txt").write_text("photos")
    (masks / "mask.xcf").write_bytes(b"gimp xcf")
    outcome = complete(capfdbinary, photos, masks, tmp_path / "out", "--pack", pack)
    assert outcome.code == 0
    assert f"left out as no picture of a kind that is read: {photos / 'list.txt'}" in outcome.stderr
    assert str(masks / "mask.xcf") in outcome.stderr


def test_a_pipe_is_refused(capfdbinary: Capture, masks: Path, pack: Path) -> None:
    outcome = complete(capfdbinary, "-", masks / "a.png", "out.png", "--pack", pack)
    assert outcome.code == 2
    assert "complete reads and writes files" in outcome.stderr
