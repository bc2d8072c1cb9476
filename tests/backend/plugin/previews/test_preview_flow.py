"""Which previews are asked for while a dial moves, and which once it rests. The worker only notes
what it is asked for: no backend can be had at a chosen moment.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dynamic_style.backend.plugin.hole_context import Box
from dynamic_style.backend.plugin.previews.preview_flow import PreviewFlow, PreviewSource
from dynamic_style.backend.plugin.previews.preview_request import (
    PreviewRequest,
    ShownPart,
    hole_preview,
    layer_preview,
)
from dynamic_style.backend.plugin.recipe import Recipe
from dynamic_style.backend.protocol.messages import Mask, Result, Run
from dynamic_style.backend.protocol.pixels import Pixels, packed_pixels

from ..samples import recipe

SETTINGS = recipe(working_size_px=768)
FILL = recipe(task="completion", grow_px=8, feather_px=4, seed=2)


class NotingWorker:
    def __init__(self) -> None:
        self.requests: list[Run] = []
        self.giving_way: list[bool] = []

    def preview(self, request: Run, *, gives_way: bool = False) -> int:
        self.requests.append(request)
        self.giving_way.append(gives_way)
        return len(self.requests)

    def forget_preview(self) -> None:
        pass


def pixels_of(width: int, height: int) -> Pixels:
    data = bytes(width * height * 4)
    return packed_pixels(width, height, data, layout="rgba", depth="u8", alpha="straight")


class Layer:
    """A layer of 2000 x 1000 pixels that nothing is selected of."""

    def part(self, _recipe: Recipe) -> Box:
        return Box(0, 0, 2000, 1000)

    def before(self, _recipe: Recipe) -> Pixels:
        return pixels_of(512, 256)

    def quick(self, recipe: Recipe) -> PreviewRequest:
        return self._preview(recipe, 512, limit_px=512)

    def fine(self, recipe: Recipe, needed_px: int) -> PreviewRequest:
        return self._preview(recipe, needed_px, limit_px=4096)

    def _preview(self, recipe: Recipe, long_side_px: int, *, limit_px: int) -> PreviewRequest:
        size = (2000, 1000)
        pixels = pixels_of(long_side_px, long_side_px // 2)
        return layer_preview(recipe, pixels, None, ShownPart(size, size, limit_px))


class Hole:
    """A hole whose surroundings are of this size and further left the more it is grown."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)

    def part(self, recipe: Recipe) -> Box:
        return Box(500 - recipe.grow_px, 0, *self.size)

    def before(self, recipe: Recipe) -> Pixels:
        return self.quick(recipe).before

    def quick(self, recipe: Recipe) -> PreviewRequest:
        return self._preview(recipe, 768)

    def fine(self, recipe: Recipe, needed_px: int) -> PreviewRequest:
        return self._preview(recipe, 2048)

    def _preview(self, recipe: Recipe, most_px: int) -> PreviewRequest:
        scale = min(1.0, most_px / max(self.size))
        width, height = (round(side * scale) for side in self.size)
        gray = bytes(width * height)
        hole = packed_pixels(width, height, gray, layout="gray", depth="u8", alpha="none")
        mask = Mask(hole, "selection")
        return hole_preview(recipe, pixels_of(width, height), mask, ShownPart(self.size, self.size))


@pytest.fixture
def worker() -> NotingWorker:
    return NotingWorker()


def flow_of(worker: NotingWorker, source: PreviewSource) -> PreviewFlow:
    noting: Any = worker
    return PreviewFlow(noting, source, stream="dialog")


@pytest.fixture
def flow(worker: NotingWorker) -> PreviewFlow:
    return flow_of(worker, Layer())


def arrive(flow: PreviewFlow, worker: NotingWorker, ticket: int) -> Pixels | None:
    request = worker.requests[ticket - 1]
    return flow.take(ticket, Result(request.job, request.pixels, {}))


def test_quick_preview_is_small_and_the_refined_one_has_the_results_strokes(
    flow: PreviewFlow, worker: NotingWorker
) -> None:
    flow.ask(SETTINGS)
    assert flow.refine(768) is None  # the quick one has not come
    arrive(flow, worker, 1)
    assert not flow.is_final
    assert flow.refine(768) is not None
    arrive(flow, worker, 2)
    assert flow.is_final
    told: list[Any] = worker.requests
    sizes = [(r.pixels.width, r.working_size_px, r.preview_stream) for r in told]
    assert sizes == [(512, 512, "dialog"), (768, 768, "dialog")]
    assert worker.giving_way == [False, True]  # quick ones are shown, even while the dial moves
    assert len({request.job for request in worker.requests}) == 2


def test_quick_preview_that_shows_all_needs_no_refining(
    flow: PreviewFlow, worker: NotingWorker
) -> None:
    flow.ask(replace(SETTINGS, working_size_px=384))
    arrive(flow, worker, 1)
    assert flow.refine(512) is None
    assert flow.is_final
    assert flow.refine(1536) is not None  # zoomed in: more pixels
    assert worker.requests[-1].pixels.width == 1536


def test_preview_of_another_pack_is_not_shown(flow: PreviewFlow, worker: NotingWorker) -> None:
    flow.ask(SETTINGS)
    flow.ask(replace(SETTINGS, pack="the-great-wave"))
    assert arrive(flow, worker, 1) is None
    assert arrive(flow, worker, 2) is not None
    assert arrive(flow, worker, 1) is None


def test_failed_preview_is_not_awaited(flow: PreviewFlow) -> None:
    flow.ask(SETTINGS)
    assert flow.is_waiting
    flow.fail(1)
    assert not flow.is_waiting
    assert not flow.is_final


def test_small_hole_travels_in_full_and_once(worker: NotingWorker) -> None:
    flow = flow_of(worker, Hole(400, 300))
    moved = flow.moves(FILL)
    assert moved is not None
    assert (moved[0].x, moved[1].width) == (492, 400)
    flow.ask(FILL)
    request: Any
    (request,) = worker.requests
    assert (request.grow_px, request.feather_px, request.seed) == (8, 4, 2)
    assert not request.is_cutout and request.preview_stream == "dialog"
    assert arrive(flow, worker, 1) is not None
    assert flow.refine(900) is None
    assert flow.is_final
    assert len(worker.requests) == 1


def test_large_hole_is_refined_at_its_own_size(worker: NotingWorker) -> None:
    flow = flow_of(worker, Hole(1536, 1024))
    flow.ask(FILL)
    arrive(flow, worker, 1)
    assert not flow.is_final
    assert flow.refine(500) is not None
    arrive(flow, worker, 2)
    assert flow.is_final
    asked: list[Any] = worker.requests
    told = [(r.pixels.width, r.mask.pixels.width, r.grow_px, r.feather_px) for r in asked]
    assert told == [(768, 768, 4, 2), (1536, 1536, 8, 4)]


def test_huge_hole_is_not_called_final(worker: NotingWorker) -> None:
    flow = flow_of(worker, Hole(4096, 4096))
    flow.ask(FILL)
    arrive(flow, worker, 1)
    assert flow.refine(500) is not None
    arrive(flow, worker, 2)
    assert flow.refine(500) is None
    assert not flow.is_final
    assert [request.pixels.width for request in worker.requests] == [768, 2048]


def test_growing_shows_another_part_and_nothing_of_the_old_one(worker: NotingWorker) -> None:
    flow = flow_of(worker, Hole(400, 300))
    flow.moves(FILL)
    assert flow.moves(FILL) is None
    flow.ask(FILL)
    grown = replace(FILL, grow_px=20)
    moved = flow.moves(grown)
    assert moved is not None and moved[0].x == 480
    flow.ask(grown)
    assert arrive(flow, worker, 1) is None
    assert arrive(flow, worker, 2) is not None


def test_a_recipe_waits_for_a_source_and_is_shown_anew_with_the_next(worker: NotingWorker) -> None:
    noting: Any = worker
    flow = PreviewFlow(noting, stream="panel")
    flow.ask(SETTINGS)
    assert worker.requests == [] and not flow.is_waiting
    flow.turn_to(Layer())
    assert len(worker.requests) == 1 and flow.is_waiting
    flow.turn_to(Layer())
    assert arrive(flow, worker, 1) is None, "the layer has changed since"
    assert arrive(flow, worker, 2) is not None
    flow.turn_to(None)
    assert not flow.is_waiting and flow.refine(512) is None


def test_what_cannot_be_finer_is_not_asked_for_again(worker: NotingWorker) -> None:
    class Read(Layer):
        def fine(self, recipe: Recipe, needed_px: int) -> None:
            return None

    flow = flow_of(worker, Read())
    flow.ask(SETTINGS)
    arrive(flow, worker, 1)
    assert flow.refine(2048) is None
    assert len(worker.requests) == 1 and not flow.is_final


def test_an_older_preview_that_fails_leaves_the_newest_awaited(
    flow: PreviewFlow, worker: NotingWorker
) -> None:
    flow.ask(SETTINGS)
    flow.ask(SETTINGS)
    flow.fail(1)
    assert flow.is_waiting
    assert arrive(flow, worker, 2) is not None


def test_nothing_is_shown_after_it_was_given_up(flow: PreviewFlow, worker: NotingWorker) -> None:
    flow.ask(SETTINGS)
    flow.forget()
    assert flow.recipe is None
    assert arrive(flow, worker, 1) is None
