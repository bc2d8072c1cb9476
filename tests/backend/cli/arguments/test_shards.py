"""--shard: several runs that share the pictures of one folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from ...pictures import smooth
from ..running_cli import run_here

Capture = pytest.CaptureFixture[bytes]


def test_all_shares_together_do_each_picture_once(
    capfdbinary: Capture, tiny_pack: Path, tmp_path: Path
) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    for index in range(5):
        Image.fromarray(smooth(12, 16 + index)).save(photos / f"{index}.png")
    done: list[str] = []
    for number in (1, 2, 3):
        run = ["stylize", photos, out, "--pack", tiny_pack, "--shard", f"{number}/3", "--json"]
        outcome = run_here(capfdbinary, *run)
        assert outcome.code == 0, outcome.stderr
        told = json.loads(outcome.stdout)["results"]
        done += [Path(result["output"]).name for result in told]
        assert [result["status"] for result in told] == ["written"] * len(told)
    assert sorted(done) == [f"{index}.png" for index in range(5)]
    assert done[:2] == ["0.png", "3.png"]


def test_a_share_may_be_empty(capfdbinary: Capture, tiny_pack: Path, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    Image.fromarray(smooth(12, 16)).save(photo)
    out = tmp_path / "out"
    run = ["stylize", photo, f"{out}/", "--pack", tiny_pack, "--shard", "2/2"]
    outcome = run_here(capfdbinary, *run)
    assert outcome.code == 0
    assert "no pictures in this share" in outcome.stderr
    assert not out.exists()


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2"])
def test_what_is_no_share_is_refused(
    capfdbinary: Capture, tiny_pack: Path, tmp_path: Path, shard: str
) -> None:
    photo = tmp_path / "photo.png"
    Image.fromarray(smooth(12, 16)).save(photo)
    run = ["stylize", photo, tmp_path / "out.png", "--pack", tiny_pack, f"--shard={shard}"]
    outcome = run_here(capfdbinary, *run)
    assert outcome.code == 2
    assert "give I/N" in outcome.stderr
