"""How far a run is, in words and as a bar."""

from __future__ import annotations

from .gtk import Gtk
from .panel.texts import tr

_SOON_S = 2.0  # below this an estimate is noise


class RunProgress:
    """A bar with a line of text in it; invisible while nothing runs."""

    def __init__(self) -> None:
        self.widget = Gtk.ProgressBar(show_text=True, no_show_all=True, margin=6, name="progress")
        self.widget.get_accessible().set_name(tr("Progress"))

    def show(self, fraction: float, *, eta_s: float | None, stage: str) -> None:
        """fraction: 0 to 1. eta_s: seconds left, None while nobody can tell."""
        self.widget.set_fraction(min(1.0, max(0.0, fraction)))
        self.widget.set_text(progress_text(fraction, eta_s=eta_s, stage=stage))
        self.widget.show()

    def hide(self) -> None:
        self.widget.hide()


def progress_text(fraction: float, *, eta_s: float | None, stage: str) -> str:
    """Such as "Painting, 42 %, about 12 s left"."""
    if stage == "queue":
        return tr("Waiting: the backend is busy with another job")
    parts = [tr("Painting"), f"{fraction * 100:.0f} %"]
    if eta_s is not None and eta_s >= _SOON_S:
        parts.append(tr("about {time} left").format(time=_duration(eta_s)))
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return tr("{seconds} s").format(seconds=round(seconds))
    return tr("{minutes} min").format(minutes=round(seconds / 60))
