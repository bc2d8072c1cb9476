"""A net that learns beside the one in training, such as a discriminator."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from .distributed import average_gradients


class LearningNet:
    """It with its optimiser: what companions of all tasks have in common."""

    def __init__(self, net: nn.Module, *, learning_rate: float, betas: tuple[float, float]) -> None:
        self.net = net
        self.learning_rate = learning_rate
        self.optimiser = torch.optim.Adam(net.parameters(), lr=learning_rate, betas=betas)

    def take_step(self, loss: torch.Tensor) -> None:
        """Move the net's parameters against the loss, averaged over the run's processes."""
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        average_gradients(self.net.parameters())
        self.optimiser.step()

    def set_decay(self, decay: float) -> None:
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate * decay

    def state_dict(self) -> dict[str, Any]:
        return {"net": self.net.state_dict(), "optimiser": self.optimiser.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
