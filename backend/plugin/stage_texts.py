"""What a run is doing, in words for the user."""

from __future__ import annotations

from ..protocol.messages import Stage
from .translations import tr


def stage_text(stage: Stage) -> str:
    """Such as "painting", to stand beside a percentage."""
    return _texts()[stage]


def _texts() -> dict[Stage, str]:
    return {
        "waiting": tr("waiting for the backend, which is busy with another job"),
        "loading the pack": tr("loading the pack"),
        "searching patches": tr("searching patches"),
        "blending in": tr("blending in"),
        "painting": tr("painting"),
    }
