"""Losses against numpy, and the loss network's layers, sources and messages."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from dynamic_style.training.errors import LossNetworkError
from dynamic_style.training.loss_network import (
    ENVIRONMENT_VARIABLE,
    LossNetwork,
    check_layers,
    load_loss_network,
)
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


def test_environment_variable_names_the_file(
    loss_network: LossNetwork, loss_network_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(loss_network_file))
    assert load_loss_network(None, activation_scale=60.0).sha256 == loss_network.sha256


def test_without_file_and_torchvision_the_message_names_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(LossNetworkError, match=r"no torchvision.*--loss-network or DYNAMIC_STYLE"):
        load_loss_network(None, activation_scale=60.0)


@pytest.mark.parametrize("online", [True, False])
def test_torchvision_is_the_default_source(
    online: bool,
    loss_network: LossNetwork,
    loss_network_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The download cannot be had offline, so torchvision's one call is stood in for."""

    class Entry:
        @staticmethod
        def get_state_dict(*, progress: bool, check_hash: bool) -> dict[str, torch.Tensor]:
            if not online:
                raise OSError("no route to host")
            return load_file(loss_network_file)

    class Enum:
        IMAGENET1K_FEATURES = Entry

    models = types.ModuleType("torchvision.models")
    models.VGG16_Weights = Enum  # type: ignore[attr-defined]
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    monkeypatch.setitem(sys.modules, "torchvision", types.ModuleType("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.models", models)
    if online:
        assert load_loss_network(None, activation_scale=60.0).sha256 == loss_network.sha256
    else:
        with pytest.raises(LossNetworkError, match=r"download failed \(no route to host\)"):
            load_loss_network(None, activation_scale=60.0)


def test_broken_files_are_refused(tmp_path: Path, loss_network_file: Path) -> None:
    (tmp_path / "text.safetensors").write_text("not weights")
    with pytest.raises(LossNetworkError, match=r"text\.safetensors' cannot be read"):
        load_loss_network(tmp_path / "text.safetensors", activation_scale=60.0)
    weights = load_file(loss_network_file)
    weights["features.5.weight"] = weights["features.5.weight"][:, :3].contiguous()
    save_file(weights, tmp_path / "wrong.safetensors")
    with pytest.raises(LossNetworkError, match=r"'features.5.weight' should have shape"):
        load_loss_network(tmp_path / "wrong.safetensors", activation_scale=60.0)
    with pytest.raises(LossNetworkError, match="no layer 'relu9_9'; take one of relu1_1"):
        check_layers(("relu9_9",))


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


def test_network_computes_in_the_type_of_autocast(loss_network: LossNetwork) -> None:
    image, layers = torch.rand(1, 3, 32, 32), ("relu1_2", "relu4_3")
    exact = loss_network(image, layers)
    with torch.autocast("cpu", torch.bfloat16):
        found = loss_network(image, layers)
    for layer in layers:
        assert found[layer].dtype is torch.bfloat16
        assert (found[layer].float() - exact[layer]).norm() < 0.02 * exact[layer].norm()
    assert torch.equal(loss_network(image, layers)["relu4_3"], exact["relu4_3"])


def test_total_variation_sees_what_neighbours_differ_by() -> None:
    assert total_variation(torch.full((1, 3, 8, 8), 0.3)).item() == 0
    ramp = torch.arange(8.0).expand(1, 3, 8, 8)
    assert total_variation(ramp).item() == pytest.approx(1.0)
    assert total_variation(ramp.mT).item() == pytest.approx(1.0)
