"""Scripts and Filters ▸ Repeat: what a call does with the image, and which status it ends with."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from .conftest import Plugin
from .gimp_stand_in import Image, Layer, Procedure
from .samples import Config, GenerateConfig, InpaintConfig, pack_entry

DIALOG, SCRIPT, REPEAT = 0, 1, 2
RED = (255, 0, 0, 255)


class Backend:
    """Paints all red. The image may not have been touched while it is asked. fails_at: the request,
    from 1, that fails with `error`.
    """

    def __init__(self, plugin: Plugin, image: Image) -> None:
        self.plugin, self.image = plugin, image
        self.requests: list[Any] = []
        self.fails_at, self.error = 0, plugin.errors.DeviceError("out of memory")

    def packs(self) -> Any:
        fill = pack_entry(self.plugin, id_="photo-fill", task="completion")
        faces = pack_entry(self.plugin, id_="avatars", task="generation")
        return self.plugin.messages.Packs((pack_entry(self.plugin), fill, faces), ())

    def run(self, request: Any) -> Iterator[Any]:
        assert self.image.depth == 0
        self.requests.append(request)
        yield self.plugin.messages.Progress(request.job, 0.5, "painting", None)
        if len(self.requests) == self.fails_at:
            raise self.error
        pixels = request.pixels
        red = np.tile(np.array(RED, np.uint8), (pixels.height, pixels.width, 1))
        yield self.plugin.messages.Result(request.job, replace(pixels, data=red.tobytes()), {})


@pytest.fixture
def image() -> Image:
    image = Image(60, 40)
    image.add("photo", np.full((40, 60, 4), 90))
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

    monkeypatch.setattr(plugin.run_modes, "connect", connect)
    return backend


def call(plugin: Plugin, image: Image, config: Config, *layers: Layer, mode: int = SCRIPT) -> Any:
    names = {"style_transfer": "stylize", "completion": "inpaint", "generation": "generate"}
    function = getattr(plugin.run_modes, names[config.task])
    return function(Procedure(), mode, image, layers or tuple(image.layers), config, None)


@pytest.mark.usefixtures("backend")
def test_a_script_gets_the_layer_that_holds_the_result(plugin: Plugin, image: Image) -> None:
    config = Config(pack="starry-night", alpha=0.5)
    status, layer = call(plugin, image, config)
    assert (status, layer.name) == ("success", "The Starry Night α 0.50")
    assert image.layers[0] is layer and (layer.buffer.pixels == RED).all()
    assert image.groups == 1 and image.depth == 0


def test_a_percentage_is_of_each_layers_own_size(
    plugin: Plugin, image: Image, backend: Backend
) -> None:
    small = image.add("small", np.full((10, 20, 4), 9))
    status, *_ = call(plugin, image, Config(pack="starry-night", scale="50%"))
    assert status == "success" and len(image.layers) == 4 and small.name == "small"
    assert [request.working_size_px for request in backend.requests] == [10, 30]


def test_a_backend_that_fails_leaves_the_image_untouched(
    plugin: Plugin, image: Image, backend: Backend
) -> None:
    image.add("second", np.full((40, 60, 4), 9))
    backend.fails_at = 2
    status, text = call(plugin, image, Config(pack="starry-night"))
    assert status == "failed" and "out of memory" in text
    assert image.changes == image.groups == 0 and len(image.layers) == 2


@pytest.mark.parametrize(("mode", "status"), [(SCRIPT, "miscalled"), (REPEAT, "failed")])
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"target": "elsewhere"}, "is not one of"),
        ({"target": "replace"}, "is no result"),
        ({"pack": "none"}, "No pack is named"),
        ({"pack": "stary-nigth"}, "did you mean starry-night"),
        ({"dials": "strenght=1"}, "did you mean 'strength'"),
        ({"alpha": 9000.0}, "out of range"),
    ],
)
def test_who_has_called_wrongly_is_told(
    plugin: Plugin,
    image: Image,
    backend: Backend,
    changes: dict[str, Any],
    why: str,
    mode: int,
    status: str,
) -> None:
    config = Config(**{"pack": "starry-night", **changes})
    found, text = call(plugin, image, config, mode=mode)
    assert found == status and why in text
    assert backend.requests == [] and image.changes == 0


def test_a_fault_of_the_plug_in_is_said(plugin: Plugin, image: Image, backend: Backend) -> None:
    backend.fails_at, backend.error = 1, ZeroDivisionError("oh")
    status, text = call(plugin, image, Config(pack="starry-night"))
    assert status == "failed" and "ZeroDivisionError: oh" in text
    assert image.changes == 0


@pytest.mark.usefixtures("backend")
def test_a_result_is_made_anew_from_what_it_was_made_from(plugin: Plugin, image: Image) -> None:
    photo = image.layers[0]
    _, made = call(plugin, image, Config(pack="starry-night"))
    made.buffer.pixels[:] = 7
    config = Config(pack="starry-night", target="replace")
    assert call(plugin, image, config, made) == ["success", made]
    assert (made.buffer.pixels == RED).all() and image.layers == [made, photo]


@pytest.mark.usefixtures("backend")
def test_a_fill_is_made_from_the_layer_below_it(plugin: Plugin, image: Image) -> None:
    photo = image.layers[0]
    image.select(10, 10, 6, 6)
    config = InpaintConfig(pack="photo-fill")
    _, made = call(plugin, image, config)
    image.select(30, 20, 5, 5)
    status, another = call(plugin, image, config, made)
    assert status == "success" and image.layers == [another, made, photo]
    assert another.at == (30, 20) and (photo.buffer.pixels == 90).all()


def test_nothing_selected_is_nothing_to_fill(
    plugin: Plugin, image: Image, backend: Backend
) -> None:
    status, text = call(plugin, image, InpaintConfig(pack="photo-fill"))
    assert status == "miscalled" and "Nothing is selected" in text
    assert backend.requests == []


def test_a_picture_of_its_own_lies_over_a_layer_that_stays_as_it_is(
    plugin: Plugin, backend: Backend
) -> None:
    image = Image(60, 40)
    photo = image.add("photo", np.full((20, 30, 3), 90), model="R'G'B'", at=(5, 3))
    mask = photo.create_mask("white")
    photo.mask = mask
    config = GenerateConfig(pack="avatars", dials="strength=0.5", seed=7)
    status, made = call(plugin, image, config)
    assert (status, made.name) == ("success", "The Starry Night α 0.50")
    assert image.layers == [made, photo] and image.selected == [made]
    assert made.at == (5, 3) and made.mask is None
    assert made.buffer.model == "R'G'B'A" and (made.buffer.pixels == RED).all()
    assert photo.mask is mask and (photo.buffer.pixels == 90).all()
    assert image.groups == 1 and image.depth == 0
    (request,) = backend.requests
    assert (request.type, request.seed) == ("generate_run", 7)
    assert request.pixels.layout == "rgba" and not any(bytes(request.pixels.data))


@pytest.mark.usefixtures("backend")
def test_a_picture_of_its_own_needs_a_layer_but_nothing_on_it(plugin: Plugin, image: Image) -> None:
    empty = image.add("empty", np.zeros((40, 60, 4)))
    assert call(plugin, image, Config(pack="starry-night"), empty)[0] == "miscalled"
    image.select(10, 10, 20, 20, value=100)
    config = GenerateConfig(pack="avatars")
    status, made = call(plugin, image, config, empty, mode=REPEAT)
    assert status == "success" and image.layers[0] is made
    assert made.mask.buffer.pixels[15, 15] == 100 and not made.mask.buffer.pixels[5, 5]
    status, text = call(plugin, image, GenerateConfig(pack="avatars", target="in-place"), empty)
    assert status == "miscalled" and "is not one of new-layer, replace" in text


@pytest.mark.usefixtures("backend")
def test_a_picture_of_its_own_is_made_anew_wherever_it_is_by_now(
    plugin: Plugin, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = image.layers[0]
    wish = GenerateConfig(pack="avatars", dials="strength=0.5,wave=0.25", seed=7)
    _, made = call(plugin, image, wish)
    image.take_away(photo)  # nothing is made of it
    made.at, made.buffer.pixels = (40, 20), np.full((10, 10, 4), 7, np.uint8)
    asked: list[Any] = []

    def run_dialog(sources: Any, start: Any, *, work: Any) -> Any:
        asked.append(start)
        (source,) = sources
        subject = work.subject_of(source, 0)
        settings = replace(start, recipe=replace(start.recipe, seed=8))
        request = subject.request(settings.recipe)
        *_, result = Backend(plugin, image).run(request)
        return plugin.full_run.Painted(settings, (subject,), (result,))

    shown = ModuleType("dynamic_style_gimp.dialog.run")
    shown.run_dialog = run_dialog  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, shown.__name__, shown)  # the real one needs a display
    last = GenerateConfig(pack="avatars")
    assert call(plugin, image, last, mode=DIALOG) == ["success", made]
    (start,) = asked
    assert (start.recipe.seed, start.recipe.target) == (7, "replace")
    assert start.recipe.dials == {"strength": (0.5,), "wave": (0.25,)}
    assert image.layers == [made] and made.at == (40, 20)
    assert made.buffer.pixels.shape == (10, 10, 4) and (made.buffer.pixels == RED).all()
    assert plugin.parasite.recipe_of(made).seed == 8
    assert (last.values["seed"], last.values["target"]) == (8, "new-layer")
