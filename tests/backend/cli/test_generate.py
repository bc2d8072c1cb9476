"""dynamic-style generate, and sweep with a pack that makes pictures of its own."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from dynamic_style.backend.cli.workers import backend_link
from dynamic_style.backend.compute import choose_engine
from dynamic_style.backend.compute.engine_wish import EngineWish
from dynamic_style.backend.protocol.process.connection_file import write_connection
from dynamic_style.backend.server.compute_stack import ComputeSettings
from dynamic_style.backend.server.server import ServerSettings

from ..servers import ServerThread
from ..tiny_faces import make_tiny_faces
from .running_cli import Outcome, run_apart, run_here
from .test_without_torch import TELLING, WITHOUT, loaded_by

Capture = pytest.CaptureFixture[bytes]


@pytest.fixture(autouse=True)
def faces(user_packs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pack tiny-faces, installed, on a computer without a GPU."""
    monkeypatch.setattr(choose_engine, "_may_have_gpu", lambda: False)
    make_tiny_faces(user_packs / "tiny-faces")
    return user_packs / "tiny-faces"


def generate(capture: Capture, *arguments: object) -> Outcome:
    return run_here(capture, "generate", *arguments, "--pack", "tiny-faces")


def samples(file: Path | io.BytesIO) -> npt.NDArray[Any]:
    with Image.open(file) as picture:
        assert picture.mode == "RGB"
        return np.asarray(picture)


def test_a_seed_gives_one_picture_the_same_each_time(capfdbinary: Capture, tmp_path: Path) -> None:
    for name, more in (("a.png", ()), ("b.png", ()), ("c.png", ("--alpha", "hair=0.9"))):
        outcome = generate(capfdbinary, tmp_path / name, "--seed", 7, *more)
        assert outcome.code == 0, outcome.stderr
        assert "seed 7, 64 x 64 pixels" in outcome.stderr
    first = samples(tmp_path / "a.png")
    assert first.shape == (64, 64, 3)
    assert (first == samples(tmp_path / "b.png")).all()
    assert (first != samples(tmp_path / "c.png")).any()


def test_several_go_into_a_folder_by_their_seeds(capfdbinary: Capture, tmp_path: Path) -> None:
    outcome = generate(
        capfdbinary, tmp_path / "out", "--seed", 7, "--count", 3, "--format", "jpg", "--json"
    )
    told = json.loads(outcome.stdout)
    assert [result["seeds"] for result in told["results"]] == [[7], [8], [9]]
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["tiny-faces-7.jpg", "tiny-faces-8.jpg", "tiny-faces-9.jpg"]
    again = generate(capfdbinary, f"{tmp_path / 'out'}/", "--seed", 9, "--format", "jpg")
    assert again.code == 4
    assert "exists already" in again.stderr


def test_one_file_holds_several_in_rows(capfdbinary: Capture, tmp_path: Path) -> None:
    options = ("--seed", 7, "--size", 32)
    assert generate(capfdbinary, tmp_path / "all.png", *options, "--count", 5).code == 0
    assert generate(capfdbinary, tmp_path / "out", *options, "--count", 5).code == 0
    sheet = samples(tmp_path / "all.png")
    assert sheet.shape == (2 * 32, 3 * 32, 3)
    for index in range(5):
        row, column = divmod(index, 3)
        cell = sheet[row * 32 : row * 32 + 32, column * 32 : column * 32 + 32]
        assert (cell == samples(tmp_path / "out" / f"tiny-faces-{7 + index}.png")).all()
    assert (sheet[32:, 64:] == 255).all()


def test_standard_output_takes_a_picture() -> None:
    outcome = run_apart("generate", "-", "--pack", "tiny-faces", "--size", 40)
    assert outcome.code == 0, outcome.stderr
    assert samples(io.BytesIO(outcome.stdout)).shape == (40, 40, 3)


@pytest.mark.parametrize("code", [TELLING, WITHOUT + TELLING], ids=["beside torch", "without"])
@pytest.mark.parametrize("words", [("generate",), ("sweep", "7-8")], ids=lambda words: words[0])
def test_no_torch_is_loaded(tmp_path: Path, words: tuple[str, ...], code: str) -> None:
    out = tmp_path / "out.png"
    told = loaded_by(tmp_path, *words, out, "--pack", "tiny-faces", "--device", "cpu", code=code)
    assert (told["code"], told["torch"], told["openvino"]) == (0, False, True)
    assert out.exists()


def test_sweep_shows_seeds_in_rows_and_settings_in_columns(
    capfdbinary: Capture, tmp_path: Path
) -> None:
    options = ("--pack", "tiny-faces", "--dial", "beard", "--alpha", "hair=0", "--cell", 64)
    for name, seeds, alphas in (("two.png", "7-8", "0,1"), ("one.png", "8", "1")):
        outcome = run_here(
            capfdbinary, "sweep", seeds, tmp_path / name, *options, "--alphas", alphas, "--json"
        )
        assert outcome.code == 0, outcome.stderr
    assert json.loads(outcome.stdout)["seeds"] == [8]
    two, one = samples(tmp_path / "two.png"), samples(tmp_path / "one.png")
    assert two.shape[0] > 2 * 64
    assert two.shape[1] > 2 * 64
    assert generate(
        capfdbinary, tmp_path / "own.png", "--seed", 8, "--alpha", "beard=1,hair=0"
    ).code == 0  # fmt: skip
    own = samples(tmp_path / "own.png")
    assert (place_of(own, two) > place_of(own, one)).all()  # further down, and to the right


def place_of(part: npt.NDArray[Any], sheet: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(row, column) where the one picture lies in the other."""
    windows = np.lib.stride_tricks.sliding_window_view(sheet, part.shape)[:, :, 0]
    (found,) = np.argwhere((windows == part).all(axis=(2, 3, 4)))
    return found


@pytest.fixture
def running(faces: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServerThread]:
    """A backend that may take as long as it wants."""
    monkeypatch.setattr(backend_link, "FIND_S", 10.0)
    monkeypatch.setattr(backend_link, "SHORT_SILENCE_S", 30.0)
    for name in ("ENGINE", "PRECISION"):
        monkeypatch.delenv(f"DYNAMIC_STYLE_{name}", raising=False)
    with_own_choice = ServerThread(ServerSettings(), ComputeSettings(EngineWish()))
    write_connection(with_own_choice.connection)
    yield with_own_choice
    with_own_choice.close()


def test_a_running_backend_makes_the_same_picture(
    capfdbinary: Capture, running: ServerThread, tmp_path: Path
) -> None:
    options = ("--seed", 7, "--alpha", "hair=-0.4", "--size", 100)
    assert generate(capfdbinary, tmp_path / "own.png", *options, "--no-backend").code == 0
    outcome = generate(capfdbinary, tmp_path / "by.png", *options)
    assert "by the running backend" in outcome.stderr
    assert (tmp_path / "own.png").read_bytes() == (tmp_path / "by.png").read_bytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("generate", "x.png", "--seed", 2**63 - 1, "--count", 2), "seeds go up to"),
        (("generate", "x.png", "--count", 1000, "--size", 4096), "too many for one file"),
        (("generate", "x"), "no suffix"),
        (("sweep", "7-5", "x.png"), "seeds rise"),
        (("sweep", "photo.png", "x.png"), "'photo.png' is no seed"),
        (("sweep", "7", "x.png", "--scale", "50%"), "are for photos"),
        (("sweep", "0-99", "x.png"), "at most 64 fit"),
        (("stylize", "photo.png", "x.png"), "'dynamic-style generate' uses it"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_refused(
    capfdbinary: Capture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[object, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = run_here(capfdbinary, *words, "--pack", "tiny-faces")
    assert outcome.code == 2
    assert message in outcome.stderr
    assert list(tmp_path.glob("x*")) == []


def test_packs_are_listed_and_verified(capfdbinary: Capture, faces: Path) -> None:
    assert (
        b"makes pictures of its own; dials: hair, beard"
        in run_here(capfdbinary, "packs", "list").stdout
    )
    assert run_here(capfdbinary, "packs", "verify", faces).code == 0
