"""New Style from Layer… as a script calls it, with a scripted training in a process of its own."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture

from ...backend.plugin.new_style.scripted_training import write_interpreter
from ..conftest import Plugin
from ..gimp_stand_in import Image, Procedure, Values
from ..samples import Config

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a #! line")
SCRIPT = 1


class NewStyleConfig(Config):
    defaults = {"title": "", "photos": None, "quality": None, "dial": None, "wait": False}  # noqa: RUF012


class StyleProcedure(Procedure):
    """Declares two return values."""

    def new_return_values(self, status: str, error: str | None) -> list[Any]:
        return Values([status, error or "", ""])


@pytest.fixture
def image() -> Image:
    image = Image(60, 40)
    image.add("painting", np.full((40, 60, 4), 90))
    return image


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DYNAMIC_STYLE_CONFIG", str(tmp_path))
    monkeypatch.setenv("DYNAMIC_STYLE_TRAINING", str(tmp_path / "training"))
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(10):
        (folder / f"{number}.jpg").write_bytes(b"")
    return folder


def call(plugin: Plugin, image: Image, folder: Path, mode: str, **values: Any) -> Any:
    """The status, then what is returned, or the text of the error."""
    python = write_interpreter(folder.parent / "python", mode)
    (folder.parent / "backend.json").write_text(json.dumps({"interpreter": str(python)}))
    file = SimpleNamespace(get_path=lambda: str(folder))
    config = NewStyleConfig(**({"title": "Harbour", "photos": file, "quality": "trial"} | values))
    run = plugin.new_style.new_style
    return run(StyleProcedure(), SCRIPT, image, tuple(image.layers), config, None)


@pytest.fixture
def ended(photos: Path) -> Iterator[None]:
    """Whatever was started is ended."""
    yield
    for path in photos.parent.glob("training/runs/*/progress.json"):
        members = json.loads(path.read_text())
        if members["state"] == "running":
            os.kill(members["pid"], signal.SIGKILL)


@pytest.mark.usefixtures("ended")
def test_a_script_starts_a_run_and_need_not_wait(
    plugin: Plugin, image: Image, photos: Path
) -> None:
    status, folder, pack_id, *_ = call(plugin, image, photos, "wait", dial="strength,scale")
    assert (status, pack_id) == ("success", "")
    with Picture.open(Path(folder, "painting.png")) as painting:
        pixels = np.asarray(painting)
    # transparent where alpha is 90 of 255: so much of the layer's 90, the rest white
    assert pixels.shape == (40, 60, 3) and (pixels == 197).all()
    note = json.loads(Path(folder, "new-style.json").read_text())
    assert (note["title"], note["dials"]) == ("Harbour", ["strength", "scale"])
    assert os.getpriority(os.PRIO_PROCESS, note["pid"]) > os.getpriority(os.PRIO_PROCESS, 0)
    assert image.depth == 0 and [layer.name for layer in image.layers] == ["painting"]


def test_a_script_that_waits_gets_the_packs_id(plugin: Plugin, image: Image, photos: Path) -> None:
    status, folder, pack_id, *_ = call(plugin, image, photos, "done", wait=True)
    assert (status, pack_id) == ("success", "harbour")
    assert Path(folder).name == "harbour"


def test_a_run_that_fails_while_a_script_waits_is_a_failure(
    plugin: Plugin, image: Image, photos: Path
) -> None:
    status, text, *_ = call(plugin, image, photos, "fail", wait=True)
    assert status == "failed" and "the disk is full" in text


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"title": None}, "no title"),
        ({"photos": None}, "No folder of photos is chosen"),
        ({"quality": "best"}, "quality “best” is unknown"),
        ({"quality": "draft"}, "60 × 40 pixels"),
    ],
)
def test_a_wrong_call_says_what_is_missing(
    values: dict[str, Any], told: str, plugin: Plugin, image: Image, photos: Path
) -> None:
    status, text, *_ = call(plugin, image, photos, "done", **values)
    assert status in ("miscalled", "failed") and told in text


def test_several_layers_are_refused(plugin: Plugin, image: Image, photos: Path) -> None:
    image.add("another", np.full((40, 60, 4), 90))
    status, text, *_ = call(plugin, image, photos, "done")
    assert status == "miscalled" and "2 layers are selected" in text
