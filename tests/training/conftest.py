"""A data root of a few drawn pictures and a random loss network of VGG-16's shapes: no download."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from dynamic_style.training.loss_network import CONVOLUTIONS, LossNetwork, load_loss_network
from dynamic_style.training.user_folder import FOLDER_VARIABLE

CONFIGS = Path(__file__).resolve().parents[2] / "training" / "configs"
TINY = CONFIGS / "tiny.toml"
TINY_FILL = CONFIGS / "tiny-fill.toml"
TINY_FACES = CONFIGS / "tiny-faces.toml"


def draw_picture(path: Path, *, seed: int, side: int = 56) -> None:
    """Smooth coloured waves with a little noise, different for every seed."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:side, 0:side] / side
    waves = [
        np.sin(2 * np.pi * (random.uniform(1, 5) * x + random.uniform(1, 5) * y + random.random()))
        for _ in range(3)
    ]
    pixels = np.stack(waves, axis=-1) * 0.4 + 0.5 + random.normal(0, 0.03, (side, side, 3))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((pixels.clip(0, 1) * 255).astype(np.uint8)).save(path)


def draw_face(*, seed: int, blond: bool, beard: bool) -> npt.NDArray[np.uint8]:
    """(64, 64, 3): a face of an oval with hair, which is yellow or brown, and maybe a beard."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:64, 0:64]
    face = np.full((64, 64, 3), random.integers(150, 255, 3), np.uint8)
    oval = ((x - 32) / 18) ** 2 + ((y - 34) / 22) ** 2 < 1
    face[oval] = random.integers(170, 220, 3)
    face[oval & (y < 22)] = (220, 190, 60) if blond else (60, 40, 20)
    if beard:
        face[oval & (y > 44)] = (90, 60, 40)
    return face


def draw_faces(path: Path, *, count: int = 40) -> None:
    """Faces of all kinds as an .npz file, a quarter of which is held out."""
    kinds = [{"blond": bool(i & 1), "beard": bool(i & 2)} for i in range(count)]
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        images=np.stack([draw_face(seed=i, **kind) for i, kind in enumerate(kinds)]),
        blond=np.array([kind["blond"] for kind in kinds], np.uint8),
        beard=np.array([kind["beard"] for kind in kinds], np.uint8),
        val=(np.arange(count) >= count - count // 4).astype(np.uint8),
    )


def write_loss_network(path: Path) -> Path:
    """Random weights of VGG-16's shapes."""
    generator = torch.Generator().manual_seed(5)
    weights = {}
    for index, inputs, outputs in CONVOLUTIONS.values():
        scale = (2 / (9 * inputs)) ** 0.5
        shape = (outputs, inputs, 3, 3)
        weights[f"features.{index}.weight"] = torch.randn(shape, generator=generator) * scale
        weights[f"features.{index}.bias"] = torch.zeros(outputs)
    save_file({key: value.half() for key, value in weights.items()}, path)
    return path


@pytest.fixture(autouse=True)
def user_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder for training, which is nobody's own."""
    folder = tmp_path_factory.mktemp("user") / "training"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder


@pytest.fixture(scope="session")
def data_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    for i in range(6):
        draw_picture(root / "photos" / "train" / f"{i}.png", seed=i)
    for i in range(2):
        draw_picture(root / "photos" / "val" / f"{i}.png", seed=100 + i)
    draw_picture(root / "styles" / "one.png", seed=200)
    draw_picture(root / "styles" / "two.png", seed=201)
    draw_faces(root / "faces.npz")
    return root


@pytest.fixture(scope="session")
def loss_network_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_loss_network(tmp_path_factory.mktemp("loss-network") / "random.safetensors")


@pytest.fixture(scope="session")
def loss_network(loss_network_file: Path) -> LossNetwork:
    return load_loss_network(loss_network_file, activation_scale=60.0)


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes, as on a full disk."""
    resource = pytest.importorskip("resource", reason="Windows has no such limit")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
