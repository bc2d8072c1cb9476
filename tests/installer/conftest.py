"""Mini checkouts: a fresh one for each test, and one that is set up already."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from . import mini_checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A mini checkout in which nothing was set up yet."""
    return mini_checkout.make(tmp_path / "checkout")


@pytest.fixture(scope="session")
def one_ready_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mini checkout after a first run, at a path with a space and a letter beyond ASCII."""
    root = mini_checkout.make(tmp_path_factory.mktemp("ready") / "Dynamic Style für alle")
    # Settings that would lead pip astray: they are common where pip is used without a venv.
    astray = {"PIP_USER": "1", "PIP_TARGET": str(root / "astray"), "PYTHONHOME": ""}
    done = mini_checkout.run(root, "demo", **astray)
    assert "no shipped packs found" in done.stderr, done.stdout + done.stderr
    assert not (root / "astray").exists()
    return root


@pytest.fixture
def ready_checkout(one_ready_checkout: Path) -> Iterator[Path]:
    """The checkout that is set up, with the files that tests change put back afterwards."""
    kept = {
        name: (one_ready_checkout / name).read_text(encoding="utf-8")
        for name in ("pyproject.toml", "packs.json", ".venv/dynamic-style.json")
    }
    yield one_ready_checkout
    for name, text in kept.items():
        (one_ready_checkout / name).write_text(text, encoding="utf-8")
    for name in ("broken", "lazy"):
        (one_ready_checkout / name).unlink(missing_ok=True)
