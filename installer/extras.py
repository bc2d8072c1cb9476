"""The extras that a user can ask for, beside what every environment has."""

from __future__ import annotations

import argparse

from .environment.torch_builds import TORCH, TRAINING


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add --torch and --training."""
    parser.add_argument(
        f"--{TORCH}",
        action="store_true",
        help="add PyTorch, which computes on a GPU, in the build that fits this computer",
    )
    parser.add_argument(
        f"--{TRAINING}",
        action="store_true",
        help="add what making packs of your own needs: PyTorch, too",
    )


def chosen_extras(options: argparse.Namespace) -> tuple[str, ...]:
    """Those of pyproject.toml that were asked for."""
    return tuple(name for name in (TORCH, TRAINING) if getattr(options, name))
