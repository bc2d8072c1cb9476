"""Which previews of a hole are asked for, and when another part of the layer is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from .conftest import Plugin
from .samples import InpaintConfig, pack_entry
from .test_preview_flow import NotingWorker, arrive


class Hole:
    """A hole whose context is of this size and further left the more it is grown."""

    def __init__(self, plugin: Plugin, size: tuple[int, int], grow_px: int) -> None:
        self._plugin = plugin
        self.context = plugin.hole_context.Box(500 - grow_px, 0, *size)

    def small(self, long_side_px: int) -> Any:
        factor = min(1.0, long_side_px / max(self.context.width, self.context.height))
        width, height = (round(side * factor) for side in self.context[2:])
        packed = self._plugin.pixels.packed_pixels
        data = bytes(width * height * 4)
        pixels = packed(width, height, data, layout="rgba", depth="u8", alpha="straight")
        hole = packed(
            width, height, data[: width * height], layout="gray", depth="u8", alpha="none"
        )
        return pixels, self._plugin.messages.Mask(hole, "selection")


@pytest.fixture
def worker() -> NotingWorker:
    return NotingWorker()


def flow_of(plugin: Plugin, worker: NotingWorker, size: tuple[int, int]) -> Any:
    shots = plugin.hole_previews.HoleShots(lambda grow_px: Hole(plugin, size, grow_px))
    return plugin.preview_flow.PreviewFlow(worker, shots, stream="dialog")


@pytest.fixture
def settings(plugin: Plugin) -> Any:
    config = InpaintConfig(pack="photo-fill", alpha=0.3, grow=8, feather=4, seed=2)
    arguments = plugin.inpaint_arguments.read_inpaint_arguments(config)
    pack = pack_entry(plugin, id_="photo-fill", task="completion")
    return plugin.inpaint_arguments.inpaint_settings(arguments, pack)


def test_small_hole_travels_in_full_and_once(
    plugin: Plugin, worker: NotingWorker, settings: Any
) -> None:
    flow = flow_of(plugin, worker, (400, 300))
    part, before = flow.moves(settings)
    assert (part.x, before.width) == (492, 400)
    flow.ask(settings)
    (request,) = worker.requests
    assert (request.grow_px, request.feather_px, request.seed) == (8, 4, 2)
    assert not request.is_cutout and request.preview_stream == "dialog"
    assert {dial: setting.numbers for dial, setting in request.dials.items()} == {
        "strength": (0.3,),
        "wave": (0.0,),
    }
    assert arrive(plugin, flow, worker, 1) is not None
    assert flow.refine(900) is None
    assert flow.is_final
    assert len(worker.requests) == 1


def test_large_hole_is_refined_at_its_own_size(
    plugin: Plugin, worker: NotingWorker, settings: Any
) -> None:
    flow = flow_of(plugin, worker, (1536, 1024))
    flow.ask(settings)
    arrive(plugin, flow, worker, 1)
    assert not flow.is_final
    assert flow.refine(500) is not None
    arrive(plugin, flow, worker, 2)
    assert flow.is_final
    told = [(r.pixels.width, r.mask.pixels.width, r.grow_px, r.feather_px) for r in worker.requests]
    assert told == [(768, 768, 4, 2), (1536, 1536, 8, 4)]


def test_huge_hole_is_not_called_final(plugin: Plugin, worker: NotingWorker, settings: Any) -> None:
    flow = flow_of(plugin, worker, (4096, 4096))
    flow.ask(settings)
    arrive(plugin, flow, worker, 1)
    assert flow.refine(500) is not None
    arrive(plugin, flow, worker, 2)
    assert flow.refine(500) is None
    assert not flow.is_final
    assert [request.pixels.width for request in worker.requests] == [768, 2048]


def test_growing_shows_another_part_and_nothing_of_the_old_one(
    plugin: Plugin, worker: NotingWorker, settings: Any
) -> None:
    flow = flow_of(plugin, worker, (400, 300))
    flow.moves(settings)
    assert flow.moves(settings) is None
    flow.ask(settings)
    grown = replace(settings, recipe=replace(settings.recipe, grow_px=20))
    part, _ = flow.moves(grown)
    assert part.x == 480
    flow.ask(grown)
    assert arrive(plugin, flow, worker, 1) is None
    assert arrive(plugin, flow, worker, 2) is not None
