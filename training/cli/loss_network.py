"""The `loss-network` command: the loss network, kept once for all others to find."""

from __future__ import annotations

import argparse

from ..loss_network import PUBLISHED_SHA256, keep_loss_network, kept_file
from .messages import print_note, print_result


def keep(options: argparse.Namespace) -> int:
    """Keep the loss network; returns the exit code."""
    network = keep_loss_network(options.file)
    path = kept_file()
    print_result(f"loss network kept in {path} ({path.stat().st_size / 1e6:.1f} MB)")
    print_result(f"SHA-256 of its weights: {network.sha256}")
    if network.sha256 != PUBLISHED_SHA256:
        print_note(
            "these are not the weights that the published packs were trained with: losses and "
            "lambdas of theirs do not carry over"
        )
    return 0
