"""Folders of photos as people have them: what is taken, what is passed over and named."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dynamic_style.training.errors import DatasetError
from dynamic_style.training.loop.progress import Progress
from dynamic_style.training.photos.gathering import Gathered, PhotoSizes, gather_photos

from ..conftest import draw_picture, files_end_at

SIZES = PhotoSizes(kept_px=48, least_px=32)


class Desk:
    """A folder of twelve good photos, one of them in a folder inside, and where they go."""

    def __init__(self, folder: Path) -> None:
        self.source, self.target = folder / "photos", folder / "run" / "photos"
        self.notes: list[str] = []
        self.progress = Progress()
        for i in range(11):
            draw_picture(self.source / f"{i}.png", seed=i, side=40)
        draw_picture(self.source / "trip" / "day 2" / "12.PNG", seed=12, side=40)

    def gather(self, *others: Path) -> Gathered:
        self.notes.clear()
        return gather_photos(
            self.source,
            self.target,
            sizes=SIZES,
            others=others,
            note=self.notes.append,
            progress=self.progress,
        )

    @property
    def record(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = json.loads((self.target / "photos.json").read_text())
        return found

    @property
    def taken(self) -> set[str]:
        return {*self.record["train"], *self.record["val"]}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_photos_are_found_in_all_folders_and_a_part_is_held_out(desk: Desk) -> None:
    assert desk.gather() == Gathered(trained=10, held_out=2)
    assert desk.notes == []
    assert desk.taken == {*(f"{i}.png" for i in range(11)), "trip/day 2/12.PNG"}
    assert not set(desk.record["train"]) & set(desk.record["val"])
    files = [len(list((desk.target / part).iterdir())) for part in ("train", "val")]
    assert files == [10, 2]
    assert (desk.progress.name, desk.progress.done) == ("photos", 12)


def test_the_same_photos_are_held_out_each_time_and_wherever_the_folder_is(
    desk: Desk, tmp_path: Path
) -> None:
    desk.gather()
    first = desk.record
    shutil.rmtree(desk.target)
    desk.source = desk.source.rename(tmp_path / "moved")
    desk.gather()
    assert {**desk.record, "source": ""} == {**first, "source": ""}


def test_what_was_gathered_is_not_read_again(desk: Desk) -> None:
    desk.gather()
    for file in desk.source.glob("*.png"):
        file.unlink()
    assert desk.gather() == Gathered(trained=10, held_out=2)


@pytest.mark.parametrize("text", ["", "[]", "[" * 60_000])
def test_damaged_record_of_what_was_gathered_is_made_anew(text: str, desk: Desk) -> None:
    desk.gather()
    before = desk.record
    (desk.target / "photos.json").write_text(text)
    assert desk.gather() == Gathered(trained=10, held_out=2)
    assert desk.record == before


def test_what_is_no_photo_to_learn_from_is_named_and_passed_over(desk: Desk) -> None:
    (desk.source / "notes.txt").write_text("a")
    (desk.source / "clip.mov").write_bytes(b"a")
    (desk.source / "broken.jpg").write_bytes(b"no picture")
    draw_picture(desk.source / "whole.jpg", seed=20, side=200)
    data = (desk.source / "whole.jpg").read_bytes()
    (desk.source / "cut.jpg").write_bytes(data[: len(data) // 2])
    draw_picture(desk.source / "tiny.png", seed=21, side=31)
    Image.new("CMYK", (64, 64)).save(desk.source / "print.jpg")
    shutil.copy(desk.source / "3.png", desk.source / "copy of 3.png")
    (desk.source / ".hidden.png").write_bytes(b"a")
    (desk.source / ".trash").mkdir()
    shutil.copy(desk.source / "4.png", desk.source / ".trash" / "4.png")
    assert desk.gather() == Gathered(trained=11, held_out=2)
    notes = "\n".join(desk.notes)
    assert "passed over, as no pictures: 'clip.mov', 'notes.txt'" in notes
    assert "broken.jpg': not a picture that can be read" in notes
    assert "cut.jpg': the picture is damaged or incomplete" in notes
    assert "tiny.png' is 31 x 31 pixels; its short side should have 32" in notes
    assert "print.jpg' has the colours of a print (CMYK); export it as RGB" in notes
    assert "is another one's copy" in notes
    assert len(desk.notes) == 6 and "hidden" not in notes and "trash" not in notes
    assert "whole.jpg" in desk.taken


def test_many_that_are_passed_over_are_counted(desk: Desk) -> None:
    for i in range(15):
        (desk.source / f"broken-{i}.jpg").write_bytes(b"no picture")
        (desk.source / f"{i}.xmp").write_bytes(b"a")
    desk.gather()
    assert sum(note.startswith("passed over: picture") for note in desk.notes) == 10
    assert "passed over: 5 more" in desk.notes
    assert any(note.endswith("and 5 more") for note in desk.notes)


def test_large_photos_are_kept_small_upright_and_in_their_colours(desk: Desk) -> None:
    """Grey ones, ones that lie on their side, and PNG with transparency among them."""
    turned = Image.Exif()
    turned[0x0112] = 6
    halves = Image.new("RGB", (200, 120), "red")
    halves.paste("blue", (100, 0, 200, 120))  # upright, red is above
    halves.save(desk.source / "turned.jpg", exif=turned, quality=95)
    Image.new("L", (200, 200), 90).save(desk.source / "grey.jpg")
    Image.new("RGBA", (300, 200), (0, 200, 0, 255)).save(desk.source / "clear.png")
    Image.fromarray(np.full((90, 90), 40000, np.uint16)).save(desk.source / "deep.png")
    desk.gather()
    assert {"turned.jpg", "grey.jpg", "clear.png", "deep.png"} <= desk.taken
    kept = {}
    for part in ("train", "val"):
        files = sorted((desk.target / part).iterdir())
        kept.update(zip(desk.record[part], (file.read_bytes() for file in files), strict=True))
    pictures = {name: Image.open(io.BytesIO(data)) for name, data in kept.items()}
    upright = pictures["turned.jpg"]
    assert upright.size == (48, 80)
    above, below = upright.getpixel((24, 5)), upright.getpixel((24, 75))
    assert isinstance(above, tuple) and isinstance(below, tuple)
    assert above[0] > 200 > below[0] and below[2] > 200 > above[2]
    assert pictures["clear.png"].size == (72, 48)
    assert pictures["grey.jpg"].size == pictures["deep.png"].size == (48, 48)
    assert kept["3.png"] == (desk.source / "3.png").read_bytes()


def test_the_painting_and_the_run_itself_are_no_photos(desk: Desk) -> None:
    desk.target = desk.source / "run" / "photos"
    draw_picture(desk.source / "run" / "samples" / "0.png", seed=50)
    shutil.copy(desk.source / "5.png", desk.source / "painting.png")
    gathered = desk.gather(desk.source / "painting.png", desk.source / "run")
    assert gathered == Gathered(trained=9, held_out=2)  # 5.png is the painting, too
    assert not {"painting.png", "5.png", "run/samples/0.png"} & desk.taken


def test_no_more_are_taken_than_a_training_can_use(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dynamic_style.training.photos.gathering.MOST", 11)
    assert desk.gather() == Gathered(trained=9, held_out=2)


def test_too_few_are_refused_and_leave_nothing(desk: Desk) -> None:
    for i in range(3):
        (desk.source / f"{i}.png").unlink()
    with pytest.raises(
        DatasetError, match="has 9 photos to learn from, of 9 pictures; at least 10"
    ):
        desk.gather()
    assert not list(desk.target.parent.iterdir())


def test_folders_without_pictures_are_refused(desk: Desk, tmp_path: Path) -> None:
    desk.source = tmp_path / "none"
    with pytest.raises(DatasetError, match="does not exist; give a folder with --photos"):
        desk.gather()
    desk.source.mkdir()
    with pytest.raises(DatasetError, match="and its subfolders hold no"):
        desk.gather()


def test_full_disk_is_told_and_the_next_try_gathers_all(desk: Desk) -> None:
    with files_end_at(1000), pytest.raises(Exception, match="cannot be written"):
        desk.gather()
    assert desk.gather() == Gathered(trained=10, held_out=2)
