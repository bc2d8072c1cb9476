"""What experiments are made of, on inputs whose answers are known."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net
from dynamic_style.training.completion.config import parse_config
from dynamic_style.training.errors import CheckpointError
from dynamic_style.training.reproduction.centre_holes import build_making_up_net, give_hole
from dynamic_style.training.reproduction.conditional_norms import make_conditional, set_share
from dynamic_style.training.reproduction.experiments.alpha_grid import dominated_area
from dynamic_style.training.reproduction.experiments.working_point_findings import (
    count_multiply_adds,
    judge_blends,
    judge_interpolated_weights,
    judge_points,
    judge_single_blocks,
)
from dynamic_style.training.reproduction.findings import (
    Finding,
    Result,
    read_result,
    write_result,
)
from dynamic_style.training.reproduction.report import write_report
from dynamic_style.training.reproduction.yardstick import read_values

from ..conftest import TINY_FILL

WEIGHTS = (1.0, 10.0, 100.0)


def _photos(points: list[tuple[float, float]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The same points of three photos."""
    return np.repeat(np.array(points)[None], 3, axis=0)


def test_dial_on_the_curve_of_fixed_nets_holds() -> None:
    fixed = _photos([(1, 1), (2, 0.5), (4, 0.25)])
    dial = _photos([(1, 1), (1.5, 1 / 1.5), (2.5, 0.4), (3.9, 1 / 3.9)])
    points, rises = judge_points(fixed, dial, WEIGHTS, 256)
    assert points.holds and points.value == pytest.approx(0, abs=1e-9)
    assert rises.holds
    assert "1, 10, 10, 100" in rises.remarks[0]


def test_dial_off_the_curve_or_going_back_does_not() -> None:
    fixed = _photos([(1, 1), (2, 0.5), (4, 0.25)])
    off = _photos([(1, 1), (1.5, 0.8), (2.5, 0.6), (3.9, 0.5)])
    points, _ = judge_points(fixed, off, WEIGHTS, 256)
    assert not points.holds and points.value is not None and points.value > 0.1
    back = _photos([(1, 1), (3.9, 1 / 3.9), (2.1, 1 / 2.1), (3.9, 1 / 3.9)])
    assert not judge_points(fixed, back, WEIGHTS, 256)[1].holds


def test_dial_that_the_fixed_nets_hardly_meet_does_not_hold() -> None:
    fixed = _photos([(1, 1), (2, 0.5), (4, 0.25)])
    beyond = _photos([(1, 1), (1.5, 1 / 1.5), (5, 0.2), (6, 1 / 6), (7, 1 / 7)])
    points, _ = judge_points(fixed, beyond, WEIGHTS, 256)
    assert points.value == pytest.approx(0, abs=1e-9)
    assert not points.holds


def test_blend_that_is_better_anywhere_is_not_beaten() -> None:
    dial = _photos([(1, 1), (2, 0.5), (4, 0.25)])
    worse = _photos([(1, 1), (1.5, 0.9), (2.5, 0.6), (4, 0.25)])
    partly = _photos([(1, 1), (1.5, 0.9), (2.5, 0.3), (4, 0.25)])
    beaten, not_beaten = judge_blends([worse, partly], dial, ("blend", "other blend"))
    assert beaten.holds
    assert not not_beaten.holds
    assert "falls at" in beaten.remarks[1]


def test_the_best_single_block_decides() -> None:
    dial = _photos([(1, 1), (2, 0.5), (4, 0.25)])
    worse, better = _photos([(1, 1), (2, 0.6), (3, 0.5)]), _photos([(1, 1), (2, 0.4), (3, 0.3)])
    assert judge_single_blocks({"res3": worse}, dial).holds
    assert not judge_single_blocks({"res3": worse, "up1": better}, dial).holds


@pytest.mark.parametrize(
    ("beyond", "has_number"),
    [
        (_photos([(1, 1), (3.5, 0.5), (5, 0.5), (6, 0.5)]), True),
        (_photos([(1, 1), (5, 0.5), (6, 0.5)]), False),
    ],
    ids=["mostly", "wholly"],
)
def test_a_single_block_that_the_dial_hardly_meets_leaves_nothing_said(
    beyond: np.ndarray[tuple[int, ...], np.dtype[np.float64]], has_number: bool
) -> None:
    dial = _photos([(1, 1), (2, 0.5), (4, 0.25)])
    worse = _photos([(1, 1), (2, 0.6), (3, 0.5)])
    for blocks in ({"res3": worse, "up1": beyond}, {"up1": beyond, "res3": worse}):
        finding = judge_single_blocks(blocks, dial)
        assert (finding.value is not None and finding.value > 0) == has_number
        assert not finding.holds


def test_interpolated_weights_that_the_fixed_nets_hardly_meet_are_not_beaten() -> None:
    net = style_transfer_net(2)
    net.add_dial("strength", taps=("conv_out",))
    fixed = _photos([(1, 1), (2, 0.5), (4, 0.25)])
    dial = _photos([(1, 1), (1.5, 1 / 1.5), (3.9, 1 / 3.9)])
    inside = _photos([(1, 1), (1.5, 1), (2.5, 0.6), (3.9, 0.4)])
    beyond = _photos([(1.5, 1), (5, 0.5), (6, 0.5), (7, 0.5)])
    assert judge_interpolated_weights(fixed, dial, inside, net, "strength").holds
    finding = judge_interpolated_weights(fixed, dial, beyond, net, "strength")
    assert finding.value is not None and finding.value > 0
    assert not finding.holds
    assert "of DNI (1 of 4 points)" in finding.remarks[0]


def test_multiply_adds_are_those_of_the_convolutions() -> None:
    net = style_transfer_net(2)
    net.add_dial("strength", taps=("conv_out",))
    main, turned = count_multiply_adds(net, "strength")
    assert turned - main == 3 * 9 * 2 * 2 * 256 * 256  # a block of three 3x3 convolutions


def test_a_second_set_of_norms_paints_only_by_its_share() -> None:
    torch.manual_seed(3)
    net, photo = style_transfer_net(2), torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        ordinary = net(photo)
        make_conditional(net)
        for share in (0.0, 0.5, 1.0):
            set_share(net, share)
            assert torch.allclose(net(photo), ordinary, atol=1e-6)
        for name, parameter in net.main.named_parameters():
            if "norm.weight" in name:
                parameter[1] *= 2
        set_share(net, 0.0)
        assert torch.allclose(net(photo), ordinary, atol=1e-6)
        set_share(net, 0.5)
        assert not torch.allclose(net(photo), ordinary, atol=1e-3)


def test_only_the_hole_is_made_up() -> None:
    config = parse_config(TINY_FILL.read_text(encoding="utf-8"))
    net, photo = build_making_up_net(config), torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        filled = net(give_hole(photo, 16), {"smoothness": Alpha((1.0,))})
    hole = torch.zeros(32, 32, dtype=torch.bool)
    hole[8:24, 8:24] = True
    assert torch.equal(filled[..., ~hole], photo[..., ~hole])
    assert not torch.isclose(filled[..., hole], photo[..., hole]).any(dim=1).all()
    changed = photo.clone()
    changed[..., hole] = 0  # what was there is not seen
    with torch.no_grad():
        assert torch.equal(net(give_hole(changed, 16), {"smoothness": Alpha((1.0,))}), filled)


def test_dominated_area_is_that_of_the_steps() -> None:
    corner = np.array([2.0, 2.0])
    points = np.exp(np.array([[0.0, 1.0], [1.0, 0.0], [1.5, 1.5]]))
    assert dominated_area(points, corner) == pytest.approx(2 + 1)
    assert dominated_area(np.exp(np.array([[3.0, 0.0]])), corner) == 0


def _result(*, is_quick: bool = False, value: float | None = 0.5) -> Result:
    finding = Finding("It works", "how well, at least 1", value, None, holds=False)
    return Result(
        experiment="faces",
        title="Faces",
        figure="figure 6",
        is_quick=is_quick,
        tested="As said.",
        findings=(finding,),
        columns=("point", "loss"),
        curves={"dial": ((0.0, 1.0), (1.0, 0.5))},
        pictures=(),
    )


def test_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    write_result(path, _result())
    assert read_result(path) == _result()
    write_result(path, _result(value=math.nan))
    assert read_result(path) == _result(value=None)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"findings": [{}]}', "[" * 60_000])
def test_damaged_result_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"result\.json' cannot be read.*delete it"):
        read_result(path)


def _save(write: Callable[..., None], *arrays: npt.NDArray[Any]) -> bytes:
    made = io.BytesIO()
    write(made, *arrays)
    return made.getvalue()


MEASURED = _save(np.save, np.zeros((2, 3, 4)))


@pytest.mark.parametrize(
    "data",
    [
        MEASURED[:-9],
        MEASURED.replace(b"(2, 3, 4)", b"(9" + b"0" * 15 + b",)"),
        MEASURED.replace(b"(2, 3, 4)", b"(9" + b"0" * 40 + b",)"),
        _save(np.savez, np.zeros((2, 3, 4))),
        _save(np.save, np.zeros(())),
        _save(np.save, np.array(["text"])),
    ],
    ids=["cut", "more than there is memory", "huge", "an archive", "one number", "text"],
)
def test_damaged_curve_is_named(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "curve.npy").write_bytes(data)
    with pytest.raises(CheckpointError, match=r"curve\.npy' cannot be read.*delete it"):
        read_values(tmp_path / "curve.npy")


def test_report_of_full_results_gives_their_command(tmp_path: Path) -> None:
    write_report(tmp_path, [_result()], options='--data "my data"')
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "Quick" not in text
    assert "| faces | It works | 0.5 | does not hold |" in text
    assert 'dynamic-style-train reproduce faces --data "my data" --out ' in text
