"""The style-transfer task: any size, any alpha, at a working size, within the memory."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch
from torch import nn

from dynamic_style.backend.compute.engine import DialAlpha, Floats
from dynamic_style.backend.compute.torch_engine import TorchNet
from dynamic_style.backend.images.tensors import to_colors, to_tensor
from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.protocol.errors import AlphaError, DeviceError, UsageError
from dynamic_style.backend.tasks.style_preview import run_preview, start_preview
from dynamic_style.backend.tasks.style_transfer import stylize, stylize_at
from dynamic_style.backend.tasks.working_size import Scale, parse_scale, working_size

SIZES = [(1, 1), (1, 7), (9, 1), (2, 3), (3, 64), (5, 6), (8, 8), (9, 13), (31, 18)]
ON = {"strength": DialAlpha((0.7,)), "towards-waves": DialAlpha((-0.4,))}


def picture(height: int, width: int) -> Floats:
    return np.random.default_rng(height * width).random((height, width, 3), np.float32)


def a_map(height: int, width: int) -> Floats:
    return np.random.default_rng(5).random((height, width), np.float32)


def unchanging_net() -> DynamicNet:
    """A net that gives back what it is given: whatever differs then comes from around the net."""
    return DynamicNet(nn.ModuleDict({"same": nn.Conv2d(3, 3, 1).requires_grad_(False)}), {})


@pytest.fixture
def same_net() -> DynamicNet:
    net = unchanging_net()
    convolution = net.main["same"]
    assert isinstance(convolution, nn.Conv2d)
    convolution.weight.copy_(torch.eye(3)[..., None, None])
    assert convolution.bias is not None
    convolution.bias.zero_()
    return net


@pytest.mark.parametrize("size", SIZES)
def test_every_size_comes_back_as_it_was_and_within_the_range(
    tiny_net: DynamicNet, size: tuple[int, int]
) -> None:
    result = stylize(TorchNet(tiny_net), picture(*size), ON)
    assert result.shape == (*size, 3)
    assert result.dtype == np.float32
    assert np.isfinite(result).all()
    assert 0 <= float(result.min()) <= float(result.max()) <= 1


def test_an_overflow_in_the_net_is_told_and_never_a_picture(tiny_net: DynamicNet) -> None:
    """Weights may be any finite number, so a stranger's pack can have the largest there are."""
    for parameter in tiny_net.dials["strength"].parameters():
        parameter.fill_(3e38)
    image = picture(16, 16)
    with pytest.raises(AlphaError, match="overflow"):
        stylize(TorchNet(tiny_net), image, {"strength": DialAlpha((1.0,))})
    replay = start_preview(TorchNet(tiny_net), image, working=(16, 16))
    with pytest.raises(AlphaError, match="overflow"):
        run_preview(replay, {"strength": DialAlpha((1.0,))}, working=(16, 16), size=(16, 16))


@pytest.mark.parametrize("size", SIZES)
def test_alpha_zero_is_the_main_net_bit_for_bit(
    tiny_net: DynamicNet, size: tuple[int, int]
) -> None:
    off = {"strength": DialAlpha((0.0,)), "towards-waves": DialAlpha((0.0, 0.0, 0.0), a_map(4, 4))}
    alone = DynamicNet(tiny_net.main, tiny_net.taps)  # the same main net, no dials at all
    image = picture(*size)
    assert (stylize(TorchNet(tiny_net), image, off) == stylize(TorchNet(alone), image, {})).all()


def test_a_size_that_fits_goes_through_the_net_as_it_is(tiny_net: DynamicNet) -> None:
    image = picture(12, 20)
    alphas = {dial: Alpha(alpha.numbers) for dial, alpha in ON.items()}
    with torch.inference_mode():
        expected = to_colors(tiny_net(to_tensor(image), alphas).clamp(0, 1))
    assert (stylize(TorchNet(tiny_net), image, ON) == expected).all()


@pytest.mark.parametrize("size", SIZES)
def test_padding_leaves_no_trace(same_net: DynamicNet, size: tuple[int, int]) -> None:
    image = picture(*size)
    np.testing.assert_allclose(stylize(TorchNet(same_net), image, {}), image, atol=1e-6)


def test_the_picture_that_was_given_is_not_changed(tiny_net: DynamicNet) -> None:
    image = picture(9, 13)
    before = image.copy()
    stylize(TorchNet(tiny_net), image, ON)
    assert (image == before).all()


@pytest.mark.parametrize("map_size", [(1, 1), (9, 13), (40, 20)])
def test_a_white_map_is_the_number_itself(tiny_net: DynamicNet, map_size: tuple[int, int]) -> None:
    image = picture(9, 13)
    mapped = {
        dial: DialAlpha(alpha.numbers, np.ones(map_size, np.float32)) for dial, alpha in ON.items()
    }
    found, expected = (stylize(TorchNet(tiny_net), image, alphas) for alphas in (mapped, ON))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_black_map_is_the_main_net(tiny_net: DynamicNet) -> None:
    image = picture(9, 13)
    mapped = {"strength": DialAlpha((1.0,), np.zeros((5, 5), np.float32))}
    found, expected = (stylize(TorchNet(tiny_net), image, alphas) for alphas in (mapped, {}))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_map_keeps_its_place_whatever_the_padding(tiny_net: DynamicNet) -> None:
    """A map that covers the padded picture and one that covers the picture's part agree there."""
    image = picture(32, 61)  # padded to 64 at the right
    half = np.zeros((32, 61), np.float32)
    half[:, 30:] = 1
    padded_image = np.pad(image, ((0, 0), (0, 3), (0, 0)), mode="reflect")
    padded_half = np.pad(half, ((0, 0), (0, 3)), constant_values=1)
    expected = stylize(
        TorchNet(tiny_net), padded_image, {"strength": DialAlpha((1.0,), padded_half)}
    )
    found = stylize(TorchNet(tiny_net), image, {"strength": DialAlpha((1.0,), half)})
    np.testing.assert_allclose(found, expected[:, :61], atol=1e-5)


def test_the_result_at_a_working_size_is_as_large_as_the_photo(tiny_net: DynamicNet) -> None:
    result = stylize_at(TorchNet(tiny_net), picture(50, 70), ON, working=(10, 14))
    assert result.shape == (50, 70, 3)
    assert 0 <= float(result.min()) <= float(result.max()) <= 1


def test_the_working_size_is_resampled_without_aliasing(same_net: DynamicNet) -> None:
    stripes = np.zeros((64, 64, 3), np.float32)
    stripes[:, ::2] = 1  # finer than the working size can show
    result = stylize_at(TorchNet(same_net), stripes, {}, working=(16, 16))
    np.testing.assert_allclose(result[8:-8, 8:-8], 0.5, atol=0.02, rtol=0)


def test_a_smooth_photo_survives_the_way_down_and_up(same_net: DynamicNet) -> None:
    across = np.linspace(0.1, 0.9, 64, dtype=np.float32)[None, :, None]
    ramp = np.broadcast_to(across, (48, 64, 3))
    result = stylize_at(TorchNet(same_net), ramp, {}, working=(24, 32))
    np.testing.assert_allclose(result, ramp, atol=0.01, rtol=0)


def test_every_stage_is_reported_and_may_stop_the_run(tiny_net: DynamicNet) -> None:
    seen: list[tuple[int, int]] = []
    stylize(
        TorchNet(tiny_net), picture(8, 8), {}, on_stage=lambda done, of: seen.append((done, of))
    )
    stages = len(tiny_net.main)
    assert seen == [(done, stages) for done in range(1, stages + 1)]

    def stop(done: int, of: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stylize(TorchNet(tiny_net), picture(8, 8), {}, on_stage=stop)


@pytest.mark.parametrize("size", SIZES)
def test_strips_give_the_same_picture_at_every_size(
    tiny_net: DynamicNet, size: tuple[int, int]
) -> None:
    on = {**ON, "strength": DialAlpha((0.7,), a_map(7, 9))}
    image = picture(*size)
    in_strips = stylize(TorchNet(tiny_net), image, on, in_strips=True)
    np.testing.assert_allclose(in_strips, stylize(TorchNet(tiny_net), image, on), rtol=0, atol=1e-4)


def test_a_picture_that_turns_out_not_to_fit_goes_on_in_strips(
    tiny_net: DynamicNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = picture(31, 18)
    expected = stylize(TorchNet(tiny_net), image, ON, in_strips=True)

    def fail(*_: object) -> torch.Tensor:
        return torch.empty(1 << 59)  # the real allocator's own refusal

    monkeypatch.setattr(tiny_net, "forward", fail)
    threads = set()

    def note(done: int, total: int) -> None:
        threads.add(threading.current_thread())

    assert (stylize(TorchNet(tiny_net), image, ON, on_stage=note) == expected).all()
    # where oneDNN had no memory for its code, it makes none in that thread any more
    assert threads.isdisjoint({threading.main_thread()})


class Greedy(nn.Module):
    """Asks the real allocator for more memory than any machine has."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.empty(1 << 59, dtype=torch.float32)


def test_running_out_of_memory_names_a_smaller_scale() -> None:
    net = DynamicNet(nn.ModuleDict({"greedy": Greedy()}), {})
    with pytest.raises(DeviceError, match=r"100 x 60 pixels on cpu.*--scale 50"):
        stylize(TorchNet(net), picture(60, 100), {})


def test_other_errors_of_a_net_are_not_taken_for_lack_of_memory() -> None:
    net = DynamicNet(nn.ModuleDict({"wrong": nn.Conv2d(5, 3, 1)}), {})
    with pytest.raises(RuntimeError, match="channels"):
        stylize(TorchNet(net), picture(8, 8), {})


@pytest.mark.parametrize(
    ("text", "size", "expected"),
    [
        (None, (3000, 4000), (576, 768)),
        (None, (300, 400), (300, 400)),
        ("1024", (3000, 4000), (768, 1024)),
        ("1024", (300, 400), (768, 1024)),
        ("50%", (301, 400), (150, 200)),
        ("12.5 %", (400, 800), (50, 100)),
        ("200%", (10, 20), (20, 40)),
        ("Full", (4000, 3000), (4000, 3000)),
        ("64", (1, 5000), (1, 64)),
        ("1%", (3, 3), (1, 1)),
    ],
)
def test_scale_says_what_the_net_works_at(
    text: str | None, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    scale = parse_scale(text) if text else None
    assert working_size(size, scale, default_px=768) == expected


@pytest.mark.parametrize("text", ["0", "-5", "1.5", "0%", "many", "", "99999999", "nan%", "1024px"])
def test_what_is_no_scale_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"--scale 1024.*50%.*full"):
        parse_scale(text)


def test_a_scale_is_a_value() -> None:
    assert parse_scale("full") == Scale(factor=1.0)
