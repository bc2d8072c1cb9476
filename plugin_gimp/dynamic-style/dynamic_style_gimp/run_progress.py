"""How far a run is, as a bar with words in it."""

from __future__ import annotations

from .gtk import Gtk
from .panel.texts import tr
from .progress_text import progress_text
from .protocol.messages import Stage


class RunProgress:
    """A bar with a line of text in it; invisible while nothing runs."""

    def __init__(self) -> None:
        self.widget = Gtk.ProgressBar(show_text=True, no_show_all=True, margin=6, name="progress")
        self.widget.get_accessible().set_name(tr("Progress"))

    def show(
        self, fraction: float, *, eta_s: float | None = None, stage: Stage | None = None
    ) -> None:
        """fraction: 0 to 1. eta_s: seconds left; it and stage are None while nobody can tell."""
        self.widget.set_fraction(min(1.0, max(0.0, fraction)))
        self.widget.set_text(progress_text(fraction, eta_s=eta_s, stage=stage))
        self.widget.show()

    def hide(self) -> None:
        self.widget.hide()
