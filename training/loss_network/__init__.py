"""The loss network, and where its weights come from."""

from __future__ import annotations

from .network import CONVOLUTIONS, LossNetwork, check_layers
from .weights import (
    ENVIRONMENT_VARIABLE,
    PUBLISHED_SHA256,
    have_loss_network,
    keep_loss_network,
    kept_file,
    load_loss_network,
    must_download,
)

__all__ = [
    "CONVOLUTIONS",
    "ENVIRONMENT_VARIABLE",
    "PUBLISHED_SHA256",
    "LossNetwork",
    "check_layers",
    "have_loss_network",
    "keep_loss_network",
    "kept_file",
    "load_loss_network",
    "must_download",
]
