"""dynamic-style complete by the backend: the same file as by the command's own process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tifffile
from PIL import Image, ImageCms

from dynamic_style.backend.cli.workers import backend_link, remote_completer
from dynamic_style.backend.compute import choose_engine
from dynamic_style.backend.compute.engine_wish import EngineWish
from dynamic_style.backend.protocol.process.connection_file import write_connection
from dynamic_style.backend.server.compute_stack import ComputeSettings
from dynamic_style.backend.server.server import ServerSettings

from ..images.test_reading import png16
from ..servers import ServerThread
from ..tiny_fill import make_tiny_fill
from .running_cli import Outcome, run_here

Capture = pytest.CaptureFixture[bytes]
Samples = npt.NDArray[Any]
HEIGHT, WIDTH = 40, 56
HOLE = (slice(12, 24), slice(20, 38))


@pytest.fixture(autouse=True)
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it takes, and as on a computer without a GPU where nobody has chosen."""
    monkeypatch.setattr(backend_link, "FIND_S", 10.0)
    monkeypatch.setattr(backend_link, "SHORT_SILENCE_S", 30.0)
    monkeypatch.setattr(choose_engine, "_may_have_gpu", lambda: False)
    for name in ("ENGINE", "PRECISION"):
        monkeypatch.delenv(f"DYNAMIC_STYLE_{name}", raising=False)


@pytest.fixture
def running(installed: Path) -> Iterator[ServerThread]:
    make_tiny_fill(installed / "tiny-fill")
    with_own_choice = ServerThread(ServerSettings(), ComputeSettings(EngineWish()))
    write_connection(with_own_choice.connection)
    yield with_own_choice
    with_own_choice.close()


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    """White with soft edges, on black."""
    samples = np.zeros((HEIGHT, WIDTH), np.uint8)
    samples[HOLE] = 255
    samples[HOLE[0], HOLE[1].start] = 90
    Image.fromarray(samples).save(tmp_path / "mask.png")
    return tmp_path / "mask.png"


def noise(channels: int, dtype: Any = np.uint8) -> Samples:
    random = np.random.default_rng(4)
    return random.integers(0, np.iinfo(dtype).max, (HEIGHT, WIDTH, channels), dtype, endpoint=True)


def half_transparent() -> Samples:
    samples = noise(4)
    samples[:, : WIDTH // 3, 3] = 255
    samples[:6, :, 3] = 0
    return samples


def opaque() -> Samples:
    samples = noise(4)
    samples[..., 3] = 255
    return samples


def of_profile(path: Path, samples: Samples) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(samples).save(path, icc_profile=profile)


def photo_of_kind(kind: str, folder: Path) -> Path:
    path = folder / "photo.png"
    if kind == "16 bits":
        path.write_bytes(png16(noise(3, np.uint16)).getvalue())
    elif kind == "16 bits, transparent":
        path = folder / "photo.tif"
        tifffile.imwrite(path, noise(4, np.uint16), photometric="rgb", extrasamples=["unassalpha"])
    elif kind == "grey":
        Image.fromarray(noise(1)[..., 0]).save(path)
    elif kind == "profile":
        of_profile(path, noise(3))
    elif kind == "profile, transparent":
        of_profile(path, half_transparent())
    else:
        samples = {"plain": noise(3), "transparent": half_transparent(), "opaque": opaque()}[kind]
        Image.fromarray(samples).save(path)
    return path


def complete(capture: Capture, *arguments: object) -> Outcome:
    outcome = run_here(capture, "complete", *arguments, "--pack", "tiny-fill", "--json")
    assert outcome.code == 0, outcome.stderr
    return outcome


def told(outcome: Outcome) -> Any:
    (result,) = json.loads(outcome.stdout)["results"]
    return {name: result[name] for name in ("computed_by", "holes", "notes")}


@pytest.mark.parametrize(
    "kind",
    [
        "plain",
        "opaque",
        "transparent",
        "grey",
        "profile",
        "profile, transparent",
        "16 bits",
        "16 bits, transparent",
    ],
)
def test_every_kind_of_photo_is_filled_as_without_the_backend(
    capfdbinary: Capture, running: ServerThread, mask: Path, tmp_path: Path, kind: str
) -> None:
    photo = photo_of_kind(kind, tmp_path)
    options = (photo, mask, tmp_path / f"alone{photo.suffix}", "--alpha", 0.7, "--grow", 2)
    alone = complete(capfdbinary, *options, "--no-backend")
    made = {}
    for use in ((), ("--via-backend",)):
        out = tmp_path / f"made-{len(made)}{photo.suffix}"
        options = (photo, mask, out, "--alpha", 0.7, "--grow", 2)
        made[out] = told(complete(capfdbinary, *options, *use))
    assert running.stack.jobs.finished == 2
    assert list(made.values()) == [{**told(alone), "computed_by": "backend"}] * 2
    for out in made:
        assert out.read_bytes() == (tmp_path / f"alone{photo.suffix}").read_bytes()


def test_a_format_without_transparency_gets_the_same_too(
    capfdbinary: Capture, running: ServerThread, mask: Path, tmp_path: Path
) -> None:
    photo = photo_of_kind("transparent", tmp_path)
    for name, options in (("alone", ("--no-backend",)), ("made", ())):
        complete(capfdbinary, photo, mask, tmp_path / f"{name}.jpg", *options)
    assert running.stack.jobs.finished == 1
    assert (tmp_path / "made.jpg").read_bytes() == (tmp_path / "alone.jpg").read_bytes()


def test_a_folder_goes_through_it(
    capfdbinary: Capture, running: ServerThread, mask: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        Image.fromarray(noise(3)).save(folder / name)
    outcome = run_here(
        capfdbinary, "complete", folder, mask, tmp_path / "out", "--pack", "tiny-fill"
    )
    assert outcome.code == 0, outcome.stderr
    assert outcome.stderr.count("by the running backend") == 2
    assert running.stack.jobs.finished == 2


def test_a_mask_of_16_bits_is_filled_here_unless_the_backend_is_asked_for(
    capfdbinary: Capture, running: ServerThread, tmp_path: Path
) -> None:
    photo, mask, out = tmp_path / "photo.png", tmp_path / "mask.png", tmp_path / "out.png"
    Image.fromarray(noise(3)).save(photo)
    soft = np.zeros((HEIGHT, WIDTH), np.uint16)
    soft[HOLE] = np.linspace(300, 65535, WIDTH)[HOLE[1]]
    Image.fromarray(soft).save(mask)
    assert told(complete(capfdbinary, photo, mask, out))["computed_by"] == "this process"
    outcome = complete(capfdbinary, photo, mask, out, "--force", "--via-backend")
    assert told(outcome)["computed_by"] == "backend"
    assert running.stack.jobs.finished == 1


def test_a_large_hole_is_filled_here(
    capfdbinary: Capture,
    running: ServerThread,
    mask: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remote_completer, "MOST_UNASKED_PX", 100)  # a real one would take long
    photo = photo_of_kind("plain", tmp_path)
    outcome = complete(capfdbinary, photo, mask, tmp_path / "out.png")
    assert (told(outcome)["computed_by"], running.stack.jobs.finished) == ("this process", 0)


@pytest.mark.parametrize("use", [(), ("--via-backend",)])
@pytest.mark.parametrize(
    ("size", "value", "says"),
    [
        ((HEIGHT, WIDTH), 0, "the mask is empty"),
        ((HEIGHT + 2, WIDTH), 255, "the mask has 56 x 42 pixels and the picture 56 x 40"),
        ((HEIGHT, WIDTH), 255, "covers the whole picture"),
    ],
)
@pytest.mark.usefixtures("running")
def test_a_mask_that_cannot_be_is_refused_in_the_same_words(
    capfdbinary: Capture,
    tmp_path: Path,
    use: tuple[str, ...],
    size: tuple[int, int],
    value: int,
    says: str,
) -> None:
    photo, mask, out = tmp_path / "photo.png", tmp_path / "mask.png", tmp_path / "out.png"
    Image.fromarray(noise(3)).save(photo)
    Image.fromarray(np.full(size, value, np.uint8)).save(mask)
    command = ("complete", photo, mask, out, "--pack", "tiny-fill")
    outcome = run_here(capfdbinary, *command, *use)
    assert outcome.code == 4
    assert says in outcome.stderr
    assert outcome.stderr.count(str(photo)) == 1
    assert not out.exists()
