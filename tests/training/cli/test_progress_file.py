"""progress.json of real runs, and runs that are cancelled by a signal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from dynamic_style.training.cli.main import main
from dynamic_style.training.loop.checkpoint import CheckpointFile
from dynamic_style.training.loop.progress_file import keeping_progress
from dynamic_style.training.photos.crops import PhotoSet
from dynamic_style.training.style_transfer.task import StyleTransferTask

from ..conftest import TINY

TEXT = TINY.read_text(encoding="utf-8")
TEXT = TEXT[: TEXT.index("[dials.lower]")] + TEXT[TEXT.index("[run]") :]


class Desk:
    """A config, and the command that trains it."""

    def __init__(self, folder: Path, data: Path, network: Path) -> None:
        self.folder, self.run_folder = folder, folder / "run"
        self.config = folder / "c.toml"
        self.options = ["--data", str(data), "--loss-network", str(network), "--device", "cpu"]
        self.options += ["--photo", str(data / "photos" / "val" / "0.png")]

    def arguments(self, text: str, *more: str) -> list[str]:
        self.config.write_text(text, encoding="utf-8")
        place = ["--run-folder", str(self.run_folder)]
        return ["run", str(self.config), *place, *self.options, *more]

    @property
    def progress(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.run_folder / "progress.json").read_bytes())
        return found


@pytest.fixture
def desk(tmp_path: Path, data_root: Path, loss_network_file: Path) -> Desk:
    return Desk(tmp_path, data_root, loss_network_file)


SHORT = TEXT.replace("steps = 10", "steps = 3").replace("steps = 6", "steps = 2")


def test_run_says_how_it_ended_and_where_its_pack_is(desk: Desk) -> None:
    assert main(desk.arguments(SHORT)) == 8
    failed = desk.progress
    assert (failed["state"], failed["phase"], failed["pack"]) == ("failed", "measuring", None)
    assert failed["message"].startswith("no pack was written, since")
    assert failed["code"] == "training"
    assert Path(failed["sheet"]).is_file()
    main(desk.arguments(SHORT, "--keep-anyway"))
    written = desk.progress
    assert (written["state"], written["fraction"], written["eta_s"]) == ("done", 1.0, 0.0)
    assert (written["phase"], written["step"], written["steps"]) == ("export", 1, 1)
    assert "and the pack was written all the same" in written["message"]
    assert (Path(written["pack"]) / "pack.json").is_file()


def test_error_is_told_with_its_code(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(desk.arguments(SHORT.replace("styles/one.png", "styles/none.png"))) == 6
    failed = desk.progress
    assert (failed["state"], failed["code"]) == ("failed", "training.dataset")
    assert failed["message"] in capsys.readouterr().err


def test_progress_that_cannot_be_written_ends_no_training(desk: Desk) -> None:
    (desk.run_folder / "progress.json").mkdir(parents=True)
    assert main(desk.arguments(SHORT, "--keep-anyway")) == 8
    assert (desk.run_folder / "pack" / "tiny" / "pack.json").is_file()


def test_two_processes_never_train_in_one_folder(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other one is whoever started this test."""
    other = psutil.Process().parent()
    assert other is not None
    members = {"state": "running", "pid": other.pid, "pid_started": other.create_time()}
    desk.run_folder.mkdir()
    (desk.run_folder / "progress.json").write_text(json.dumps(members))
    assert main(desk.arguments(SHORT, "--keep-anyway")) == 6
    assert f"process {other.pid} trains in" in capsys.readouterr().err
    members["pid_started"] = other.create_time() - 100  # another one, long gone
    (desk.run_folder / "progress.json").write_text(json.dumps(members))
    assert main(desk.arguments(SHORT, "--keep-anyway")) == 8


@pytest.mark.parametrize("text", ["", "[]", "[" * 60_000, '{"state": "running", "pid": -1}'])
def test_damaged_progress_is_written_anew(text: str, tmp_path: Path) -> None:
    (tmp_path / "progress.json").write_text(text)
    with keeping_progress(tmp_path):
        found = json.loads((tmp_path / "progress.json").read_bytes())
    assert (found["state"], found["pid"]) == ("running", os.getpid())


@pytest.mark.skipif(sys.platform == "win32", reason="there a signal ends a process at once")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_cancelled_run_keeps_the_step_that_it_was_in(desk: Desk, number: signal.Signals) -> None:
    """Its config asks for no checkpoint before its end."""
    text = TEXT.replace("checkpoint_every_steps = 1", "").replace("steps = 10", "steps = 100000")
    process = subprocess.Popen(
        [sys.executable, "-m", "dynamic_style.training", *desk.arguments(text)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if (desk.run_folder / "progress.json").exists():
            now = desk.progress
            if now["phase"] == "main" and now["step"] > 5:  # reading photos has steps, too
                break
        time.sleep(0.05)
    running = desk.progress
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "error: stopped; the same command goes on" in said
    assert (running["state"], running["pid"]) == ("running", process.pid)
    cancelled, checkpoint = desk.progress, CheckpointFile(desk.run_folder / "checkpoint.pt").read()
    assert checkpoint is not None
    assert (cancelled["state"], cancelled["phase"]) == ("cancelled", "main")
    assert cancelled["step"] == checkpoint.step >= running["step"]
    assert 0 < cancelled["fraction"] < 1 and cancelled["eta_s"] > 0


def test_second_signal_stops_in_the_middle_of_a_step(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_stopped_twice(*args: Any, **options: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("it went on")

    monkeypatch.setattr(PhotoSet, "draw", be_stopped_twice)
    assert main(desk.arguments(SHORT)) == 130
    assert desk.progress["state"] == "cancelled"
    assert not (desk.run_folder / "checkpoint.pt").exists()


def test_signal_that_comes_between_two_steps_loses_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_stopped(task: Any, net: Any, phase: Any, step: int) -> Path:
        signal.raise_signal(signal.SIGINT)
        return desk.folder / "sheet.jpg"

    text = TEXT.replace("checkpoint_every_steps = 1", "")
    text = text.replace("sample_every_steps = 5", "sample_every_steps = 2")
    monkeypatch.setattr(StyleTransferTask, "write_samples", be_stopped)
    assert main(desk.arguments(text)) == 130
    checkpoint = CheckpointFile(desk.run_folder / "checkpoint.pt").read()
    assert checkpoint is not None and (checkpoint.phase, checkpoint.step) == (0, 3)
