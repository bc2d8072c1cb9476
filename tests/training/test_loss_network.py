"""The loss network: its layers, where its weights come from, and what is said without them."""

from __future__ import annotations

import sys
import types
from pathlib import Path

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


def test_network_computes_in_the_type_of_autocast(loss_network: LossNetwork) -> None:
    image, layers = torch.rand(1, 3, 32, 32), ("relu1_2", "relu4_3")
    exact = loss_network(image, layers)
    with torch.autocast("cpu", torch.bfloat16):
        found = loss_network(image, layers)
    for layer in layers:
        assert found[layer].dtype is torch.bfloat16
        assert (found[layer].float() - exact[layer]).norm() < 0.02 * exact[layer].norm()
    assert torch.equal(loss_network(image, layers)["relu4_3"], exact["relu4_3"])
