"""Stylize… with pictures: packs, dials and a live preview. Not there yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .drawables import Source
    from .protocol.messages import Result
    from .settings import Settings


@dataclass(frozen=True)
class Painted:
    """What the dialog hands back on OK. results: one full run's Result for each source, in their
    order; the image is untouched: run_modes.py places them, in one undo step.
    """

    settings: Settings
    results: tuple[Result, ...]


def run_dialog(sources: Sequence[Source], start: Settings | None) -> Painted | None:
    """Ask the user, run the job while the dialog is open, and give back what to place; None after
    Cancel. The image must be as it was in either case.

    sources: the selected layers, at least one; the preview shows the first. start: what to begin
    with (from the layer's parasite, else the last use); its pack may be gone by now; None at the
    very first use. Raises DynamicStyleError for what no dialog can mend.
    """
    raise NotImplementedError
