"""A new style as Krita and GIMP start it: by the installed interpreter, in a process of its own."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from dynamic_style.backend.packs import list_packs
from dynamic_style.backend.plugin.new_style.style_request import Painting, StyleRequest
from dynamic_style.backend.plugin.new_style.style_runs import RunsSeen, StyleRuns

from ...backend.plugin.new_style.scripted_training import wait_for
from ..conftest import draw_picture


@pytest.mark.timeout(300)
def test_a_layer_becomes_an_installed_pack(
    tmp_path: Path, loss_network_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNAMIC_STYLE_PACKS", str(tmp_path / "packs"))
    monkeypatch.setenv("DYNAMIC_STYLE_LOSS_NETWORK", str(loss_network_file))
    draw_picture(tmp_path / "layer.png", seed=200)
    for i in range(12):
        draw_picture(tmp_path / "photos" / f"{i}.png", seed=i)
    runs = StyleRuns(interpreter=Path(sys.executable), look_s=0.1)
    try:
        runs.begin(
            StyleRequest("Harbour at Night", tmp_path / "photos", "trial"),
            Painting(56, 56, lambda path: shutil.copyfile(tmp_path / "layer.png", path)),
        )
        wait_for(runs, RunsSeen, state="running", timeout_s=250)
        event = wait_for(runs, RunsSeen, state="done", timeout_s=250)
    finally:
        runs.close(timeout_s=10)
    assert isinstance(event, RunsSeen)
    run = event.runs[0]
    assert run.sheet is not None and run.sheet.read_bytes()[:2] == b"\xff\xd8", "a JPEG"
    assert run.pack_id == "harbour-at-night"
    installed = next(pack for pack in list_packs() if pack.id == run.pack_id)
    assert installed.manifest is not None and installed.manifest.title == "Harbour at Night"
