"""A dial of weights from its config to its pack: trained, resumed, measured, exported, painted."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch

from dynamic_style.backend.compute.engine import DialAlpha
from dynamic_style.backend.compute.openvino_engine import OpenVinoEngine
from dynamic_style.backend.compute.torch_engine import TorchEngine
from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.packs.weights import read_weights
from dynamic_style.training.cli.main import main
from dynamic_style.training.loop.run_folder import RunPaths
from dynamic_style.training.photos.crops import PhotoSet
from dynamic_style.training.runs import train_run
from dynamic_style.training.task_commands import Trained

from ...backend.verified_packs import verify_pack
from ..conftest import TINY


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny config, whose first dial is of weights, with two sides, and its second of blocks."""
    text = TINY.read_text(encoding="utf-8")
    text = text.replace('id = "strength"', 'id = "strength"\nby = "weights"')
    text = text.replace("style_weight = 10000.0", "style_weight = 30000.0")
    path = tmp_path_factory.mktemp("config") / "tiny.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory: pytest.TempPathFactory, config: Path, data_root: Path, loss_network_file: Path
) -> tuple[RunPaths, Trained]:
    folder = tmp_path_factory.mktemp("run")
    paths = RunPaths(config, data_root, folder, folder, loss_network_file)
    return paths, train_run(paths)


def test_the_dial_learns_and_the_main_net_stays(finished: tuple[RunPaths, Trained]) -> None:
    paths, trained = finished
    rows = (paths.folder / "losses.csv").read_text(encoding="utf-8").splitlines()[1:]
    names = [row.split(",")[0] for row in rows]
    assert names == ["main"] * 10 + [
        f"{dial}.{side}"
        for dial, side in (("strength", "higher"), ("strength", "lower"), ("second", "higher"))
        for _ in range(6)
    ]
    plain = paths.folder.parent / "plain"  # the same main net, with blocks
    ordinary = train_run(RunPaths(TINY, paths.data, plain, plain, paths.loss_network))
    for name, weight in ordinary.net.main.state_dict().items():
        assert torch.equal(trained.net.main.state_dict()[name], weight)
    for side in ("higher", "lower"):
        differences = trained.net.trained_side("strength", side)
        assert all(bool(d.any()) for name, d in differences.named_parameters() if ".norm" in name)
    assert (paths.folder / "samples" / "1-strength.higher.jpg").exists()


@pytest.mark.parametrize("stop", [10, 13, 18])
def test_a_resumed_run_equals_an_unbroken_one(
    stop: int, finished: tuple[RunPaths, Trained], tmp_path: Path
) -> None:
    whole, trained = finished
    paths = RunPaths(whole.config, whole.data, tmp_path, tmp_path, whole.loss_network)
    draw, drawn = PhotoSet.draw, []

    def draw_or_interrupt(*given: object, **options: object) -> object:
        drawn.append(given)
        if len(drawn) > stop:
            raise KeyboardInterrupt
        return draw(*given, **options)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(PhotoSet, "draw", draw_or_interrupt)
        train_run(paths)
    resumed, unbroken = train_run(paths).net.state_dict(), trained.net.state_dict()
    assert all(torch.equal(resumed[name], unbroken[name]) for name in unbroken)


def test_the_exported_pack_is_measured_and_paints_the_same_on_both_engines(
    finished: tuple[RunPaths, Trained], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths, trained = finished
    photo = paths.data / "photos" / "val" / "0.png"
    options = ["--data", str(paths.data), "--loss-network", str(paths.loss_network)]
    options += ["--run-folder", str(paths.folder), "--photo", str(photo), "--keep-anyway"]
    main(["run", str(paths.config), *options, "--pack", str(tmp_path / "tiny")])
    verify_pack(tmp_path / "tiny")

    weights = read_weights(tmp_path / "tiny")
    strength, second = weights.manifest.dials
    assert (strength.kind, strength.dual, second.kind) == ("weights", True, "blocks")
    assert weights.manifest.measurements[0].column("alpha")[0] == -1
    assert re.search("dial 'strength'", capsys.readouterr().out)  # what the pack promises of it

    picture = np.random.default_rng(1).random((32, 44, 3), np.float32)
    tensor = torch.from_numpy(picture).permute(2, 0, 1)[None]
    torchs = TorchEngine("cpu").load(weights)
    openvinos = OpenVinoEngine("float32").load(weights)
    for alpha in (-1.0, 0.0, 0.4, 1.0):
        alphas = {"strength": DialAlpha((alpha,)), "second": DialAlpha((0.5,))}
        made = torchs.run(picture, alphas)
        assert np.abs(made - openvinos.run(picture, alphas)).max() < 1e-3
        with torch.inference_mode():
            by_the_run = trained.net(tensor, {"strength": Alpha((alpha,)), "second": Alpha((0.5,))})
        assert np.abs(made - by_the_run[0].permute(1, 2, 0).numpy()).max() < 1 / 255
