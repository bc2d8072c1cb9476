"""bfloat16 never trains on wrong numbers, and a training that runs away ends without a pack."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from dynamic_style.backend.nets import layers
from dynamic_style.backend.nets.phase_convolution import narrow_conv
from dynamic_style.training.cli.main import main
from dynamic_style.training.errors import DivergenceError
from dynamic_style.training.loop.divergence import LossWatch
from dynamic_style.training.loop.precision import choose_dtype
from dynamic_style.training.loop.run_folder import RunPaths
from dynamic_style.training.runs import train_run

from ..conftest import TINY

KINDS = ("AVX2", "AVX512_CORE", "AVX512_CORE_BF16", "AVX512_CORE_AMX", "ALL")


def test_auto_is_float32_where_torch_cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """torch 2.6, the oldest that is supported, has no get_capabilities."""
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert choose_dtype("auto", torch.device("cpu")) is torch.float32
    assert choose_dtype("bfloat16", torch.device("cpu")) is torch.bfloat16


@pytest.mark.timeout(240)  # a process for each kind
def test_every_convolution_is_right_in_bfloat16_on_every_kind_of_processor() -> None:
    """As far as this one can stand in for others: its instruction set is capped."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.training.loop.convolutions", *KINDS],
        capture_output=True,
        text=True,
        timeout=220,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert result.returncode == 0, result.stderr
    reports = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(reports) == len(KINDS)
    assert all(report["convolutions"] > 60 for report in reports)
    faults = {kind: report["faults"] for kind, report in zip(KINDS, reports, strict=True)}
    assert faults == {kind: [] for kind in KINDS}


def _train_tiny(folder: Path, data: Path, network: Path, precision: str) -> tuple[list[str], Path]:
    """A run of the tiny config in a precision: its notes, and its loss log."""
    folder.mkdir(parents=True)
    text = TINY.read_text(encoding="utf-8").replace('"float32"', f'"{precision}"')
    config, notes = folder / "tiny.toml", list[str]()
    config.write_text(text, encoding="utf-8")
    train_run(RunPaths(config, data, folder, folder, network), note=notes.append)
    return notes, folder / "losses.csv"


def test_run_with_a_wrong_kernel_goes_on_in_float32_with_a_note(
    tmp_path: Path, data_root: Path, loss_network_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel stands in for one that a processor does wrongly."""

    def wrong_in_half(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        output = narrow_conv(x, weight, bias)
        noise = torch.randn(output.shape, generator=torch.Generator().manual_seed(3))
        return output if output.dtype is torch.float32 else output * noise.to(output.dtype)

    _, exact = _train_tiny(tmp_path / "float32", data_root, loss_network_file, "float32")
    half = (data_root, loss_network_file, "bfloat16")
    notes, sound = _train_tiny(tmp_path / "sound", *half)
    assert notes == []
    assert sound.read_text() != exact.read_text()
    monkeypatch.setattr(layers, "narrow_conv", wrong_in_half)
    notes, mended = _train_tiny(tmp_path / "wrong", *half)
    assert mended.read_text() == exact.read_text()
    assert len(notes) == 1  # and not again in every phase
    assert "phase 'main': bfloat16 gives other numbers than float32 on this machine" in notes[0]
    assert notes[0].endswith("going on in float32, which takes longer")


def test_training_that_runs_away_ends_with_an_error_and_no_pack(
    tmp_path: Path, data_root: Path, loss_network_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TINY.read_text(encoding="utf-8")
    text = text.replace("steps = 10", "steps = 40\nlearning_rate = 10.0")
    (tmp_path / "fast.toml").write_text(text, encoding="utf-8")
    options = ["--data", str(data_root), "--loss-network", str(loss_network_file)]
    options += ["--run-folder", str(tmp_path), "--photo", str(data_root / "photos/val/0.png")]
    for _ in range(2):  # the same command again does not slip through
        assert main(["run", str(tmp_path / "fast.toml"), *options]) == 6
        printed = capsys.readouterr().err
        assert "phase 'main', step " in printed
        assert "above 10 times its start" in printed
        assert "lower learning_rate or the objective's weights in the config" in printed
        assert not (tmp_path / "pack").exists()


def _watch(totals: list[float], *, steps: int = 1000, size: float = 0.0) -> None:
    watch = LossWatch("main", steps, torch.bfloat16)
    for step, total in enumerate(totals):
        watch.check(step, total, size=size)


def test_what_counts_as_running_away() -> None:
    start = [8.0, 9.0, 7.0, 8.5, 8.0, 300.0, 8.0, 9.0, 8.0, 8.0]
    _watch([*start, *[60.0] * 100])  # worse than its start, and no more
    _watch([*start, *([500.0] * 24 + [7.0]) * 4])  # peaks that it comes back from
    _watch([*([0.01, -0.02] * 5), *[0.9] * 100], size=0.1)  # an adversary's, around 0
    with pytest.raises(DivergenceError, match=r"step 34.*500, for 25 steps now above 10 times its"):
        _watch([*start, *[500.0] * 25])
    with pytest.raises(DivergenceError, match="step 3: the loss is nan; set run"):
        _watch([8.0, 8.0, 8.0, float("nan")])
    with pytest.raises(DivergenceError, match=r"step 19.*for 5 steps"):  # a short phase
        _watch([*[8.0] * 15, *[500.0] * 5], steps=20)


def test_a_resumed_watch_knows_the_start_and_how_long_it_lasted() -> None:
    watch = LossWatch("main", 1000, torch.float32)
    watch.resume([*[8.0] * 10, *[500.0] * 24])
    with pytest.raises(DivergenceError, match="for 25 steps now"):
        watch.check(34, 500.0)
