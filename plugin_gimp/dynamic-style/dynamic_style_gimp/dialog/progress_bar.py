"""How far a run is, as a bar; the words are in the line of the status, beside it."""

from __future__ import annotations

from ..plugin.translations import tr
from ..progress_text import progress_text
from ..protocol.messages import Stage
from .widgets.gtk import Gtk

_WIDTH_PX = 120


class RunProgress:
    """Invisible while nothing runs. text: the words; empty while nothing runs."""

    def __init__(self) -> None:
        self.widget = Gtk.ProgressBar(
            no_show_all=True, name="progress", valign=Gtk.Align.CENTER, width_request=_WIDTH_PX
        )
        self.widget.get_accessible().set_name(tr("Progress"))
        self.text = ""

    def show(
        self, fraction: float, *, eta_s: float | None = None, stage: Stage | None = None
    ) -> None:
        """fraction: 0 to 1. eta_s: seconds left; it and stage are None while nobody can tell."""
        self.text = progress_text(fraction, eta_s=eta_s, stage=stage)
        self.widget.set_fraction(min(1.0, max(0.0, fraction)))
        self.widget.get_accessible().set_description(self.text)
        self.widget.show()

    def hide(self) -> None:
        self.text = ""
        self.widget.hide()
