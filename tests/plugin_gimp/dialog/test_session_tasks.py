"""What the dialog does otherwise for holes, and for pictures of their own, than for styles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Plugin
from ..dialog_stand_ins import opening


@pytest.fixture
def opened(plugin: Plugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with opening(plugin, tmp_path, monkeypatch) as open_:
        yield open_


def test_a_hole_is_shown_with_its_surroundings_and_grows(opened: Any) -> None:
    dialog = opened(task="FILL_HOLES")
    narrow = dialog.view.part
    assert narrow == (256, 256) and dialog.view.notice is None
    assert dialog.view.in_place_of_packs == "Looking for packs…"
    dialog.list("fill", task="completion")
    assert (dialog.newest.grow_px, dialog.newest.is_cutout) == (8, False)
    dialog.session.set_options(replace(dialog.view.options, grow_px=40), "soft")
    assert dialog.view.part > narrow and dialog.newest.grow_px == 40
    dialog.session.run()
    request = dialog.worker.runs[max(dialog.worker.runs)]
    assert (request.grow_px, request.is_cutout) == (40, True)
    dialog.answer(max(dialog.worker.runs))
    (hole,) = dialog.session.painted.subjects
    assert hole.grow_px == 40 and dialog.session.painted.settings.recipe.target == "new_layer"


def test_nothing_selected_any_more_is_said_and_taken_back(opened: Any) -> None:
    dialog = opened(task="FILL_HOLES")
    dialog.list("fill", task="completion")
    dialog.image.select(0, 0, 0, 0)
    dialog.session.set_options(replace(dialog.view.options, grow_px=9), "soft")
    assert "Nothing is selected" in dialog.view.notice[0]
    dialog.image.select(50, 60, 20, 20)
    dialog.session.set_options(replace(dialog.view.options, grow_px=10), "soft")
    assert dialog.view.notice is None


def test_a_picture_of_its_own_is_shown_over_the_layer_and_made_of_nothing(opened: Any) -> None:
    dialog = opened(task="GENERATE_OVER_LAYERS")
    dialog.list("night")
    assert dialog.view.packs == []
    assert dialog.view.notice == ("No pack that makes pictures is installed yet.", "install_pack")
    dialog.image.select(0, 0, 300, 400)
    dialog.list("avatars", "night", task="generation")
    assert dialog.view.notice is None and dialog.view.chosen == "avatars"
    dialog.session.set_options(replace(dialog.view.options, seed=7), "soft")
    dialog.view.dials[0].set(0.3)
    dialog.session.turn()
    preview = dialog.newest
    assert (preview.type, preview.seed) == ("generate_run", 7)
    assert preview.dials["strength"].numbers == (0.3,)
    assert bytes(preview.pixels.data)[0] == 90  # what the layer shows lies around it
    assert preview.mask.role == "selection"
    dialog.answer(max(dialog.worker.previews))
    dialog.session.run()
    ticket = max(dialog.worker.runs)
    made = dialog.worker.runs[ticket]
    assert (made.seed, made.preview_stream, made.pixels.width) == (7, None, 600)
    assert not any(bytes(made.pixels.data)) and made.mask is None  # GIMP will mask the layer
    dialog.answer(ticket)
    assert dialog.view.has_ended and dialog.session.painted.settings.recipe.seed == 7
