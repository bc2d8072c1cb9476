"""Picture files that the commands refuse, and when: before a net runs, one by one in a batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dynamic_style.backend.nets.dynamic_net import DynamicNet

from ..images.test_refusals import palette_png_without_palette
from ..pictures import shown, smooth
from .running_cli import run_here

Capture = pytest.CaptureFixture[bytes]


@pytest.fixture
def no_net(monkeypatch: pytest.MonkeyPatch) -> None:
    def forward(*_: object) -> None:
        pytest.fail("the net ran")

    monkeypatch.setattr(DynamicNet, "forward", forward)


@pytest.mark.usefixtures("no_net")
@pytest.mark.parametrize(("suffix", "width"), [("webp", 16_384), ("jpg", 65_501)])
def test_a_result_too_large_for_its_format_is_refused_before_the_work(
    capfdbinary: Capture, tmp_path: Path, tiny_pack: Path, suffix: str, width: int
) -> None:
    photo, out = tmp_path / "wide.png", tmp_path / f"out.{suffix}"
    Image.new("RGB", (width, 2), "red").save(photo)
    outcome = run_here(capfdbinary, "stylize", photo, out, "--pack", tiny_pack)
    assert outcome.code == 4
    assert f"{width} x 2; write PNG or TIFF" in outcome.stderr
    assert not out.exists()


@pytest.mark.usefixtures("no_net")
def test_a_sheet_too_large_for_its_format_is_refused_before_the_work(
    capfdbinary: Capture, tmp_path: Path, tiny_pack: Path
) -> None:
    photo, out = tmp_path / "photo.png", tmp_path / "sheet.webp"
    Image.new("RGB", (40, 30), "red").save(photo)
    alphas = ",".join(str(i / 64) for i in range(64))
    options = ["--pack", tiny_pack, "--alphas", alphas, "--cell", "4096"]
    outcome = run_here(capfdbinary, "sweep", photo, out, *options)
    assert outcome.code == 4
    assert "WEBP holds at most 16383 pixels a side" in outcome.stderr
    assert not out.exists()


def test_one_odd_picture_does_not_end_a_batch(
    capfdbinary: Capture, tmp_path: Path, tiny_pack: Path
) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    for name in ("a.png", "c.png"):
        Image.fromarray(smooth(9, 9)).save(photos / name)
    (photos / "b.png").write_bytes(palette_png_without_palette())
    outcome = run_here(capfdbinary, "stylize", photos, out, "--pack", tiny_pack)
    assert outcome.code == 4
    assert "b.png: the picture is damaged" in outcome.stderr
    assert sorted(path.name for path in out.iterdir()) == ["a.png", "c.png"]


@pytest.mark.parametrize("command", ["stylize", "sweep"])
def test_the_limit_of_pixels_can_be_set(
    capfdbinary: Capture, tmp_path: Path, tiny_pack: Path, command: str
) -> None:
    photo, out = tmp_path / "photo.png", tmp_path / "out.png"
    Image.fromarray(np.zeros((1001, 1000), np.uint8)).save(photo)
    run = [command, photo, out, "--pack", tiny_pack, "--scale", "16", "--max-megapixels"]
    refused = run_here(capfdbinary, *run, "1")
    assert (refused.code, out.exists()) == (4, False)
    assert "--max-megapixels 2)" in refused.stderr
    assert run_here(capfdbinary, *run, "2").code == 0
    assert shown(out).size[0] >= 1000 if command == "stylize" else out.exists()
    assert run_here(capfdbinary, *run, "0").code == 2
