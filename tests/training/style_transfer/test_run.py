"""Training through its real command, in real processes: result, resume, several processes."""

from __future__ import annotations

import csv
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.packs import read_manifest
from dynamic_style.backend.packs.tensors import load_pack
from dynamic_style.training.cli.main import main
from dynamic_style.training.errors import CheckpointError, DatasetError
from dynamic_style.training.loop.checkpoint import CheckpointFile
from dynamic_style.training.loop.run_folder import RunPaths
from dynamic_style.training.loop.task import Batch
from dynamic_style.training.photos.crops import PhotoSet
from dynamic_style.training.photos.reading import read_picture
from dynamic_style.training.runs import train_run
from dynamic_style.training.task_commands import Trained

from ..conftest import TINY


def _paths(folder: Path, data: Path, network: Path, config: Path = TINY) -> RunPaths:
    return RunPaths(config, data, folder, cache=folder, loss_network=network)


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory: pytest.TempPathFactory, data_root: Path, loss_network_file: Path
) -> tuple[Path, Trained]:
    folder = tmp_path_factory.mktemp("run")
    return folder, train_run(_paths(folder, data_root, loss_network_file))


def _command(folder: Path, data: Path, network: Path) -> list[str]:
    photo = data / "photos" / "val" / "0.png"
    options = ["--data", str(data), "--run-folder", str(folder), "--loss-network", str(network)]
    written = ["--photo", str(photo), "--keep-anyway"]  # so short a training keeps no promise
    return ["-m", "dynamic_style.training", "run", "tiny", *options, *written]


def _environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1"}


def _torchrun(command: list[str]) -> subprocess.CompletedProcess[str]:
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    return subprocess.run(
        [*launcher, *command],
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def _on_two_machines(command: list[str], folder: Path) -> str:
    """As on two machines: a launcher on each, which meet at an address that both know. What they
    have said. Each waits for the other for minutes before it ends, so the first is enough.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    launcher = [sys.executable, "-m", "torch.distributed.run", "--nnodes=2", "--nproc-per-node=1"]
    launcher += ["--rdzv-backend=c10d", f"--rdzv-endpoint=127.0.0.1:{port}", "--rdzv-id=tiny"]
    launcher += ["--local-addr=127.0.0.1"]  # this machine's own name may lead nowhere
    logs = [folder / f"machine-{number}.log" for number in (1, 2)]
    launched = []
    with ExitStack() as stack:
        for log in logs:
            file = stack.enter_context(log.open("wb"))
            process = stack.enter_context(
                subprocess.Popen(
                    [*launcher, *command], env=_environment(), stdout=file, stderr=file
                )
            )
            stack.callback(process.kill)
            launched.append(process)
        deadline = time.monotonic() + 110
        while all(process.poll() is None for process in launched):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    return "\n".join(log.read_text(encoding="utf-8", errors="replace") for log in logs)


@contextmanager
def _interrupted_before_step(count: int) -> Iterator[None]:
    """Interrupt the run in the block, as Ctrl-C would, after so many of its steps."""
    draw, drawn = PhotoSet.draw, 0

    def draw_or_interrupt(self: PhotoSet, *args: Any, **options: Any) -> Batch:
        nonlocal drawn
        if drawn == count:
            raise KeyboardInterrupt
        drawn += 1
        return draw(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(PhotoSet, "draw", draw_or_interrupt)
        yield


def test_losses_fall_and_every_step_is_logged_once(finished: tuple[Path, Trained]) -> None:
    folder, _ = finished
    with (folder / "losses.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    steps = [(row["phase"], int(row["step"])) for row in rows]
    sides = ("strength.higher", "strength.lower", "second.higher")
    expected = [("main", i) for i in range(10)] + [(s, i) for s in sides for i in range(6)]
    assert steps == expected
    main_losses = [float(row["total"]) for row in rows if row["phase"] == "main"]
    assert sum(main_losses[-3:]) < 0.8 * sum(main_losses[:3])
    assert {"content", "style"} <= rows[0].keys()


def test_sample_sheets_are_written(finished: tuple[Path, Trained]) -> None:
    folder, _ = finished
    names = sorted(path.name for path in (folder / "samples").iterdir())
    assert names == [
        "0-main.jpg",
        "1-strength.higher.jpg",
        "2-strength.lower.jpg",
        "3-second.higher.jpg",
    ]


def test_dials_leave_the_main_net_as_phase_one_made_it(
    finished: tuple[Path, Trained], tmp_path: Path, data_root: Path, loss_network_file: Path
) -> None:
    with _interrupted_before_step(10):  # phase 1 is 10 steps long
        train_run(_paths(tmp_path, data_root, loss_network_file))
    checkpoint = CheckpointFile(tmp_path / "checkpoint.pt").read()
    assert checkpoint is not None
    for key, value in finished[1].net.main.state_dict().items():
        assert torch.equal(checkpoint.net[f"main.{key}"], value)
    blocks = finished[1].net.dial("strength").side("lower").state_dict()
    assert all(bool(blocks[f"{tap}.conv3.weight"].any()) for tap in ("res3", "up1", "conv_out"))


@pytest.mark.parametrize("stops", [(4,), (10,), (13,), (3, 4, 9)])
def test_resumed_run_equals_an_unbroken_one(
    stops: tuple[int, ...],
    finished: tuple[Path, Trained],
    tmp_path: Path,
    data_root: Path,
    loss_network_file: Path,
) -> None:
    paths = _paths(tmp_path, data_root, loss_network_file)
    for stop in stops:
        with _interrupted_before_step(stop):
            train_run(paths)
    resumed, unbroken = train_run(paths).net.state_dict(), finished[1].net.state_dict()
    assert resumed.keys() == unbroken.keys()
    assert all(torch.equal(resumed[key], unbroken[key]) for key in unbroken)
    assert (tmp_path / "losses.csv").read_text() == (finished[0] / "losses.csv").read_text()


def test_killed_run_resumes_to_the_same_pack(
    tmp_path: Path, data_root: Path, loss_network_file: Path
) -> None:
    """kill -9 in the middle of a phase, then the same command again."""
    command = [sys.executable, *_command(tmp_path / "killed", data_root, loss_network_file)]
    process = subprocess.Popen(command, env=_environment(), stderr=subprocess.DEVNULL)
    checkpoint = tmp_path / "killed" / "checkpoint.pt"
    deadline = time.monotonic() + 60
    while not checkpoint.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait(timeout=10) == -signal.SIGKILL
    assert not (tmp_path / "killed" / "pack").exists()
    for name in ("killed", "whole"):
        options = _command(tmp_path / name, data_root, loss_network_file)[3:]
        main(["run", *options])
    for file in ("main.safetensors", "strength.safetensors", "second.safetensors"):
        killed = (tmp_path / "killed" / "pack" / "tiny" / file).read_bytes()
        assert killed == (tmp_path / "whole" / "pack" / "tiny" / file).read_bytes()


def test_run_writes_a_pack_with_its_record_and_tables(
    tmp_path: Path, data_root: Path, loss_network_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = _command(tmp_path / "run", data_root, loss_network_file)[3:]
    code = main(["run", *options, "--pack", str(tmp_path / "tiny")])
    manifest = read_manifest(tmp_path / "tiny")
    printed = capsys.readouterr().out
    assert manifest.training.config == TINY.read_text(encoding="utf-8")
    assert manifest.training.lambdas["strength.higher"] == 10000.0
    assert manifest.training.steps["second.higher"] == 6
    strength, second = manifest.measurements
    assert strength.column("alpha") == tuple(i / 10 for i in range(-10, 11))
    assert second.columns == ("alpha", "content", "style_a", "style_b")
    assert strength.n == 2
    assert [d.trained_range for d in manifest.dials] == [(-1.0, 1.0), (0.0, 1.0)]
    assert code == (8 if "FAILS" in printed else 0)
    pack = load_pack(tmp_path / "tiny")
    photo = torch.rand(1, 3, 32, 32)
    assert pack.net(photo).shape == photo.shape
    options = ["--data", str(data_root), "--loss-network", str(loss_network_file)]
    again = main(["evaluate", str(tmp_path / "tiny"), *options])
    assert again == code
    assert capsys.readouterr().out.splitlines()[0] == printed.splitlines()[0]


def test_pack_with_relative_losses_is_measured_by_them(
    tmp_path: Path, data_root: Path, loss_network_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TINY.read_text(encoding="utf-8").replace("[data]", "[data]\ngrain = 0.05")
    text = text.replace("[loss]", '[loss]\nnormalisation = "target"\ngrid = 2000.0')
    text = re.sub("style_weight = .*", "style_weight = 5.0", text)
    (tmp_path / "relative.toml").write_text(text, encoding="utf-8")
    options = _command(tmp_path / "run", data_root, loss_network_file)[4:]
    main(["run", str(tmp_path / "relative.toml"), *options])
    manifest = read_manifest(tmp_path / "run" / "pack" / "tiny")
    loss = manifest.training.loss
    assert loss is not None and loss.normalisation == "target"
    assert manifest.grain == 0.05
    assert loss.style_layers == ("relu1_2", "relu2_2")
    table = manifest.measurements[0]
    assert all(0 < value < 10 for column in ("content", "style") for value in table.column(column))
    printed = capsys.readouterr().out
    assert "of that at 0 (at most 0.7)" in printed
    options = ["--data", str(data_root), "--loss-network", str(loss_network_file)]
    main(["evaluate", str(tmp_path / "run" / "pack" / "tiny"), *options])
    again = capsys.readouterr().out
    assert again.splitlines()[:2] == printed.splitlines()[:2]
    rows = [[float(x) for x in text.splitlines()[2].split()] for text in (again, printed)]
    assert rows[0] == pytest.approx(rows[1], rel=1e-3)


def test_dials_can_be_trained_for_the_main_net_of_another_pack(
    tmp_path: Path, data_root: Path, loss_network_file: Path
) -> None:
    """With no steps for the main net, the result is an add-on: dials alone, for a net it names."""
    main(_command(tmp_path / "run", data_root, loss_network_file)[2:])
    base = tmp_path / "run" / "pack" / "tiny"
    text = TINY.read_text(encoding="utf-8").replace('id = "tiny"', 'id = "tiny-addon"')
    text = text.replace("The Dynamic Style authors", "A. Painter")
    text = text.replace("steps = 10", "steps = 0")
    text = text.replace("width = 4", f'width = 4\ninitialise_from = "{base.as_posix()}"')
    (tmp_path / "addon.toml").write_text(text, encoding="utf-8")
    options = _command(tmp_path / "addon", data_root, loss_network_file)[4:]
    main(["run", str(tmp_path / "addon.toml"), *options])
    folder = tmp_path / "addon" / "pack" / "tiny-addon"
    assert not (folder / "main.safetensors").exists()
    addon, whole = load_pack(folder, bases=[base]), load_pack(base)
    assert addon.main_sha256 == whole.main_sha256
    photo = torch.rand(1, 3, 32, 32)
    assert torch.equal(addon.net(photo), whole.net(photo))
    assert not torch.equal(addon.net(photo, {"strength": Alpha((1.0,))}), addon.net(photo))


def test_run_in_bfloat16_stays_finite(
    tmp_path: Path, data_root: Path, loss_network_file: Path
) -> None:
    text = TINY.read_text(encoding="utf-8").replace('"float32"', '"bfloat16"')
    (tmp_path / "half.toml").write_text(text, encoding="utf-8")
    paths = _paths(tmp_path / "run", data_root, loss_network_file, config=tmp_path / "half.toml")
    trained = train_run(paths)
    assert all(bool(p.isfinite().all()) for p in trained.net.parameters())
    assert all(p.dtype is torch.float32 for p in trained.net.parameters())


JOINED_RUN = """
import os, sys, time, torch
from dynamic_style.training.loop.distributed import average_gradients, join_run

with join_run("cpu") as process:
    weight = torch.nn.Parameter(torch.ones(2, 2))
    (weight * (process.rank + 1)).sum().backward()
    average_gradients([weight])
names = [open(f"/proc/self/task/{thread}/comm").read() for thread in os.listdir("/proc/self/task")]
left = [name.strip() for name in names if "gloo" in name]
os.write(1, f"{process.rank} {weight.grad.tolist()} {left}\\n".encode())  # in one piece
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the names of threads in /proc")
def test_a_process_that_left_the_run_has_no_thread_of_it(tmp_path: Path) -> None:
    """Such a thread, when it drops its last tensor during the interpreter's end, aborts it."""
    script = tmp_path / "joined.py"
    script.write_text(JOINED_RUN)
    result = _torchrun([str(script)])
    lines = sorted(result.stdout.splitlines())
    assert lines == [f"{rank} [[1.5, 1.5], [1.5, 1.5]] []" for rank in (0, 1)], result.stderr


def test_two_processes_train_what_one_does(
    finished: tuple[Path, Trained], tmp_path: Path, data_root: Path, loss_network_file: Path
) -> None:
    """torchrun on two machines with a gloo process each, and half of every batch."""
    said = _on_two_machines(_command(tmp_path, data_root, loss_network_file), tmp_path)
    pack = tmp_path / "pack" / "tiny"
    assert pack.is_dir(), said
    draw = PhotoSet.draw

    def draw_half(self: PhotoSet, *args: Any, batch_size: int, **_: int) -> Batch:
        return draw(self, *args, batch_size=batch_size, rank=0, world=2)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PhotoSet, "draw", draw_half)
        half = train_run(_paths(tmp_path / "half", data_root, loss_network_file))
    photo = read_picture(data_root / "photos" / "val" / "0.png", short_side_px=48)
    with torch.inference_mode():
        together, alone = load_pack(pack).net(photo), finished[1].net(photo)
        from_half = half.net(photo)
    # not bit for bit: gradients near 0 differ in rounding, and Adam steps by their sign
    assert (together - alone).abs().mean() < 0.4 * (from_half - alone).abs().mean()


def test_batch_must_divide_among_processes(
    tmp_path: Path, data_root: Path, loss_network_file: Path
) -> None:
    text = TINY.read_text(encoding="utf-8").replace("batch = 2", "batch = 3")
    (tmp_path / "odd.toml").write_text(text)
    options = _command(tmp_path / "run", data_root, loss_network_file)[4:]
    result = _torchrun(
        ["-m", "dynamic_style.training", "run", str(tmp_path / "odd.toml"), *options]
    )
    assert result.returncode != 0
    assert "data.batch is 3, not a multiple of the 2 processes" in result.stderr


def test_folder_of_another_config_is_not_mixed_up(
    tmp_path: Path, data_root: Path, loss_network_file: Path
) -> None:
    with _interrupted_before_step(1):
        train_run(_paths(tmp_path, data_root, loss_network_file))
    other = tmp_path / "other.toml"
    other.write_text(TINY.read_text(encoding="utf-8").replace("seed = 7", "seed = 8"))
    with pytest.raises(CheckpointError, match="holds a run of another config"):
        train_run(_paths(tmp_path, data_root, loss_network_file, config=other))


def test_damaged_checkpoint_is_named(
    tmp_path: Path, data_root: Path, loss_network_file: Path
) -> None:
    paths = _paths(tmp_path, data_root, loss_network_file)
    with _interrupted_before_step(3):
        train_run(paths)
    file = tmp_path / "checkpoint.pt"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match=r"checkpoint\.pt' cannot be read.*start again"):
        train_run(paths)


@pytest.mark.parametrize("missing", ["photos/train", "styles/two.png"])
def test_missing_data_is_named(
    missing: str, tmp_path: Path, data_root: Path, loss_network_file: Path
) -> None:
    text = TINY.read_text(encoding="utf-8")
    (tmp_path / "c.toml").write_text(
        text.replace("[data]", '[data]\nphotos = "nowhere"')
        if missing == "photos/train"
        else text.replace("styles/two.png", "styles/nowhere.png")
    )
    with pytest.raises(DatasetError, match="nowhere"):
        train_run(
            _paths(tmp_path / "run", data_root, loss_network_file, config=tmp_path / "c.toml")
        )


def test_command_prints_the_error_and_its_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["run", "tinny", *_command(tmp_path / "r", tmp_path, tmp_path)[4:]])
    assert code == 6
    assert "config 'tinny' does not exist; give a TOML file or one of:" in capsys.readouterr().err
