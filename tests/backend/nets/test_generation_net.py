"""The generation net: what it makes of a latent, alone and in a batch, in training and frozen."""

from __future__ import annotations

import torch
from torch import nn

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.generation_net import BatchNorm, generation_net

from ..tiny_faces import make_faces_net


def latents(count: int) -> torch.Tensor:
    return torch.rand(count, 100, 1, 1, generator=torch.Generator().manual_seed(2)) * 2 - 1


def test_a_picture_depends_on_its_own_latent_alone() -> None:
    net, given = make_faces_net(), latents(5)
    alphas = {"hair": Alpha((-0.7,)), "beard": Alpha((1.2,))}
    together = net(given, alphas)
    alone = torch.cat([net(given[i : i + 1], alphas) for i in range(5)])
    assert together.shape == (5, 3, 64, 64)
    assert (together - alone).abs().max() < 1e-5
    assert (together[0] - together[1]).abs().max() > 0.05


def test_pictures_lie_between_black_and_white_however_far_a_dial_is_turned() -> None:
    made = make_faces_net()(latents(3), {"hair": Alpha((50.0,))})
    assert 0 <= float(made.min()) < 0.1
    assert 0.9 < float(made.max()) <= 1


def test_running_statistics_are_learnt_in_training_mode_alone() -> None:
    net = generation_net(2)
    norm = net.main["up1"].norm
    net.eval()
    net(latents(8))
    assert bool((norm.mean == 0).all())
    net.train()
    net(latents(8))
    assert bool((norm.mean != 0).any())


def test_the_batch_norm_is_torchs() -> None:
    ours, theirs = BatchNorm(3), nn.BatchNorm2d(3)
    theirs.weight.data.copy_(ours.weight.data)
    for _ in range(3):
        x = torch.randn(4, 3, 5, 6) * 3 + 1
        assert torch.equal(ours(x), theirs(x))
    ours.eval()
    theirs.eval()
    assert torch.equal(ours(x), theirs(x))
