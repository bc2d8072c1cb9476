"""Stylize… and Inpaint Selection… with pictures: packs, dials, a live preview. The run happens
while the dialog is open, so that Cancel can stop it; the image is touched by nobody before
run_dialog() has returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..layers.run_settings import Settings
from ..protocol.messages import Result
from .window import DialogWindow

if TYPE_CHECKING:
    from ..layers.hole import Hole
    from ..layers.reading import Source


@dataclass(frozen=True)
class Painted:
    """What the dialog hands back on OK. results: one full run's Result for each source, in their
    order; holes: what they fill, for an inpainting. The image is untouched: run_modes.py or
    inpainting.py places them, in one undo step.
    """

    settings: Settings
    results: tuple[Result, ...]
    holes: tuple[Hole, ...] = ()


def run_dialog(sources: Sequence[Source], start: Settings | None, *, task: str) -> Painted | None:
    """Ask the user, run the job while the dialog is open, and give back what to place; None after
    Cancel. The image is as it was in either case.

    sources: the selected layers, at least one; the preview shows the first. start: what to begin
    with (from the layer's parasite, else the last use); its pack may be gone by now; None at the
    very first use. task: "completion" fills what is selected instead of restyling the layer.
    """
    window = DialogWindow(sources, start, task=task)
    try:
        if not window.run():
            return None
        return Painted(window.settings, window.results, window.holes)
    finally:
        window.close()
