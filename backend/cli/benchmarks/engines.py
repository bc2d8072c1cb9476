"""The CPU's engines side by side: the net alone, and all that stylizing one photo takes.

A process that stylizes a small photo spends most of its time on starting, so that is measured with
it: a user waits for both.
"""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from ...compute.choose_engine import choose_engine, has_openvino
from ...compute.engine import DialAlpha
from ...compute.engine_wish import EngineWish
from ...packs.weights import read_weights
from ...protocol.errors import BackendError, DeviceError

FALL = 1.4  # of a photo's amplitudes with the frequency
MOST_PROCESSES = 7  # of each engine: they take seconds
TIMEOUT_S = 300
_COMPILES_ANEW = "PYTHONDONTWRITEBYTECODE"


@dataclass(frozen=True)
class EngineTimes:
    """Median seconds of the net and of a whole process; the ratios are to torch's, each at its
    quickest.
    """

    net_s: float
    process_s: float
    net_ratio: float
    process_ratio: float


def measure_engines(
    pack: Path, *, side_px: int, repeats: int, threads: int | None
) -> dict[str, EngineTimes]:
    """By the engine's name and precision, torch's first; all turns are taken in one run. Raises
    BackendError where a process fails.
    """
    wishes = _wishes(threads)
    nets = in_turns({name: net_run(pack, wish, side_px) for name, wish in wishes.items()}, repeats)
    with tempfile.TemporaryDirectory(prefix="dynamic-style-") as folder:
        photo = Path(folder, "photo.jpg")
        Image.fromarray(photo_like(side_px)).save(photo)
        runs = {name: process_run(pack, wish, photo) for name, wish in wishes.items()}
        processes = in_turns(runs, min(repeats, MOST_PROCESSES))
    first = next(iter(wishes))
    return {
        name: EngineTimes(
            net_s=statistics.median(nets[name]),
            process_s=statistics.median(processes[name]),
            net_ratio=min(nets[name]) / min(nets[first]),
            process_ratio=min(processes[name]) / min(processes[first]),
        )
        for name in wishes
    }


def measure_moves(
    pack: Path, *, side_px: int, repeats: int, threads: int | None
) -> dict[str, float]:
    """A move of the pack's first dial, all its blocks, as the backend makes it for a preview: each
    engine's median seconds in torch's, by the engine's name and precision.
    """
    weights = read_weights(pack)
    dial = weights.manifest.dials[0].id
    x = np.divide(noise(_taken(side_px)), 255, dtype=np.float32)
    alphas = itertools.count(1)

    def mover(wish: EngineWish) -> Callable[[], object]:
        replay = choose_engine(wish).load(weights).start_replay(x)
        return lambda: replay.run({dial: DialAlpha((0.2 + 0.001 * next(alphas),))})

    movers = {name: mover(wish) for name, wish in _wishes(threads).items()}
    moves = in_turns(movers, repeats + 1)  # the first ones make what is kept
    medians = {name: statistics.median(seconds[1:]) for name, seconds in moves.items()}
    first, *others = medians
    return {name: medians[name] / medians[first] for name in others}


def _wishes(threads: int | None) -> dict[str, EngineWish]:
    """Every engine and precision that this CPU has."""
    wishes = {"torch float32": EngineWish("torch", "float32", "cpu", threads)}
    if not has_openvino():
        return wishes
    for precision in ("float32", "bfloat16"):
        wish = EngineWish("openvino", precision, "cpu", threads)
        try:
            choose_engine(wish)
        except DeviceError:  # the CPU has no bfloat16
            continue
        wishes[f"openvino {precision}"] = wish
    return wishes


def net_run(pack: Path, wish: EngineWish, side_px: int) -> Callable[[], object]:
    """One run of a pack's net with all blocks of its first dial, over a square."""
    weights = read_weights(pack)
    net = choose_engine(wish).load(weights)
    alphas = {weights.manifest.dials[0].id: DialAlpha((0.8,))}
    x = np.divide(noise(_taken(side_px)), 255, dtype=np.float32)
    return lambda: net.run(x, alphas)


def process_run(pack: Path, wish: EngineWish, photo: Path) -> Callable[[], object]:
    """One process that stylizes the photo at its own size, in the process itself."""
    command = [*stylize_command(str(pack), photo), "--no-backend", "--device", "cpu"]
    command += ["--engine", wish.engine, "--precision", wish.precision]
    command += [] if wish.threads is None else ["--threads", str(wish.threads)]
    return lambda: run_process(command)


def stylize_command(pack: str, photo: Path) -> list[str]:
    """What stylizes the photo at its own size, into a file beside it."""
    command = [sys.executable, "-m", "dynamic_style.backend", "stylize", str(photo)]
    command += [str(photo.with_suffix(".png")), "--pack", pack, "--alpha", "0.8", "--force"]
    return [*command, "--scale", "full", "--quiet"]


def run_process(command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
    """env: of the process, its parent's otherwise. Raises BackendError where it fails.

    Python keeps compiled modules, as it does for users, whatever the shell says: a process that
    compiles all that it imports takes twice as long, and measures only that.
    """
    env = {name: value for name, value in (env or os.environ).items() if name != _COMPILES_ANEW}
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        env=env,
        check=False,
    )
    if done.returncode != 0:
        raise BackendError(f"stylizing failed in a process of its own: {done.stderr[:500].strip()}")


def in_turns(runs: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Seconds of each run, one after the other in each of the rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)
    return seconds


def _taken(side_px: int) -> int:
    """The least size from side_px on that the net takes."""
    return -(-side_px // 4) * 4


def photo_like(side_px: int) -> npt.NDArray[np.uint8]:
    """Clouds in colours, (side_px, side_px, 3), of which a PNG file takes as much as of photos, so
    that it is read, packed and written in about their time: 0.56 of its samples, where eight photos
    at 512 px take 0.40 to 0.78. Noise, which cannot be packed, is no photo's stand-in there.

    Amplitudes fall with the frequency as those of photos do (Field 1987, there by 1 / f), and a
    little faster, as lenses and cameras have it.
    """
    generator = np.random.default_rng(1)
    frequencies = np.hypot(*np.meshgrid(np.fft.fftfreq(side_px), np.fft.rfftfreq(side_px))).T
    falling = np.maximum(frequencies, 1 / side_px) ** -FALL
    planes = []
    for _ in range(4):  # light, and what each channel has of its own
        waves = np.fft.rfft2(generator.standard_normal((side_px, side_px)))
        plane = np.fft.irfft2(waves * falling, (side_px, side_px))
        planes.append((plane - plane.mean()) / plane.std())
    light, *own = planes
    channels = np.stack([128 + 45 * light + 15 * channel for channel in own], axis=-1)
    picture: npt.NDArray[np.uint8] = np.clip(np.rint(channels), 0, 255).astype(np.uint8)
    return picture


def noise(side_px: int) -> npt.NDArray[np.uint8]:
    """A photo's stand-in, (side_px, side_px, 3)."""
    return np.random.default_rng(1).integers(0, 256, (side_px, side_px, 3), np.uint8)
