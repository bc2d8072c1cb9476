"""`new` from a painting and a folder of photos to an installed pack, through its real command."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from dynamic_style.backend.packs import list_packs, read_manifest
from dynamic_style.training.cli.main import main
from dynamic_style.training.loop.task import Batch
from dynamic_style.training.loss_network import ENVIRONMENT_VARIABLE
from dynamic_style.training.photos.crops import PhotoSet

from ..conftest import draw_picture


class Desk:
    """A painting, twelve photos, a loss network that is kept, and no packs of the user's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.painting, self.photos = folder / "harbour.png", folder / "photos"
        draw_picture(self.painting, seed=200)
        for i in range(12):
            draw_picture(self.photos / f"{i}.png", seed=i)

    def new(self, *more: str) -> int:
        places = [str(self.painting), "--photos", str(self.photos)]
        return main(["new", *places, "--quality", "trial", "--device", "cpu", *more])


@pytest.fixture
def desk(
    tmp_path: Path,
    loss_network_file: Path,
    user_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Desk:
    monkeypatch.setenv("DYNAMIC_STYLE_PACKS", str(tmp_path / "packs"))
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    assert main(["loss-network", str(loss_network_file)]) == 0
    capsys.readouterr()
    return Desk(tmp_path)


def read_progress(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "progress.json").read_bytes())
    return found


def test_one_command_makes_and_installs_a_pack(
    desk: Desk, user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["--author", "A. Painter, 1889", "--licence", "CC0-1.0", "--dial", "strength,scale"]
    desk.new(*more, "--install")
    said = capsys.readouterr()
    run = user_folder / "runs" / "harbour"
    assert f"pack 'harbour', run folder {run}" in said.out
    assert "installed as 'harbour'" in said.out
    assert "10 photos are learnt from, 2 are kept for measuring" in said.err
    assert said.err.count("all will be done in about 1 minute, at") == 2  # in the pilot, then on
    assert "times the usual lambda for this painting" in said.err
    assert f"the first sample sheet: {run / 'samples' / '0-main.jpg'}" in said.err
    installed = next(pack for pack in list_packs() if pack.id == "harbour")
    manifest = installed.manifest
    assert manifest is not None and not installed.is_shipped
    assert (manifest.title, [dial.id for dial in manifest.dials]) == (
        "Harbour",
        ["strength", "scale"],
    )
    assert manifest.licences.style_images[0].spdx == "CC0-1.0"
    assert manifest.licences.style_images[0].author == "A. Painter, 1889"
    assert "has not stated the pack's licence" in manifest.licences.weights.note
    assert str(desk.folder) not in manifest.training.config, "a pack tells nothing of its maker's"
    assert read_progress(run)["pack"] == str(run / "pack" / "harbour")


def test_the_config_that_it_wrote_repeats_the_run(desk: Desk, user_folder: Path) -> None:
    desk.new()
    run, again = user_folder / "runs" / "harbour", desk.folder / "again"
    shutil.rmtree(desk.photos)
    places = ["--data", str(run / "data"), "--run-folder", str(again), "--device", "cpu"]
    photo = next((run / "data" / "photos" / "val").iterdir())
    main(["run", str(run / "config.toml"), *places, "--photo", str(photo), "--keep-anyway"])
    for name in ("main.safetensors", "strength.safetensors"):
        made = (run / "pack" / "harbour" / name).read_bytes()
        assert (again / "pack" / "harbour" / name).read_bytes() == made


@pytest.mark.parametrize("phase", ["pilot", "main", "strength.higher"])
def test_command_that_was_stopped_goes_on_where_it_was(
    phase: str, desk: Desk, user_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, run = PhotoSet.draw, user_folder / "runs" / "harbour"
    seen: list[tuple[str, int]] = []

    def draw_and_stop(self: PhotoSet, index: int, step: int, **options: Any) -> Batch:
        seen.append((read_progress(run)["phase"], step))
        if seen[-1] == (phase, 2):
            raise KeyboardInterrupt
        return draw(self, index, step, **options)

    with monkeypatch.context() as patch:
        patch.setattr(PhotoSet, "draw", draw_and_stop)
        assert desk.new() == 130
    assert read_progress(run)["state"] == "cancelled"
    seen.clear()

    def draw_and_look(self: PhotoSet, index: int, step: int, **options: Any) -> Batch:
        going_on = read_progress(run)
        seen.append((going_on["phase"], step))
        if going_on["phase"] in ("main", "strength.higher"):
            assert going_on["fraction"] > 0, "the pilot counts as done"
        return draw(self, index, step, **options)

    monkeypatch.setattr(PhotoSet, "draw", draw_and_look)
    desk.new("--author", "B. Painter")
    phases = ["pilot", "main", "strength.higher"]
    assert [name for name in phases if (name, 4) in seen] == phases[phases.index(phase) :]
    assert [path.name for path in (user_folder / "runs").iterdir()] == ["harbour"]
    assert not (run / "pilot").exists()
    manifest = read_manifest(run / "pack" / "harbour")
    assert manifest.licences.style_images[0].author == "B. Painter"


def test_another_painting_of_the_same_name_gets_an_id_of_its_own(
    desk: Desk, user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.new()
    draw_picture(desk.painting, seed=201)
    desk.new()
    assert (
        "'harbour' is the id of another pack or run, so this pack's is 'harbour-2'"
        in capsys.readouterr().err
    )
    assert sorted(path.name for path in (user_folder / "runs").iterdir()) == [
        "harbour",
        "harbour-2",
    ]
    place = ["--run-folder", str(user_folder / "runs" / "harbour")]
    assert desk.new(*place) == 6
    assert "holds a run with another painting" in capsys.readouterr().err


def test_id_of_a_shipped_pack_is_not_taken_silently(
    desk: Desk, user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.new("--title", "Starry Night")
    said = capsys.readouterr()
    assert (
        "'starry-night' is the id of another pack or run, so this pack's is 'starry-night-2'"
        in said.err
    )
    assert "to install it: dynamic-style packs install" in said.out
    assert desk.new("--id", "starry-night", "--install") == 3
    said = capsys.readouterr()
    assert "a pack 'starry-night' is installed already; add --replace" in said.err


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        (lambda desk: desk.painting.write_bytes(b"x"), 6, "not a picture that can be read"),
        (lambda desk: desk.painting.unlink(), 6, "harbour.png' is not there or no file"),
        (lambda desk: shutil.rmtree(desk.photos), 6, "does not exist; give a folder with --photos"),
        (lambda desk: draw_picture(desk.painting, seed=1, side=20), 6, "its short side must have"),
    ],
)
def test_what_is_wrong_is_told_before_the_first_step(
    spoil: Any, code: int, said: str, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(desk)
    run = desk.folder / "run"
    assert desk.new("--run-folder", str(run)) == code
    assert said in capsys.readouterr().err
    failed = read_progress(run)
    assert (failed["state"], failed["code"]) == ("failed", "training.dataset")
    assert said in failed["message"]
    assert not (run / "losses.csv").exists()


def test_names_that_are_mistyped_leave_no_run_folder(
    desk: Desk, user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path, said in (
        (desk.painting, "harbour.png' does not exist"),
        (desk.photos, "is no folder; give one that holds photos"),
    ):
        path.rename(desk.folder / "moved")
        assert desk.new() == 6
        assert said in capsys.readouterr().err
        (desk.folder / "moved").rename(path)
    assert not (user_folder / "runs").exists()


def test_missing_loss_network_is_told_before_the_photos_are_read(
    desk: Desk, user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (user_folder / "loss-network.safetensors").unlink()
    options = ["--loss-network", str(desk.folder / "none.safetensors")]
    assert desk.new(*options) == 6
    assert "none.safetensors' cannot be read" in capsys.readouterr().err
    assert not (user_folder / "runs" / "harbour" / "data").exists()


def test_nothing_is_downloaded_for_what_is_refused(
    desk: Desk,
    user_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def download(*_arguments: object, **_named: object) -> None:
        pytest.fail("528 MB were fetched")

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", download)
    (user_folder / "loss-network.safetensors").unlink()
    for photo in list(desk.photos.iterdir())[3:]:
        photo.unlink()
    assert desk.new() == 6
    assert "photos" in capsys.readouterr().err
    assert not (user_folder / "runs" / "harbour").exists()


def test_pack_that_keeps_no_promise_is_written_and_says_so(
    desk: Desk, user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.new() == 8, "so short a training keeps none"
    said = capsys.readouterr()
    assert "promises of its tables fail, and the pack was written all the same" in said.err
    assert "look at the pictures" in said.err
    done = read_progress(user_folder / "runs" / "harbour")
    assert (done["state"], done["phase"]) == ("done", "export")
    assert "promises of its tables fail" in done["message"]
    assert read_manifest(Path(done["pack"])).id == "harbour"


def test_run_that_runs_away_names_the_config_to_change(
    desk: Desk,
    user_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The batches hold what no photo does: a training that runs away by itself takes minutes."""
    draw = PhotoSet.draw

    def draw_worse(self: PhotoSet, *place: int, **options: Any) -> Batch:
        return Batch(draw(self, *place, **options).photos * math.inf, 1.0)

    monkeypatch.setattr(PhotoSet, "draw", draw_worse)
    assert desk.new() == 6
    said, run = capsys.readouterr().err, user_folder / "runs" / "harbour"
    assert "phase 'main', step 0: the loss is nan" in said
    assert f"'{run / 'config.toml'}' has all settings: change a copy" in said
    assert read_progress(run)["code"] == "training.divergence"
