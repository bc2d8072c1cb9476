"""Stylize…, Inpaint Selection… and Generate Picture… with pictures: packs, dials, a live preview.
The run happens while the dialog is open, so that Cancel can stop it; the image is touched by nobody
before run_dialog() has returned.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..layers.layer_task import LayerTask
from ..layers.reading import Source
from ..layers.run_settings import Settings
from .full_run import Painted
from .session import DialogSession
from .window import DialogWindow


def run_dialog(
    sources: Sequence[Source], start: Settings | None, *, work: LayerTask
) -> Painted | None:
    """Ask the user, run the job while the dialog is open, and give back what to place; None after
    Cancel. The image is as it was in either case.

    sources: the selected layers, at least one; the preview shows the first. start: what to begin
    with (from the layer's parasite, else the last use); its pack may be gone by now; None at the
    very first use.
    """
    window = DialogWindow(sources[0], work.task)
    session = DialogSession(window, sources, start, work=work)
    try:
        window.run(session)
        return session.painted
    finally:
        session.close()
        window.close()
