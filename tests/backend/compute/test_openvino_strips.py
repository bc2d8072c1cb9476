"""In strips the style net paints what it paints of the whole picture, on both engines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dynamic_style.backend.compute.engine import Alphas, DialAlpha, Floats, StageDone
from dynamic_style.backend.compute.openvino.runtime import has_bfloat16
from dynamic_style.backend.compute.openvino.style_transfer_strips import StyleStrips, strip_rows
from dynamic_style.backend.compute.openvino_engine import OpenVinoEngine
from dynamic_style.backend.compute.torch_engine import as_torch_alphas
from dynamic_style.backend.images.tensors import to_colors, to_tensor
from dynamic_style.backend.nets.strips import run_in_strips
from dynamic_style.backend.packs import list_packs
from dynamic_style.backend.packs.weights import PackWeights, read_weights

from .torch_nets import difference, painted, picture, random_net

FLOAT32, BFLOAT16, BFLOAT16_MEAN = 1e-3, 0.05, 0.004  # as test_openvino_nets.py has them
ROWS = 8  # of a strip: pictures here have several
SHIPPED = [pack.path for pack in list_packs() if pack.is_shipped]
STYLES = [path for path in SHIPPED if read_weights(path).manifest.task == "style_transfer"]
SETTINGS = {
    "at rest": {},
    "a number for each tap": {"all": DialAlpha((0.9, 0.0, -0.4))},
    "several dials": {
        "all": DialAlpha((0.5,)),
        "first": DialAlpha((0.3,)),
        "dual": DialAlpha((-0.7, 0.6, 0.2)),
    },
    "maps": {
        "last-two": DialAlpha((0.8,), painted(100, 44)),
        "dual": DialAlpha((0.9,), painted(9, 13)),
    },
    "maps that use one side": {"dual": DialAlpha((-0.9,), abs(painted(9, 13)))},
}
# A process that paints a small picture before and after a large one that finds no room.
SHORTAGE = """
import resource, psutil
from tests.backend.compute.torch_nets import picture, random_net
from dynamic_style.backend.compute.openvino_engine import OpenVinoEngine
from dynamic_style.backend.compute.out_of_memory import is_out_of_memory
net = OpenVinoEngine("float32", threads=1).load(random_net("style_transfer", 8)[1])
small, large = picture("style_transfer", 16, 24), picture("style_transfer", 1200, 1200)
before = net.run_in_strips(small, {})
_, hard = resource.getrlimit(resource.RLIMIT_AS)
room = psutil.Process().memory_info().vms + (5 << 20)
resource.setrlimit(resource.RLIMIT_AS, (room, hard))
try:
    net.run_in_strips(large, {})
except (MemoryError, RuntimeError) as error:
    print("shortage" if is_out_of_memory(error) else error)
resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
assert abs(net.run_in_strips(small, {}) - before).max() < 1e-5
print("as before")
"""


WITHOUT_TORCH = """
import sys
import numpy as np
from dynamic_style.backend.compute.openvino_engine import OpenVinoEngine
from dynamic_style.backend.packs import list_packs
from dynamic_style.backend.packs.weights import read_weights
pack = next(pack.path for pack in list_packs() if pack.path.name == "the-great-wave")
net = OpenVinoEngine("float32", threads=1).load(read_weights(pack))
print(net.run_in_strips(np.zeros((12, 16, 3), np.float32), {}).shape)
assert "torch" not in sys.modules
"""


def strips_of_openvino(
    weights: PackWeights,
    x: Floats,
    alphas: Alphas,
    on_stage: StageDone | None = None,
    *,
    precision: str = "float32",
    rows: int = ROWS,
) -> Floats:
    strips = StyleStrips(
        weights, x, alphas, precision=precision, threads=1, on_stage=on_stage, rows=rows
    )
    return strips.run()


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_in_strips_both_engines_paint_the_whole_picture(settings: Alphas) -> None:
    torchs, weights = random_net("style_transfer", 3)
    x = darker_below(100, 44)
    expected = torchs.run(x, settings)
    assert difference(strips_of_openvino(weights, x, settings), expected) < FLOAT32
    in_torch = run_in_strips(torchs.net, to_tensor(x), as_torch_alphas(settings), rows=ROWS)
    assert difference(to_colors(in_torch), expected) < FLOAT32


@pytest.mark.parametrize("size", [(8, 8), (8, 100), (100, 8), (44, 36)])
@pytest.mark.parametrize("width", [1, 8])
def test_pictures_of_every_size_can_be_run_in_strips(size: tuple[int, int], width: int) -> None:
    torchs, weights = random_net("style_transfer", width)
    x, settings = darker_below(*size), SETTINGS["several dials"]
    assert difference(strips_of_openvino(weights, x, settings), torchs.run(x, settings)) < FLOAT32


@pytest.mark.parametrize("precision", ["float32", *(["bfloat16"] if has_bfloat16() else [])])
@pytest.mark.parametrize("pack", STYLES, ids=lambda path: path.name)
def test_shipped_packs_paint_the_same_in_strips(pack: Path, precision: str) -> None:
    weights = read_weights(pack)
    alphas = {dial.id: DialAlpha((0.5,)) for dial in weights.manifest.dials}
    x = darker_below(96, 128)
    whole = OpenVinoEngine("float32").load(weights).run(x, alphas)
    made = strips_of_openvino(weights, x, alphas, precision=precision, rows=32)
    apart = np.abs(made.clip(0, 1) - whole.clip(0, 1))
    assert apart.max() < (FLOAT32 if precision == "float32" else BFLOAT16)
    assert apart.mean() < (FLOAT32 if precision == "float32" else BFLOAT16_MEAN)


@pytest.mark.parametrize("settings", [SETTINGS["at rest"], SETTINGS["maps"]], ids=["rest", "maps"])
def test_every_strip_is_reported_up_to_the_last(settings: Alphas) -> None:
    _, weights = random_net("style_transfer", 2)
    seen: list[tuple[int, int]] = []
    strips_of_openvino(weights, darker_below(44, 16), settings, lambda *done: seen.append(done))
    assert [done for done, _ in seen] == list(range(1, len(seen) + 1))
    assert {total for _, total in seen} == {len(seen)}


def test_a_report_may_stop_the_run_at_any_strip() -> None:
    _, weights = random_net("style_transfer", 2)

    def stop(done: int, of: int) -> None:
        if done == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        strips_of_openvino(weights, darker_below(44, 16), {}, stop)


def test_what_is_given_is_left_alone() -> None:
    _, weights = random_net("style_transfer", 2)
    x = darker_below(16, 24)
    before = x.copy()
    planes = np.ascontiguousarray(x.transpose(2, 0, 1)).transpose(1, 2, 0)  # as other nets give it
    made = strips_of_openvino(weights, planes, SETTINGS["maps"])
    assert (planes == before).all()
    assert difference(made, strips_of_openvino(weights, x, SETTINGS["maps"])) < FLOAT32


def test_style_nets_alone_can_be_run_in_strips() -> None:
    engine = OpenVinoEngine("float32", threads=1)
    assert engine.load(random_net("style_transfer", 2)[1]).can_run_in_strips
    assert not engine.load(random_net("completion", 2)[1]).can_run_in_strips


def test_strips_are_of_a_size_that_nets_take() -> None:
    rows = [strip_rows(width, 16) for width in (8, 516, 1000, 3332, 7000, 100_000)]
    assert [number % 4 for number in rows] == [0] * len(rows)
    assert rows == sorted(rows, reverse=True)
    assert strip_rows(6000, 4) > strip_rows(6000, 32) > 0


@pytest.mark.parametrize("precision", ["float32", *(["bfloat16"] if has_bfloat16() else [])])
def test_strips_take_a_fraction_of_the_memory(precision: str) -> None:
    net = OpenVinoEngine(precision).load(read_weights(STYLES[0]))
    size = (6000, 8000)
    assert net.bytes_in_strips(size) < net.bytes_to_run(size) / 5
    assert net.bytes_in_strips(size) < 0.15 * 6000 * 8000 * 1000


def test_strips_load_no_torch() -> None:
    done = run_process(WITHOUT_TORCH)
    assert done.stdout.split() == ["(12,", "16,", "3)"], done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="a limit on memory, set for a process")
def test_where_memory_runs_out_it_is_told_and_the_net_goes_on_after_it() -> None:
    done = run_process(SHORTAGE)
    assert done.stdout.split() == ["shortage", "as", "before"], done.stderr


def darker_below(height: int, width: int) -> Floats:
    """Strips that took statistics of their own would differ."""
    ramp = np.linspace(1, 0.1, height, dtype=np.float32)[:, None, None]
    return picture("style_transfer", height, width) * ramp


def run_process(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
