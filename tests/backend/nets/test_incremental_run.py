"""IncrementalRun gives what the net gives, bit for bit; a moved dial runs no stage before it."""

from __future__ import annotations

import random

import pytest
import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.nets.incremental_run import IncrementalRun
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net

STAGES = list(style_transfer_net(1).main)


@pytest.fixture
def net() -> DynamicNet:
    made = style_transfer_net(3)
    made.add_dial("strength", zero_init=False)
    made.add_dial("dual", dual=True, zero_init=False)
    made.add_dial("single", taps=("up1",), zero_init=False)
    return made.eval().requires_grad_(False)


def _stages_run(replay: IncrementalRun, alphas: dict[str, Alpha]) -> list[str]:
    done: list[int] = []
    replay.run(alphas, lambda count, _: done.append(count))
    return [STAGES[count - 1] for count in done]


def test_any_series_of_moves_gives_the_net_s_own_output(net: DynamicNet) -> None:
    x, choose = torch.rand(1, 3, 24, 32), random.Random(3)
    maps = [None, torch.rand(24, 32), torch.rand(6, 8) * 2 - 1]
    replay = IncrementalRun(net, x)
    for _ in range(40):
        alphas = {
            dial: Alpha(
                tuple(choose.choice([0.0, 0.5, -0.7]) for _ in range(3)), choose.choice(maps)
            )
            for dial in choose.sample(["strength", "dual", "single"], choose.randint(0, 3))
        }
        assert torch.equal(replay.run(alphas), net(x, alphas))


@pytest.mark.parametrize(
    ("moved", "first"),
    [((0.9, 0.2, 0.2), "res3"), ((0.2, 0.9, 0.2), "up1"), ((0.2, 0.2, 0.9), "conv_out")],
)
def test_moved_dial_starts_at_its_tap(
    net: DynamicNet, moved: tuple[float, ...], first: str
) -> None:
    replay = IncrementalRun(net, torch.rand(1, 3, 16, 16))
    assert _stages_run(replay, {"strength": Alpha((0.2,))}) == STAGES
    assert _stages_run(replay, {"strength": Alpha(moved)}) == STAGES[STAGES.index(first) :]


def test_unmoved_dial_runs_its_blocks_once(net: DynamicNet) -> None:
    replay, runs = IncrementalRun(net, torch.rand(1, 3, 16, 16)), []
    block = net.dial("strength").side("higher")["res3"]
    block.register_forward_hook(lambda *_: runs.append(1))
    for number in (0.1, 0.2, 0.3):
        replay.run({"strength": Alpha((number,))})
    assert len(runs) == 1


def test_linear_end_moves_the_last_tap_without_running_a_stage(net: DynamicNet) -> None:
    x = torch.rand(1, 3, 32, 24)
    replay = IncrementalRun(net, x)
    for last in (0.0, 0.4, -0.5, 1.7):
        alphas = {"strength": Alpha((0.3, 0.6, last)), "dual": Alpha((0.0, 0.0, last))}
        output = replay.run(alphas, linear_end=True)
        torch.testing.assert_close(output, net(x, alphas), rtol=1e-4, atol=2e-5)
    runs: list[int] = []
    moved = {"strength": Alpha((0.3, 0.6, 0.9)), "dual": Alpha((0.0, 0.0, 0.2))}
    replay.run(moved, lambda *_: runs.append(1), linear_end=True)
    assert runs == []


def test_linear_end_at_zero_is_the_main_net(net: DynamicNet) -> None:
    x = torch.rand(1, 3, 16, 16)
    assert torch.equal(IncrementalRun(net, x).run({}, linear_end=True), net(x))


def test_bytes_count_what_is_kept(net: DynamicNet) -> None:
    replay = IncrementalRun(net, torch.rand(1, 3, 16, 16))
    empty = replay.bytes
    replay.run({"strength": Alpha((0.5,))})
    one_tap = replay.taps[0]
    assert empty == 16 * 16 * 3 * 4
    assert replay.bytes >= empty + one_tap.z.nbytes * 2 + replay.taps[2].z.nbytes * 2
