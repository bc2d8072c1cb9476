"""What a run is doing and how far it is, in words for the user."""

from __future__ import annotations

from ...protocol.messages import Stage
from ..translations import tr

_SOON_S = 2.0  # below this an estimate is noise


def stage_text(stage: Stage) -> str:
    """Such as "painting", to stand beside a percentage."""
    return _texts()[stage]


def progress_text(
    fraction: float, *, eta_s: float | None, stage: Stage | None = None, doing: str = ""
) -> str:
    """Such as "Painting, 42 %, about 12 s left". doing: what the plug-in itself does, without a
    stage of the backend's.
    """
    doing = doing if stage is None else stage_text(stage)
    parts = [f"{doing[:1].upper()}{doing[1:]}"] if doing else []
    if stage != "waiting":
        parts.append(f"{fraction * 100:.0f} %")
    return ", ".join(parts + _left(eta_s))


def frames_text(number: int, count: int, *, eta_s: float | None) -> str:
    """Such as "Frame 12 of 48, about 2 min left". number: of the frame that is being made."""
    text = tr("Frame {number} of {count}").format(number=number, count=count)
    return ", ".join([text, *_left(eta_s)])


def _left(eta_s: float | None) -> list[str]:
    if eta_s is None or eta_s < _SOON_S:
        return []
    return [tr("about {time} left").format(time=_duration(eta_s))]


def _duration(seconds: float) -> str:
    if seconds < 90:
        return tr("{seconds} s").format(seconds=round(seconds))
    return tr("{minutes} min").format(minutes=round(seconds / 60))


def _texts() -> dict[Stage, str]:
    return {
        "waiting": tr("waiting for the backend, which is busy with another job"),
        "loading the pack": tr("loading the pack"),
        "searching patches": tr("searching patches"),
        "blending in": tr("blending in"),
        "painting": tr("painting"),
    }
