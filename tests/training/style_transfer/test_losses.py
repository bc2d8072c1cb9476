"""Losses against numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dynamic_style.training.style_transfer.losses import (
    content_loss,
    gram_matrix,
    relative_content_loss,
    relative_style_loss,
    style_loss,
    total_variation,
)


def test_gram_matrix_is_channel_products_over_size() -> None:
    activation = torch.rand(2, 3, 4, 5)
    flat = activation.numpy().reshape(2, 3, 20)
    expected = np.einsum("bci,bdi->bcd", flat, flat) / 60
    np.testing.assert_allclose(gram_matrix(activation).numpy(), expected, rtol=1e-5)


def test_losses_per_picture_match_numpy() -> None:
    one, two = torch.rand(2, 3, 4, 4), torch.rand(2, 3, 4, 4)
    expected = ((one.numpy() - two.numpy()) ** 2).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(content_loss(one, two).numpy(), expected, rtol=1e-5)
    target = gram_matrix(two[:1])
    difference = (gram_matrix(one).numpy() - target.numpy()) ** 2
    found = style_loss({"a": one, "b": one}, {"a": target, "b": target})
    np.testing.assert_allclose(found.numpy(), 2 * difference.mean(axis=(1, 2)), rtol=1e-5)


def test_relative_losses_are_in_units_of_the_target() -> None:
    """No activation at all is 1 away from every target, however large, in every layer."""
    one, two = torch.rand(2, 3, 4, 4), torch.rand(2, 3, 4, 4)
    size = two.numpy() ** 2
    expected = ((one.numpy() - two.numpy()) ** 2).mean((1, 2, 3)) / size.mean((1, 2, 3))
    np.testing.assert_allclose(relative_content_loss(one, two).numpy(), expected, rtol=1e-5)
    for scale in (1e-3, 1.0, 1e3):
        scaled = relative_content_loss(scale * one, scale * two)
        np.testing.assert_allclose(scaled.numpy(), expected, rtol=1e-4)
        torch.testing.assert_close(
            relative_content_loss(torch.zeros_like(two), scale * two), torch.ones(2)
        )
    grams = {"large": gram_matrix(100 * two[:1]), "small": gram_matrix(0.01 * two[1:])}
    nothing = {layer: torch.zeros(2, 3, 4, 4) for layer in grams}
    torch.testing.assert_close(relative_style_loss(nothing, grams), torch.ones(2))
    found = relative_style_loss({"large": 100 * one, "small": 0.01 * two[[1, 1]]}, grams)
    gram = gram_matrix(two[:1])
    alone = (gram_matrix(one) - gram).square().mean((1, 2)) / gram.square().mean()
    torch.testing.assert_close(found, alone / 2)


def test_black_target_gives_finite_losses() -> None:
    black, other = torch.zeros(1, 3, 4, 4), torch.rand(1, 3, 4, 4)
    assert relative_content_loss(other, black).isfinite().all()
    assert relative_style_loss({"a": other}, {"a": gram_matrix(black)}).isfinite().all()


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_gradient_of_the_gram_matrix(layout: torch.memory_format) -> None:
    activation = torch.rand(2, 5, 6, 7).to(memory_format=layout).requires_grad_()
    flat = activation.flatten(2)
    plain, weights = flat @ flat.mT / (5 * 6 * 7), torch.rand(2, 5, 5)
    (expected,) = torch.autograd.grad(plain, activation, weights)
    (found,) = torch.autograd.grad(gram_matrix(activation), activation, weights)
    torch.testing.assert_close(found, expected)


def test_losses_are_float32_under_autocast() -> None:
    """A product in bfloat16 would be off by 0.4 %."""
    activation = torch.rand(1, 8, 20, 20)
    with torch.autocast("cpu", torch.bfloat16):
        gram = gram_matrix(activation)
    assert gram.dtype is torch.float32
    torch.testing.assert_close(gram, gram_matrix(activation), rtol=1e-6, atol=0)


def test_total_variation_sees_what_neighbours_differ_by() -> None:
    assert total_variation(torch.full((1, 3, 8, 8), 0.3)).item() == 0
    ramp = torch.arange(8.0).expand(1, 3, 8, 8)
    assert total_variation(ramp).item() == pytest.approx(1.0)
    assert total_variation(ramp.mT).item() == pytest.approx(1.0)
