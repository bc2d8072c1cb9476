"""Checkpoints of a training run: written whole or not at all; reading one runs no code of its."""

from __future__ import annotations

import os
import pickle
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from dynamic_style.backend.protocol.errors import CheckpointError


@dataclass(frozen=True)
class Checkpoint:
    """The next step to do is `step` of phase number `phase`; seconds of training so far.
    companion: the state of what learns beside the net in this phase, empty without one.
    """

    phase: int
    step: int
    seconds: float
    net: dict[str, torch.Tensor]
    optimiser: dict[str, Any]
    companion: dict[str, Any] = field(default_factory=dict)


class CheckpointFile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Checkpoint | None:
        """None when there is no checkpoint yet. Raises CheckpointError for a damaged one."""
        if not self.path.exists():
            return None
        try:
            return Checkpoint(**torch.load(self.path, map_location="cpu", weights_only=True))
        except (OSError, RuntimeError, EOFError, TypeError, pickle.UnpicklingError) as error:
            raise CheckpointError(
                f"checkpoint '{self.path}' cannot be read: {error}; delete it to start again"
            ) from error

    def write(self, checkpoint: Checkpoint) -> None:
        """Replace the file in one step, so that a kill leaves the old or the new one."""
        partial = self.path.with_suffix(".partial")
        try:
            with partial.open("wb") as file:
                torch.save(asdict(checkpoint), file)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self.path)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise CheckpointError(
                f"checkpoint '{self.path}' cannot be written: {error.strerror}; free some space "
                "and start the same command again: it goes on from the last good checkpoint"
            ) from error
