"""complete_run through a real backend: what changes, what stays as it was, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dynamic_style.backend.compute.engine_wish import EngineWish
from dynamic_style.backend.protocol.errors import (
    AlphaError,
    JobCancelledError,
    MaskError,
    UsageError,
)
from dynamic_style.backend.protocol.messages import CompleteRun, DialSetting, Mask, Result
from dynamic_style.backend.protocol.pixels import Depth, Layout, Pixels, packed_pixels
from dynamic_style.backend.protocol.process.client import Client
from dynamic_style.backend.server.compute_stack import ComputeSettings
from dynamic_style.backend.server.server import ServerSettings

from ..servers import ServerThread, run
from ..tiny_fill import make_tiny_fill

SIDE = 48
HOLE = (slice(18, 30), slice(20, 34))


@pytest.fixture
def client(installed: Path) -> Iterator[Client]:
    """Of a backend in this process that has the packs tiny and tiny-fill."""
    make_tiny_fill(installed / "tiny-fill")
    running = ServerThread(ServerSettings(), ComputeSettings(EngineWish(device="cpu")))
    yield running.client()
    running.close()


def samples(depth: Depth, channels: int) -> Any:
    """(SIDE, SIDE, channels) of a texture, opaque."""
    y, x = np.mgrid[:SIDE, :SIDE]
    wave = 0.5 + 0.3 * np.sin(x / 2)[..., None] + 0.2 * np.cos(y / 3)[..., None]
    values = np.clip(wave * np.linspace(0.5, 1, channels), 0, 1)
    values[..., -1] = 1
    if depth in ("f16", "f32"):
        return values.astype("<f2" if depth == "f16" else "<f4")
    largest = 255 if depth == "u8" else 65535
    return np.rint(values * largest).astype("<u1" if depth == "u8" else "<u2")


def picture(array: Any, *, depth: Depth = "u8", layout: Layout = "bgra", **more: Any) -> Pixels:
    size = (array.shape[1], array.shape[0])
    return packed_pixels(
        *size, array.tobytes(), layout=layout, depth=depth, alpha="straight", **more
    )


def hole_mask(value: int = 255, *, side: int = SIDE) -> Mask:
    array = np.zeros((side, side), np.uint8)
    array[HOLE] = value
    data = packed_pixels(side, side, array.tobytes(), layout="gray", depth="u8", alpha="none")
    return Mask(data, "selection")


def request(job: str = "j", **changes: Any) -> CompleteRun:
    made = CompleteRun(
        job=job,
        pack="tiny-fill",
        dials={"smoothness": DialSetting((0.5,))},
        pixels=picture(samples("u8", 4)),
        mask=hole_mask(),
    )
    return replace(made, **changes)


def completed(client: Client, asked: CompleteRun) -> Any:
    """The result's samples, in the shape and type of the request's."""
    *_, result = client.run(asked)
    assert isinstance(result, Result)
    dtype = {"u8": "<u1", "u16": "<u2", "f16": "<f2", "f32": "<f4"}[asked.pixels.depth]
    shape = (asked.pixels.height, asked.pixels.width, asked.pixels.channels)
    return np.frombuffer(result.pixels.data, dtype).reshape(shape)


@pytest.mark.parametrize(
    ("depth", "layout", "channels", "transfer"),
    [
        ("u8", "bgra", 4, "srgb"),
        ("u16", "bgra", 4, "srgb"),
        ("f16", "rgba", 4, "linear"),
        ("f32", "rgba", 4, "linear"),
        ("u8", "gray_alpha", 2, "srgb"),
    ],
)
def test_the_hole_is_filled_and_nothing_else_changes(
    client: Client, depth: Depth, layout: Layout, channels: int, transfer: str
) -> None:
    before = samples(depth, channels)
    before[HOLE] = 0
    before[HOLE][..., -1] = before[0, 0, -1]
    pixels = picture(before, depth=depth, layout=layout, transfer=transfer)
    after = completed(client, request(pixels=pixels))
    outside = np.ones((SIDE, SIDE), bool)
    outside[HOLE] = False
    assert (after[outside] == before[outside]).all()
    white = 1.0 if depth.startswith("f") else np.iinfo(after.dtype).max
    assert (after[HOLE][..., :-1].mean() / white) > 0.1, "the hole is still black"


def test_what_lay_in_the_hole_has_no_effect(client: Client) -> None:
    first, second = samples("u8", 4), samples("u8", 4)
    second[HOLE] = (1, 2, 3, 255)
    results = [completed(client, request(f"j{i}", pixels=picture(p))) for i, p in
               enumerate((first, second))]  # fmt: skip
    assert (results[0] == results[1]).all()


def test_a_transparent_hole_becomes_opaque_and_hidden_colours_stay_out(client: Client) -> None:
    clean, spoiled = samples("u8", 4), samples("u8", 4)
    for array, red in ((clean, 0), (spoiled, 255)):
        array[HOLE] = array[:6] = (0, 0, red, 0)  # the rows above must not be taken for known ones
    filled = completed(client, request(pixels=picture(spoiled)))
    assert (filled[HOLE][..., 3] == 255).all()
    assert (filled[:6] == spoiled[:6]).all()
    plain = completed(client, request("k", pixels=picture(clean)))
    assert (filled[HOLE] == plain[HOLE]).all()


def test_a_cutout_is_the_fill_alone(client: Client) -> None:
    whole = completed(client, request())
    cut = completed(client, request("k", is_cutout=True))
    assert (cut[HOLE] == whole[HOLE]).all()
    assert (cut[HOLE][..., 3] == 255).all()
    outside = np.ones((SIDE, SIDE), bool)
    outside[HOLE] = False
    assert (cut[outside][:, 3] == 0).all()


def test_a_soft_selection_gives_a_cutout_as_much_alpha_as_it_would_blend(client: Client) -> None:
    cut = completed(client, request(mask=hole_mask(102), is_cutout=True))
    hard = completed(client, request("k", is_cutout=True))
    assert (cut[HOLE][..., 3] == 102).all()
    assert (cut[HOLE][..., :3] == hard[HOLE][..., :3]).all(), "its colours were blended"


def test_the_dial_moves_the_fill_and_the_patches_are_searched_once(client: Client) -> None:
    first = completed(client, request("a", dials={"smoothness": DialSetting((0.0,))}))
    misses = client.stats().cache_misses
    second = completed(client, request("b", dials={"smoothness": DialSetting((1.0,))}))
    stats = client.stats()
    assert (stats.cache_misses, stats.cache_hits) == (misses, 1)
    assert (first[HOLE] != second[HOLE]).any()
    preview = client.preview(
        request("c", dials={"smoothness": DialSetting((1.0,))}, preview_stream="doc")
    )
    assert preview is not None
    assert bytes(preview.pixels.data) == second.tobytes(), "kept is not what was shown"


def test_growing_reaches_further_and_feathering_stays_inside(client: Client) -> None:
    before = samples("u8", 4)
    before[HOLE] = 0
    grown = completed(client, request(pixels=picture(before), grow_px=3))
    changed = (grown != before).any(axis=2)
    assert changed[15:18, 20:34].any()
    assert not changed[:15].any()
    soft = completed(client, request("k", pixels=picture(before), feather_px=4))
    plain = completed(client, request("l", pixels=picture(before)))
    assert soft[18, 20:34, 1].mean() < plain[18, 20:34, 1].mean(), "the edge is not blended in"
    assert not (soft != before).any(axis=2)[:18].any()


@pytest.mark.parametrize("value", [0, 255])
def test_nothing_and_everything_cannot_be_filled(client: Client, value: int) -> None:
    array = np.full((SIDE, SIDE), value, np.uint8)
    data = packed_pixels(SIDE, SIDE, array.tobytes(), layout="gray", depth="u8", alpha="none")
    with pytest.raises(MaskError, match="empty" if value == 0 else "whole picture"):
        list(client.run(request(mask=Mask(data, "selection"))))
    assert completed(client, request("k")).any()


def test_a_pack_for_the_other_task_is_refused_by_name(client: Client) -> None:
    with pytest.raises(UsageError, match="'tiny' is for stylizing pictures, not for filling"):
        list(client.run(request(pack="tiny", dials={})))
    with pytest.raises(UsageError, match="'tiny-fill' is for filling selections"):
        list(client.run(run("k", pack="tiny-fill")))
    with pytest.raises(AlphaError, match="no dial 'strength'"):
        list(client.run(request("l", dials={"strength": DialSetting((1.0,))})))


def test_a_completion_can_be_cancelled(client: Client) -> None:
    side = 640
    array = np.tile(samples("u8", 4), (14, 14, 1))[:side, :side]
    holes = np.zeros((side, side), np.uint8)
    for corner in (50, 250, 450):  # three holes, and it is asked after each
        holes[corner : corner + 120, corner : corner + 120] = 255
    data = packed_pixels(side, side, holes.tobytes(), layout="gray", depth="u8", alpha="none")
    asked = request(pixels=picture(array), mask=Mask(data, "selection"))
    with pytest.raises(JobCancelledError):
        list(client.run(asked, should_cancel=lambda: True))
    assert completed(client, request("k")).any()
