"""A Krita with the plug-in's layer modules at hand, and the pixels that go in and out.

studio = Studio(desk, krita)
studio.new_document((40, 30), ("RGBA", "U8", SRGB))
studio.add_layer("source", random_pixels(("RGBA", "U8", SRGB), 1200), (0, 0, 40, 30))
studio.run("source", "recipe()")
assert studio.history()[-1] == "Add Layer"
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..debian.inside import InsideError
from ..debian.roots import Root
from ..desk import Desk, open_desk
from .host import Krita

DRIVER = Path(__file__).resolve().parents[1] / "driver/krita_layers.py"
RUN_TIMEOUT_S = 300.0  # the first run starts the backend, which loads PyTorch

SRGB = "sRGB-elle-V2-srgbtrc.icc"

Box = tuple[int, int, int, int]  # x, y, width, height


class Studio:
    """A Krita with the plug-in's layer modules at hand, and the pixels that go in and out."""

    def __init__(self, desk: Desk, krita: Krita) -> None:
        self.desk = desk
        self.krita = krita
        self.evaluate = krita.evaluate
        self.keep_evidence = krita.keep_evidence
        krita.evaluate(DRIVER.read_text("utf-8"))

    def put(self, data: bytes, name: str) -> str:
        (self.desk.exchange / name).write_bytes(data)
        return name

    def get(self, name: str) -> bytes:
        return (self.desk.exchange / name).read_bytes()

    def new_document(self, size: tuple[int, int], space: tuple[str, str, str]) -> None:
        before = self.evaluate("len(Krita.instance().documents())")
        self.evaluate(f"new_document(*{size}, *{space})")
        self.krita.wait_until(f"len(Krita.instance().documents()) > {before}")
        self.krita.wait_until(f"document() and document().colorModel() == {space[0]!r}")
        self.settle()

    def add_layer(self, name: str, data: bytes, box: Box) -> None:
        self.put(data, "layer.raw")
        self.evaluate(f"add_layer({name!r}, 'layer.raw', {box})\nNone")
        self.settle()

    def select(self, mask: bytes, box: Box) -> None:
        self.put(mask, "selection.raw")
        self.evaluate(f"select('selection.raw', {box})")
        self.settle()

    def read(self, name: str, *, edited: str | None = None) -> tuple[bytes, list[Any]]:
        """The bytes that a request would carry, and [box, layout, depth, transfer]."""
        self.evaluate(f"begin_reading({name!r}, {edited!r})")
        self.finish()
        described = self.evaluate("keep_picture()")
        return self.get("read.raw"), described

    def write(self, data: bytes, target: str, *, over: str | None = None) -> None:
        """Write a result for what was read last."""
        self.put(data, "result.raw")
        self.evaluate(f"begin_writing('result.raw', {target!r}, {over!r})")
        self.finish()
        self.settle()

    def run(self, name: str, recipe: str, *, edited: str | None = None) -> None:
        """The whole way, through the backend. recipe: code that makes one."""
        self.evaluate(f"begin_run({name!r}, {recipe}, {edited!r})")
        self.krita.wait_until("pump_run()", timeout_s=RUN_TIMEOUT_S)
        assert self.evaluate("error_text()") == ""
        self.settle()

    def finish(self) -> None:
        self.krita.wait_until("outcome.is_over", timeout_s=120)
        assert self.evaluate("error_text()") == ""

    def settle(self) -> None:
        """Until Krita has computed and announced everything."""
        for _ in range(3):
            self.evaluate("document().waitForDone()")

    def pixels(self, name: str, box: Box) -> bytes:
        self.evaluate(f"save_pixels(layer({name!r}), {box}, 'pixels.raw')")
        return self.get("pixels.raw")

    def shown(self, box: Box) -> bytes:
        self.evaluate(f"save_shown({box}, 'shown.raw')")
        return self.get("shown.raw")

    def tree(self) -> Any:
        return self.evaluate("tree()")

    def history(self) -> list[str]:
        self.settle()
        steps: list[str] = self.evaluate("history()")
        return steps

    def undo(self) -> None:
        self._step("undo", -1)

    def redo(self) -> None:
        self._step("redo", 1)

    def close(self) -> None:
        self.evaluate("close_document()")

    def _step(self, name: str, change: int) -> None:
        """Undo or redo once, and wait until the undo history stands where it should. Krita does
        not undo while it computes, so there must be no event between waiting and undoing.
        """
        self.settle()
        row = self.evaluate("history_row()")
        self.evaluate(f"document().waitForDone()\nKrita.instance().action('edit_{name}').trigger()")
        self.krita.wait_until(f"history_row() == {row + change}")
        self.settle()


@contextlib.contextmanager
def open_studio(root: Root, *, home: Path, output: Path) -> Iterator[Studio]:
    """A studio with a photo of 96 x 64 open. home: with everything installed; a copy is used.
    Nothing may have raised by the end, nor may Krita have seen what it takes for a mistake.
    """
    with open_desk(root, home=home, output=output) as desk:
        desk.add_picture("photo.png", size=(96, 64))
        with Krita(desk.display, "/exchange/photo.png") as krita:
            yield Studio(desk, krita)
            if errors := krita.script_errors():
                raise InsideError("raised in Krita:\n" + "\n".join(errors))
            if "ASSERT" in krita.started.output:
                raise InsideError(f"Krita told of a mistake:\n{krita.started.output}")


def random_bytes(count: int, *, seed: int = 1) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, count, dtype=np.uint8).tobytes()


def random_pixels(space: tuple[str, str, str], count: int, *, seed: int = 1) -> bytes:
    """Pixels of four channels with any alpha; floats from 0 to 1."""
    model, depth, _ = space
    channels = {"GRAYA": 2, "CMYKA": 5}.get(model, 4)
    random = np.random.default_rng(seed)
    if depth == "U8":
        return random.integers(0, 256, count * channels, dtype=np.uint8).tobytes()
    if depth == "U16":
        return random.integers(0, 65536, count * channels, dtype=np.uint16).tobytes()
    floats = random.random(count * channels, dtype=np.float32)
    return floats.astype(np.float16 if depth == "F16" else np.float32).tobytes()


def stepped_mask(width: int, height: int) -> npt.NDArray[np.uint8]:
    """A selection: full in the left half, soft in the third quarter, nothing in the last."""
    row = np.zeros(width, np.uint8)
    row[: width // 2] = 255
    row[width // 2 : width * 3 // 4] = 100
    return np.tile(row, (height, 1))
