"""InstanceNorms whose statistics are mixed with those of an earlier picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

Moments = tuple[torch.Tensor, torch.Tensor]  # mean and variance of each channel, (C,)


class SmoothedNorms:
    """The norms of a main net during one run. before: what they used in an earlier one, by their
    names, or nothing; share: of that in what they use now. used: fills as the net runs.
    """

    def __init__(self, main: nn.Module, before: Mapping[str, Moments], share: float) -> None:
        self._names = {
            norm: name for name, norm in main.named_modules() if isinstance(norm, nn.InstanceNorm2d)
        }
        self._before = before
        self._share = share
        self.used: dict[str, Moments] = {}

    def mix(self, norm: nn.InstanceNorm2d, mean: torch.Tensor, variance: torch.Tensor) -> Moments:
        """What a norm is to use on a picture of that mean and variance."""
        name = self._names[norm]
        if self._share:
            old_mean, old_variance = (part.to(mean) for part in self._before[name])
            mean = mean + self._share * (old_mean - mean)
            variance = variance + self._share * (old_variance - variance)
        self.used[name] = mean, variance
        return mean, variance

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Within the block the net's norms use them."""
        hooks = [norm.register_forward_hook(partial(self._normalise)) for norm in self._names]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _normalise(self, norm: Any, given: tuple[torch.Tensor], _: torch.Tensor) -> torch.Tensor:
        variance, mean = torch.var_mean(given[0], (0, 2, 3), correction=0)
        mean, variance = self.mix(norm, mean, variance)
        return F.batch_norm(given[0], mean, variance, norm.weight, norm.bias, eps=norm.eps)
