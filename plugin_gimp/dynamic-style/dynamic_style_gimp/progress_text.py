"""How far a run is, in words. No toolkit here."""

from __future__ import annotations

from .plugin.stage_texts import stage_text
from .plugin.translations import tr
from .protocol.messages import Stage

_SOON_S = 2.0  # below this an estimate is noise


def progress_text(fraction: float, *, eta_s: float | None, stage: Stage | None) -> str:
    """Such as "Painting, 42 %, about 12 s left"."""
    doing = "" if stage is None else stage_text(stage)
    parts = [f"{doing[:1].upper()}{doing[1:]}"] if doing else []
    if stage != "waiting":
        parts.append(f"{fraction * 100:.0f} %")
    if eta_s is not None and eta_s >= _SOON_S:
        parts.append(tr("about {time} left").format(time=_duration(eta_s)))
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return tr("{seconds} s").format(seconds=round(seconds))
    return tr("{minutes} min").format(minutes=round(seconds / 60))
