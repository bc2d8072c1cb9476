"""How flicker is measured: along motion that is known, and by the command."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dynamic_style.training.cli.main import main
from dynamic_style.training.flicker.scenes import Scene, clip_scene, moving_window
from dynamic_style.training.flicker.warped_error import warped_error

from ...backend.frames.clips import make_video

SIZE = (72, 96)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    coarse = np.random.default_rng(5).integers(0, 256, (30, 40, 3)).astype(np.uint8)
    path = tmp_path / "photo.png"
    Image.fromarray(coarse).resize((400, 300), Image.Resampling.BICUBIC).save(path)
    return path


def test_a_photo_moves_as_it_is_said_to(photo: Path) -> None:
    scene = moving_window(photo, count=6, size=SIZE)
    assert {frame.shape for frame in scene.frames} == {(*SIZE, 3)}
    error = warped_error(scene, scene.frames)
    assert error < 0.02, "that of the noise"
    still = Scene("still", scene.frames, lambda index: (still_places(), np.ones(SIZE, bool)))
    assert warped_error(still, scene.frames) > 3 * error


def test_a_clips_motion_is_found(photo: Path, tmp_path: Path) -> None:
    moving = moving_window(photo, count=6, size=SIZE)
    scene = clip_scene(make_video(tmp_path / "in.mp4", moving.frames), count=6, long_side_px=96)
    for index in (2, 5):
        (found, seen), (known, inside) = scene.was(index), moving.was(index)
        assert seen.mean() > 0.5
        assert np.median(np.abs(found - known)[seen & inside]) < 0.2


def test_what_flickers_has_the_larger_error(photo: Path) -> None:
    scene = moving_window(photo, count=6, size=SIZE)
    dimmed = [frame // (1 + index % 2) for index, frame in enumerate(scene.frames)]
    assert warped_error(scene, dimmed) > 5 * warped_error(scene, scene.frames)


def test_places_of_which_the_motion_cannot_be_told_do_not_count(tmp_path: Path) -> None:
    """A bus with a plain roof: whether strokes on it move with it, the frames cannot say."""
    random = np.random.default_rng(7)
    ground = random.integers(0, 256, (45, 60, 3)).astype(np.uint8)
    street = np.asarray(Image.fromarray(ground).resize((240, 180), Image.Resampling.BICUBIC))
    strokes = np.asarray(Image.fromarray(ground[:27, :27]).resize((108, 108)))
    frames, painted = [], []
    for index in range(5):
        bus = (slice(36, 144), slice(20 + 12 * index, 128 + 12 * index))
        for pictures, roof in ((frames, np.uint8(230)), (painted, strokes)):
            picture = street.copy()
            picture[bus] = roof
            pictures.append(picture)
    scene = clip_scene(make_video(tmp_path / "in.mkv", frames), count=5, long_side_px=240)
    of_street = scene.was(3)[1].copy()
    of_street[30:150, 10:200] = False
    assert of_street.sum() > 0.2 * of_street.size
    assert warped_error(scene, painted) < 0.1


def still_places() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    y, x = np.mgrid[0 : SIZE[0], 0 : SIZE[1]].astype(np.float32)
    return np.stack((x, y), 2)


def test_what_cannot_be_measured_is_told(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ["flicker", "the-scream", "--data", str(tmp_path)]
    assert main(run) == 6
    assert "--photos FOLDER or --clip FILE" in capsys.readouterr().err
    assert main([*run, "--photos", str(photo.parent), "--frames", "2"]) == 6
    assert "flicker shows in 4 and more" in capsys.readouterr().err
