"""The golden check: a small picture and what the net made of it when the pack was written.

Run again on another machine it tells whether the weights, this program and this processor still
make the same pictures. It finds damage and mistakes; it does not prove who made a pack.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch

from ..nets.alpha import Alpha
from ..nets.dynamic_net import DynamicNet
from ..protocol.dial_spec import DialSpec
from ..protocol.errors import PackIntegrityError
from .manifest import Architecture, GoldenCheck
from .manifest_parser import GOLDEN_SETTINGS, MAX_TOLERANCE
from .tensors import NETS, Shapes, Tensors

SIZE_PX = 32  # the smallest round size that leaves 8 x 8 positions after the two strides
# Other processors add in other orders: their rounding errors are of float32's own size here, and
# this many times it is still far below a step of 1/255.
ROUNDING_MARGIN = 30.0
SMALLEST_TOLERANCE = 1e-4


def golden_shapes(architecture: Architecture) -> Shapes:
    """Names and shapes of golden.safetensors."""
    picture = (1, 3, SIZE_PX, SIZE_PX)
    given = (1, NETS[architecture.name].input_channels, SIZE_PX, SIZE_PX)
    return {"input": given} | {f"output{i}": picture for i in range(GOLDEN_SETTINGS)}


def make_golden(
    net: DynamicNet, architecture: Architecture, dials: tuple[DialSpec, ...]
) -> tuple[GoldenCheck, Tensors]:
    """Choose settings that run every block of every dial, and record what the net makes."""
    low = {d.id: d.trained_range[0] if d.dual else sum(d.trained_range) / 2 for d in dials}
    high = {d.id: d.trained_range[1] for d in dials}
    settings: tuple[dict[str, float], ...] = ({d.id: 0.0 for d in dials}, low, high)
    picture = _picture(NETS[architecture.name].input_channels)
    outputs = [run_at(net, picture, setting) for setting in settings]
    tensors = {"input": picture} | {f"output{i}": output for i, output in enumerate(outputs)}
    return GoldenCheck(settings, _tolerance(net, picture, settings, outputs)), tensors


def check_golden(
    net: DynamicNet, golden: GoldenCheck, tensors: Tensors, *, where: str
) -> tuple[float, ...]:
    """Largest difference at each setting. Raises PackIntegrityError where one is too large."""
    differences = []
    for i, setting in enumerate(golden.settings):
        output = run_at(net, tensors["input"], setting)
        difference = float((output - tensors[f"output{i}"]).abs().max())
        if not difference <= golden.tolerance:  # so that NaN fails too
            at = ", ".join(f"{dial}={alpha:g}" for dial, alpha in setting.items()) or "rest"
            raise PackIntegrityError(
                f"{where}: the golden check fails at {at}: the picture differs by "
                f"{difference:.2g} where {golden.tolerance:.2g} is allowed; the weights are not "
                "those the pack was written with, get it again"
            )
        differences.append(difference)
    return tuple(differences)


def run_at(net: DynamicNet, picture: torch.Tensor, setting: Mapping[str, float]) -> torch.Tensor:
    """The net's output (1, 3, H, W) with whole dials turned."""
    with torch.inference_mode():
        output: torch.Tensor = net(picture, {d: Alpha((alpha,)) for d, alpha in setting.items()})
    return output


def _picture(channels: int) -> torch.Tensor:
    """A gradient under noise, (1, channels, SIZE_PX, SIZE_PX) in [0, 1]: smooth and fine structure.
    Where there is a channel more than whole pictures, it is a hole, 1 in a square in the middle and
    0 around it, and the pictures differ in it.
    """
    size, pictures = (SIZE_PX, SIZE_PX), channels // 3
    noise = torch.rand(1, 3 * pictures, *size, generator=torch.Generator().manual_seed(0))
    ramp = torch.linspace(0, 1, SIZE_PX)
    drawn = 0.5 * noise + 0.25 * (ramp[:, None] + ramp[None, :])
    hole = torch.zeros(1, 1, *size)
    hole[..., SIZE_PX // 4 : -SIZE_PX // 4, SIZE_PX // 4 : -SIZE_PX // 4] = 1
    first = drawn[:, :3].repeat(1, pictures, 1, 1)
    return torch.cat([torch.where(hole > 0, drawn, first), hole], dim=1)[:, :channels]


def _tolerance(
    net: DynamicNet,
    picture: torch.Tensor,
    settings: tuple[dict[str, float], ...],
    outputs: list[torch.Tensor],
) -> float:
    """A margin over the rounding error of float32, which is measured against float64."""
    net.double()
    exact = [run_at(net, picture.double(), setting) for setting in settings]
    net.float()
    error = max(float((a - b).abs().max()) for a, b in zip(exact, outputs, strict=True))
    return min(max(ROUNDING_MARGIN * error, SMALLEST_TOLERANCE), MAX_TOLERANCE)
