"""Pictures are read as `stylize` reads them; what cannot be read is named and passed over."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, PngImagePlugin

from dynamic_style.backend.images.reader import read_image
from dynamic_style.backend.images.tensors import to_tensor
from dynamic_style.training.errors import DatasetError
from dynamic_style.training.photos.crops import load_squares
from dynamic_style.training.photos.reading import (
    list_pictures,
    read_picture,
    read_squares,
    read_validation,
)
from dynamic_style.training.style_transfer.config import parse_config

from ...backend.pictures import SRGB, gamma, matrix_profile
from ..conftest import TINY, draw_picture

SIDE = 48


def _as_stylize_reads(path: Path) -> torch.Tensor:
    with path.open("rb") as file:
        return to_tensor(read_image(file, name=path.name).colors)


def test_16_bit_gray_keeps_its_tones(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (SIDE, 1))
    Image.fromarray(ramp).save(tmp_path / "ramp.png")
    read = read_picture(tmp_path / "ramp.png", short_side_px=SIDE)
    torch.testing.assert_close(read, _as_stylize_reads(tmp_path / "ramp.png"), atol=1 / 255, rtol=0)
    assert float(read.mean()) == pytest.approx(0.5, abs=0.01)


def test_colours_that_transparency_hides_are_not_learnt(tmp_path: Path) -> None:
    pixels = np.zeros((SIDE, 64, 4), np.uint8)
    pixels[:, 32:] = 200, 200, 200, 255
    Image.fromarray(pixels).save(tmp_path / "half.png")
    read = read_picture(tmp_path / "half.png", short_side_px=SIDE)
    torch.testing.assert_close(read, torch.full_like(read, 200 / 255))


def test_profile_and_orientation_are_applied(tmp_path: Path) -> None:
    """Of light as it is (gamma 1), the sample 55 is the grey that sRGB calls 128."""
    pixels = np.full((SIDE, 64), 55, np.uint8)
    pixels[:, :32] = 255
    linear = matrix_profile(SRGB, gamma(1.0))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter: what is left becomes the top
    file = tmp_path / "turned.png"
    Image.fromarray(pixels).convert("RGB").save(file, exif=exif, icc_profile=linear)
    read = read_picture(file, short_side_px=SIDE)
    assert read.shape[-2:] == (64, SIDE)
    assert float(read[..., 40:, :].mean()) == pytest.approx(128 / 255, abs=2 / 255)
    torch.testing.assert_close(read, _as_stylize_reads(file), atol=2 / 255, rtol=0)


def test_plain_photo_reads_as_it_always_did(tmp_path: Path) -> None:
    draw_picture(tmp_path / "plain.png", seed=3, side=90)
    with Image.open(tmp_path / "plain.png") as file:
        expected = np.asarray(file.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    read = read_picture(tmp_path / "plain.png", short_side_px=SIDE)
    np.testing.assert_array_equal(read[0].permute(1, 2, 0).mul(255).numpy().round(), expected)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_postscript_named_as_a_photo_starts_no_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for Ghostscript in PATH would leave a file if it were started."""
    stand_in = tmp_path / "bin" / "gs"
    stand_in.parent.mkdir()
    stand_in.write_text(f"#!/bin/sh\ntouch '{tmp_path / 'started'}'\n")
    stand_in.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 50 50\n%%EndComments\nshowpage\n%%EOF\n"
    )
    with pytest.raises(DatasetError, match=r"photo\.jpg': not a picture that can be read"):
        read_picture(photo, short_side_px=SIDE)
    assert not (tmp_path / "started").exists()


def test_thin_strip_is_refused_before_it_is_blown_up(tmp_path: Path) -> None:
    Image.new("RGB", (60_000, 1)).save(tmp_path / "strip.png")
    with pytest.raises(DatasetError, match="strip of 60000 x 1 pixels, too thin"):
        read_picture(tmp_path / "strip.png", short_side_px=256)


def _set_with_damage(folder: Path) -> list[Path]:
    """Three sound photos among what folders hold besides."""
    for name in ("a.png", "c.jpg", "d.png"):
        draw_picture(folder / name, seed=len(name) + ord(name[0]))
    (folder / "._a.png").write_bytes(b"\0\5\26\7Mac OS X")
    (folder / "b.jpg").write_bytes((folder / "c.jpg").read_bytes()[:400])
    (folder / "e.png").write_bytes(b"")
    (folder / "f.png").mkdir()
    comment = PngImagePlugin.PngInfo()
    comment.add_text("Comment", "a" * 1000, zip=True)
    Image.new("RGB", (50, 50), "red").save(folder / "z.png", pnginfo=comment)
    return list_pictures(folder)


def test_unreadable_photos_are_named_and_passed_over(tmp_path: Path) -> None:
    files = _set_with_damage(tmp_path / "photos")
    notes: list[str] = []
    squares = load_squares(files, tmp_path / "cache", stored_px=32, note=notes.append)
    assert len(squares) == 4
    assert [note.partition("photos/")[2].partition("'")[0] for note in notes] == [
        "._a.png",
        "b.jpg",
        "e.png",
    ]
    assert all(note.startswith("passed over: picture") for note in notes)
    sound = [f for f in files if f.name in ("a.png", "c.jpg", "d.png", "z.png")]
    alone = load_squares(sound, tmp_path / "other", stored_px=32)
    np.testing.assert_array_equal(squares, alone)


def test_many_unreadable_photos_are_counted(tmp_path: Path) -> None:
    draw_picture(tmp_path / "sound.png", seed=1)
    for i in range(15):
        (tmp_path / f"{i:02}.png").write_bytes(b"nothing")
    notes: list[str] = []
    found: list[torch.Tensor] = []
    files = list_pictures(tmp_path)
    read_squares(files, found.append, short_side_px=32, side_px=32, note=notes.append)
    assert len(found) == 1
    assert len(notes) == 11
    assert notes[-1] == f"passed over: 5 more in '{tmp_path}'"


def test_folder_without_one_readable_photo_is_refused(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"nothing")
    with pytest.raises(DatasetError, match=r"none of the 2 pictures in .* the first: .*a\.png"):
        load_squares(list_pictures(tmp_path), tmp_path / "cache", stored_px=32)
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' file names are text")
def test_name_in_another_encoding_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    draw_picture(folder / "a.png", seed=1)
    (folder / "a.png").rename(folder / os.fsdecode(b"b\xff.png"))
    assert len(load_squares(list_pictures(folder), tmp_path, stored_px=32)) == 1


def test_so_many_photos_are_measured_from_all_over_the_folder(tmp_path: Path) -> None:
    for i in range(10):
        Image.new("RGB", (64, 64), (20 * i, 0, 0)).save(tmp_path / f"{i}.png")
    data = parse_config(TINY.read_text(encoding="utf-8")).data
    files = list_pictures(tmp_path)
    reds = [
        [round(float(photo[0, 0, 0, 0]) * 255 / 20) for photo in read_validation(files, some)]
        for some in (data, replace(data, measured_photos=4), replace(data, measured_photos=99))
    ]
    assert reds == [list(range(10)), [0, 2, 5, 7], list(range(10))]


def test_files_that_are_no_pictures_are_named(tmp_path: Path) -> None:
    Image.new("RGB", (40, 40)).save(tmp_path / "a.png")
    for name in ("b.heic", "notes.txt", ".hidden"):
        (tmp_path / name).write_bytes(b"?")
    notes: list[str] = []
    assert list_pictures(tmp_path, note=notes.append) == [tmp_path / "a.png"]
    assert len(notes) == 1 and notes[0].endswith("of a kind that is read: b.heic, notes.txt")
