"""What a run writes is whole or not there, and a full disk is told."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from dynamic_style.training.errors import CheckpointError, DatasetError, TrainingError
from dynamic_style.training.loop.loss_log import LossLog
from dynamic_style.training.loop.run_folder import keep_config
from dynamic_style.training.photos.crops import load_squares
from dynamic_style.training.photos.sample_sheet import write_sheet
from dynamic_style.training.run_files import check_room

from .conftest import draw_picture, files_end_at


def _write_cache(folder: Path) -> None:
    draw_picture(folder / "photos" / "a.png", seed=1, side=20)
    load_squares([folder / "photos" / "a.png"], folder, stored_px=200)


def test_what_killed_processes_left_of_a_cache_is_removed(tmp_path: Path) -> None:
    """But not what a living one is at."""
    draw_picture(tmp_path / "photos" / "a.png", seed=1, side=40)
    squares = load_squares([tmp_path / "photos" / "a.png"], tmp_path, stored_px=32)
    (cached,) = tmp_path.glob("photos-*.npy")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait(timeout=60)
    living = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    abandoned = cached.with_name(f"{cached.name}.{ended.pid}.partial")
    in_use = cached.with_name(f"{cached.name}.{living.pid}.partial")
    for partial in (abandoned, in_use):
        partial.write_bytes(b"half")
    del squares
    cached.unlink()
    load_squares([tmp_path / "photos" / "a.png"], tmp_path, stored_px=32)
    living.communicate(b"\n", timeout=60)
    assert cached.exists()
    assert not abandoned.exists()
    assert in_use.exists()


def _write_log(folder: Path) -> None:
    log = LossLog(folder / "losses.csv", phase="main", first=0)
    try:
        for step in range(10_000):
            log.add(step, {"total": 0.5})
    finally:
        log.close()


def _write_sheet(folder: Path) -> None:
    noise = torch.rand(1, 3, 160, 160, generator=torch.Generator().manual_seed(1))
    write_sheet(folder / "samples" / "0-main.jpg", [[noise, noise]], ["a", "b"])


def _write_config(folder: Path) -> None:
    keep_config(folder / "config.toml", "# " + "long " * 4000)


@pytest.mark.parametrize(
    ("write", "error", "left"),
    [
        (_write_cache, DatasetError, {"photos/a.png"}),
        (_write_log, TrainingError, {"losses.csv"}),
        (_write_sheet, TrainingError, set()),
        (_write_config, CheckpointError, set()),
    ],
)
def test_full_disk_is_told_and_nothing_half_is_left(
    write: Callable[[Path], None], error: type[TrainingError], left: set[str], tmp_path: Path
) -> None:
    with files_end_at(8192), pytest.raises(error, match=r"cannot be written.*free some space"):
        write(tmp_path)
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert found == left


def test_what_lacks_on_a_small_disk_is_told_in_numbers_that_are_not_0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**5, 8 * 10**4, 2 * 10**4))
    with pytest.raises(TrainingError, match=r"has 0\.02 MB free, and the photos take 0\.30 MB"):
        check_room(tmp_path, 3 * 10**5, "the photos")


def test_what_no_disk_holds_is_refused_before_it_is_begun(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"MB free, and the fills take 1000000000 MB"):
        check_room(tmp_path / "run", 10**15, "the fills")
