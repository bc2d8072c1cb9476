"""`reproduce --quick` through its real command: results, report and plots; killed, it goes on."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file, save_file

from dynamic_style.training.cli.main import main
from dynamic_style.training.reproduction.quick_data import LOSS_NETWORK
from dynamic_style.training.reproduction.session import CONFIGS
from dynamic_style.training.reproduction.table import EXPERIMENTS

KILLED = "working-points"

pytestmark = pytest.mark.timeout(500)  # the first test tries all claims


def _command(out: Path, *claims: str) -> list[str]:
    options = ["reproduce", *claims, "--quick", "--out", str(out)]
    return [sys.executable, "-m", "dynamic_style.training", *options]


def _environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which all claims were tried, and what the command printed."""
    out = tmp_path_factory.mktemp("quick") / "out"
    done = subprocess.run(
        _command(out),
        env=_environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out, done.stdout


def test_every_claim_has_a_result_with_a_verdict_and_numbers(quick: tuple[Path, str]) -> None:
    out, printed = quick
    for name in EXPERIMENTS:
        result = json.loads((out / name / "result.json").read_bytes())
        assert result["is_quick"] is True
        assert result["findings"] and result["tested"]
        for finding in result["findings"]:
            assert finding["claim"] in printed
            if finding["value"] is not None and finding["interval"] is not None:
                low, high = finding["interval"]
                assert low <= high
            assert finding["holds"] in (True, False)
        assert all(
            len(row) == len(result["columns"]) for c in result["curves"].values() for row in c
        )


def test_every_claim_has_its_plot_and_pictures(quick: tuple[Path, str]) -> None:
    out, _ = quick
    for name in EXPERIMENTS:
        pictures = json.loads((out / name / "result.json").read_bytes())["pictures"]
        assert pictures
        for picture in pictures:
            with Image.open(out / name / picture) as opened:
                opened.load()
                lowest, highest = opened.convert("L").getextrema()
            assert lowest < highest, picture


def test_the_report_says_first_that_quick_numbers_decide_nothing(quick: tuple[Path, str]) -> None:
    out, _ = quick
    report = (out / "report.md").read_text(encoding="utf-8")
    assert report.splitlines()[2].startswith("**Quick numbers decide nothing.**")
    for name in EXPERIMENTS:
        assert f"dynamic-style-train reproduce {name} --quick --out " in report
        for finding in json.loads((out / name / "result.json").read_bytes())["findings"]:
            verdict = "holds" if finding["holds"] else "does not hold"
            assert f"- **{verdict}**: {finding['claim']}" in report
    for shown in re.findall(r"!\[.*?\]\((.+?)\)", report):
        assert (out / shown).exists()
    assert "nan" not in report


def test_killed_experiment_goes_on_to_the_same_result(
    quick: tuple[Path, str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(_command(out, KILLED), env=_environment(), stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (out / KILLED / "fixed-2" / "checkpoint.pt").exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait(timeout=10) == -signal.SIGKILL
    assert not (out / KILLED / "result.json").exists()
    subprocess.run(_command(out, KILLED), env=_environment(), check=True, timeout=200)
    for file in ("result.json", "plot.png"):
        assert (out / KILLED / file).read_bytes() == (quick[0] / KILLED / file).read_bytes()


def test_measuring_that_was_stopped_goes_on_with_what_is_missing(
    quick: tuple[Path, str], tmp_path: Path
) -> None:
    """Once trained, nothing is trained again, and no photo of a curve is measured again."""
    out, _ = quick
    result = out / KILLED / "result.json"
    before = result.read_bytes()
    result.unlink()
    curves = sorted((out / KILLED / "curves").iterdir())
    curves[0].unlink()
    np.save(curves[1], np.load(curves[1])[:1])
    done = subprocess.run(
        _command(out, KILLED), env=_environment(), check=True, capture_output=True, timeout=200
    )
    assert result.read_bytes() == before
    assert b"training '" not in done.stderr
    measured = set(re.findall(rb"measuring ([\w-]+):", done.stderr))
    assert measured == {curve.stem.rpartition("-")[0].encode() for curve in curves[:2]}


def test_another_config_is_refused_in_the_same_folder(
    quick: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _ = quick
    text = (CONFIGS / "quick" / f"{KILLED}.toml").read_text(encoding="utf-8")
    (tmp_path / f"{KILLED}.toml").write_text(text.replace("seed = 1", "seed = 2"), encoding="utf-8")
    options = ["--quick", "--out", str(out), "--configs", str(tmp_path)]
    assert main(["reproduce", KILLED, *options]) == 6
    assert "give --out another folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("claim", "setting", "changed", "said"),
    [
        ("two-styles", "alphas = 5", "alphas = 4", "it must be odd, so that 0.5 is among them"),
        ("completion", "[0.005, 0.1]", "[0.005]", "must hold two or more λ"),
        (KILLED, 'taps = ["res3"]', 'taps = ["res3", "up1"]', "must name one tap in its taps"),
        ("wide-range", "crop_px = 32", "crop_px = 31", "data.crop_px is 31"),
        ("faces", 'attribute = "blond"', 'attribute = "grey"', "hair.attribute is 'grey'"),
    ],
)
def test_a_config_that_cannot_be_tried_is_refused_before_any_claim_is(
    claim: str,
    setting: str,
    changed: str,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (CONFIGS / "quick" / f"{claim}.toml").read_text(encoding="utf-8")
    assert setting in text
    (tmp_path / f"{claim}.toml").write_text(text.replace(setting, changed, 1), encoding="utf-8")
    out = tmp_path / "out"
    assert main(["reproduce", "--quick", "--out", str(out), "--configs", str(tmp_path)]) == 6
    said_of_it = capsys.readouterr().err
    assert claim in said_of_it and said in said_of_it
    assert not any((out / name).exists() for name in EXPERIMENTS)


def test_alphas_of_a_net_that_was_trained_anew_are_measured_anew(
    quick: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, curves = tmp_path / "out", tmp_path / "out" / "alpha-grid" / "curves"
    shutil.copytree(quick[0], out)
    before = (out / "alpha-grid" / "result.json").read_bytes()
    shutil.rmtree(out / KILLED)
    text = (CONFIGS / "quick" / f"{KILLED}.toml").read_text(encoding="utf-8")
    (tmp_path / f"{KILLED}.toml").write_text(text.replace("seed = 1", "seed = 2"), encoding="utf-8")
    command = ["reproduce", "alpha-grid", "--quick", "--out", str(out), "--configs", str(tmp_path)]
    assert main(command) == 6
    assert f"'{curves}' was measured with a net of {KILLED}" in capsys.readouterr().err
    shutil.rmtree(curves)
    assert main(command) == 0
    assert (out / "alpha-grid" / "result.json").read_bytes() != before
    assert main(command) == 0  # now they are this net's


def _try_on_data_of_its_own(out: Path, network: Path, *options: str) -> int:
    """The quick nets in a copy of the folder, as if its pictures were anyone's data."""
    data = ["--data", str(out / "quick-data"), "--loss-network", str(network)]
    configs = ["--configs", str(CONFIGS / "quick")]
    return main(["reproduce", "texture-scale", *data, *configs, *options, "--out", str(out)])


def test_the_command_that_repeats_it_names_loss_network_and_device(
    quick: tuple[Path, str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(quick[0], out)
    network = out / "quick-data" / LOSS_NETWORK
    assert _try_on_data_of_its_own(out, network, "--device", "cpu") == 0
    again = re.findall("Again: `(.+)`", (out / "report.md").read_text(encoding="utf-8"))
    assert len(again) == len(EXPERIMENTS)
    for command in again:
        assert f' --loss-network "{network}" ' in command
        assert " --device cpu " in command


def test_another_loss_network_is_refused_in_the_same_folder(
    quick: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, other = tmp_path / "out", tmp_path / "other.safetensors"
    shutil.copytree(quick[0], out)
    weights = load_file(out / "quick-data" / LOSS_NETWORK)
    save_file({name: 2 * weight for name, weight in weights.items()}, other)
    assert _try_on_data_of_its_own(out, other) == 6
    said = capsys.readouterr().err
    assert f"'{out / 'texture-scale'}' holds this experiment with another loss network" in said


@pytest.mark.parametrize("claim", EXPERIMENTS)
def test_whoever_lacks_what_a_full_config_names_is_told(
    claim: str,
    data_root: Path,
    loss_network_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """So the full configs are read, too, up to their data."""
    options = ["--data", str(data_root), "--loss-network", str(loss_network_file)]
    assert main(["reproduce", claim, *options, "--out", str(tmp_path / "out")]) == 6
    said = capsys.readouterr().err
    assert f"claim '{claim}' needs '{data_root}" in said
    assert "put it there" in said
    assert not (tmp_path / "out" / claim).exists()


def test_without_matplotlib_it_says_so_before_it_trains(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["reproduce", "--quick", "--out", str(tmp_path / "out")]) == 6
    assert "-m pip install matplotlib" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["everything"], "no claim 'everything'; take some of working-points"),
        ([KILLED], "--data is missing"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_made(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reproduce", *options, "--out", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
