"""DynamicNet (Shoshan, Mechrez, Zelnik-Manor, ICCV 2019): a main net of named stages plus dials.

At each tap z = z0 + sum over dials of alpha * psi(z0); several dials add. A dual dial holds two
sets of blocks: `higher` answers alpha > 0, `lower` answers alpha < 0 (with -alpha), place by place
in a map. Dials of weights (`weight_dial.py`) change the main net itself, before blocks add to it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

import torch
from torch import nn
from torch.func import functional_call

from .alpha import Alpha, TapAlpha
from .architectures import HIGHER, LOWER
from .skip_connections import State, features, with_features
from .tuning_block import TuningBlock
from .weight_dial import WeightDial, turned_weights

StageDone = Callable[[int, int], None]  # stages done, stages in all; may raise to stop the run
BlockOutput = Callable[[str], torch.Tensor]  # side -> psi(z)


class Dial(nn.Module):
    """One dial's tuning blocks: {side: {tap: block}}, `higher`, and `lower` when dual."""

    def __init__(
        self, channels_at: Mapping[str, int], *, dual: bool = False, zero_init: bool = True
    ) -> None:
        super().__init__()
        for side in (HIGHER, LOWER) if dual else (HIGHER,):
            blocks = {tap: TuningBlock(c, zero_init=zero_init) for tap, c in channels_at.items()}
            self.add_module(side, nn.ModuleDict(blocks))

    @property
    def is_dual(self) -> bool:
        return LOWER in self._modules

    def side(self, side: str) -> nn.ModuleDict:
        blocks = self._modules[side]
        assert isinstance(blocks, nn.ModuleDict)
        return blocks

    def block(self, side: str, tap: str) -> Callable[[torch.Tensor], torch.Tensor]:
        block: Callable[[torch.Tensor], torch.Tensor] = self.side(side)[tap]
        return block

    def offset(
        self,
        tap: str,
        z: torch.Tensor,
        alpha: TapAlpha,
        block_output: BlockOutput | None = None,
    ) -> torch.Tensor | None:
        """What this dial adds to z (B, C, H, W) at a tap, or None where it adds nothing.

        block_output(side) stands in for running a block on z, for whoever has kept what it gave.
        """
        if tap not in self.side(HIGHER) or alpha.number == 0:
            return None
        psi = block_output or (lambda side: self.block(side, tap)(z))
        if alpha.map is None:
            if self.is_dual and alpha.number < 0:
                return -alpha.number * psi(LOWER)
            return alpha.number * psi(HIGHER)
        map_ = alpha.resampled_map(z)
        if not self.is_dual:
            return map_ * psi(HIGHER)
        total: torch.Tensor | None = None
        for side, part in ((HIGHER, map_.clamp(min=0)), (LOWER, (-map_).clamp(min=0))):
            if bool(part.any()):
                added = part * psi(side)
                total = added if total is None else total + added
        return total


class DynamicNet(nn.Module):
    """main: stages in order. taps: names of the stages before which dials add, in order.

    ends_affine: whether everything after the last tap is affine, so that its dials' effect on the
    output is exactly linear in alpha.
    """

    def __init__(
        self, main: nn.ModuleDict, taps: Mapping[str, int], *, ends_affine: bool = False
    ) -> None:
        """taps maps each tap to its channel count. Raises ValueError for a tap that is no stage."""
        super().__init__()
        unknown = [tap for tap in taps if tap not in main]
        if unknown:
            raise ValueError(f"taps {unknown} are not stages of the main net: {list(main)}")
        self.main = main
        self.taps = dict(taps)
        self.ends_affine = ends_affine
        self.dials = nn.ModuleDict()

    def add_dial(
        self, name: str, *, taps: tuple[str, ...] = (), dual: bool = False, zero_init: bool = True
    ) -> Dial:
        """Add a dial with blocks at the given taps (all of the net's when empty)."""
        channels_at = {tap: self.taps[tap] for tap in taps or self.taps}
        dial = Dial(channels_at, dual=dual, zero_init=zero_init)
        self.dials[name] = dial
        return dial

    def add_weight_dial(self, name: str, *, dual: bool = False) -> WeightDial:
        """Add a dial of weights, which changes nothing as long as it is not trained."""
        dial = WeightDial(self.main, dual=dual)
        self.dials[name] = dial
        return dial

    def dial(self, name: str) -> Dial:
        dial = self.dials[name]
        assert isinstance(dial, Dial)
        return dial

    def trained_side(self, name: str, side: str) -> nn.ModuleDict:
        """What of a dial, of whichever kind, is trained for one sign of alpha."""
        dial = self.dials[name]
        assert isinstance(dial, Dial | WeightDial)
        return dial.side(side)

    def forward(
        self,
        x: torch.Tensor,
        alphas: Mapping[str, Alpha] | None = None,
        on_stage: StageDone | None = None,
    ) -> torch.Tensor:
        """Run the main net on x with the named dials turned; dials not named stay at 0.

        With every alpha 0 the result equals the main net's bit for bit: no block is even run.
        """
        weights, alphas = self.split_by_kind(alphas or {})
        if weights:
            turned_main = {f"main.{name}": w for name, w in self._turned(weights).items()}
            output: torch.Tensor = functional_call(self, turned_main, (x, alphas, on_stage))
            return output
        order = list(self.taps)
        h: State = x
        for done, (name, stage) in enumerate(self.main.items(), start=1):
            if name in self.taps:
                z, index = features(h), order.index(name)
                turned = z
                for dial, alpha in alphas.items():
                    added = self.dial(dial).offset(name, z, alpha.at_tap(index))
                    turned = turned if added is None else turned + added
                h = with_features(h, turned)
            h = stage(h)
            if on_stage is not None:
                on_stage(done, len(self.main))
        return features(h)

    def split_by_kind(
        self, alphas: Mapping[str, Alpha]
    ) -> tuple[dict[str, Alpha], dict[str, Alpha]]:
        """Those of the dials of weights that are turned, and those of dials with blocks."""
        weights, blocks = {}, {}
        for name, alpha in alphas.items():
            if not isinstance(self.dials[name], WeightDial):
                blocks[name] = alpha
            elif any(alpha.numbers):
                weights[name] = alpha
        return weights, blocks

    def with_weights(self, weights: Mapping[str, Alpha]) -> DynamicNet:
        """A net whose main net is this one's with those dials of weights turned; the dials are this
        net's own.
        """
        with torch.no_grad():
            turned = self._turned(weights)
            net = DynamicNet(copy.deepcopy(self.main), self.taps, ends_affine=self.ends_affine)
            for name, parameter in net.main.named_parameters():
                parameter.copy_(turned[name])
        net.dials = self.dials
        return net.train(self.training)

    def _turned(self, weights: Mapping[str, Alpha]) -> dict[str, torch.Tensor]:
        dials = []
        for name, alpha in weights.items():
            dial = self.dials[name]
            assert isinstance(dial, WeightDial)
            dials.append((dial, alpha))
        return turned_weights(self.main, dials)
