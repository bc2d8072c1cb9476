"""What a discriminator sees of pictures: shifted, partly covered, and the same in a resumed run."""

from __future__ import annotations

import torch

from dynamic_style.training.face_generation.augmentation import GREY, augment


def draws(seed: int = 3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_each_picture_is_shifted_and_covered_by_draws_of_its_own() -> None:
    columns = torch.linspace(0.6, 1, 64).expand(8, 3, 64, 64)
    seen = augment(columns, draws())

    assert seen.shape == columns.shape
    covered = (seen == GREY).all(dim=1)
    shares = covered.double().mean(dim=(1, 2))
    assert len({float(share) for share in shares}) > 4
    assert 0.05 < float(shares.mean()) < 0.3  # a quarter, less what lies outside of the picture
    shifts = {round(float((one[~hidden][0] - 0.6) * 63 / 0.4)) for one, hidden in _first(seen)}
    assert len(shifts) > 3
    assert all(0 <= shift <= 8 for shift in shifts)


def _first(seen: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The first column of each picture's first channel, and where it is covered."""
    return [(one[0, :, 0], (one[:, :, 0] == GREY).all(dim=0)) for one in seen]


def test_the_same_draws_show_the_same() -> None:
    pictures = torch.rand(4, 3, 64, 64)
    assert torch.equal(augment(pictures, draws()), augment(pictures, draws()))
    assert not torch.equal(augment(pictures, draws()), augment(pictures, draws(4)))


def test_what_is_seen_teaches_the_net_and_nothing_else_does() -> None:
    made = torch.rand(2, 3, 64, 64, requires_grad=True)
    augment(made, draws()).sum().backward()
    assert made.grad is not None
    assert set(made.grad.unique().tolist()) >= {0.0, 1.0}
