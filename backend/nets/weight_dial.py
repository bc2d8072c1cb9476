"""A dial of weights, which has no blocks: it leads from the main net's weights to those that were
trained on from them towards another objective, and beyond.

theta(alpha) = theta_0 + alpha * (theta_1 - theta_0): Deep Network Interpolation (Wang et al., CVPR
2019, https://arxiv.org/abs/1811.10515). Several such dials add their differences, and tuning blocks
are added to what the net makes of the sum.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable

import torch
from torch import nn

from .alpha import Alpha
from .architectures import HIGHER, LOWER


class WeightDial(nn.Module):
    """{side: what is added to each parameter of the main net}, `higher`, and `lower` when dual. A
    side is a main net by its form, so that its parameters have the names of those that they are
    added to. All start at zero.
    """

    def __init__(self, main: nn.ModuleDict, *, dual: bool = False) -> None:
        super().__init__()
        for side in (HIGHER, LOWER) if dual else (HIGHER,):
            differences = copy.deepcopy(main).requires_grad_(True)
            for parameter in differences.parameters():
                nn.init.zeros_(parameter)
            self.add_module(side, differences)

    def side(self, side: str) -> nn.ModuleDict:
        differences = self._modules[side]
        assert isinstance(differences, nn.ModuleDict)
        return differences

    def turned(self, alpha: Alpha) -> tuple[nn.ModuleDict, float]:
        """The side that answers alpha, and how often its differences are added. Raises ValueError
        for an alpha that is not one number: all of a picture goes through the same weights.
        """
        if alpha.map is not None or len(alpha.numbers) != 1:
            raise ValueError("a dial of weights takes one number, and no map")
        number = alpha.numbers[0]
        if number < 0 and LOWER in self._modules:
            return self.side(LOWER), -number
        return self.side(HIGHER), number


def turned_weights(
    main: nn.ModuleDict, dials: Iterable[tuple[WeightDial, Alpha]]
) -> dict[str, torch.Tensor]:
    """The main net's parameters, by their names, with those dials turned."""
    weights: dict[str, torch.Tensor] = dict(main.named_parameters())
    for dial, alpha in dials:
        differences, number = dial.turned(alpha)
        for name, difference in differences.named_parameters():
            weights[name] = weights[name] + number * difference
    return weights
