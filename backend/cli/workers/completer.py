"""Whoever fills holes: what one picture needs. What comes of it is complete_run.py's Filled."""

from __future__ import annotations

from dataclasses import dataclass

from ...images.color.icc_profile import Floats, Samples
from ...images.picture import Picture
from ...tasks.complete_run import Filled
from .worker import Worker


@dataclass(frozen=True)
class CompleteJob:
    """weights: the mask, (H, W) in [0, 1]. samples: the numbers of the picture's file, None for
    those of no RGB. name: of the picture, for messages.
    """

    picture: Picture
    samples: Samples | None
    weights: Floats
    name: str


Completer = Worker[CompleteJob, Filled]
