"""Face generation through its real commands: run, resume, pack, faces out of it, measuring."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from dynamic_style.backend.cli.main import main as dynamic_style
from dynamic_style.backend.packs import read_manifest
from dynamic_style.training.cli.main import main
from dynamic_style.training.face_generation.faces import FaceBatches
from dynamic_style.training.loop import phases
from dynamic_style.training.loop.checkpoint import CheckpointFile
from dynamic_style.training.loop.precision import Comparison, StepLoss
from dynamic_style.training.loop.progress import Progress
from dynamic_style.training.loop.run_folder import RunPaths
from dynamic_style.training.loop.task import Batch
from dynamic_style.training.runs import load_finished, train_run
from dynamic_style.training.task_commands import Trained

from ...backend.verified_packs import verify_pack
from ..conftest import TINY_FACES, draw_face


def paths_of(folder: Path, data: Path, network: Path, config: Path = TINY_FACES) -> RunPaths:
    return RunPaths(config, data, folder, folder, network)


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory: pytest.TempPathFactory, data_root: Path, loss_network_file: Path
) -> tuple[Path, Trained]:
    folder = tmp_path_factory.mktemp("run")
    return folder, train_run(paths_of(folder, data_root, loss_network_file))


@contextmanager
def interrupted_before_step(count: int) -> Iterator[None]:
    """Interrupt the run in the block, as Ctrl-C would, after so many of its steps."""
    draw, drawn = FaceBatches.draw, 0

    def draw_or_interrupt(self: FaceBatches, *args: Any, **options: Any) -> Batch:
        nonlocal drawn
        if drawn == count:
            raise KeyboardInterrupt
        drawn += 1
        return draw(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(FaceBatches, "draw", draw_or_interrupt)
        yield


def test_the_main_net_and_each_dial_learn_against_an_adversary(
    finished: tuple[Path, Trained],
) -> None:
    folder, trained = finished
    with (folder / "losses.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    steps = [("main", 8), ("hair.higher", 5), ("beard.higher", 5)]
    assert [row["phase"] for row in rows] == [name for name, count in steps for _ in range(count)]
    assert all(0 < float(row["adversarial"]) < 20 for row in rows)
    for row in rows:  # what a dial changes costs: it leaves alone what it need not touch
        change, kept = float(row["change"]), 0.0 if row["phase"] == "main" else 5.0
        total = float(row["adversarial"]) + kept * change
        assert float(row["total"]) == pytest.approx(total, rel=1e-3)
    assert max(float(row["change"]) for row in rows if row["phase"] == "main") == 0
    assert (
        min(float(row["change"]) for row in rows[10:13]) > 0
    )  # the dial's first step is the main net
    for dial, taps in (("hair", tuple(trained.net.taps)), ("beard", ("up3",))):
        blocks = trained.net.dial(dial).side("higher").state_dict()
        assert {name.split(".")[0] for name in blocks} == set(taps)
        assert all(bool(blocks[f"{tap}.conv3.weight"].any()) for tap in taps)
    for sheet in ("0-main", "1-hair.higher", "2-beard.higher"):
        with Image.open(folder / "samples" / f"{sheet}.jpg") as shown:
            assert shown.height > 2 * 64


def test_a_dial_is_full_where_the_config_says_and_only_once(
    finished: tuple[Path, Trained], tmp_path: Path, data_root: Path, loss_network_file: Path
) -> None:
    """Trained, gone on with when all is done, and loaded for an export."""
    text = TINY_FACES.read_text(encoding="utf-8")
    config = tmp_path / "halved.toml"
    config.write_text(text.replace('id = "hair"\n', 'id = "hair"\nfull_at = 0.5\n', 1), "utf-8")
    paths = paths_of(tmp_path / "run", data_root, loss_network_file, config)

    def offsets(trained: Trained) -> torch.Tensor:
        weights = trained.net.dial("hair").side("higher").state_dict()
        return torch.cat([value.flatten() for name, value in weights.items() if "conv3" in name])

    for trained in (train_run(paths), train_run(paths), load_finished(paths)):
        assert torch.allclose(offsets(trained), 0.5 * offsets(finished[1]), atol=1e-6)
        beard = trained.net.dial("beard").side("higher").state_dict()
        expected = finished[1].net.dial("beard").side("higher").state_dict()
        assert all(torch.equal(beard[name], expected[name]) for name in expected)


def test_batch_norms_are_frozen_while_dials_learn(
    finished: tuple[Path, Trained], tmp_path: Path, data_root: Path, loss_network_file: Path
) -> None:
    """The running statistics too: the pack's main net is the one that phase 1 ended with."""
    with interrupted_before_step(8 + 2):
        train_run(paths_of(tmp_path, data_root, loss_network_file))
    checkpoint = CheckpointFile(tmp_path / "checkpoint.pt").read()
    assert checkpoint is not None
    assert (checkpoint.phase, checkpoint.step) == (1, 2)
    main_net = finished[1].net.main.state_dict()
    assert bool((main_net["up1.norm.mean"] != 0).any())
    assert bool((main_net["up1.norm.variance"] != 1).any())
    for name, value in main_net.items():
        assert torch.equal(value, checkpoint.net[f"main.{name}"]), name


@pytest.mark.parametrize("stops", [(4,), (3, 7, 4)])
def test_resumed_run_equals_an_unbroken_one(
    stops: tuple[int, ...],
    finished: tuple[Path, Trained],
    tmp_path: Path,
    data_root: Path,
    loss_network_file: Path,
) -> None:
    """With the running statistics, and the discriminators with their optimisers."""
    paths = paths_of(tmp_path, data_root, loss_network_file)
    for stop in stops:
        with interrupted_before_step(stop):
            train_run(paths)
    resumed, unbroken = train_run(paths).net.state_dict(), finished[1].net.state_dict()
    assert resumed.keys() == unbroken.keys()
    assert all(torch.equal(resumed[key], unbroken[key]) for key in unbroken)
    assert (tmp_path / "losses.csv").read_text() == (finished[0] / "losses.csv").read_text()


def test_comparing_number_types_leaves_the_run_as_it_was(
    tmp_path: Path, data_root: Path, loss_network_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sitting compares a step in bfloat16 with float32, of which batch norms would learn: so a
    run of two sittings would differ from one of one.
    """

    def compare(
        dtype: torch.dtype, compute_loss: Callable[[torch.dtype], StepLoss], _: object
    ) -> Comparison:
        for _ in range(3):
            compute_loss(dtype)
        return Comparison(1.0, 1.0, 1.0, 1.0)

    monkeypatch.setattr(phases, "compare_with_float32", compare)
    text = TINY_FACES.read_text(encoding="utf-8").replace('"float32"', '"bfloat16"')
    config = tmp_path / "c.toml"
    config.write_text(text, encoding="utf-8")
    once = train_run(paths_of(tmp_path / "once", data_root, loss_network_file, config))
    broken = paths_of(tmp_path / "broken", data_root, loss_network_file, config)
    with interrupted_before_step(6):  # one of them is the comparison's
        train_run(broken)
    twice = train_run(broken).net.state_dict()
    assert all(torch.equal(twice[key], value) for key, value in once.net.state_dict().items())


def test_run_writes_a_pack_that_makes_faces_and_evaluate_measures_it(
    tmp_path: Path,
    data_root: Path,
    loss_network_file: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DYNAMIC_STYLE_RUNTIME", str(tmp_path / "runtime"))
    shared = ["--data", str(data_root), "--loss-network", str(loss_network_file)]
    places = ["--run-folder", str(tmp_path / "run"), "--pack", str(tmp_path / "p")]
    code = main(["run", "tiny-faces", *shared, *places, "--keep-anyway"])
    printed = capsys.readouterr().out
    assert code == 8  # a few steps keep no promise
    assert "FAILS  dial 'hair': the attribute's mean probability rises" in printed
    manifest = read_manifest(tmp_path / "p")
    assert manifest.task == manifest.architecture.name == "generation"
    assert manifest.training.lambdas == {"main": 1.0, "hair.higher": 1.0, "beard.higher": 1.0}
    assert [table.dial for table in manifest.measurements] == ["hair", "beard"]
    verify_pack(tmp_path / "p")
    card = (tmp_path / "p" / "README.md").read_text(encoding="utf-8")
    assert "dynamic-style generate face.png --seed 7 --pack tiny-faces" in card
    assert "Pictures have 64 pixels a side." in card
    out = tmp_path / "face.png"
    made = ["generate", str(out), "--pack", str(tmp_path / "p"), "--seed", "7", "--no-backend"]
    assert dynamic_style([*made, "--alpha", "hair=0.6"]) == 0
    with Image.open(out) as face:
        assert face.size == (64, 64)
    capsys.readouterr()
    assert main(["evaluate", str(tmp_path / "p"), *shared]) == 8
    again = capsys.readouterr().out
    tables = [text.split("\n\n")[0].splitlines()[:2] for text in (printed, again)]
    assert tables[0] == tables[1]


def test_style_packs_still_ask_for_a_photo(
    tmp_path: Path,
    data_root: Path,
    loss_network_file: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shared = ["--data", str(data_root), "--loss-network", str(loss_network_file)]
    assert main(["run", "tiny", *shared, "--run-folder", str(tmp_path / "run")]) == 2
    assert "--photo is missing" in capsys.readouterr().err


def test_faces_in_celeba_s_layout_are_trained_on_and_measured(
    tmp_path: Path, loss_network_file: Path
) -> None:
    """Drawn stand-ins of its size and form, with its names of attributes."""
    folder = tmp_path / "celeba" / "img_align_celeba"
    folder.mkdir(parents=True)
    lines = ["24", "Blond_Hair No_Beard"]
    for i in range(24):
        blond, beard = bool(i & 1), bool(i & 2)
        drawn = Image.fromarray(draw_face(seed=i, blond=blond, beard=beard)).resize((178, 218))
        drawn.save(folder / f"{i:06}.jpg")
        lines.append(f"{i:06}.jpg  {1 if blond else -1} {-1 if beard else 1}")
    (tmp_path / "celeba" / "list_attr_celeba.txt").write_text("\n".join(lines) + "\n")
    text = TINY_FACES.read_text(encoding="utf-8")
    for old, new in (
        ('photos = "faces.npz"', 'layout = "celeba"\nphotos = "celeba"\nstored_px = 80'),
        ("measured_photos = 8", "measured_photos = 8\nvalidation_faces = 4\nmeasured_faces = 10"),
        ('attribute = "blond"', 'attribute = "Blond_Hair"'),
        ('attribute = "beard"', 'attribute = "No_Beard"'),
        ('required_attributes = ["blond"]', 'required_attributes = ["Blond_Hair", "No_Beard"]'),
        ('required_attributes = ["beard"]', 'excluded_attributes = ["Blond_Hair", "No_Beard"]'),
        ('excluded_attributes = ["blond", "beard"]', 'excluded_attributes = ["Blond_Hair"]'),
        ('excluded_attributes = ["beard"]\n', ""),
        ('excluded_attributes = ["blond"]\n', ""),
    ):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    trained = train_run(
        paths_of(tmp_path / "run", tmp_path, loss_network_file, tmp_path / "c.toml")
    )
    measured = trained.task.measure(
        trained.net,
        trained.config,
        trained.network,
        tmp_path,
        note=lambda text: None,
        progress=Progress(),
    )
    assert [table.dial for table in measured.tables] == ["hair", "beard"]
