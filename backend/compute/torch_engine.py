"""The nets by torch: on GPUs, and on CPUs where OpenVINO has no builds or torch is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import torch
from torch import nn

from ..images.tensors import to_colors, to_tensor
from ..nets.alpha import Alpha
from ..nets.dynamic_net import DynamicNet
from ..nets.incremental_run import IncrementalRun
from ..nets.smoothed_norms import SmoothedNorms
from ..nets.strips import can_run_in_strips, run_in_strips
from ..packs.tensors import as_net
from ..packs.weights import PackWeights
from . import torch_memory
from .device import device_memory_at_hand, device_title, prepare_device
from .engine import Alphas, Floats, StageDone
from .norm_statistics import NormMemory, NormStatistics


class TorchEngine:
    """An Engine. Raises DeviceError for a device that is missing, UsageError for wrong names."""

    name = "torch"
    precision = "float32"

    def __init__(self, device: str = "auto", *, threads: int | None = None) -> None:
        self._device = prepare_device(device, threads=threads)
        self.device = self._device.type
        self.title = f"{device_title(self._device)}, torch in {self.precision}"

    def load(self, weights: PackWeights) -> TorchNet:
        return TorchNet(as_net(weights).to(self._device))

    def memory_at_hand(self) -> int:
        return device_memory_at_hand(self._device)


class TorchNet:
    """A Net around a DynamicNet, on the device that it lies on."""

    def __init__(self, net: DynamicNet) -> None:
        self.net = net
        self._turned: tuple[dict[str, Alpha], DynamicNet] = ({}, net)  # the last dials of weights
        parameter = next(net.parameters(), None)
        self.device = "cpu" if parameter is None else parameter.device.type
        self.can_run_in_strips = can_run_in_strips(net)

    def run(self, x: Floats, alphas: Alphas, on_stage: StageDone | None = None) -> Floats:
        net, blocks = self._at(alphas)
        return self._run(net, x, blocks, on_stage)

    def run_in_strips(self, x: Floats, alphas: Alphas, on_stage: StageDone | None = None) -> Floats:
        net, blocks = self._at(alphas)
        return self._run(partial(run_in_strips, net), x, blocks, on_stage)

    def run_remembering(
        self,
        x: Floats,
        alphas: Alphas,
        memory: NormMemory | None,
        on_stage: StageDone | None = None,
        *,
        in_strips: bool = False,
    ) -> tuple[Floats, NormStatistics]:
        net, blocks = self._at(alphas)
        before = {} if memory is None else memory.before
        norms = SmoothedNorms(
            net.main,
            {name: (torch.tensor(m), torch.tensor(v)) for name, (m, v) in before.items()},
            0.0 if memory is None else memory.share,
        )

        def run(
            x: torch.Tensor, alphas: Mapping[str, Alpha], on_stage: StageDone | None
        ) -> torch.Tensor:
            if in_strips:
                return run_in_strips(net, x, alphas, on_stage, norms=norms)
            with norms.in_place():
                output: torch.Tensor = net(x, alphas, on_stage)
                return output

        made = self._run(run, x, blocks, on_stage)
        return made, {
            name: (mean.cpu().numpy(), variance.cpu().numpy())
            for name, (mean, variance) in norms.used.items()
        }

    def start_replay(self, x: Floats) -> TorchReplay:
        return TorchReplay(x, self._as_input(x), self._at)

    def for_deep_results(self) -> TorchNet:
        return self

    def bytes_to_run(self, size: tuple[int, int]) -> int:
        return torch_memory.bytes_to_run(self._width, size)

    def bytes_in_strips(self, size: tuple[int, int]) -> int:
        return torch_memory.bytes_in_strips(self._width, size)

    @property
    def _width(self) -> int:
        """The channels of the feature maps at full resolution: those of the first convolution."""
        return next(m for m in self.net.main.modules() if isinstance(m, nn.Conv2d)).out_channels

    def _run(
        self,
        compute: Callable[..., torch.Tensor],
        x: Floats,
        alphas: Mapping[str, Alpha],
        on_stage: StageDone | None,
    ) -> Floats:
        with torch.inference_mode():
            return to_colors(compute(self._as_input(x), alphas, on_stage))

    def _at(self, alphas: Alphas) -> tuple[DynamicNet, dict[str, Alpha]]:
        """The net as the dials of weights change it, and the other dials. It is kept until they
        are turned again.
        """
        weights, blocks = self.net.split_by_kind(as_torch_alphas(alphas))
        if self._turned[0] != weights:
            net = self.net.with_weights(weights) if weights else self.net
            self._turned = weights, net
        return self._turned[1], blocks

    def _as_input(self, x: Floats) -> torch.Tensor:
        return to_tensor(x).to(self.device)


class TorchReplay:
    """A Replay that keeps activations: only what follows the moved dial is computed anew, and after
    a move of a dial of weights everything. at: the net at a setting, and its dials with blocks.
    """

    def __init__(
        self,
        x: Floats,
        given: torch.Tensor,
        at: Callable[[Alphas], tuple[DynamicNet, dict[str, Alpha]]],
    ) -> None:
        self.x = x
        self._given = given
        self._at = at
        self._incremental: IncrementalRun | None = None

    @property
    def bytes(self) -> int:
        kept = self._incremental
        return self._given.nbytes if kept is None else kept.bytes

    def run(self, alphas: Alphas, on_stage: StageDone | None = None) -> Floats:
        net, blocks = self._at(alphas)
        if self._incremental is None or self._incremental.net is not net:
            self._incremental = IncrementalRun(net, self._given)
        with torch.inference_mode():
            return to_colors(self._incremental.run(blocks, on_stage, linear_end=True))


def as_torch_alphas(alphas: Alphas) -> dict[str, Alpha]:
    return {
        dial: Alpha(alpha.numbers, None if alpha.map is None else torch.tensor(alpha.map))
        for dial, alpha in alphas.items()
    }
