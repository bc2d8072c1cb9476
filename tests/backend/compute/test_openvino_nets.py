"""OpenVINO's nets paint what torch's do: every kind of dial, number and map, at every width."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dynamic_style.backend.compute import openvino_engine
from dynamic_style.backend.compute.engine import DialAlpha
from dynamic_style.backend.compute.openvino.compiled_net import CompiledNet
from dynamic_style.backend.compute.openvino.runtime import has_bfloat16
from dynamic_style.backend.compute.openvino_engine import OpenVinoEngine
from dynamic_style.backend.compute.torch_engine import TorchEngine
from dynamic_style.backend.nets.architectures import LAYOUTS
from dynamic_style.backend.packs import list_packs
from dynamic_style.backend.packs.tensors import NETS
from dynamic_style.backend.packs.weights import read_weights
from dynamic_style.backend.protocol.errors import AlphaError, DeviceError
from dynamic_style.backend.tasks.unit_range import as_picture

from .torch_nets import difference, picture, random_net, settings_of

FLOAT32 = 1e-3
# By how much bfloat16 may differ in [0, 1]: at worst, and in the mean.
BFLOAT16, BFLOAT16_MEAN = 0.05, 0.004
SHIPPED = [pack.path for pack in list_packs() if pack.is_shipped]
# A process that paints the same small picture before and after large ones that find no room.
SHORTAGE = """
import resource, psutil
from tests.backend.compute.torch_nets import picture, random_net
from dynamic_style.backend.compute.openvino.compiled_net import CompiledNet
from dynamic_style.backend.compute.out_of_memory import is_out_of_memory
net = CompiledNet(random_net("style_transfer", 8)[1], precision="float32", threads=1)
small, large = picture("style_transfer", 16, 24), picture("style_transfer", 1200, 1200)
before = net.run(small, {})
_, hard = resource.getrlimit(resource.RLIMIT_AS)
for on_stage in (None, lambda done, total: None, None):
    room = psutil.Process().memory_info().vms + (20 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (room, hard))
    try:
        net.run(large, {}, on_stage)
    except (MemoryError, RuntimeError) as error:
        print("shortage" if is_out_of_memory(error) else error)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    assert (net.run(small, {}) == before).all()
print("as before")
"""
# A process that paints pictures of new sizes with hardly any room, and each once more with enough.
NEW_SIZES = """
import resource, psutil
from tests.backend.compute.torch_nets import picture, random_net
from dynamic_style.backend.compute.fresh_thread import in_fresh_thread
from dynamic_style.backend.compute.openvino.compiled_net import CompiledNet
from dynamic_style.backend.compute.out_of_memory import is_out_of_memory
net = CompiledNet(random_net("style_transfer", 8)[1], precision="float32", threads=1)
net.run(picture("style_transfer", 16, 24), {})
_, hard = resource.getrlimit(resource.RLIMIT_AS)
for turn in range(64):
    x = picture("style_transfer", 160 + turn // 4 * 4, 160)
    on_stage = (None, lambda done, total: None)[turn % 2]
    def paint():
        try:
            net.run(x, {}, on_stage)
        except (MemoryError, RuntimeError) as error:
            is_told = is_out_of_memory(error) and "left its output" not in str(error)
            return f"shortage, {len(net._graphs)} kept" if is_told else repr(error)
        return "painted"
    room = psutil.Process().memory_info().vms + (turn % 16 << 17)
    def paint_in_it():
        resource.setrlimit(resource.RLIMIT_AS, (room, hard))
        try:
            return paint()
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    print(in_fresh_thread(paint_in_it), in_fresh_thread(paint), sep="; ")
"""
needs_bfloat16 = pytest.mark.skipif(not has_bfloat16(), reason="this CPU has no bfloat16")


@pytest.mark.parametrize("width", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("name", NETS)
def test_every_kind_of_dial_gives_torchs_picture(name: str, width: int) -> None:
    torchs, weights = random_net(name, width)
    net = CompiledNet(weights, precision="float32", threads=1)
    dials = [dial.id for dial in weights.manifest.dials]
    x = picture(name, 20, 28)
    for alphas in settings_of(dials, taps=3):
        assert difference(net.run(x, alphas), torchs.run(x, alphas)) < FLOAT32


@pytest.mark.parametrize("size", [(8, 8), (8, 64), (36, 12), (44, 100)])
@pytest.mark.parametrize("name", [name for name in NETS if LAYOUTS[name].generates_px is None])
def test_one_graph_serves_pictures_of_every_size(name: str, size: tuple[int, int]) -> None:
    torchs, weights = random_net(name, 2)
    net = CompiledNet(weights, precision="float32", threads=1)
    alphas = settings_of([dial.id for dial in weights.manifest.dials], taps=3)[-1]
    for height, width in ((12, 16), size, (12, 16)):
        x = picture(name, height, width)
        assert difference(net.run(x, alphas), torchs.run(x, alphas)) < FLOAT32


@pytest.mark.parametrize("pack", SHIPPED, ids=lambda path: path.name)
def test_shipped_packs_paint_as_in_torch(pack: Path) -> None:
    weights = read_weights(pack)
    torchs = TorchEngine("cpu").load(weights)
    net = OpenVinoEngine("float32").load(weights)
    x = picture(weights.manifest.architecture.name, 48, 64)
    for alphas in settings_of([dial.id for dial in weights.manifest.dials], taps=3):
        assert difference(net.run(x, alphas), torchs.run(x, alphas)) < FLOAT32


@needs_bfloat16
@pytest.mark.parametrize("pack", SHIPPED, ids=lambda path: path.name)
def test_in_bfloat16_shipped_packs_paint_nearly_so(pack: Path) -> None:
    weights = read_weights(pack)
    torchs = TorchEngine("cpu").load(weights)
    net = OpenVinoEngine("bfloat16").load(weights)
    x = picture(weights.manifest.architecture.name, 96, 128)
    for dial in weights.manifest.dials:
        for alpha in dial.trained_range:
            alphas = {dial.id: DialAlpha((alpha,))}
            apart = np.abs(net.run(x, alphas).clip(0, 1) - torchs.run(x, alphas).clip(0, 1))
            assert 0 < apart.max() < BFLOAT16
            assert apart.mean() < BFLOAT16_MEAN


def test_a_dial_at_0_leaves_the_main_net_bit_for_bit() -> None:
    _, weights = random_net("style_transfer", 2)
    net = CompiledNet(weights, precision="float32", threads=1)
    x = picture("style_transfer", 16, 24)
    plain = net.run(x, {})
    net.run(x, {"all": DialAlpha((0.5,))})
    off = {dial.id: DialAlpha((0.0,)) for dial in weights.manifest.dials}
    assert (net.run(x, off) == plain).all()


def test_a_run_can_be_stopped_and_the_net_goes_on_after_it() -> None:
    _, weights = random_net("style_transfer", 8)
    net = CompiledNet(weights, precision="float32", threads=1)
    small, large = picture("style_transfer", 16, 24), picture("style_transfer", 480, 480)
    expected = net.run(small, {})

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            net.run(large, {}, stop)
        assert (net.run(small, {}) == expected).all()


@pytest.mark.skipif(sys.platform != "linux", reason="a limit on memory, set for a process")
def test_where_memory_runs_out_it_is_told_and_the_net_goes_on_after_it() -> None:
    done = run_apart(SHORTAGE)
    assert done.stdout.split() == ["shortage"] * 3 + ["as", "before"], done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="a limit on memory, set for a process")
def test_no_size_fails_once_there_is_memory_for_it_again() -> None:
    """OpenVINO itself tells of each shortage: the calls in which it says nothing may end the
    process. And what was compiled when there was none is compiled anew.
    """
    done = run_apart(NEW_SIZES)
    assert done.returncode == 0, done.stderr
    outcomes = set(done.stdout.splitlines())
    assert "shortage, 0 kept; painted" in outcomes
    for outcome in outcomes:
        scarce, roomy = outcome.split("; ")
        assert scarce.startswith(("shortage", "painted")), outcome
        assert roomy == "painted", outcome


def run_apart(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_progress_rises_to_the_end() -> None:
    _, weights = random_net("style_transfer", 8)
    net = CompiledNet(weights, precision="float32", threads=1)
    told: list[float] = []
    net.run(picture("style_transfer", 480, 480), {}, lambda done, of: told.append(done / of))
    assert told == sorted(told)
    assert told[-1] == 1
    assert all(0 <= share < 1 for share in told[:-1])


@pytest.mark.parametrize("precision", ["float32", *(["bfloat16"] if has_bfloat16() else [])])
def test_numbers_that_overflow_reach_whoever_looks_for_them(precision: str) -> None:
    _, weights = random_net("style_transfer", 2)
    for array in weights.dials["all"].values():
        array[...] = 3e38
    net = CompiledNet(weights, precision=precision, threads=1)
    made = net.run(picture("style_transfer", 16, 24), {"all": DialAlpha((1.0,))})
    with pytest.raises(AlphaError, match="overflow"):
        as_picture(made)


def test_what_is_given_is_left_alone_and_what_is_made_is_the_callers() -> None:
    _, weights = random_net("style_transfer", 2)
    net = CompiledNet(weights, precision="float32", threads=1)
    x = picture("style_transfer", 16, 24)
    before = x.copy()
    first = net.run(x, {})
    kept = first.copy()
    net.run(1 - x, {"all": DialAlpha((1.0,))})
    assert (x == before).all()
    assert (first == kept).all()


def test_bfloat16_is_refused_where_the_cpu_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino_engine, "has_bfloat16", lambda: False)
    assert OpenVinoEngine("auto").precision == "float32"
    with pytest.raises(DeviceError, match=r"does not compute in bfloat16; use --precision"):
        OpenVinoEngine("bfloat16")
