"""Clips of which it is known, or can be found out, where everything was a frame before.

A photo becomes one by a window that moves over it and comes closer, with a camera's noise in each
frame: its motion is known. In a clip it is estimated by Farneback's method (SCIA 2003), another one
than that of `frames --calm`. On a surface without marks it takes what moves for what stands still;
so a place where DIS says another motion, and the frames bear out both alike, does not count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dynamic_style.backend.frames.clip_files import open_clip
from dynamic_style.backend.images.picture import as_samples
from dynamic_style.backend.images.reader import read_image
from dynamic_style.backend.images.resampling import bicubic
from dynamic_style.backend.tasks.calm.optical_flow import opencv

from ..errors import DatasetError

Floats = npt.NDArray[np.float32]
Samples = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

PIXELS_A_FRAME = (2.3, 0.9)  # of the window, across and down: none of them a whole number
CLOSER_A_FRAME = 1.002
NOISE = 2.0  # deviation, of 255
EDGE_PX = 3  # of a frame, where what is carried over may come from outside
AGREE_PX = 0.7  # there and back, for a place to count as seen in both frames
OTHER_PX = 1.0  # from which on two methods say different motions
# Two motions explain a place alike where the squared changes, over a spot around it, differ by no
# more; below the last, which is 0.8 of 255 steps in each channel, none can be told from noise.
ALIKE, ALIKE_SPOT_PX, UNTOLD = 1.5, 15, 1e-5
LEVELS, SPAN_PX = 5, 21  # of Farneback's: halvings, and pixels that move alike
LEAST_FRAMES = 4  # two settle
MOST_PIXELS = 50_000_000


@dataclass(frozen=True)
class Scene:
    """frames: uint8 (H, W, 3) of one size. was(i): where places of frame i were in the one before,
    (H, W, 2) across and down, and which of them were to be seen there, (H, W).
    """

    name: str
    frames: tuple[Samples, ...]
    was: Callable[[int], tuple[Floats, Bools]]


def moving_window(photo: Path, *, count: int, size: tuple[int, int]) -> Scene:
    """A scene of that size (height, width). Raises ImageReadError, DatasetError."""
    cv2 = opencv()
    _check(photo, count)
    height, width = size
    with photo.open("rb") as file:
        colors = read_image(file, name=str(photo), max_pixels=MOST_PIXELS).colors
    across, down = (step * count for step in PIXELS_A_FRAME)
    scale = max((width + across) / colors.shape[1], (height + down) / colors.shape[0]) * 1.1
    whole = bicubic(colors, (round(colors.shape[0] * scale), round(colors.shape[1] * scale)))
    whole = np.ascontiguousarray(whole)
    random = np.random.RandomState(1)
    frames = []
    for index in range(count):
        window = _window(index, count, size, whole.shape)
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(whole, window[:2], (width, height), flags=flags) * 255
        noisy = seen + random.normal(0, NOISE, seen.shape)
        frames.append(np.clip(noisy + 0.5, 0, 255).astype(np.uint8))

    def was(index: int) -> tuple[Floats, Bools]:
        now, before = (_window(i, count, size, whole.shape) for i in (index, index - 1))
        moved = np.linalg.inv(before) @ now
        places = (_grid(size) @ moved[:2, :2].T + moved[:2, 2]).astype(np.float32)
        return places, _inside(places)

    return Scene(photo.stem, tuple(frames), was)


def clip_scene(path: Path, *, count: int, long_side_px: int) -> Scene:
    """The first frames of a clip. Raises ImageReadError, UsageError, DatasetError."""
    clip = open_clip(path, rate=None, max_pixels=MOST_PIXELS)
    frames: list[Samples] = []
    for frame in clip.frames(range(min(count, clip.count))):
        colors = frame.read().colors
        scale = min(1.0, long_side_px / max(colors.shape[:2]))
        size = round(colors.shape[0] * scale), round(colors.shape[1] * scale)
        frames.append(np.ascontiguousarray(as_samples(bicubic(colors, size), 8)))
    _check(path, len(frames))

    @cache
    def was(index: int) -> tuple[Floats, Bools]:
        cv2 = opencv()
        now, before = (cv2.cvtColor(frames[i], cv2.COLOR_RGB2GRAY) for i in (index, index - 1))
        back, forth = _flow(now, before), _flow(before, now)
        places = (_grid(now.shape) + back).astype(np.float32)
        missed = back + cv2.remap(forth, places, None, cv2.INTER_LINEAR)
        seen = _inside(places) & ((missed**2).sum(2) < AGREE_PX**2)
        return places, seen & _is_told(frames[index], frames[index - 1], places)

    return Scene(path.stem, tuple(frames), was)


def _check(path: Path, count: int) -> None:
    if count < LEAST_FRAMES:
        raise DatasetError(f"{path}: {count} frames; flicker shows in {LEAST_FRAMES} and more")


def _flow(reference: Samples, moving: Samples) -> Floats:
    """(H, W, 2), across and down: how far each place of `reference` (H, W) is in `moving`."""
    flow: Floats = opencv().calcOpticalFlowFarneback(
        reference, moving, None, 0.5, LEVELS, SPAN_PX, 5, 7, 1.5, 0
    )
    return flow


def _is_told(now: Samples, before: Samples, places: Floats) -> Bools:
    """(H, W): whether the frames tell the motion to `places` from the one that DIS finds."""
    cv2 = opencv()
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grays = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (now, before)]
    others = (_grid(now.shape[:2]) + dis.calc(*grays, None)).astype(np.float32)
    changed, changed_otherwise = (_change(now, before, where) for where in (places, others))
    differs = ((others - places) ** 2).sum(2) > OTHER_PX**2
    return np.asarray(~(differs & (changed_otherwise <= ALIKE * changed + UNTOLD)))


def _change(now: Samples, before: Samples, places: Floats) -> Floats:
    cv2 = opencv()
    new, old = (frame.astype(np.float32) / 255 for frame in (now, before))
    moved = cv2.remap(old, places, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    squares = np.square(new - moved).sum(2)
    spots: Floats = cv2.blur(squares, (ALIKE_SPOT_PX, ALIKE_SPOT_PX))
    return spots


def _window(
    index: int, count: int, size: tuple[int, int], whole: tuple[int, ...]
) -> npt.NDArray[np.float64]:
    """(3, 3): from pixels of a frame to those of the whole, across and down."""
    height, width = size
    scale = CLOSER_A_FRAME**-index
    across, down = (
        side / 2 + (index - count / 2) * step
        for side, step in zip((whole[1], whole[0]), PIXELS_A_FRAME, strict=True)
    )
    return np.array(
        [
            [scale, 0, across - scale * width / 2],
            [0, scale, down - scale * height / 2],
            [0, 0, 1],
        ]
    )


def _grid(size: tuple[int, ...]) -> npt.NDArray[np.float64]:
    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float64)
    return np.stack((x, y), 2)


def _inside(places: Floats) -> Bools:
    last = np.array([places.shape[1], places.shape[0]]) - 1 - EDGE_PX
    return np.asarray(((places >= EDGE_PX) & (places <= last)).all(2))
