"""Norms that remember: both engines mix the same statistics in, as a whole and in strips."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from dynamic_style.backend.compute.engine import DialAlpha, Floats, Net
from dynamic_style.backend.compute.norm_statistics import NormMemory, NormStatistics
from dynamic_style.backend.compute.openvino.compiled_net import CompiledNet
from dynamic_style.backend.compute.openvino_engine import OpenVinoNet
from dynamic_style.backend.protocol.errors import JobCancelledError

from .torch_nets import difference, picture, random_net

FLOAT32 = 1e-3  # as test_openvino_nets.py has it
WIDTH = 3
TURNED: Mapping[str, DialAlpha] = {"all": DialAlpha((0.7,))}


@pytest.fixture
def nets() -> dict[str, Net]:
    torchs, weights = random_net("style_transfer", WIDTH)
    return {"torch": torchs, "openvino": OpenVinoNet(weights, precision="float32", threads=1)}


def dark_and_light() -> tuple[Floats, Floats]:
    seen = picture("style_transfer", 48, 36)
    return seen * np.float32(0.3), np.float32(1) - seen * np.float32(0.4)


@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_without_a_memory_the_picture_is_as_ever(engine: str, nets: dict[str, Net]) -> None:
    dark, _ = dark_and_light()
    made, used = nets[engine].run_remembering(dark, TURNED, None)
    assert difference(made, nets[engine].run(dark, TURNED)) < 1e-4
    names = {"conv1.norm", "conv3.norm", "res1.conv1.norm", "res5.conv2.norm", "up2.layer.norm"}
    assert names <= set(used)
    assert len(used) == 15
    assert {len(mean) for mean, _ in used.values()} == {WIDTH, 2 * WIDTH, 4 * WIDTH}
    made_in_strips, in_strips = nets[engine].run_remembering(dark, TURNED, None, in_strips=True)
    assert difference(made_in_strips, made) < FLOAT32
    check_same(in_strips, used)


@pytest.mark.parametrize("in_strips", [False, True])
def test_both_engines_mix_the_same(in_strips: bool, nets: dict[str, Net]) -> None:
    dark, light = dark_and_light()
    found = {}
    for name, net in nets.items():
        _, before = net.run_remembering(dark, TURNED, None)
        memory = NormMemory(before, 0.6)
        found[name] = net.run_remembering(light, TURNED, memory, in_strips=in_strips)
    (torchs, used_by_torch), (made, used) = found["torch"], found["openvino"]
    assert difference(made, torchs) < FLOAT32
    check_same(used, used_by_torch)
    assert difference(made, nets["torch"].run(light, TURNED)) > 0.05, "it does remember"


@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_the_first_norm_uses_the_weighted_mean(engine: str, nets: dict[str, Net]) -> None:
    dark, light = dark_and_light()
    before, alone, mixed = (
        nets[engine].run_remembering(seen, {}, memory)[1]["conv1.norm"]
        for seen, memory in (
            (dark, None),
            (light, None),
            (light, NormMemory(nets[engine].run_remembering(dark, {}, None)[1], 0.25)),
        )
    )
    for old, own, used in zip(before, alone, mixed, strict=True):
        assert np.abs(used - (0.25 * old + 0.75 * own)).max() < 1e-4


def test_a_run_that_was_stopped_leaves_nothing_in_the_next() -> None:
    _, weights = random_net("style_transfer", WIDTH)
    net = CompiledNet(weights, precision="float32", threads=1)
    dark, light = dark_and_light()
    expected, used = net.run_remembering(dark, TURNED, None)

    def stop(done: int, total: int) -> None:
        raise JobCancelledError("stop")

    with pytest.raises(JobCancelledError):
        net.run_remembering(light, TURNED, NormMemory(used, 0.5), stop)
    again, used_again = net.run_remembering(dark, TURNED, None)
    assert (again == expected).all()
    check_same(used_again, used)


def check_same(one: NormStatistics, other: NormStatistics) -> None:
    assert set(one) == set(other)
    for name, moments in one.items():
        for a, b in zip(moments, other[name], strict=True):
            assert np.abs(a - b).max() < 1e-3, name
