"""The one path of each task: what it refuses before anything is computed, what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dynamic_style.backend.compute.engine import Floats, ReadyPack, make_ready
from dynamic_style.backend.compute.torch_engine import TorchEngine
from dynamic_style.backend.images.grain import add_grain
from dynamic_style.backend.images.resampling import bicubic
from dynamic_style.backend.packs.weights import read_weights
from dynamic_style.backend.protocol.dial_spec import DialSetting
from dynamic_style.backend.protocol.errors import AlphaError, ImageSizeError
from dynamic_style.backend.tasks import stylize_run
from dynamic_style.backend.tasks.complete_run import (
    CompleteSettings,
    finish_complete,
    start_complete,
)
from dynamic_style.backend.tasks.stylize_run import StylizeSettings, plan_stylize
from dynamic_style.backend.tasks.working_size import Scale

from ..tiny_fill import make_tiny_fill
from ..tiny_weights import make_tiny_weights

WRONG_DIALS = [
    ({"strenth": DialSetting((1.0,))}, r"no dial 'strenth'"),
    ({"{dial}": DialSetting((1.0, 0.0))}, r"2 numbers; it takes 1, or 3 for its taps"),
    ({"{dial}": DialSetting((float("nan"),))}, r"nan cannot be used"),
    ({"{dial}": DialSetting((-101.0,))}, r"-101 cannot be used.*never beyond 100"),
]


@pytest.fixture
def style(tiny_pack: Path) -> ReadyPack:
    return make_ready(TorchEngine("cpu"), read_weights(tiny_pack))


@pytest.fixture
def fill(tmp_path: Path) -> ReadyPack:
    make_tiny_fill(tmp_path / "tiny-fill")
    return make_ready(TorchEngine("cpu"), read_weights(tmp_path / "tiny-fill"))


def picture(height: int, width: int) -> Floats:
    return np.random.default_rng(3).random((height, width, 3), np.float32)


def mask_of(height: int, width: int) -> Floats:
    """A hole with a soft column on its left."""
    mask = np.zeros((height, width), np.float32)
    mask[8:16, 10:20] = 1
    mask[8:16, 10] = 0.5
    return mask


def named(dials: dict[str, DialSetting], dial: str) -> dict[str, DialSetting]:
    return {name.format(dial=dial): setting for name, setting in dials.items()}


@pytest.mark.parametrize(("dials", "says"), WRONG_DIALS)
def test_dials_are_checked_before_a_picture_is_looked_at(
    style: ReadyPack, fill: ReadyPack, dials: dict[str, DialSetting], says: str
) -> None:
    with pytest.raises(AlphaError, match=says):
        plan_stylize(style, (24, 32), StylizeSettings(named(dials, "strength")))
    searched: list[float] = []
    with pytest.raises(AlphaError, match=says):
        start_complete(
            fill,
            picture(24, 32),
            mask_of(24, 32),
            CompleteSettings(named(dials, "smoothness")),
            on_fill=searched.append,
        )
    assert searched == []


def test_a_dial_of_weights_that_is_turned_follows_no_map(tmp_path: Path) -> None:
    make_tiny_weights(tmp_path / "tiny")
    pack = make_ready(TorchEngine("cpu"), read_weights(tmp_path / "tiny"))
    map_, colors = np.full((24, 32), 0.5, np.float32), picture(24, 32)

    def run(second: float) -> Floats:
        dials = {"strength": DialSetting((0.6,), True), "second": DialSetting((second,), True)}
        return plan_stylize(pack, (24, 32), StylizeSettings(dials), map_=map_).run(colors)

    with pytest.raises(AlphaError, match=r"'second' is at -0\.5 and is to follow a map"):
        run(-0.5)
    halved = StylizeSettings({"strength": DialSetting((0.3,))})
    expected = plan_stylize(pack, (24, 32), halved).run(colors)
    np.testing.assert_allclose(run(0.0), expected, atol=1e-5)


def test_dials_that_are_not_named_stand_at_0(style: ReadyPack) -> None:
    off = {dial.id: DialSetting((0.0,)) for dial in style.manifest.dials}
    colors = picture(24, 32)
    plain = plan_stylize(style, (24, 32), StylizeSettings()).run(colors)
    assert (plain == plan_stylize(style, (24, 32), StylizeSettings(off)).run(colors)).all()


def test_a_picture_beyond_the_memory_is_refused_or_run_in_strips(
    style: ReadyPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = StylizeSettings(scale=Scale(long_side_px=1200))
    assert not plan_stylize(style, (800, 1200), settings).in_strips
    assert plan_stylize(style, (800, 1200), settings, sparingly=True).in_strips
    monkeypatch.setattr(stylize_run, "memory_at_hand", lambda: 170 << 20)
    assert plan_stylize(style, (800, 1200), settings).in_strips
    monkeypatch.setattr(stylize_run, "memory_at_hand", lambda: 70 << 20)
    with pytest.raises(ImageSizeError, match="takes about"):
        plan_stylize(style, (800, 1200), settings)


@pytest.mark.parametrize("preserve", [False, True])
def test_a_preview_shows_what_the_run_will_give(style: ReadyPack, preserve: bool) -> None:
    dials = {"strength": DialSetting((0.7,), use_map=True)}
    settings = StylizeSettings(dials, Scale(long_side_px=24), preserve)
    ramp = np.broadcast_to(np.linspace(0, 1, 32, dtype=np.float32), (24, 32))
    colors = picture(24, 32)
    plan = plan_stylize(style, (24, 32), settings, map_=ramp)
    assert plan.working == (18, 24)
    shown = plan.run_preview(plan.start_preview(colors), lambda: colors)
    np.testing.assert_allclose(shown, plan.run(colors), rtol=0, atol=1e-4)


def test_a_net_that_wants_grain_sees_it_at_the_working_size(style: ReadyPack) -> None:
    grained = replace(style, manifest=replace(style.manifest, grain=0.1))
    settings = StylizeSettings(scale=Scale(long_side_px=24))
    colors = picture(24, 32)
    plain, plan = (plan_stylize(pack, (24, 32), settings) for pack in (style, grained))
    result = plan.run(colors)
    assert np.abs(result - plain.run(colors)).max() > 0.01
    seen = add_grain(bicubic(colors, plan.working), 0.1)
    same = replace(plain, size=plan.working).run(seen)
    np.testing.assert_allclose(result, bicubic(same, (24, 32)), atol=1e-5)
    shown = plan.run_preview(plan.start_preview(colors), lambda: colors)
    np.testing.assert_allclose(shown, result, atol=1e-4)


def test_a_margin_is_mirrored_around_the_picture_and_cut_off(style: ReadyPack) -> None:
    wide = replace(style, manifest=replace(style.manifest, margin_px=8))
    ramp = np.broadcast_to(np.linspace(0, 1, 32, dtype=np.float32), (24, 32))
    settings = StylizeSettings({"strength": DialSetting((0.7,), use_map=True)})
    colors = picture(24, 32)
    plan = plan_stylize(wide, (24, 32), settings, map_=ramp)
    result = plan.run(colors)
    assert result.shape == colors.shape
    mirrored = np.pad(colors, ((8, 8), (8, 8), (0, 0)), mode="reflect")
    whole = plan_stylize(style, (40, 48), settings, map_=np.pad(ramp, 8, mode="reflect"))
    np.testing.assert_allclose(result, whole.run(mirrored)[8:-8, 8:-8], atol=1e-5)
    shown = plan.run_preview(plan.start_preview(colors), lambda: colors)
    np.testing.assert_allclose(shown, result, atol=1e-4)


@pytest.mark.parametrize("size", [(1, 1), (5, 40), (9, 9)])
def test_a_picture_smaller_than_its_margin_is_stylized(
    style: ReadyPack, size: tuple[int, int]
) -> None:
    wide = replace(style, manifest=replace(style.manifest, margin_px=16))
    colors = picture(*size)
    assert plan_stylize(wide, size, StylizeSettings()).run(colors).shape == colors.shape


def test_a_fill_changes_the_hole_alone_and_makes_it_opaque(fill: ReadyPack) -> None:
    image, mask, settings = picture(24, 32), mask_of(24, 32), CompleteSettings()
    cover = np.ones((24, 32), np.float32)
    cover[10:12, 4:14] = 0
    completion = start_complete(fill, image, mask, settings, cover=cover)
    filled = finish_complete(fill, completion, settings, cover=cover)
    np.testing.assert_array_equal(filled.changed, mask > 0)
    np.testing.assert_array_equal(filled.image[~filled.changed], image[~filled.changed])
    assert filled.cover is not None
    assert (filled.cover[mask == 1] == 1).all()
    np.testing.assert_array_equal(filled.cover[mask == 0], cover[mask == 0])
    assert filled.cover[10, 10] == 0.5
    assert filled.holes == 1
    assert finish_complete(fill, completion, settings).cover is None


def test_a_cutout_is_the_fill_alone_under_the_mask(fill: ReadyPack) -> None:
    image, mask = picture(24, 32), mask_of(24, 32)
    whole, cut = CompleteSettings(), CompleteSettings(is_cutout=True)
    completion = start_complete(fill, image, mask, cut)
    cutout = finish_complete(fill, completion, cut)
    filled = finish_complete(fill, completion, whole)
    assert cutout.cover is not None
    np.testing.assert_array_equal(cutout.cover, mask)
    assert cutout.changed.all()
    inside = mask == 1
    np.testing.assert_array_equal(cutout.image[inside], filled.image[inside])
    soft = (mask > 0) & ~inside  # where the filled picture is blended and the cutout is not
    blended = 0.5 * cutout.image[soft] + 0.5 * image[soft]
    np.testing.assert_allclose(filled.image[soft], blended, atol=1e-6)
