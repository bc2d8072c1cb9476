"""Whoever stylizes for the command line: this process or the backend's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..compute.engine import StageDone
    from ..images.color.icc_profile import Floats
    from ..images.picture import Picture


@dataclass(frozen=True)
class Stylized:
    """colors: (H, W, 3) at the picture's size. working: the (height, width) that the net saw.
    notes: what the user should know of the options with this picture.
    """

    colors: Floats
    working: tuple[int, int]
    notes: tuple[str, ...]


class Stylist(Protocol):
    """A pack with its dials set, ready for pictures from its creation on."""

    device: str
    pack_sha256: str

    def stylize(
        self,
        picture: Picture,
        *,
        name: str,
        turned: Mapping[str, Sequence[float]] | None = None,
        on_stage: StageDone | None = None,
    ) -> Stylized:
        """name: of the picture, for messages. turned: dials that differ from the options' own.
        on_stage(done, total) may raise to stop. Raises DynamicStyleErrors.
        """
