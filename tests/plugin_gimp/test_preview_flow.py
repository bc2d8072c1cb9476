"""Which previews are asked for while a dial moves, and which once it rests. The worker only notes
what it is asked for: no backend can be had at a chosen moment.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from .conftest import Plugin
from .samples import Config, pack_entry


class NotingWorker:
    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.giving_way: list[bool] = []

    def preview(self, request: Any, *, gives_way: bool = False) -> int:
        self.requests.append(request)
        self.giving_way.append(gives_way)
        return len(self.requests)

    def forget_preview(self) -> None:
        pass


class Layer:
    """A layer of 2000 x 1000 pixels that nothing is selected of."""

    width, height = 2000, 1000

    def __init__(self, plugin: Plugin) -> None:
        self._plugin = plugin

    def pixels(self, long_side_px: int) -> Any:
        width, height = long_side_px, long_side_px // 2
        data = bytes(width * height * 4)
        return self._plugin.pixels.packed_pixels(
            width, height, data, layout="rgba", depth="u8", alpha="straight"
        )

    def mask(self, _settings: Any, *, size: tuple[int, int]) -> None:
        return None


@pytest.fixture
def worker() -> NotingWorker:
    return NotingWorker()


@pytest.fixture
def flow(plugin: Plugin, worker: NotingWorker) -> Any:
    shots = plugin.layer_previews.LayerShots(Layer(plugin))
    return plugin.preview_flow.PreviewFlow(worker, shots, stream="dialog")


def settings_at(plugin: Plugin, working_size_px: int) -> Any:
    config = Config(pack="starry-night", scale=str(working_size_px))
    read = plugin.stylize_arguments.read_arguments(config)
    return plugin.stylize_arguments.settings_of(read, pack_entry(plugin), (2000, 1000))


@pytest.fixture
def settings(plugin: Plugin) -> Any:
    return settings_at(plugin, 768)


def arrive(plugin: Plugin, flow: Any, worker: NotingWorker, ticket: int) -> Any:
    request = worker.requests[ticket - 1]
    return flow.take(ticket, plugin.messages.Result(request.job, request.pixels, {}))


def test_quick_preview_is_small_and_the_refined_one_has_the_results_strokes(
    plugin: Plugin, flow: Any, worker: NotingWorker, settings: Any
) -> None:
    flow.ask(settings)
    assert flow.refine(600) is None  # the quick one has not come
    arrive(plugin, flow, worker, 1)
    assert not flow.is_final
    assert flow.refine(600) is not None
    arrive(plugin, flow, worker, 2)
    assert flow.is_final
    sizes = [(r.pixels.width, r.working_size_px, r.preview_stream) for r in worker.requests]
    assert sizes == [(512, 512, "dialog"), (768, 768, "dialog")]
    assert worker.giving_way == [False, True]  # quick ones are shown, even while the dial moves


def test_quick_preview_that_shows_all_needs_no_refining(
    plugin: Plugin, flow: Any, worker: NotingWorker
) -> None:
    flow.ask(settings_at(plugin, 384))
    arrive(plugin, flow, worker, 1)
    assert flow.refine(500) is None
    assert flow.is_final
    assert flow.refine(1400) is not None  # zoomed in: more pixels
    assert worker.requests[-1].pixels.width == 1536


def test_preview_of_another_pack_is_not_shown(
    plugin: Plugin, flow: Any, worker: NotingWorker, settings: Any
) -> None:
    flow.ask(settings)
    other = replace(settings, recipe=replace(settings.recipe, pack="the-great-wave"))
    flow.ask(other)
    assert arrive(plugin, flow, worker, 1) is None
    assert arrive(plugin, flow, worker, 2) is not None
    assert arrive(plugin, flow, worker, 1) is None


def test_failed_preview_is_not_awaited(
    plugin: Plugin, flow: Any, worker: NotingWorker, settings: Any
) -> None:
    flow.ask(settings)
    assert flow.is_waiting
    flow.fail()
    assert not flow.is_waiting
    assert not flow.is_final
