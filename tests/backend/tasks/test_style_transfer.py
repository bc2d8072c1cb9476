"""The style-transfer task: any size, any alpha, at a working size, within the memory."""

from __future__ import annotations

import threading

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.protocol.errors import AlphaError, DeviceError, UsageError
from dynamic_style.backend.tasks.style_preview import run_preview, start_preview
from dynamic_style.backend.tasks.style_transfer import stylize, stylize_at
from dynamic_style.backend.tasks.working_size import Scale, parse_scale, working_size

SIZES = [(1, 1), (1, 7), (9, 1), (2, 3), (3, 64), (5, 6), (8, 8), (9, 13), (31, 18)]
ON = {"strength": Alpha((0.7,)), "towards-waves": Alpha((-0.4,))}


def picture(height: int, width: int) -> torch.Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(height * width))


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
    result = stylize(tiny_net, picture(*size), ON)
    assert result.shape == (1, 3, *size)
    assert result.dtype == torch.float32
    assert bool(torch.isfinite(result).all())
    assert 0 <= float(result.min()) <= float(result.max()) <= 1


def test_an_overflow_in_the_net_is_told_and_never_a_picture(tiny_net: DynamicNet) -> None:
    """Weights may be any finite number, so a stranger's pack can have the largest there are."""
    for parameter in tiny_net.dials["strength"].parameters():
        parameter.fill_(3e38)
    image = picture(16, 16)
    with pytest.raises(AlphaError, match="overflow"):
        stylize(tiny_net, image, {"strength": Alpha((1.0,))})
    replay = start_preview(tiny_net, image, working=(16, 16))
    with pytest.raises(AlphaError, match="overflow"):
        run_preview(replay, {"strength": Alpha((1.0,))}, working=(16, 16), size=(16, 16))


@pytest.mark.parametrize("size", SIZES)
def test_alpha_zero_is_the_main_net_bit_for_bit(
    tiny_net: DynamicNet, size: tuple[int, int]
) -> None:
    off = {"strength": Alpha((0.0,)), "towards-waves": Alpha((0.0, 0.0, 0.0), torch.rand(4, 4))}
    alone = DynamicNet(tiny_net.main, tiny_net.taps)  # the same main net, no dials at all
    image = picture(*size)
    assert torch.equal(stylize(tiny_net, image, off), stylize(alone, image, {}))


def test_a_size_that_fits_goes_through_the_net_as_it_is(tiny_net: DynamicNet) -> None:
    image = picture(12, 20)
    with torch.inference_mode():
        expected = tiny_net(image, ON).clamp(0, 1)
    assert torch.equal(stylize(tiny_net, image, ON), expected)


@pytest.mark.parametrize("size", SIZES)
def test_padding_leaves_no_trace(same_net: DynamicNet, size: tuple[int, int]) -> None:
    image = picture(*size)
    torch.testing.assert_close(stylize(same_net, image, {}), image)


def test_the_picture_that_was_given_is_not_changed(tiny_net: DynamicNet) -> None:
    image = picture(9, 13)
    before = image.clone()
    stylize(tiny_net, image, ON)
    assert torch.equal(image, before)


@pytest.mark.parametrize("map_size", [(1, 1), (9, 13), (40, 20)])
def test_a_white_map_is_the_number_itself(tiny_net: DynamicNet, map_size: tuple[int, int]) -> None:
    image = picture(9, 13)
    mapped = {dial: Alpha(alpha.numbers, torch.ones(map_size)) for dial, alpha in ON.items()}
    torch.testing.assert_close(stylize(tiny_net, image, mapped), stylize(tiny_net, image, ON))


def test_a_black_map_is_the_main_net(tiny_net: DynamicNet) -> None:
    image = picture(9, 13)
    mapped = {"strength": Alpha((1.0,), torch.zeros(5, 5))}
    torch.testing.assert_close(stylize(tiny_net, image, mapped), stylize(tiny_net, image, {}))


def test_a_map_keeps_its_place_whatever_the_padding(tiny_net: DynamicNet) -> None:
    """A map that covers the padded picture and one that covers the picture's part agree there."""
    image = picture(32, 61)  # padded to 64 at the right
    half = torch.zeros(32, 61)
    half[:, 30:] = 1
    padded_image = F.pad(image, (0, 3, 0, 0), mode="reflect")
    padded_half = F.pad(half, (0, 3), value=1)
    expected = stylize(tiny_net, padded_image, {"strength": Alpha((1.0,), padded_half)})
    found = stylize(tiny_net, image, {"strength": Alpha((1.0,), half)})
    torch.testing.assert_close(found, expected[..., :61])


def test_the_result_at_a_working_size_is_as_large_as_the_photo(tiny_net: DynamicNet) -> None:
    result = stylize_at(tiny_net, picture(50, 70), ON, working=(10, 14))
    assert result.shape == (1, 3, 50, 70)
    assert 0 <= float(result.min()) <= float(result.max()) <= 1


def test_the_working_size_is_resampled_without_aliasing(same_net: DynamicNet) -> None:
    stripes = torch.zeros(1, 3, 64, 64)
    stripes[..., ::2] = 1  # finer than the working size can show
    result = stylize_at(same_net, stripes, {}, working=(16, 16))
    inside = result[..., 8:-8, 8:-8]
    torch.testing.assert_close(inside, torch.full_like(inside, 0.5), atol=0.02, rtol=0)


def test_a_smooth_photo_survives_the_way_down_and_up(same_net: DynamicNet) -> None:
    ramp = torch.linspace(0.1, 0.9, 64).expand(1, 3, 48, 64)
    result = stylize_at(same_net, ramp, {}, working=(24, 32))
    torch.testing.assert_close(result, ramp.contiguous(), atol=0.01, rtol=0)


def test_every_stage_is_reported_and_may_stop_the_run(tiny_net: DynamicNet) -> None:
    seen: list[tuple[int, int]] = []
    stylize(tiny_net, picture(8, 8), {}, on_stage=lambda done, of: seen.append((done, of)))
    stages = len(tiny_net.main)
    assert seen == [(done, stages) for done in range(1, stages + 1)]

    def stop(done: int, of: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stylize(tiny_net, picture(8, 8), {}, on_stage=stop)


@pytest.mark.parametrize("size", SIZES)
def test_strips_give_the_same_picture_at_every_size(
    tiny_net: DynamicNet, size: tuple[int, int]
) -> None:
    on = {**ON, "strength": Alpha((0.7,), torch.rand(7, 9))}
    image = picture(*size)
    in_strips = stylize(tiny_net, image, on, in_strips=True)
    torch.testing.assert_close(in_strips, stylize(tiny_net, image, on), rtol=0, atol=1e-4)


def test_a_picture_that_turns_out_not_to_fit_goes_on_in_strips(
    tiny_net: DynamicNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = picture(31, 18)
    expected = stylize(tiny_net, image, ON, in_strips=True)

    def fail(*_: object) -> torch.Tensor:
        return torch.empty(1 << 59)  # the real allocator's own refusal

    monkeypatch.setattr(tiny_net, "forward", fail)
    threads = set()

    def note(done: int, total: int) -> None:
        threads.add(threading.current_thread())

    assert torch.equal(stylize(tiny_net, image, ON, on_stage=note), expected)
    # where oneDNN had no memory for its code, it makes none in that thread any more
    assert threads.isdisjoint({threading.main_thread()})


class Greedy(nn.Module):
    """Asks the real allocator for more memory than any machine has."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.empty(1 << 59, dtype=torch.float32)


def test_running_out_of_memory_names_a_smaller_scale() -> None:
    net = DynamicNet(nn.ModuleDict({"greedy": Greedy()}), {})
    with pytest.raises(DeviceError, match=r"100 x 60 pixels on cpu.*--scale 50"):
        stylize(net, picture(60, 100), {})


def test_other_errors_of_a_net_are_not_taken_for_lack_of_memory() -> None:
    net = DynamicNet(nn.ModuleDict({"wrong": nn.Conv2d(5, 3, 1)}), {})
    with pytest.raises(RuntimeError, match="channels"):
        stylize(net, picture(8, 8), {})


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
