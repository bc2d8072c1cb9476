"""Whoever makes pictures of seeds: what one picture needs. What comes of it are its colours,
float32 (GENERATED_PX, GENERATED_PX, 3) in [0, 1].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from ....images.color.icc_profile import Floats
    from ..worker import Worker


@dataclass(frozen=True)
class GenerateJob:
    """turned: dials that differ from the options' own."""

    seed: int
    turned: Mapping[str, Sequence[float]] | None = None

    @property
    def name(self) -> str:
        """For messages."""
        return f"seed {self.seed}"


Generator: TypeAlias = "Worker[GenerateJob, Floats]"
