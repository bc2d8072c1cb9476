"""What a new style needs beside a host: photos to learn from, and a loss network that is kept. The
network's weights are random, for inside there is no network to fetch them by.
"""

from __future__ import annotations

from ..training.conftest import draw_picture, write_loss_network
from .debian.inside import Session
from .installed import BACKEND_PYTHON

PHOTOS = "/exchange/learning"
_PHOTO_COUNT = 12


ADD_TORCH = "-m dynamic_style.backend setup --training"  # what the light backend lacks


def add_photos(session: Session) -> None:
    for seed in range(_PHOTO_COUNT):
        draw_picture(session.exchange / "learning" / f"{seed}.png", seed=seed)


def lay_down(session: Session) -> None:
    add_photos(session)
    network = write_loss_network(session.exchange / "loss-network.safetensors")
    network.chmod(0o644)  # safetensors writes for its own user alone
    command = (BACKEND_PYTHON, "-m", "dynamic_style.training", "loss-network")
    session.run(*command, "/exchange/loss-network.safetensors", timeout_s=120)
