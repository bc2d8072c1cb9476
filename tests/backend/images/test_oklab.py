"""Keeping a photo's colours: its hue and chroma, the result's lightness."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dynamic_style.backend.images.color.icc_profile import Floats
from dynamic_style.backend.images.color.oklab import preserve_color


def lch(image: Floats) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Oklab lightness, chroma and hue, by the inverse of Ottosson's published inverse matrices."""
    rgb = image.astype(np.float64)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_linear = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    to_roots = np.array(
        [
            [1, 0.3963377774, 0.2158037573],
            [1, -0.1055613458, -0.0638541728],
            [1, -0.0894841775, -1.2914855480],
        ]
    )
    roots = np.cbrt(linear @ np.linalg.inv(to_linear).T)
    lightness, a, b = np.moveaxis(roots @ np.linalg.inv(to_roots).T, -1, 0)
    return lightness, np.hypot(a, b), np.arctan2(b, a)


def pictures() -> tuple[Floats, Floats]:
    planes = torch.rand(2, 3, 40, 50, generator=torch.Generator().manual_seed(4))
    photo, result = planes.permute(0, 2, 3, 1).numpy()
    return photo, result


def test_lightness_is_the_results_and_hue_the_photos() -> None:
    photo, result = pictures()
    kept = preserve_color(photo, result)
    assert kept.shape == photo.shape
    lightness, chroma, hue = lch(kept)
    np.testing.assert_allclose(lightness, lch(result)[0], atol=0.004)
    turn = np.angle(np.exp(1j * (hue - lch(photo)[2])))
    assert np.abs(turn[chroma > 0.03]).max() < 0.05


def test_chroma_is_the_photos_where_the_screen_can_show_it() -> None:
    photo, result = pictures()
    photo, result = 0.4 + 0.2 * photo, 0.4 + 0.2 * result  # mild colours at medium lightness
    np.testing.assert_allclose(lch(preserve_color(photo, result))[1], lch(photo)[1], atol=1e-4)
    vivid = preserve_color(*pictures())
    assert 0 <= float(vivid.min()) <= float(vivid.max()) <= 1
    assert (lch(vivid)[1] <= lch(pictures()[0])[1] + 1e-4).all()


def test_a_photo_over_itself_is_unchanged() -> None:
    photo, _ = pictures()
    np.testing.assert_allclose(preserve_color(photo, photo), photo, atol=1e-4, rtol=0)


def test_a_gray_photo_gives_a_gray_result() -> None:
    _, result = pictures()
    gray = preserve_color(np.full_like(result, 0.5), result)
    np.testing.assert_allclose(gray[..., 0], gray[..., 1], atol=1e-4, rtol=0)
    np.testing.assert_allclose(gray[..., 0], gray[..., 2], atol=1e-4, rtol=0)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_black_and_white_stay_so_under_a_vivid_photo(value: float) -> None:
    photo, result = pictures()
    kept = preserve_color(photo, np.full_like(result, value))
    np.testing.assert_allclose(kept, np.full_like(kept, value), atol=0.02, rtol=0)


def test_large_pictures_are_worked_on_in_strips_without_seams() -> None:
    rows = np.random.default_rng(5).random((2, 1, 700, 3), np.float32)
    # every row alike, and more than one strip
    photo, result = (np.broadcast_to(row, (2000, 700, 3)) for row in rows)
    kept = preserve_color(photo, result)
    np.testing.assert_allclose(kept, np.broadcast_to(kept[:1], kept.shape), atol=3e-3, rtol=0)
