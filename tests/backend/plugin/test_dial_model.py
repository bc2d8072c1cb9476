"""A dial is turned as one or tap by tap, stays where pictures are sound, and says when it is out
of what it was trained on.
"""

from __future__ import annotations

import math

import pytest

from dynamic_style.backend.plugin.dial_model import DialModel, dial_models, numbers_of, turned_of
from dynamic_style.backend.protocol.errors import AlphaError

from .samples import dial


def test_a_new_dial_stands_at_its_default() -> None:
    model = DialModel(dial(default=0.7))
    assert (model.alpha, model.numbers) == (0.7, (0.7,))
    assert model.is_default and model.is_linked and not model.is_extrapolated


@pytest.mark.parametrize(
    ("wish", "alpha", "is_extrapolated"),
    [
        (0, 0, False),
        (1, 1, False),
        (1.2, 1.2, True),
        (9, 1.5, True),
        (-0.1, -0.1, True),
        (-9, -0.25, True),
    ],
)
def test_alpha_stays_in_the_safe_range_and_extrapolation_is_told(
    wish: float, alpha: float, is_extrapolated: bool
) -> None:
    model = DialModel(dial())
    model.set(wish)
    assert (model.alpha, model.is_extrapolated) == (alpha, is_extrapolated)
    assert model.slider_range == (-0.25, 1.5)


def test_a_tap_of_its_own_unlinks_and_the_whole_dial_links_again() -> None:
    model = DialModel(dial())
    model.set(0.4)
    model.set_tap(2, 1.0)
    assert model.numbers == (0.4, 0.4, 1.0)
    assert not model.is_linked and not model.is_default
    assert model.alpha == pytest.approx(0.6)
    model.set(model.alpha)
    assert model.numbers == pytest.approx((0.6,))
    model.set_tap(0, 1.4)
    assert model.is_extrapolated
    model.reset()
    assert model.is_default


def test_a_dial_of_weights_has_one_number() -> None:
    model = DialModel(dial(taps=()))
    model.set(0.9)
    assert model.numbers == (0.9,)
    with pytest.raises(AlphaError, match="takes 1 number, not 3"):
        model.restore((0.1, 0.2, 0.3))


def test_a_dial_with_one_tap_has_one_number() -> None:
    model = DialModel(dial(taps=("z",)))
    model.set_tap(0, 0.9)
    assert model.numbers == (0.9,) and model.is_linked


def test_what_is_no_number_is_refused_and_changes_nothing() -> None:
    model = DialModel(dial())
    with pytest.raises(AlphaError, match="strength"):
        model.set(math.nan)
    with pytest.raises(AlphaError, match="1 number or 3"):
        model.restore((0.1, 0.2))
    assert model.is_default


def test_stored_numbers_come_back_unless_the_dial_has_changed() -> None:
    specs = (dial("strength"), dial("wave", default=0.0), dial("scale", taps=("a", "b")))
    stored = {"strength": (0.1, 0.2, 0.3), "wave": (7.0,), "scale": (1.0, 1.0, 1.0), "gone": (1.0,)}
    models = dial_models(specs, stored)
    assert numbers_of(models) == {"strength": (0.1, 0.2, 0.3), "wave": (1.5,), "scale": (0.5,)}


def test_only_dials_that_were_turned_are_remembered() -> None:
    models = dial_models([dial("strength"), dial("wave"), dial("scale")], {"wave": (0.9,)})
    assert turned_of(models) == {"wave": (0.9,)}
    models[1].reset()
    models[2].set_tap(1, 0.5)
    assert turned_of(models) == {"scale": (0.5, 0.5, 0.5)}
