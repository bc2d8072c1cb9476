"""A tiny pack and an add-on for it, made once and copied for each test; a packs folder apart."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from dynamic_style.backend.compute.engine_wish import EngineWish
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.packs.tensors import load_pack
from dynamic_style.backend.server.compute_stack import ComputeSettings
from dynamic_style.backend.server.server import ServerSettings

from .servers import ServerThread
from .tiny_packs import make_addon, make_manifest, make_net, write_tiny


@pytest.fixture(autouse=True)
def user_packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A packs folder of the test's own, not made yet; no test sees the person's own packs."""
    folder = tmp_path / "user" / "packs"
    monkeypatch.setenv("DYNAMIC_STYLE_PACKS", str(folder))
    return folder


@pytest.fixture
def tiny_net() -> DynamicNet:
    return make_net()


@pytest.fixture(scope="session")
def made_packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packs tiny and tiny-addon, made once; for reading only."""
    folder = tmp_path_factory.mktemp("made")
    write_tiny(folder / "tiny", make_manifest(), make_net())
    make_addon(folder / "tiny-addon", load_pack(folder / "tiny"))
    return folder


@pytest.fixture
def tiny_pack(made_packs: Path, tmp_path: Path) -> Path:
    """The tiny pack as a folder."""
    return Path(shutil.copytree(made_packs / "tiny", tmp_path / "made" / "tiny"))


@pytest.fixture
def tiny_addon(made_packs: Path, tmp_path: Path) -> Path:
    """An add-on pack with one dial for the tiny pack's main net, as a folder."""
    return Path(shutil.copytree(made_packs / "tiny-addon", tmp_path / "made" / "tiny-addon"))


@pytest.fixture
def photo() -> torch.Tensor:
    """(1, 3, 24, 40) in [0, 1]."""
    return torch.rand(1, 3, 24, 40, generator=torch.Generator().manual_seed(3))


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own for the connection file, not made yet; no test meets the person's
    own backend.
    """
    folder = tmp_path / "run"
    monkeypatch.setenv("DYNAMIC_STYLE_RUNTIME", str(folder))
    monkeypatch.setenv("DYNAMIC_STYLE_CONFIG", str(tmp_path / "config"))
    return folder


@pytest.fixture
def installed(made_packs: Path, user_packs: Path) -> Path:
    """The packs folder, with the tiny pack installed."""
    shutil.copytree(made_packs / "tiny", user_packs / "tiny")
    return user_packs


@pytest.fixture
def server(installed: Path) -> Iterator[ServerThread]:
    """A backend in the test's own process, with the tiny pack installed."""
    running = ServerThread(ServerSettings(), ComputeSettings(EngineWish(device="cpu")))
    yield running
    running.close()
