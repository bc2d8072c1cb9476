"""Skip connections in a sequence of stages: feature maps that travel beside the main one.

A stage that starts a skip returns Carried instead of a tensor; one that ends it takes the newest
map off again. Tuning blocks see and change `z` alone, so a tap may lie between the two.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn


class Carried(NamedTuple):
    """z (B, C, H, W): what stages and tuning blocks work on. kept: oldest first, of any sizes."""

    z: torch.Tensor
    kept: tuple[torch.Tensor, ...]


State = torch.Tensor | Carried  # what goes from one stage to the next


def features(state: State) -> torch.Tensor:
    """The main feature map of a state."""
    return state.z if isinstance(state, Carried) else state


def with_features(state: State, z: torch.Tensor) -> State:
    """The state with another main feature map."""
    return state._replace(z=z) if isinstance(state, Carried) else z


def state_bytes(state: State) -> int:
    """Memory of all its tensors."""
    kept = state.kept if isinstance(state, Carried) else ()
    return sum(tensor.nbytes for tensor in (features(state), *kept))


class PushSkip(nn.Module):
    """Keep what comes in for a later stage, and go on with layer(z)."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, state: State) -> Carried:
        kept = state.kept if isinstance(state, Carried) else ()
        z = features(state)
        return Carried(self.layer(z), (*kept, z))


class PassThrough(nn.Module):
    """layer(z), leaving what is kept as it is."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, state: State) -> State:
        return with_features(state, self.layer(features(state)))
