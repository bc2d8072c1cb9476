"""dynamic-style frames --calm, --shard, and two runs into one OUT."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dynamic_style.backend.frames.ledger import ALL as LEDGERS
from dynamic_style.backend.frames.segments import LEAD, LENGTH
from dynamic_style.backend.protocol.deadline import Deadline

from ...frames.clips import make_folder, make_video, stamps_of
from ...pictures import Array, shown, smooth
from ..running_cli import Outcome, command, environment, run_here

Capture = pytest.CaptureFixture[bytes]
COUNT = LENGTH + 2 * LEAD  # with a joint in the middle of it
SIZE = (40, 56)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_moving(tmp_path / "in", COUNT)


def scene(height: int, width: int) -> Array:
    """With something in every place that a flow can follow."""
    coarse = np.random.default_rng(5).integers(0, 256, (height // 4 + 1, width // 4 + 1, 3))
    picture = Image.fromarray(coarse.astype(np.uint8))
    return np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC))


def make_moving(folder: Path, count: int) -> Path:
    """A picture that moves by 1.5 pixels to the left in each frame, with a camera's noise."""
    height, width = SIZE
    whole = scene(height, width + 2 * count).astype(np.float64)
    noise = np.random.default_rng(1)
    folder.mkdir()
    for index in range(count):
        start = 1.5 * index
        left, share = int(start), start % 1
        seen = (1 - share) * whole[:, left:][:, :width] + share * whole[:, left + 1 :][:, :width]
        grainy = seen + noise.normal(0, 2, seen.shape)
        Image.fromarray(grainy.clip(0, 255).astype(np.uint8)).save(folder / f"f{index:03}.png")
    return folder


def frames(capture: Capture, *arguments: object) -> Outcome:
    return run_here(capture, "frames", *arguments)


def made(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name[0] != "."}


def pixels(folder: Path) -> Array:
    """(frames, H, W, 3)"""
    return np.stack([np.asarray(shown(folder / name), np.float64) for name in sorted(made(folder))])


@pytest.fixture
def calm(tiny_pack: Path) -> list[object]:
    return ["--pack", tiny_pack, "--calm", "0.6", "--alpha", f"0=0,{COUNT}=1"]


def test_calm_of_0_is_each_frame_by_itself(
    capfdbinary: Capture, clip: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    run = ["--pack", tiny_pack, "--alpha", "0.5"]
    assert frames(capfdbinary, clip, tmp_path / "a", *run, "--calm", "0").code == 0
    one = run_here(capfdbinary, "stylize", clip / "f077.png", tmp_path / "f077.png", *run)
    assert one.code == 0
    assert made(tmp_path / "a")["f077.png"] == (tmp_path / "f077.png").read_bytes()
    told = frames(capfdbinary, clip, tmp_path / "a", *run, "--json")
    assert json.loads(told.stdout)["kept"] == COUNT, "no word of calm is the same"


@pytest.mark.parametrize("engine", ["openvino", "torch"])
def test_a_still_scene_flickers_less_than_half_as_much(
    capfdbinary: Capture, tiny_pack: Path, tmp_path: Path, engine: str
) -> None:
    folder = tmp_path / "still"
    folder.mkdir()
    noise = np.random.default_rng(1)
    for index in range(12):
        grainy = scene(*SIZE) + noise.normal(0, 2, (*SIZE, 3))
        Image.fromarray(grainy.clip(0, 255).astype(np.uint8)).save(folder / f"{index}.png")
    flicker = {}
    for calm in ("0", "1"):
        out = tmp_path / calm
        run = ["--pack", tiny_pack, "--calm", calm, "--engine", engine]
        assert frames(capfdbinary, folder, out, *run).code == 0
        flicker[calm] = np.abs(np.diff(pixels(out)[4:], axis=0)).mean()
    assert 0 < flicker["1"] < 0.5 * flicker["0"]


def test_a_new_scene_has_no_past(capfdbinary: Capture, tiny_pack: Path, tmp_path: Path) -> None:
    both, second = tmp_path / "both", tmp_path / "second"
    for folder in (both, second):
        folder.mkdir()
    for index in range(6):
        seen = scene(*SIZE) if index < 3 else 255 - scene(*SIZE)[::-1]
        Image.fromarray(seen).save(both / f"{index}.png")
        if index >= 3:
            Image.fromarray(seen).save(second / f"{index}.png")
    run = ["--pack", tiny_pack, "--calm", "1"]
    assert frames(capfdbinary, both, tmp_path / "a", *run).code == 0
    assert frames(capfdbinary, second, tmp_path / "b", *run).code == 0
    assert made(tmp_path / "a").items() >= made(tmp_path / "b").items()


def test_a_leaping_dial_is_there_at_once(
    capfdbinary: Capture, tiny_pack: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for index in range(6):
        Image.fromarray(scene(*SIZE)).save(folder / f"{index}.png")
    made_at = {}
    for alpha in ("0=0,5=1", "0=0", "0=1"):
        run = ["--pack", tiny_pack, "--calm", "1", "--alpha", alpha, "--ease", "hold"]
        assert frames(capfdbinary, folder, tmp_path / alpha, *run).code == 0
        made_at[alpha] = pixels(tmp_path / alpha)[5]
    left = np.abs(made_at["0=0,5=1"] - made_at["0=1"]).mean()
    assert left < 0.15 * np.abs(made_at["0=0"] - made_at["0=1"]).mean()


def test_a_calm_run_that_was_killed_ends_as_one_that_was_not(
    capfdbinary: Capture, clip: Path, calm: list[object], tmp_path: Path
) -> None:
    unbroken, killed = tmp_path / "unbroken", tmp_path / "killed"
    assert frames(capfdbinary, clip, unbroken, *calm).code == 0
    for last in ("f030.png", f"f{LENGTH + 3:03}.png"):  # in the first segment, and the second
        running = subprocess.Popen(
            command("frames", clip, killed, *calm), env=environment(), stderr=subprocess.DEVNULL
        )
        deadline = Deadline(90)
        while not deadline.is_over and not (killed / last).exists():
            time.sleep(0.001)
        running.kill()
        running.wait(60)
        assert len(made(killed)) < COUNT, "it was to be killed on its way"
    told = frames(capfdbinary, clip, killed, *calm, "--json")
    assert json.loads(told.stdout)["kept"] > LENGTH - 3
    assert made(killed) == made(unbroken)


def test_frames_after_a_changed_one_are_made_again_as_far_as_it_reaches(
    capfdbinary: Capture, clip: Path, calm: list[object], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert frames(capfdbinary, clip, out, *calm).code == 0
    before = made(out)
    Image.fromarray(smooth(*SIZE)).save(clip / "f070.png")
    told = json.loads(frames(capfdbinary, clip, out, *calm, "--json").stdout)
    assert told["written"] == LENGTH - 70
    changed = {name for name, data in made(out).items() if data != before[name]}
    assert {"f070.png", "f071.png"} <= changed
    assert all("f070.png" <= name < f"f{LENGTH:03}.png" for name in changed)


@pytest.mark.parametrize("extra", [[], ["--calm", "0.6"]])
def test_shares_together_are_the_whole(
    capfdbinary: Capture, clip: Path, tiny_pack: Path, tmp_path: Path, extra: list[str]
) -> None:
    run = ["--pack", tiny_pack, "--alpha", f"0=0,{COUNT}=1", *extra]
    whole, shared = tmp_path / "whole", tmp_path / "shared"
    assert frames(capfdbinary, clip, whole, *run).code == 0
    written = [
        json.loads(frames(capfdbinary, clip, shared, *run, "--shard", part, "--json").stdout)
        for part in ("2/3", "1/3", "3/3")
    ]
    assert sum(told["written"] for told in written) == COUNT
    assert all(told["ok"] and told["kept"] == 0 for told in written)
    assert made(shared) == made(whole)
    told = json.loads(frames(capfdbinary, clip, shared, *run, "--json").stdout)
    assert (told["written"], told["kept"]) == (0, COUNT)


def test_the_whole_run_makes_the_file_of_the_shares(
    capfdbinary: Capture, tiny_pack: Path, tmp_path: Path
) -> None:
    source = make_video(tmp_path / "in.mp4", [smooth(20, 30)] * 6)
    out, run = tmp_path / "out.mp4", ["--pack", tiny_pack]
    for part in ("1/2", "2/2"):
        outcome = frames(capfdbinary, source, out, *run, "--shard", part)
        assert outcome.code == 0
        assert f"without --shard makes {out}" in outcome.stderr
        assert not out.exists()
    told = json.loads(frames(capfdbinary, source, out, *run, "--json").stdout)
    assert told["kept"] == 6
    assert stamps_of(out) == stamps_of(source)
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out.mp4"]


@pytest.fixture
def busy(clip: Path, calm: list[object], tmp_path: Path) -> Iterator[Path]:
    """An OUT into which another process writes."""
    out = tmp_path / "out"
    running = subprocess.Popen(
        command("frames", clip, out, *calm), env=environment(), stderr=subprocess.DEVNULL
    )
    deadline = Deadline(60)
    while not deadline.is_over and not (out / "f002.png").exists():
        time.sleep(0.001)
    running.send_signal(signal.SIGSTOP)  # it holds what it has
    yield out
    running.kill()
    running.wait(60)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGSTOP")
def test_a_second_run_into_one_out_is_told_of_the_first(
    capfdbinary: Capture, busy: Path, clip: Path, calm: list[object]
) -> None:
    before = made(busy)
    for more in ([], ["--shard", "1/2"]):
        outcome = frames(capfdbinary, clip, busy, *calm, *more)
        assert outcome.code == 4
        assert "another run, process" in outcome.stderr
        assert "wait until it has ended" in outcome.stderr
    assert made(busy) == before


def test_calm_without_opencv_is_refused_with_what_to_do(
    capfdbinary: Capture,
    clip: Path,
    calm: list[object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dynamic_style.backend.tasks.calm.optical_flow.find_spec", lambda _: None)
    outcome = frames(capfdbinary, clip, tmp_path / "out", *calm)
    assert outcome.code == 2
    assert '-m pip install "opencv-python-headless' in outcome.stderr
    outcome = frames(capfdbinary, clip, tmp_path / "out", *calm, "--calm", "2")
    assert outcome.code == 2
    assert not (tmp_path / "out").exists()


def test_frames_of_several_sizes_have_one_working_size(
    capfdbinary: Capture, tiny_pack: Path, tmp_path: Path
) -> None:
    folder = make_folder(tmp_path / "in", 3)
    Image.fromarray(smooth(48, 68)).save(folder / "frame2.png")
    (folder / "frame0.png").write_bytes(b"no picture")
    run = ["--pack", tiny_pack, "--calm", "0.5", "--keep-going", "--json"]
    told = json.loads(frames(capfdbinary, folder, tmp_path / "out", *run).stdout)
    assert (told["written"], [failed["frame"] for failed in told["failed"]]) == (2, [0])
    assert shown(tmp_path / "out" / "frame2.png").size == (68, 48)
    assert not list((tmp_path / "out").glob("*.lock"))
    assert len(list((tmp_path / "out").glob(LEDGERS))) == 1
