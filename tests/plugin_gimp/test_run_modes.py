"""Scripts and Filters ▸ Repeat: what a call does with the image, and which status it ends with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .conftest import Plugin
from .gimp_stand_in import Image, Layer, Procedure
from .samples import Config, InpaintConfig, pack_entry

SCRIPT, REPEAT = 1, 2
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
        return self.plugin.messages.Packs((pack_entry(self.plugin), fill), ())

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
    is_fill = isinstance(config, InpaintConfig)
    function = plugin.run_modes.inpaint if is_fill else plugin.run_modes.stylize
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
