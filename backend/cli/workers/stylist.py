"""Whoever stylizes: what one picture needs, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .worker import Worker

if TYPE_CHECKING:
    from ...images.color.icc_profile import Floats
    from ...images.picture import Picture


@dataclass(frozen=True)
class StylizeJob:
    """name: of the picture, for messages. turned: dials that differ from the options' own.
    is_made_smaller: the result is not written as it is, so that its numbers must not be rounded.
    """

    picture: Picture
    name: str
    turned: Mapping[str, Sequence[float]] | None = None
    is_made_smaller: bool = False


@dataclass(frozen=True)
class Stylized:
    """colors: (H, W, 3) at the picture's size. working: the (height, width) that the net saw.
    notes: what the user should know of the options with this picture.
    """

    colors: Floats
    working: tuple[int, int]
    notes: tuple[str, ...]


Stylist = Worker[StylizeJob, Stylized]
