"""A run that is trained: its pack is written again without training, with what may still change,
and not at all, unless asked for, where its tables do not keep what packs promise.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dynamic_style.backend.packs import Licence, read_manifest
from dynamic_style.training.claims import Claim
from dynamic_style.training.cli.main import main
from dynamic_style.training.completion.filled_crops import FilledCrops
from dynamic_style.training.photos.crops import PhotoSet
from dynamic_style.training.tasks import TASKS

from ...backend.verified_packs import verify_pack
from ..conftest import TINY, TINY_FILL, files_end_at

STYLE = TINY.read_text(encoding="utf-8").replace("steps = 10", "steps = 2")
STYLE = STYLE[: STYLE.index("[dials.lower]")] + STYLE[STYLE.index("[run]") :]
STYLE = STYLE.replace("steps = 6", "steps = 2")
FILL = TINY_FILL.read_text(encoding="utf-8").replace("steps = 10", "steps = 2")
FILL = (
    FILL.replace("steps = 6", "steps = 2")
    .replace("[8, 12]", "[8]")
    .replace("fills = 6", "fills = 2")
)


class Trained:
    """A finished run, and the commands that go on with it."""

    def __init__(self, folder: Path, data: Path, network: Path, text: str) -> None:
        self.folder, self.run_folder, self.text = folder, folder / "run", text
        photo = data / "photos" / "val" / "0.png"
        places = ["--data", str(data), "--loss-network", str(network)]
        self.options = [*places, "--photo", str(photo), "--device", "cpu"]
        self.pack = self.run_folder / "pack" / ("tiny-fill" if "fill" in text else "tiny")

    def run(self, text: str, *more: str) -> int:
        (self.folder / "c.toml").write_text(text, encoding="utf-8")
        place = ["--run-folder", str(self.run_folder), *self.options]
        return main(["run", str(self.folder / "c.toml"), *place, *more])

    def export(self, *more: str) -> int:
        return main(["export", str(self.run_folder), *self.options, *more])


@pytest.fixture(scope="module", params=[STYLE, FILL], ids=["style", "fill"])
def trained(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    data_root: Path,
    loss_network_file: Path,
) -> Trained:
    folder = tmp_path_factory.mktemp("trained")
    made = Trained(folder, data_root, loss_network_file, request.param)
    assert made.run(made.text) == 8, "so short a training keeps no promise"
    return made


@pytest.fixture(autouse=True)
def no_step(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the run no test here takes another step."""

    def fail(*args: Any, **options: Any) -> None:
        raise AssertionError("a step was trained")

    for source in (PhotoSet, FilledCrops):
        monkeypatch.setattr(source, "draw", fail)


def test_pack_whose_tables_keep_no_promise_is_written_only_when_asked(
    trained: Trained, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not trained.pack.exists()
    assert trained.export() == 8
    said = capsys.readouterr()
    assert "no pack was written, since" in said.err
    assert "note: FAILS  dial" in said.err
    assert "pack written" not in said.out
    assert not trained.pack.exists()
    assert trained.run(trained.text, "--keep-anyway") == 8
    said = capsys.readouterr()
    assert "the pack was written all the same" in said.err
    assert "note: FAILS  dial" in said.err
    assert f"pack written to {trained.pack}" in said.out
    verify_pack(trained.pack)


def test_pack_that_keeps_its_promises_is_written_without_more(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claims are replaced: a training that keeps them takes minutes."""
    kept = (Claim("it is good", True),)
    for name, task in TASKS.items():
        monkeypatch.setitem(TASKS, name, replace(task, check_claims=lambda measured, config: kept))
    assert trained.export("--pack", str(tmp_path / "good")) == 0
    verify_pack(tmp_path / "good")


def test_export_that_fails_is_done_again_without_training(
    trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"damaged")
    assert trained.export("--photo", str(photo), "--keep-anyway") == 6
    (tmp_path / "mine").write_text("dear")
    assert trained.export("--pack", str(tmp_path / "mine"), "--keep-anyway") == 3
    assert (tmp_path / "mine").read_text() == "dear"
    with files_end_at(8192):
        assert trained.export("--pack", str(tmp_path / "pack"), "--keep-anyway") == 3
    said = capsys.readouterr().err
    assert "the disk is full" in said
    assert "`dynamic-style-train export` measures and writes it without training again" in said
    assert not (tmp_path / "pack").exists()
    capsys.readouterr()
    assert trained.export("--pack", str(tmp_path / "pack"), "--keep-anyway") == 8
    verify_pack(tmp_path / "pack")


def test_what_does_not_train_may_change_after_the_training(
    trained: Trained, tmp_path: Path
) -> None:
    changed = trained.text.replace('title = "Tiny', 'title = "Very Tiny', 1)
    changed = changed.replace('id = "tiny', 'id = "own', 1)
    changed = changed.replace('"The Dynamic Style authors"', '"Edvard"')
    changed = changed.replace('{ spdx = "CC0-1.0" }', '{ note = "all rights reserved" }')
    changed = changed.replace("sample_every_steps = 5", "sample_every_steps = 7")
    changed = changed.replace("measured_px = 48", "measured_px = 40")
    changed = changed.replace("label_low", "safe_range = [-0.5, 1.5]\ndefault = 0.25\nlabel_low", 1)
    first = ["--pack", str(tmp_path / "run"), "--keep-anyway"]
    assert trained.run(changed, *first) == 8
    manifest = read_manifest(tmp_path / "run")
    assert manifest.title.startswith("Very Tiny")
    assert manifest.authors == ("Edvard",)
    assert manifest.licences.weights == Licence(None, "all rights reserved", "", "")
    assert manifest.dials[0].safe_range == (-0.5, 1.5)
    assert manifest.training.config == changed
    (tmp_path / "again.toml").write_text(changed.replace("Very", "Most"), encoding="utf-8")
    second = ["--config", str(tmp_path / "again.toml"), "--pack", str(tmp_path / "export")]
    assert trained.export(*second, "--keep-anyway") == 8
    assert read_manifest(tmp_path / "export").title.startswith("Most Tiny")
    trained.run(trained.text)


def test_what_trains_may_not_change_and_is_named(
    trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = trained.text.replace("seed = 7", "seed = 8").replace("batch = 2", "batch = 3")
    assert trained.run(changed, "--keep-anyway") == 6
    said = capsys.readouterr().err
    assert "holds a run of another config: seed was 7 and is 8, data.batch was 2 and is 3" in said
    (tmp_path / "c.toml").write_text(
        trained.text.replace("[[dials]]", "[[dials]]\nzero_init = false", 1)
    )
    assert trained.export("--config", str(tmp_path / "c.toml"), "--keep-anyway") == 6
    assert "dials[0].zero_init was True and is False" in capsys.readouterr().err
    assert (trained.run_folder / "config.toml").read_text(encoding="utf-8") == trained.text


def test_run_that_is_not_finished_is_not_exported(
    trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(tmp_path), *trained.options]) == 6
    assert "holds no run" in capsys.readouterr().err
    (tmp_path / "config.toml").write_text(trained.text, encoding="utf-8")
    assert main(["export", str(tmp_path), *trained.options]) == 6
    assert "holds no run with a step done" in capsys.readouterr().err
