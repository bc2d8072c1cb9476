"""The loss network's layers, and the type that it computes in."""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from dynamic_style.training.loss_network import LossNetwork, load_loss_network


def test_network_gives_the_activations_of_vgg(loss_network_file: Path) -> None:
    network = load_loss_network(loss_network_file, activation_scale=60.0)
    w = {key: value.float() for key, value in load_file(loss_network_file).items()}
    image = torch.rand(1, 3, 16, 16)
    h = (image - torch.tensor([0.48235, 0.45882, 0.40784]).view(1, 3, 1, 1)) * 255
    for index in (0, 2):
        h = F.relu(
            F.conv2d(h, w[f"features.{index}.weight"], w[f"features.{index}.bias"], padding=1)
        )
    h = F.max_pool2d(h, 2)
    h = F.relu(F.conv2d(h, w["features.5.weight"], w["features.5.bias"], padding=1))
    found = network(image, ("relu2_1",))
    assert list(found) == ["relu2_1"]
    torch.testing.assert_close(found["relu2_1"], h / 60, rtol=1e-4, atol=1e-4)


def test_network_is_the_same_in_half_and_full_precision(
    loss_network: LossNetwork, loss_network_file: Path, tmp_path: Path
) -> None:
    full = {key: value.float() for key, value in load_file(loss_network_file).items()}
    save_file(full, tmp_path / "full.safetensors")
    again = load_loss_network(tmp_path / "full.safetensors", activation_scale=60.0)
    assert again.sha256 == loss_network.sha256


def test_network_computes_in_the_type_of_autocast(loss_network: LossNetwork) -> None:
    image, layers = torch.rand(1, 3, 32, 32), ("relu1_2", "relu4_3")
    exact = loss_network(image, layers)
    with torch.autocast("cpu", torch.bfloat16):
        found = loss_network(image, layers)
    for layer in layers:
        assert found[layer].dtype is torch.bfloat16
        assert (found[layer].float() - exact[layer]).norm() < 0.02 * exact[layer].norm()
    assert torch.equal(loss_network(image, layers)["relu4_3"], exact["relu4_3"])
