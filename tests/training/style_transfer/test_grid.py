"""What repeats on a net's own grid is told from strokes that begin anywhere."""

from __future__ import annotations

import pytest
import torch

from dynamic_style.training.style_transfer.grid import grid_energy, grid_share


def _noise(seed: int, side: int = 256) -> torch.Tensor:
    return torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    "place", [(slice(0, None, 4), slice(0, None, 4)), (..., slice(1, None, 2))]
)
def test_dots_and_lines_on_the_grid_are_found(place: tuple[slice, ...]) -> None:
    grid = torch.zeros(2, 3, 256, 256)
    grid[(slice(None), slice(None), *place) if place[0] is not ... else place] = 0.2
    picture = 0.4 + grid + 0.1 * _noise(1)
    assert (grid_share(picture) > 0.5).all()
    assert (grid_energy(picture) > 20 * grid_energy(0.4 + 0.1 * _noise(1))).all()


def test_a_picture_of_each_batch_counts_by_itself() -> None:
    pictures = 0.4 + 0.1 * _noise(1)
    pictures[0, :, ::4, ::4] += 0.2
    first, second = grid_share(pictures)
    assert first > 0.5 and second < 0.06


def test_the_same_detail_at_places_of_its_own_is_no_grid() -> None:
    """Stripes of the grid's very period, but bent as strokes are."""
    down, across = torch.meshgrid(torch.arange(256.0), torch.arange(256.0), indexing="ij")
    bent = torch.sin(
        2 * torch.pi * (across + 5 * torch.sin(down / 9) + 3 * torch.sin(across / 7)) / 4
    )
    straight = torch.sin(2 * torch.pi * across / 4)
    share = [float(grid_share((0.5 + 0.2 * x).expand(1, 3, 256, 256))) for x in (bent, straight)]
    assert share[0] < 0.15 and share[1] > 0.9


def test_brightness_and_slopes_are_no_grid() -> None:
    slope = torch.linspace(0, 1, 256).expand(1, 3, 256, 256)
    assert float(grid_energy(slope)) < 1e-7


def test_following_the_penalty_takes_the_grid_away_and_leaves_the_rest() -> None:
    noise = 0.4 + 0.1 * _noise(2)
    picture = noise.clone()
    picture[..., ::4] += 0.1
    picture.requires_grad_()
    optimiser = torch.optim.SGD([picture], lr=2e4)
    before = float(grid_energy(picture.detach()).mean())
    for _ in range(40):
        optimiser.zero_grad()
        grid_energy(picture).sum().backward()
        optimiser.step()
    assert float(grid_energy(picture.detach()).mean()) < 0.1 * before
    inner = (picture - noise).detach()[..., 32:192, 32:192]
    columns = inner.mean(dim=(0, 1, 2)).reshape(-1, 4).mean(dim=0)
    assert float(columns.max() - columns.min()) < 0.03  # of 0.1
    assert float((inner - columns.repeat(40)).abs().mean()) < 0.01


def test_a_picture_too_small_to_tell_has_none() -> None:
    assert grid_energy(_noise(3, 32)).tolist() == [0, 0]


def test_it_is_float32_under_autocast() -> None:
    picture = 0.4 + 0.1 * _noise(1)
    with torch.autocast("cpu", torch.bfloat16):
        energy = grid_energy(picture.bfloat16())
    assert energy.dtype == torch.float32
