"""What quick experiments learn from: pictures drawn by waves, and a loss network of random weights.
None of it is fetched, none of it shows anything.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save

from ..loss_network import CONVOLUTIONS
from ..run_files import replace_file

SIDE_PX = 56
TRAIN, VALIDATION, STYLES = 6, 4, 2
FACES, FACES_FILE = 40, "faces.npz"
FACE_PX = 64
LOSS_NETWORK = "loss-network.safetensors"


def draw_quick_data(folder: Path) -> Path:
    """Draw what is missing in a data root, folder; returns its loss network. Raises
    TrainingError.
    """
    files = [folder / "photos" / "train" / f"{i}.png" for i in range(TRAIN)]
    files += [folder / "photos" / "val" / f"{i}.png" for i in range(VALIDATION)]
    files += [folder / "styles" / f"{i}.png" for i in range(STYLES)]
    for seed, file in enumerate(files):
        if not file.exists():
            _draw_picture(file, seed)
    faces = folder / FACES_FILE
    if not faces.exists():
        _draw_faces(faces)
    network = folder / LOSS_NETWORK
    if not network.exists():
        _write_loss_network(network)
    return network


def _draw_picture(path: Path, seed: int) -> None:
    """Smooth coloured waves with a little noise, different for every seed."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIDE_PX, 0:SIDE_PX] / SIDE_PX
    waves = [
        np.sin(2 * np.pi * (random.uniform(1, 5) * x + random.uniform(1, 5) * y + random.random()))
        for _ in range(3)
    ]
    pixels = np.stack(waves, axis=-1) * 0.4 + 0.5 + random.normal(0, 0.03, (SIDE_PX, SIDE_PX, 3))
    encoded = io.BytesIO()
    Image.fromarray((pixels.clip(0, 1) * 255).astype(np.uint8)).save(encoded, "PNG")
    with replace_file(path, "a drawn picture") as file:
        file.write(encoded.getbuffer())


def _draw_faces(path: Path) -> None:
    """Ovals with yellow or brown hair, with a beard or without; a quarter of them is held out."""
    places = np.arange(FACES)
    blond, beard = places % 2 == 1, places // 2 % 2 == 1
    y, x = np.mgrid[0:FACE_PX, 0:FACE_PX]
    oval = ((x - 32) / 18) ** 2 + ((y - 34) / 22) ** 2 < 1
    images = np.empty((FACES, FACE_PX, FACE_PX, 3), np.uint8)
    for place, face in enumerate(images):
        random = np.random.default_rng(place)
        face[:] = random.integers(150, 255, 3)
        face[oval] = random.integers(170, 220, 3)
        face[oval & (y < 22)] = (220, 190, 60) if blond[place] else (60, 40, 20)
        if beard[place]:
            face[oval & (y > 44)] = (90, 60, 40)
    with replace_file(path, "drawn faces") as file:
        np.savez_compressed(
            file,
            images=images,
            blond=blond.astype(np.uint8),
            beard=beard.astype(np.uint8),
            val=(places >= FACES - FACES // 4).astype(np.uint8),
        )


def _write_loss_network(path: Path) -> None:
    """Random weights of VGG-16's shapes."""
    generator = torch.Generator().manual_seed(5)
    weights = {}
    for index, inputs, outputs in CONVOLUTIONS.values():
        scale = (2 / (9 * inputs)) ** 0.5
        shape = (outputs, inputs, 3, 3)
        kernel = torch.randn(shape, generator=generator) * scale
        weights[f"features.{index}.weight"] = kernel.half()
        weights[f"features.{index}.bias"] = torch.zeros(outputs).half()
    with replace_file(path, "the random loss network") as file:
        file.write(save(weights))
