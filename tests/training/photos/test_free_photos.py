"""The listed photos are gathered from unpacked packages, through the command."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dynamic_style.training.cli.main import main
from dynamic_style.training.photos.free_photos import PhotoPackage, list_free_photos


def _draw(unpacked: Path, package: PhotoPackage, path: str, size: tuple[int, int]) -> None:
    file = unpacked / "usr" / package.folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), np.uint8)
    Image.fromarray(noise).save(file)


def test_every_package_says_licence_and_author_and_lists_each_photo_once() -> None:
    packages = list_free_photos()
    assert sum(len(package.train) for package in packages) >= 70
    for package in packages:
        assert package.licence and package.author
        listed = (*package.train, *package.val)
        assert len(set(listed)) == len(listed) > 0


def test_photos_are_gathered_once_and_large_ones_made_smaller(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, plasma = list_free_photos()[:2]
    _draw(tmp_path / "together", first, first.train[0], (1500, 1200))
    _draw(tmp_path / "together", first, first.val[0], (90, 60))
    _draw(tmp_path / "together" / plasma.name, plasma, plasma.train[0], (64, 48))
    command = ["photos", str(tmp_path / "together"), "--data", str(tmp_path / "data")]
    assert main(command) == 0
    told = capsys.readouterr()
    assert told.out == f"3 photos in {tmp_path / 'data' / 'photos'}\n"
    missing = len(first.train) + len(first.val) - 2
    assert f"of {first.name}, {missing} photos are missing: {first.train[1]}" in told.err
    train = tmp_path / "data" / "photos" / "train"
    with Image.open(train / f"{first.name}--{Path(first.train[0]).stem}.jpg") as large:
        assert large.size == (1350, 1080)
    (small,) = (tmp_path / "data" / "photos" / "val").iterdir()
    with Image.open(small) as unchanged:
        assert unchanged.size == (90, 60)
    assert (train / f"{plasma.name}--{Path(plasma.train[0]).parts[0]}.jpg").is_file()

    small.write_bytes(b"mine")  # a photo that is there is the user's
    assert main(command) == 0
    assert small.read_bytes() == b"mine"


def test_a_folder_without_any_of_them_says_how_to_get_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["photos", str(tmp_path), "--data", str(tmp_path / "data")]) == 6
    told = capsys.readouterr().err
    assert "holds none of the listed photos" in told and "dpkg-deb -x" in told
    assert not (tmp_path / "data").exists()


def test_the_list_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["photos"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(list_free_photos())
    assert "CC0-1.0" in lines[0]
