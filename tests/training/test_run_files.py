"""What a run writes down is whole or not there, and a full disk or a damaged file is told."""

from __future__ import annotations

import io
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from dynamic_style.training.errors import CheckpointError, DatasetError, TrainingError
from dynamic_style.training.loop.checkpoint import FIRST_LINE, Checkpoint, CheckpointFile
from dynamic_style.training.loop.loss_log import LossLog
from dynamic_style.training.loop.run_folder import keep_config
from dynamic_style.training.photos.crops import load_squares
from dynamic_style.training.photos.sample_sheet import write_sheet

from .conftest import draw_picture, files_end_at


def _checkpoint(step: int = 5) -> Checkpoint:
    weights = torch.arange(4096.0).reshape(64, 64)
    adam = {"state": {0: {"step": torch.tensor(1.0)}}, "param_groups": [{"lr": 0.1}]}
    return Checkpoint(0, step, 1.5, {"weight": weights}, adam)


def _as_older_versions_wrote() -> bytes:
    saved, new = io.BytesIO(), _checkpoint()
    torch.save({**vars(new)}, saved)
    return saved.getvalue()


def _is_like_the_written(found: Checkpoint) -> bool:
    expected = _checkpoint()
    return (
        (found.phase, found.step, found.seconds) == (0, 5, 1.5)
        and found.net.keys() == {"weight"}
        and torch.equal(found.net["weight"], expected.net["weight"])
        and repr(found.optimiser) == repr(expected.optimiser)
        and found.companion == {}
    )


def _altered(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5])):
        at = chance.randrange(len(changed))
        kind = chance.random()
        if kind < 0.7:
            changed[at] ^= 1 << chance.randrange(8)
        elif kind < 0.85:
            del changed[at : at + chance.choice([1, 8, 100])]
        else:
            changed[at : at + 4] = chance.randbytes(4)
    return bytes(changed)


@pytest.mark.parametrize("older", [False, True])
def test_altered_checkpoint_is_refused_or_means_the_same(older: bool, tmp_path: Path) -> None:
    file = CheckpointFile(tmp_path / "checkpoint.pt")
    file.write(_checkpoint())
    sound = _as_older_versions_wrote() if older else file.path.read_bytes()
    file.path.write_bytes(sound)
    found = file.read()
    assert found is not None
    assert _is_like_the_written(found)
    chance, refused = random.Random(4), 0
    for _ in range(400):
        file.path.write_bytes(_altered(sound, chance))
        try:
            found = file.read()
        except CheckpointError as error:
            assert "cannot be read" in str(error)
            refused += 1
            continue
        assert found is not None
        assert _is_like_the_written(found)
    assert refused > (300 if older else 395)


def test_altered_digest_or_first_line_is_refused(tmp_path: Path) -> None:
    file = CheckpointFile(tmp_path / "checkpoint.pt")
    file.write(_checkpoint())
    sound = file.path.read_bytes()
    start = len(FIRST_LINE)
    for data in (
        sound[:start],
        sound[: start + 30],
        sound[1:],
        sound[:start] + b"0" * 64 + sound[start + 64 :],
        b"",
        b"hello",
    ):
        file.path.write_bytes(data)
        with pytest.raises(CheckpointError, match=r"cannot be read.*delete it to start again"):
            file.read()


@pytest.mark.parametrize(
    "change",
    [
        {"phase": -1},
        {"step": 2.5},
        {"step": True},
        {"seconds": float("nan")},
        {"net": [1]},
        {"net": {"weight": 1}},
        {"optimiser": 3},
        {"besides": 1},
    ],
    ids=str,
)
def test_checkpoint_of_another_form_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    torch.save({**vars(_checkpoint()), **change}, tmp_path / "checkpoint.pt")
    with pytest.raises(CheckpointError, match="cannot be read"):
        CheckpointFile(tmp_path / "checkpoint.pt").read()


def test_full_disk_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    file = CheckpointFile(tmp_path / "checkpoint.pt")
    file.write(_checkpoint())
    message = "cannot be written: File too large; free some space and start the same command again"
    with files_end_at(8192), pytest.raises(CheckpointError, match=message):
        file.write(_checkpoint(step=6))
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]
    kept = file.read()
    assert kept is not None
    assert kept.step == 5


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


def test_log_that_a_full_disk_cut_goes_on(tmp_path: Path) -> None:
    """Nothing of the old log is lost, the row that was cut is written anew, damage is dropped."""
    path = tmp_path / "losses.csv"
    whole = "phase,step,total\nmain,0,0.5\nmain,1,0.5\n"
    path.write_bytes(whole.encode() + b"main,x,\xff\nmain\nmain,2,0.")
    log = LossLog(path, phase="main", first=2)
    log.add(2, {"total": 0.5})
    log.close()
    assert path.read_text() == whole + "main,2,0.5\n"
    with files_end_at(10), pytest.raises(TrainingError, match="free some space"):
        LossLog(path, phase="main", first=3)
    assert path.read_text() == whole + "main,2,0.5\n"


@pytest.mark.parametrize("kind", ["a file", "below a file"])
def test_unusable_run_folder_is_named(kind: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    folder = tmp_path / "taken" / ("" if kind == "a file" else "run")
    with pytest.raises(CheckpointError, match=r"run folder '.*taken.*' cannot be used"):
        keep_config(folder / "config.toml", "seed = 1")
    assert (tmp_path / "taken").read_text() == "mine"


def test_config_of_a_run_that_is_no_text_is_another_one(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff")
    (tmp_path / "checkpoint.pt").write_bytes(b"steps that are done")
    with pytest.raises(CheckpointError, match="holds a run of another config"):
        keep_config(tmp_path / "config.toml", "seed = 1")
    assert (tmp_path / "config.toml").read_bytes() == b"\xff"
