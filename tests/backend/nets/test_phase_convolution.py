"""The quick convolutions give what the plain ones do, at every border and every size."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from dynamic_style.backend.nets.phase_convolution import narrow_conv, upsample_conv3


def _plain_upsample(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    enlarged = F.interpolate(x, scale_factor=2.0, mode="nearest")
    return F.conv2d(F.pad(enlarged, (1, 1, 1, 1), mode="reflect"), weight, bias)


def _plain(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    padding = weight.shape[-1] // 2
    return F.conv2d(F.pad(x, (padding,) * 4, mode="reflect"), weight, bias)


def _random(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (2, 2), (7, 4), (16, 11)])
@pytest.mark.parametrize("batch", [1, 3])
def test_upsampling_convolution(size: tuple[int, int], batch: int) -> None:
    x, weight, bias = _random(batch, 4, *size), _random(5, 4, 3, 3), _random(5)
    quick, plain = upsample_conv3(x, weight, bias), _plain_upsample(x, weight, bias)
    torch.testing.assert_close(quick, plain)
    _assert_same_gradients(quick, plain, (x, weight, bias))


@pytest.mark.parametrize("size", [(5, 5), (5, 6), (6, 7), (7, 8), (9, 16), (20, 13)])
@pytest.mark.parametrize(("channels", "kernel"), [(3, 9), (1, 3), (4, 5)])
def test_narrow_convolution(size: tuple[int, int], channels: int, kernel: int) -> None:
    x, weight, bias = _random(2, 6, *size), _random(channels, 6, kernel, kernel), _random(channels)
    quick, plain = narrow_conv(x, weight, bias), _plain(x, weight, bias)
    torch.testing.assert_close(quick, plain)
    _assert_same_gradients(quick, plain, (x, weight, bias))


@pytest.mark.parametrize("width", [4, 8, 12, 16, 24, 32])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_narrow_convolution_in_bfloat16(width: int, layout: torch.memory_format) -> None:
    """Processors with matrix units have kernels of their own for it."""
    torch.manual_seed(width)
    x = torch.randn(2, width, 33, 46).to(memory_format=layout)
    weight, bias = torch.randn(3, width, 9, 9) / (9 * width**0.5), torch.randn(3)
    plain = _plain(x, weight, bias)
    half = narrow_conv(x.bfloat16(), weight.bfloat16(), bias.bfloat16()).float()
    assert (half - plain).norm() < 0.01 * plain.norm()


def _assert_same_gradients(
    quick: torch.Tensor, plain: torch.Tensor, inputs: tuple[torch.Tensor, ...]
) -> None:
    by = torch.randn_like(plain)
    for one, other in zip(
        torch.autograd.grad(quick, inputs, by), torch.autograd.grad(plain, inputs, by), strict=True
    ):
        torch.testing.assert_close(one, other)
