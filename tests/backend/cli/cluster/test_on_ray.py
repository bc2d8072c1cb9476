"""--on ray: Ray's workers give the bytes that this process gives, also when one of them dies."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from dynamic_style.backend.cli.cluster import ray_map
from dynamic_style.backend.cli.cluster.options import ClusterOptions
from dynamic_style.backend.protocol.errors import UsageError

from ..running_cli import command, environment, run_apart, run_here

PACK = Path(__file__).resolve().parents[4] / "weights/the-scream"
WORKER = "MapWorker"  # what Ray calls the process of one
WAIT_S = 90.0
FRAMES = 60
ALONE = ("--threads", "1", "--no-backend")  # a worker of two has one processor
ON_RAY = ("--threads", "1", "--on", "ray", "--workers", "2")

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """A folder of frames that move."""
    folder = tmp_path / "frames"
    folder.mkdir()
    photo = Image.open(PACK.parents[1] / "installer/assets/mountain-path.jpg").convert("RGB")
    for index in range(FRAMES):
        photo.crop((index, 0, index + 96, 72)).save(folder / f"{index:03}.png")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.png"))}


def test_a_clip_is_byte_for_byte_the_same_though_a_worker_is_killed(
    frames: Path, tmp_path: Path
) -> None:
    keys = ("--pack", PACK, "--alpha", "0=-0.5,30=1,59=0.2")
    alone = run_apart("frames", frames, tmp_path / "alone", *keys, "--threads", "1")
    assert alone.code == 0, alone.stderr
    shared = tmp_path / "shared"
    with subprocess.Popen(
        command("frames", frames, shared, *keys, *ON_RAY),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + WAIT_S
        while len(contents(shared)) < 4:
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.02)
        workers = [
            each
            for each in psutil.Process(process.pid).children(recursive=True)
            if WORKER in " ".join(each.cmdline())
        ]
        assert len(workers) == 2
        workers[0].kill()
        assert len(contents(shared)) < FRAMES, "all was done before one was killed"
        _, said = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, said
    assert contents(shared) == contents(tmp_path / "alone")
    assert f"{FRAMES} of {FRAMES} frames written, " in said and "before" not in said
    assert "ray.data" not in said and "streaming_executor" not in said
    again = run_apart("frames", frames, shared, *keys, "--threads", "1")
    assert f"0 of {FRAMES} frames written, {FRAMES} done before" in again.stderr


def test_a_picture_that_fails_is_told_and_the_others_are_done(frames: Path, tmp_path: Path) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for index in range(6):
        (frames / f"{index:03}.png").rename(few / f"{index:03}.png")
    (few / "003.png").write_bytes(b"no picture")
    alone = run_apart("stylize", few, tmp_path / "alone", "--pack", PACK, *ALONE)
    done = run_apart("stylize", few, tmp_path / "shared", "--pack", PACK, *ON_RAY, "--json")
    told = json.loads(done.stdout)
    assert done.code == alone.code != 0
    assert [result["status"] for result in told["results"]].count("written") == 5
    assert told["results"][3]["error"]["message"] in alone.stderr
    assert told["device"] and told["pack"]["id"] == "the-scream"
    assert contents(tmp_path / "shared") == contents(tmp_path / "alone")


def test_holes_are_filled_alike(frames: Path, tmp_path: Path) -> None:
    few, masks = tmp_path / "few", tmp_path / "masks"
    few.mkdir()
    masks.mkdir()
    hole = np.zeros((72, 96), np.uint8)
    hole[30:45, 40:60] = 255
    for index in range(3):
        (frames / f"{index:03}.png").rename(few / f"{index:03}.png")
        Image.fromarray(hole).save(masks / f"{index:03}.png")
    pack = PACK.parent / "photo-fill"
    for out, how in (("alone", ALONE), ("shared", ON_RAY)):
        done = run_apart("complete", few, masks, tmp_path / out, "--pack", pack, *how)
        assert done.code == 0, done.stderr
    assert contents(tmp_path / "shared") == contents(tmp_path / "alone") != {}


def test_a_cluster_that_is_not_there_is_said(
    frames: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    done = run_here(
        capfdbinary,
        *("stylize", frames, tmp_path / "out", "--pack", PACK),
        *("--on", "ray", "--address", "127.0.0.1:9"),
    )
    assert done.code != 0 and "ray start --head" in done.stderr
    assert not (tmp_path / "out").exists()


def test_without_ray_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"pip install 'dynamic-style\[ray\]'"):
        list(ray_map.over_workers(lambda _count: len, [[1]], ClusterOptions(None, None)))


def test_an_address_that_is_none_is_said() -> None:
    with pytest.raises(UsageError, match="HOST:PORT"):
        list(ray_map.over_workers(lambda _count: len, [[1]], ClusterOptions("ray-head", None)))


def test_options_of_rays_need_ray(
    frames: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    done = run_here(
        capfdbinary, "stylize", frames, tmp_path / "out", "--pack", PACK, "--workers", "2"
    )
    assert done.code == 2 and "--on ray" in done.stderr


@pytest.mark.parametrize(
    ("nodes", "wanted", "shared"),
    [
        ([{"CPU": 8.0}], None, (1, {"num_cpus": 8})),
        ([{"CPU": 8.0}], 2, (2, {"num_cpus": 4})),
        ([{"CPU": 8.0}, {"CPU": 4.0}], None, (2, {"num_cpus": 4})),
        ([{"CPU": 8.0, "GPU": 2.0}, {"CPU": 8.0, "GPU": 1.0}], None, (3, {"num_gpus": 1.0})),
        ([{"CPU": 8.0, "GPU": 1.0}], 2, (2, {"num_gpus": 0.5})),
        ([{"CPU": 1.0}], 4, (4, {"num_cpus": 1})),
    ],
)
def test_workers_share_what_the_machines_have(
    nodes: list[dict[str, float]], wanted: int | None, shared: tuple[int, dict[str, float]]
) -> None:
    assert ray_map._share(nodes, wanted) == shared
