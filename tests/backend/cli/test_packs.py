"""dynamic-style packs and sweep."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dynamic_style.backend.images.contact_sheet import Cell, best_columns, contact_sheet, writable

from ..pictures import shown, smooth
from ..tiny_weights import make_tiny_weights
from .running_cli import Outcome, run_here

Capture = pytest.CaptureFixture[bytes]


def packs(capture: Capture, *arguments: object) -> Outcome:
    return run_here(capture, "packs", *arguments)


def installed(capture: Capture) -> dict[str, dict[str, object]]:
    listed = json.loads(packs(capture, "list", "--json").stdout)["packs"]
    return {pack["id"]: pack for pack in listed if not pack["shipped"]}


def test_a_pack_is_installed_listed_described_verified_and_removed(
    capfdbinary: Capture, tiny_pack: Path, user_packs: Path
) -> None:
    assert installed(capfdbinary) == {}
    outcome = packs(capfdbinary, "install", tiny_pack)
    assert outcome.code == 0, outcome.stderr
    assert str(user_packs / "tiny") in outcome.stderr
    (listed,) = installed(capfdbinary).values()
    assert listed["id"] == "tiny"
    assert listed["ok"] is True
    dials = listed["dials"]
    assert isinstance(dials, list)
    assert [dial["id"] for dial in dials] == ["strength", "towards-waves"]
    lines = packs(capfdbinary, "list").stdout.decode()
    assert "tiny" in lines
    assert "strength, towards-waves" in lines
    described = packs(capfdbinary, "info", "tiny").stdout.decode()
    for part in ("A. Tester", "CC0-1.0", "strength: Strength", "trained -1 to 1", "512 pixels"):
        assert part in described
    assert "weights      CC0-1.0; made by a test; Nobody\n" in described
    assert "training     not stated\n" in described
    manifest = json.loads(packs(capfdbinary, "info", "tiny", "--json").stdout)["manifest"]
    assert manifest["measurements"][0]["dial"] == "strength"
    assert b"sound" in packs(capfdbinary, "verify", "tiny").stdout
    assert packs(capfdbinary, "install", tiny_pack).code == 3
    assert packs(capfdbinary, "install", tiny_pack, "--replace").code == 0
    assert packs(capfdbinary, "remove", "tiny").code == 0
    assert installed(capfdbinary) == {}
    assert packs(capfdbinary, "remove", "tiny").code == 3


def test_what_a_dial_turns_is_said(capfdbinary: Capture, user_packs: Path) -> None:
    make_tiny_weights(user_packs / "tiny-weights")
    dials = installed(capfdbinary)["tiny-weights"]["dials"]
    assert isinstance(dials, list)
    assert [dial["kind"] for dial in dials] == ["blocks", "weights", "blocks"]
    described = packs(capfdbinary, "info", "tiny-weights").stdout.decode()
    assert "default 0.5, of the main net's weights" in described
    assert "default 0.5, taps up1, conv_out" in described


def test_a_broken_pack_is_listed_as_such_and_fails_verification(
    capfdbinary: Capture, tiny_pack: Path, user_packs: Path
) -> None:
    shutil.copytree(tiny_pack, user_packs / "tiny")
    broken = user_packs / "broken"
    broken.mkdir()
    (broken / "pack.json").write_text("{", encoding="utf-8")
    assert installed(capfdbinary)["broken"]["ok"] is False
    assert b"cannot be used" in packs(capfdbinary, "list").stdout
    outcome = packs(capfdbinary, "verify", "tiny", "broken", "--json")
    assert outcome.code == 3
    document = json.loads(outcome.stdout)
    assert [pack["ok"] for pack in document["packs"]] == [True, False]
    assert document["packs"][1]["error"]["code"].startswith("pack.")


def test_a_sweep_shows_the_photo_and_every_setting(
    capfdbinary: Capture, tiny_pack: Path, tmp_path: Path
) -> None:
    photo, out = tmp_path / "photo.jpg", tmp_path / "sheet.png"
    Image.fromarray(smooth(60, 90)).save(photo)
    run = ["sweep", photo, out, "--pack", tiny_pack, "--cell", "90"]
    outcome = run_here(capfdbinary, *run, "--alphas", "-1,0,1", "--json")
    assert outcome.code == 0, outcome.stderr
    document = json.loads(outcome.stdout)
    assert (document["dial"], document["alphas"]) == ("strength", [-1, 0, 1])
    sheet = shown(out)
    cells = _cells(np.asarray(sheet.convert("RGB")), width=90, height=60)
    assert len(cells) == 4
    np.testing.assert_allclose(cells[0], smooth(60, 90), atol=12)  # the photo, through its JPEG
    for cell in cells[1:]:
        assert np.abs(cell.astype(int) - cells[0]).mean() > 10
    assert (cells[1] != cells[3]).any()


def test_a_sweep_goes_over_the_trained_range_of_the_dial_that_is_named(
    capfdbinary: Capture, tiny_pack: Path, tmp_path: Path
) -> None:
    photo, out = tmp_path / "photo.png", tmp_path / "sheet.jpg"
    Image.fromarray(smooth(8, 8)).save(photo)
    run = ["sweep", photo, out, "--pack", tiny_pack, "--json", "--cell", "64"]
    assert json.loads(run_here(capfdbinary, *run).stdout)["alphas"] == [-1, -0.5, 0, 0.5, 1]
    named = json.loads(run_here(capfdbinary, *run, "--force", "--dial", "towards-waves").stdout)
    assert named["alphas"] == [0, 0.25, 0.5, 0.75, 1]
    assert run_here(capfdbinary, *run).code == 4  # exists already
    assert run_here(capfdbinary, *run, "--force", "--dial", "nothing").code == 2
    assert run_here(capfdbinary, *run, "--force", "--alphas", "0,one").code == 2
    assert run_here(capfdbinary, *run, "--force", "--cell", "1").code == 2
    assert run_here(capfdbinary, "sweep", tmp_path, out, "--pack", tiny_pack).code == 2


def test_a_sheet_fills_its_rows_and_keeps_a_screens_shape() -> None:
    assert best_columns(1, 100, 100) == 1
    assert best_columns(6, 343, 550) == 3
    assert best_columns(6, 500, 380) == 3
    assert best_columns(4, 100, 300) == 4


def test_labels_stay_within_their_cell() -> None:
    cells = [Cell(Image.new("RGB", (80, 80), "red"), "a very long label indeed " * 3)] * 2
    sheet = np.asarray(contact_sheet(cells, title="title"))
    left, right = _cells(sheet, width=80, height=80, color=(255, 0, 0), places=True)
    gap = sheet[:, left[1] + 80 : right[1]]
    below = gap[left[0] + 80 :]
    assert (below == below[0, 0]).all(), "ink between the columns"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Starry Night – gentle", "Starry Night - gentle"),
        ("Übermütig é", "Ubermutig e"),
        ("星月夜", "starry-night"),
    ],
)
def test_titles_are_put_in_letters_that_the_font_has(text: str, shown: str) -> None:
    assert writable(text, "starry-night") == shown


def _cells(
    sheet: np.ndarray,
    *,
    width: int,
    height: int,
    color: tuple[int, int, int] | None = None,
    places: bool = False,
) -> list:  # type: ignore[type-arg]
    """The cells of a sheet in reading order, found as the rectangles that are nowhere paper."""
    paper = sheet[0, 0]
    inked = (sheet != paper).any(axis=2)
    if color is not None:
        inked = (sheet == color).all(axis=2)
    found: list[tuple[int, int]] = []
    for top in range(sheet.shape[0] - height + 1):
        for left in range(sheet.shape[1] - width + 1):
            if not inked[top, left] or any(
                abs(top - t) < height and abs(left - x) < width for t, x in found
            ):
                continue
            if inked[top : top + height, left : left + width].all():
                found.append((top, left))
    if places:
        return found
    return [sheet[top : top + height, left : left + width] for top, left in found]
