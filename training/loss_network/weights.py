"""The loss network's weights: a file that is named, the file that is kept for the user, or
the download that torchvision names, too.

The kept file has the layers in use alone, as float16, and the SHA-256 that LossNetwork gives them.
Rounding to float16 changes the losses by less than a part in ten thousand.
"""

from __future__ import annotations

import os
from http.client import HTTPException
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save

from ..errors import LossNetworkError
from ..notes import Note
from ..run_files import replace_file
from ..user_folder import training_folder
from .network import CONVOLUTIONS, LossNetwork

ENVIRONMENT_VARIABLE = "DYNAMIC_STYLE_LOSS_NETWORK"
PUBLISHED_SHA256 = "78f26e445fd803a9c844e8f0d047517a3f6beca46a161e940b50e88c6ea2a4c1"  # our packs'
# VGG-16's features as torchvision has them; the name ends in the start of their SHA-256
DOWNLOAD_URL = "https://download.pytorch.org/models/vgg16_features-amdegroot-88682ab5.pth"
KEPT_NAME = "loss-network.safetensors"
SOURCE = "VGG-16 (Simonyan & Zisserman, https://arxiv.org/abs/1409.1556), CC BY 4.0"

Weights = dict[str, torch.Tensor]


def load_loss_network(path: Path | None, *, activation_scale: float) -> LossNetwork:
    """From the given safetensors file, else the one that DYNAMIC_STYLE_LOSS_NETWORK names, else the
    kept one, else the download. Raises LossNetworkError when none can be had.
    """
    named = path or _named_file()
    if named is None and kept_file().exists():
        return _load_kept(kept_file(), activation_scale)
    weights = _download() if named is None else _read_file(named)
    return LossNetwork(weights, activation_scale=activation_scale)


def kept_file() -> Path:
    """Where the user's loss network is kept; it need not exist. Raises TrainingError."""
    return training_folder() / KEPT_NAME


def keep_loss_network(path: Path | None) -> LossNetwork:
    """Keep the weights of the given file, else of the one that DYNAMIC_STYLE_LOSS_NETWORK names,
    else the download's, for all commands to find. What is not of use is left out.

    Raises LossNetworkError; then what was kept before is as it was.
    """
    named = path or _named_file()
    weights = _download() if named is None else _read_file(named)
    network = LossNetwork(weights, activation_scale=1.0)
    used = {}
    for index, _, _ in CONVOLUTIONS.values():
        for kind in ("weight", "bias"):
            key = f"features.{index}.{kind}"
            used[key] = weights[key].to(torch.float16).contiguous()
            if not bool(used[key].isfinite().all()):
                raise LossNetworkError(
                    f"loss network: '{key}' holds numbers that are not finite as float16; give "
                    "VGG-16's features as torchvision names them"
                )
    with replace_file(kept_file(), "loss network", shared=True, error=LossNetworkError) as file:
        file.write(save(used, metadata={"sha256": network.sha256, "source": SOURCE}))
    return network


def have_loss_network(path: Path | None, *, note: Note) -> None:
    """Make sure that load_loss_network finds one, and keep the download's where that is needed.

    Raises LossNetworkError.
    """
    if must_download(path):
        note("fetching the loss network, once: 528 MB, of which 15 are kept")
        keep_loss_network(None)
    load_loss_network(path, activation_scale=1.0)


def must_download(path: Path | None) -> bool:
    """Whether have_loss_network would fetch it."""
    return path is None and _named_file() is None and not kept_file().exists()


def _load_kept(path: Path, activation_scale: float) -> LossNetwork:
    advice = "make it again with `dynamic-style-train loss-network`, or delete it"
    try:
        weights = load_file(path)
        with safe_open(path, framework="pt") as file:
            stated = (file.metadata() or {}).get("sha256")
    except (OSError, SafetensorError) as error:
        raise LossNetworkError(
            f"loss network '{path}' cannot be read: {error}; {advice}"
        ) from error
    network = LossNetwork(weights, activation_scale=activation_scale)
    if network.sha256 != stated:
        raise LossNetworkError(
            f"loss network '{path}' is damaged: its weights are not those that were kept; {advice}"
        )
    return network


def _named_file() -> Path | None:
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    return Path(named) if named else None


def _read_file(path: Path) -> Weights:
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise LossNetworkError(
            f"loss network '{path}' cannot be read: {error}; give VGG-16's features as a "
            f"safetensors file with --loss-network or {ENVIRONMENT_VARIABLE}"
        ) from error


def _download() -> Weights:
    try:
        state = torch.hub.load_state_dict_from_url(
            DOWNLOAD_URL, progress=True, check_hash=True, map_location="cpu", weights_only=True
        )
    # no network; what is no server's answer; a hash that does not match
    except (OSError, HTTPException, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise LossNetworkError(
            f"loss network: the download of {DOWNLOAD_URL} failed ({reason}); be online once, or "
            f"give VGG-16's features as a safetensors file with --loss-network or "
            f"{ENVIRONMENT_VARIABLE}"
        ) from error
    return dict(state)
