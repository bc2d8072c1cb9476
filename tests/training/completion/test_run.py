"""Completion through its real command: phases, resume with the discriminator's state, pack."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.completion_net import INPUT_CHANNELS
from dynamic_style.backend.packs import read_manifest
from dynamic_style.backend.packs.tensors import load_pack
from dynamic_style.training.cli.main import main
from dynamic_style.training.completion.filled_crops import FilledCrops
from dynamic_style.training.errors import DatasetError
from dynamic_style.training.loop.checkpoint import CheckpointFile
from dynamic_style.training.loop.run_folder import RunPaths
from dynamic_style.training.loop.task import Batch
from dynamic_style.training.runs import train_run
from dynamic_style.training.task_commands import Trained

from ...backend.verified_packs import verify_pack
from ..conftest import TINY_FILL, draw_picture


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fills are made once for all runs here."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory: pytest.TempPathFactory, data_root: Path, loss_network_file: Path, cache: Path
) -> tuple[Path, Trained]:
    folder = tmp_path_factory.mktemp("run")
    paths = RunPaths(TINY_FILL, data_root, folder, cache, loss_network_file)
    return folder, train_run(paths)


@contextmanager
def _interrupted_before_step(count: int) -> Iterator[None]:
    """Interrupt the run in the block, as Ctrl-C would, after so many of its steps."""
    draw, drawn = FilledCrops.draw, 0

    def draw_or_interrupt(self: FilledCrops, *args: Any, **options: Any) -> Batch:
        nonlocal drawn
        if drawn == count:
            raise KeyboardInterrupt
        drawn += 1
        return draw(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(FilledCrops, "draw", draw_or_interrupt)
        yield


def test_main_phase_has_an_adversary_and_the_dial_l1_alone(
    finished: tuple[Path, Trained],
) -> None:
    folder, trained = finished
    with (folder / "losses.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    steps = [(row["phase"], int(row["step"])) for row in rows]
    assert steps == [("main", i) for i in range(10)] + [("smoothness.higher", i) for i in range(6)]
    for row in rows:
        total, l1, adversarial = (float(row[key]) for key in ("total", "l1", "adversarial"))
        assert total == pytest.approx(l1 + 0.05 * adversarial, abs=1e-6)
        assert (adversarial != 0) == (row["phase"] == "main")
    blocks = trained.net.dial("smoothness").side("higher").state_dict()
    assert all(bool(blocks[f"{tap}.conv3.weight"].any()) for tap in trained.net.taps)
    assert (folder / "samples" / "0-main.jpg").exists()
    assert (folder / "samples" / "1-smoothness.higher.jpg").exists()
    with (folder / "quality.csv").open(newline="") as file:
        quality = [(row["phase"], row["step"], row["alpha"]) for row in csv.DictReader(file)]
    dial = [("smoothness.higher", step, alpha) for step in "56" for alpha in ("0.25", "0.5", "1")]
    assert quality == [("main", "5", "0"), ("main", "10", "0"), *dial]


@pytest.mark.parametrize("stops", [(4,), (3, 7, 4)])
def test_resumed_run_equals_an_unbroken_one(
    stops: tuple[int, ...],
    finished: tuple[Path, Trained],
    tmp_path: Path,
    data_root: Path,
    loss_network_file: Path,
    cache: Path,
) -> None:
    """The discriminator and its optimiser included: its next steps shape the net's."""
    paths = RunPaths(TINY_FILL, data_root, tmp_path, cache, loss_network_file)
    for stop in stops:
        with _interrupted_before_step(stop):
            train_run(paths)
    resumed, unbroken = train_run(paths).net.state_dict(), finished[1].net.state_dict()
    assert resumed.keys() == unbroken.keys()
    assert all(torch.equal(resumed[key], unbroken[key]) for key in unbroken)
    for log in ("losses.csv", "quality.csv"):
        assert (tmp_path / log).read_text() == (finished[0] / log).read_text()


def test_checkpoint_without_the_discriminator_s_state_would_differ(
    finished: tuple[Path, Trained],
    tmp_path: Path,
    data_root: Path,
    loss_network_file: Path,
    cache: Path,
) -> None:
    """What the test above would miss if the discriminator had no say."""
    paths = RunPaths(TINY_FILL, data_root, tmp_path, cache, loss_network_file)
    with _interrupted_before_step(4):
        train_run(paths)
    checkpoint = CheckpointFile(tmp_path / "checkpoint.pt").read()
    assert checkpoint is not None
    weights = checkpoint.companion["net"]
    for key in weights:
        weights[key] = torch.zeros_like(weights[key]) + weights[key].flip(0)
    CheckpointFile(tmp_path / "checkpoint.pt").write(checkpoint)
    resumed, unbroken = train_run(paths).net.state_dict(), finished[1].net.state_dict()
    assert not all(torch.equal(resumed[key], unbroken[key]) for key in unbroken)


def test_run_writes_a_pack_and_evaluate_prints_its_tables_again(
    tmp_path: Path,
    data_root: Path,
    loss_network_file: Path,
    cache: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shared = ["--data", str(data_root), "--loss-network", str(loss_network_file)]
    options = [*shared, "--run-folder", str(tmp_path / "run"), "--cache", str(cache)]
    photo = str(data_root / "photos" / "val" / "0.png")
    written = ["--photo", photo, "--pack", str(tmp_path / "p"), "--keep-anyway"]
    code = main(["run", "tiny-fill", *options, *written])
    printed, notes = capsys.readouterr()
    manifest = read_manifest(tmp_path / "p")
    assert manifest.task == manifest.architecture.name == "completion"
    assert manifest.training.lambdas == {"main": 0.05, "smoothness.higher": 0.0}
    assert [table.column("alpha") for table in manifest.measurements] == [
        tuple(i / 10 for i in range(11))
    ] * 2
    assert sum(manifest.measurements[0].column("best_for")) == pytest.approx(1)
    for comparison in manifest.comparisons:
        found = {row.method: row.values[1] for row in comparison.rows}  # perceptual distances
        assert "ours, best alpha of each picture" in found
        (blend,) = [name for name in found if name.startswith("constant blend of the three, ")]
        assert sum(map(float, re.findall(r"[\d.]+", blend))) == pytest.approx(1)
        # each fill alone is one of the blends that the best is chosen from
        alone = [found[f"{name} fill alone"] for name in ("detailed", "mean", "smooth")]
        assert found[blend] <= min(alone) + 1e-6
        # what the net gains on that blend is told, photo by photo
        (best,) = [name for name in found if name.endswith("(best)")]
        (said,) = [line for line in notes.splitlines() if comparison.dataset in line]
        gain = re.search(r"perceptual (\S+) \(standard error \d", said)
        assert gain is not None
        assert float(gain[1]) == pytest.approx(found[best] - found[blend], rel=0.06, abs=1e-6)
    verify_pack(tmp_path / "p")
    given = torch.rand(1, INPUT_CHANNELS, 32, 32)
    given[:, -1] = given[:, -1].round()
    output = load_pack(tmp_path / "p").net(given, {"smoothness": Alpha((1.0,))})
    assert output.shape == (1, 3, 32, 32)
    assert main(["evaluate", str(tmp_path / "p"), *shared]) == code
    again = capsys.readouterr().out
    for line, first in zip(_without_times(again)[:5], _without_times(printed)[:5], strict=True):
        assert _numbers(line) == pytest.approx(_numbers(first), rel=1e-3), (line, first)
        assert _words(line) == _words(first)


def _without_times(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if line and "fill alone" not in line]


def _numbers(line: str) -> list[float]:
    """The pack's weights are kept in float16, so that its numbers are nearly those of training."""
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", line)]


def _words(line: str) -> list[str]:
    return re.findall(r"[a-z_]+", re.sub(r"e-\d+", "", line))


def test_faces_in_celeba_s_layout_are_trained_on(tmp_path: Path, loss_network_file: Path) -> None:
    """Drawn stand-ins; only smiling ones without glasses, and the last is kept for measuring."""
    lines = ["7", "Smiling Eyeglasses Young"]
    for i in range(7):
        draw_picture(tmp_path / "celeba" / "img_align_celeba" / f"{i:06}.jpg", seed=i)
        lines.append(f"{i:06}.jpg  {1 if i != 2 else -1} {1 if i == 3 else -1} -1")
    (tmp_path / "celeba" / "list_attr_celeba.txt").write_text("\n".join(lines) + "\n")
    text = TINY_FILL.read_text(encoding="utf-8").replace(
        "[data]",
        '[data]\nlayout = "celeba"\nphotos = "celeba"\nvalidation_faces = 1\n'
        'required_attributes = ["Smiling"]\nexcluded_attributes = ["Eyeglasses"]',
    )
    (tmp_path / "faces.toml").write_text(text, encoding="utf-8")
    paths = RunPaths(
        tmp_path / "faces.toml", tmp_path, tmp_path / "run", tmp_path, loss_network_file
    )
    train_run(paths)
    squares = next(tmp_path.glob("photos-*.npy"))
    assert len(np.load(squares)) == 4  # 7 less the two unwanted and the one kept out
    text = text.replace('"Eyeglasses"', '"Glasses"')
    (tmp_path / "faces.toml").write_text(text, encoding="utf-8")
    other = RunPaths(tmp_path / "faces.toml", tmp_path, tmp_path / "o", tmp_path, loss_network_file)
    with pytest.raises(DatasetError, match="no attribute 'Glasses'; it has Smiling"):
        train_run(other)
