"""Layers as frames from a script: which alpha each gets, and what a failure leaves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from ..conftest import Plugin
from ..gimp_stand_in import Image, Layer, Procedure
from ..samples import Config
from ..test_run_modes import DIALOG, RED, SCRIPT, Backend

NAMES = [f"Frame {number} (100ms)" for number in range(3)]


class FramesConfig(Config):
    defaults = {  # noqa: RUF012
        "pack": "none",
        "pack-id": "starry-night",
        "alpha": "",
        "ease": "linear",
        "layers": "all",
        "scale": "",
        "preserve-color": False,
    }


@pytest.fixture
def image() -> Image:
    """Three frames, the lowest first."""
    image = Image(60, 40)
    for number, name in enumerate(NAMES):
        image.add(name, np.full((40, 60, 4), (40 * number, 90, 90, 255)))
    return image


@pytest.fixture
def backend(
    plugin: Plugin, image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Backend:
    monkeypatch.setenv("DYNAMIC_STYLE_CONFIG", str(tmp_path))
    monkeypatch.setenv("DYNAMIC_STYLE_PACKS", str(tmp_path))
    backend = Backend(plugin, image)

    @contextmanager
    def connect() -> Iterator[Backend]:
        yield backend

    monkeypatch.setattr(plugin.stylize_frames, "connect", connect)
    return backend


def call(plugin: Plugin, image: Image, *layers: Layer, mode: int = SCRIPT, **arguments: Any) -> Any:
    config, chosen = FramesConfig(**arguments), layers or tuple(image.layers)
    function = plugin.stylize_frames.stylize_frames
    return function(Procedure(), mode, image, chosen, config, None)


def strengths(backend: Backend) -> list[float]:
    return [request.dials["strength"].numbers[0] for request in backend.requests]


def test_the_lowest_layer_is_frame_0_and_all_keep_their_names(
    plugin: Plugin, image: Image, backend: Backend
) -> None:
    assert call(plugin, image, alpha="0=0.1,2=0.9") == ["success", 3]
    assert strengths(backend) == [0.1, 0.5, 0.9]
    firsts = [request.pixels.data[0] for request in backend.requests]
    assert firsts == [0, 40, 80], "from the lowest up"
    assert image.groups == 1, "one undo step"
    assert [layer.name for layer in image.layers] == NAMES[::-1]
    for layer in image.layers:
        assert (layer.buffer.pixels == RED).all()
    kept = plugin.parasite.recipe_of(image.layers[-1])
    assert (kept.dials["strength"], kept.target) == ((0.1,), "in_place")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, [0.7] * 3),
        ({"alpha": "0.4"}, [0.4] * 3),
        ({"alpha": "0=0,2=1", "ease": "smooth"}, [0.0, 0.5, 1.0]),
        ({"alpha": "strength=0=0,2=1,wave=0.3", "ease": "hold"}, [0.0, 0.0, 1.0]),
    ],
)
def test_alpha_is_said_as_on_the_command_line(
    plugin: Plugin, image: Image, backend: Backend, arguments: Any, expected: list[float]
) -> None:
    assert call(plugin, image, **arguments)[0] == "success"
    assert strengths(backend) == expected
    if "wave" in arguments.get("alpha", ""):
        assert backend.requests[0].dials["wave"].numbers == (0.3,)


def test_selected_frames_keep_their_numbers(plugin: Plugin, image: Image, backend: Backend) -> None:
    top, middle, lowest = image.layers
    told = call(plugin, image, top, middle, alpha="0=0.1,2=0.9", layers="selected")
    assert told == ["success", 2]
    assert strengths(backend) == [0.5, 0.9]
    assert not (lowest.buffer.pixels == RED).all()


def test_a_selection_limits_where_frames_change(
    plugin: Plugin, image: Image, backend: Backend
) -> None:
    image.select(0, 0, 30, 40)
    call(plugin, image)
    pixels = image.layers[0].buffer.pixels
    assert (pixels[:, :30] == RED).all()
    assert (pixels[:, 30:, 0] == 80).all()


def test_empty_frames_stay_and_cost_nothing(plugin: Plugin, image: Image, backend: Backend) -> None:
    image.layers[1].buffer.pixels[:] = 0
    assert call(plugin, image, alpha="0=0.1,2=0.9") == ["success", 2]
    assert strengths(backend) == [0.1, 0.9]
    assert not image.layers[1].buffer.pixels.any()


def test_a_failure_names_the_layer_and_leaves_the_image(
    plugin: Plugin, image: Image, backend: Backend
) -> None:
    backend.fails_at = 2
    status, text = call(plugin, image)
    assert status == "failed"
    assert "Frame 1, the layer 'Frame 1 (100ms)': out of memory" in text
    assert image.groups == image.changes == 0


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"pack_id": ""}, "No pack is named"),
        ({"pack_id": "starry"}, "did you mean starry-night"),
        ({"ease": "quick"}, "'quick' is not one of linear, smooth, hold"),
        ({"layers": "some"}, "'some' is not one of all, selected"),
        ({"alpha": "0=0.1,24"}, "no frame beside it"),
        ({"alpha": "waves=0=1"}, "did you mean 'wave'"),
        ({"alpha": "wave=0=1,wave=0.3"}, "set twice"),
        ({"alpha": "much"}, "no number"),
        ({"alpha": "0=9999"}, "never beyond"),
        ({"scale": "big"}, "'big' is no size"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    plugin: Plugin, image: Image, arguments: Any, words: str
) -> None:
    status, text = call(plugin, image, **arguments)
    assert status == "miscalled" and words in text
    assert image.changes == 0


@pytest.mark.usefixtures("backend")
def test_a_layer_that_cannot_be_changed_is_named(plugin: Plugin, image: Image) -> None:
    image.layers[1].is_text = True
    status, text = call(plugin, image)
    assert status == "miscalled"
    assert "'Frame 1 (100ms)' is a text layer" in text and "rasterize it first" in text


@pytest.mark.usefixtures("backend")
def test_an_image_of_empty_layers_is_refused(plugin: Plugin, image: Image) -> None:
    for layer in image.layers:
        layer.buffer.pixels[:] = 0
    status, text = call(plugin, image)
    assert status == "miscalled" and "All of these layers are empty" in text


def test_frames_that_show_only_changes_are_known(plugin: Plugin, image: Image) -> None:
    def shows_changes_only() -> bool:
        frames = plugin.frame_layers.frames_of(image, None)
        return bool(plugin.frame_layers.shows_changes_only(frames))

    assert not shows_changes_only()
    image.layers[-1].buffer.pixels[0, 0, 3] = 0
    assert not shows_changes_only(), "there is nothing below the first frame"
    image.layers[0].buffer.pixels[0, 0, 3] = 0
    assert shows_changes_only()
    image.layers[0].name = "Frame 2 (100ms) (replace)"
    assert not shows_changes_only()
    image.add("small", np.full((10, 10, 4), 255))
    assert shows_changes_only()


@pytest.mark.usefixtures("backend")
def test_the_dialog_begins_as_frames_were_made(
    plugin: Plugin, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Any] = []
    shown = ModuleType("dynamic_style_gimp.dialog.frames.frames_dialog")
    shown.run_frames_dialog = lambda *given: begun.append(given[-1])  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, shown.__name__, shown)  # the real one needs a display
    top, *_, lowest = image.layers
    last = {"pack_id": "another", "alpha": "0.4", "layers": "selected"}
    call(plugin, image, mode=DIALOG, **last)
    assert (begun[-1].pack, begun[-1].alpha) == ("another", "0.4"), "as the last time"
    call(plugin, image, alpha="0=0.1,2=0.9", ease="smooth", scale="50%", preserve_color=True)
    call(plugin, image, top, mode=DIALOG, **last)
    assert begun[-1] == plugin.frame_wishes.FrameWishes(
        "starry-night", "0=0.1,2=0.9", "smooth", "selected", "30", True
    )
    call(plugin, image, lowest, alpha="0.2", layers="selected")
    call(plugin, image, lowest, mode=DIALOG)
    assert begun[-1].alpha == "0.2"
    call(plugin, image, top, mode=DIALOG)
    assert begun[-1].alpha == "0=0.1,2=0.9", "that of a layer which is not selected comes first"
