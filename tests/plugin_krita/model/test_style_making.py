"""A new style of the active layer, with a scripted training in a process of its own."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from dynamic_style_krita.plugin.new_style.run_state import StyleRun
from dynamic_style_krita.plugin.new_style.style_request import StyleRequest
from dynamic_style_krita.protocol.errors import UsageError
from PIL import Image

from ...backend.plugin.new_style.scripted_training import write_interpreter
from ..krita_stand_in import Node
from ..panel import Panel

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a #! line")


class Making:
    """Somebody who makes a style of the photo; what the dialog is told."""

    def __init__(self, panel: Panel, folder: Path) -> None:
        self.panel = panel
        self.styles = panel.controller.styles
        self.styles.runs._look_s = 0.02
        self.folder = folder
        self.told: list[str] = []
        self.styles.begun.connect(lambda: self.told.append("begun"))
        self.styles.refused.connect(self.told.append)
        self.photos = folder / "photos"
        self.photos.mkdir()
        for number in range(10):
            (self.photos / f"{number}.jpg").write_bytes(b"")

    def use(self, mode: str) -> None:
        """From now on trainings go like this."""
        python = write_interpreter(self.folder / f"python-{mode}", mode)
        record = self.folder / "config" / "backend.json"
        record.parent.mkdir(exist_ok=True)
        record.write_text(json.dumps({"interpreter": str(python)}))

    def begin(self) -> None:
        self.styles.begin(StyleRequest("Harbour", self.photos, "trial"))

    def wait(self, so: Callable[[], object]) -> None:
        end_s = time.monotonic() + 60
        while not so():
            assert time.monotonic() < end_s, (self.styles.shown, self.told)
            self.panel.wait(200)
            time.sleep(0.01)

    def wait_for(self, state: str) -> StyleRun:
        self.wait(lambda: self.styles.shown is not None and self.styles.shown.state == state)
        assert self.styles.shown is not None
        return self.styles.shown


@pytest.fixture
def making(panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Making]:
    monkeypatch.setenv("DYNAMIC_STYLE_TRAINING", str(tmp_path / "training"))
    made = Making(panel, tmp_path)
    yield made
    if made.styles.shown is not None and made.styles.shown.is_at_work:
        made.styles.cancel()
        made.wait_for("cancelled")


def test_the_layer_is_the_painting_and_its_pack_is_listed_when_done(making: Making) -> None:
    making.use("done")
    making.panel.open()
    making.begin()
    making.wait(lambda: making.told == ["begun"])
    run = making.wait_for("done")
    with Image.open(run.folder / "painting.png") as painting:
        shown = np.asarray(painting.convert("RGB"))
    layer = making.panel.photo
    pixels = np.frombuffer(layer.pixelData(0, 0, 64, 48), np.uint8).reshape(48, 64, 4)
    opaque = pixels[..., 3] == 255
    assert opaque.any() and np.array_equal(shown[opaque], pixels[..., 2::-1][opaque])
    assert making.styles.text == "“Harbour” is ready and installed."
    making.styles.dismiss()
    making.wait(lambda: making.styles.shown is None)
    assert run.folder.exists()


def test_a_run_that_ends_while_it_is_watched_has_its_pack_chosen(making: Making) -> None:
    making.use("wait")
    making.panel.open()
    asked = len(making.panel.worker.asked)
    making.begin()
    run = making.wait_for("running")
    progress = run.folder / "progress.json"
    members = json.loads(progress.read_text())
    pack = str(run.folder / "pack" / "wave")
    (run.folder / "next").write_text(json.dumps(members | {"state": "done", "pack": pack}))
    os.replace(run.folder / "next", progress)  # noqa: PTH105
    making.wait_for("done")
    os.kill(run.pid, 9)
    making.panel.wait()
    assert making.panel.worker.asked[asked:].count("packs") == 1
    state = making.panel.controller.state
    assert state.pack is not None and state.pack.id == "wave"


def test_cancel_go_on_and_remove(making: Making) -> None:
    making.use("wait")
    making.begin()
    making.wait_for("running")
    making.styles.cancel()
    assert making.styles.is_cancelling and "stopping after this step" in making.styles.text
    making.wait_for("cancelled")
    making.styles.go_on()
    making.wait_for("running")
    assert not making.styles.is_cancelling
    making.styles.cancel()
    run = making.wait_for("cancelled")
    making.styles.remove()
    making.wait(lambda: making.styles.shown is None)
    assert not run.folder.exists()
    assert making.panel.message == ""


def test_what_is_refused_is_told_to_the_dialog_and_can_be_mended(making: Making) -> None:
    making.begin()  # nothing is installed
    making.wait(lambda: making.told)
    assert "is not set up yet" in making.told[0]
    making.use("done")
    making.styles.begin(StyleRequest("", making.photos, "trial"))
    making.wait(lambda: len(making.told) == 2)
    assert "no title" in making.told[1]
    making.begin()
    with pytest.raises(UsageError, match="being started already"):
        making.begin()
    making.wait_for("done")
    assert making.told[2:] == ["begun"]


def test_a_layer_without_pixels_is_refused_at_once(making: Making) -> None:
    making.panel.document.active = Node("Empty")
    with pytest.raises(UsageError, match="no pixels"):
        making.styles.layer_name()
    with pytest.raises(UsageError, match="no pixels"):
        making.begin()
    assert not making.styles.is_beginning
