"""What the panel does when it is used: runs, Edit again, packs, and what goes wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from dynamic_style_krita.layers.recipe_annotation import recipe_for
from dynamic_style_krita.plugin.tasks.completion_task import COMPLETION
from dynamic_style_krita.plugin.tasks.stylize_task import STYLIZE
from dynamic_style_krita.protocol.errors import (
    PackInstallError,
    PackNotFoundError,
    UsageError,
)

from ..krita_stand_in import Document, Krita, Node, all_pixels, photo
from ..panel import Panel
from ..scripted_worker import pack


def test_apply_writes_a_layer_with_its_recipe_as_one_step(panel: Panel) -> None:
    panel.open()
    panel.turn(0.8)
    original = panel.photo.pixelData(0, 0, 64, 48)
    panel.controller.apply()
    panel.wait()
    document = panel.document
    assert document.titles == ["Paper", "Photo", "Night α 0.80"]
    assert document.steps == ["Add Layer"]
    result = document.root.children[-1]
    assert document.activeNode() is result
    stylized = np.frombuffer(result.pixelData(0, 0, 64, 48), np.uint8).reshape(-1, 4)
    source = np.frombuffer(original, np.uint8).reshape(-1, 4)
    assert np.array_equal(stylized[:, :3], 255 - source[:, :3])
    assert panel.photo.pixelData(0, 0, 64, 48) == original
    recipe = recipe_for(document, result)
    assert recipe is not None
    assert (recipe.pack, recipe.dials) == ("night", {"strength": (0.8,)})
    assert recipe.source["name"] == "Photo"
    assert panel.controller.progress is None and panel.message == ""
    assert panel.after is not None and not panel.after[1], "the result is shown, and no preview"


def test_edit_again_restores_the_panel_and_renders_in_the_results_place(panel: Panel) -> None:
    panel.open()
    options = replace(panel.controller.state.options, working_size_px=1024, preserve_color=True)
    panel.controller.set_options(options)
    panel.turn(0.8)
    panel.controller.apply()
    panel.wait()
    panel.controller.choose_pack("wave")
    panel.controller.set_options(replace(options, working_size_px=None))
    panel.controller.edit_again()
    panel.wait()
    state = panel.controller.state
    assert panel.controller.is_editing
    assert state.pack is not None and state.pack.id == "night"
    assert (state.dials[0].alpha, state.options) == (0.8, options)
    panel.turn(0.3)
    panel.controller.apply()
    panel.wait()
    assert panel.document.titles == ["Paper", "Photo", "Night α 0.30"]
    assert panel.controller.is_editing, "and can be turned on"
    assert [one.dials["strength"].numbers for one in panel.worker.runs] == [(0.8,), (0.3,)]
    assert bytes(panel.worker.runs[0].pixels.data) == bytes(panel.worker.runs[1].pixels.data)


def test_editing_ends_when_another_layer_is_chosen(panel: Panel) -> None:
    panel.open()
    panel.controller.apply()
    panel.wait()
    panel.controller.edit_again()
    panel.wait()
    assert panel.controller.is_editing and "Editing: Night" in panel.controller.watch.text
    panel.document.active = panel.photo
    panel.wait()
    assert not panel.controller.is_editing
    assert panel.controller.watch.text == "Layer: Photo"


def test_edit_again_on_a_layer_of_ones_own_says_that_it_was_not_made_here(panel: Panel) -> None:
    panel.open()
    with pytest.raises(UsageError, match="nothing to edit again"):
        panel.controller.edit_again()


def test_a_dead_backend_shows_the_restart_button_and_leaves_the_document(panel: Panel) -> None:
    panel.open()
    before = list(all_pixels(panel.document))
    panel.worker.die()
    panel.controller.apply()
    panel.wait()
    assert "connection to the backend was lost" in panel.message
    assert panel.remedy == "restart"
    assert list(all_pixels(panel.document)) == before
    assert panel.document.steps == [] and panel.document.annotations == {}
    assert panel.controller.progress is None
    panel.controller.restart()
    panel.wait()
    assert panel.message == ""
    panel.controller.apply()
    panel.wait()
    assert panel.document.steps == ["Add Layer"]


def test_cancel_ends_a_run_and_changes_nothing(panel: Panel) -> None:
    panel.open()
    panel.worker.is_slow = True
    panel.controller.apply()
    panel.wait()
    assert panel.controller.progress is not None
    with pytest.raises(UsageError, match="being stylized already"):
        panel.controller.apply()
    panel.controller.cancel()
    panel.wait()
    assert panel.controller.progress is None and panel.message == ""
    assert panel.document.steps == []
    panel.worker.is_slow = False
    panel.controller.apply()
    panel.wait()
    assert panel.document.steps == ["Add Layer"]


def test_cancel_while_the_layer_is_still_read_asks_the_backend_nothing(panel: Panel) -> None:
    panel.open()
    panel.controller.apply()
    panel.controller.cancel()
    panel.wait()
    assert panel.worker.runs == [] and panel.document.steps == []
    assert panel.controller.progress is None


def test_repeat_last_takes_the_pack_and_the_dials_of_the_last_time(panel: Panel) -> None:
    with pytest.raises(UsageError, match="Nothing has been stylized yet"):
        panel.controller.repeat_last()
    panel.open()
    panel.turn(0.8)
    panel.controller.apply()
    panel.wait()
    panel.saved()
    panel.controller.choose_pack("wave")
    panel.document.active = panel.document.root.children[0]
    panel.controller.repeat_last()
    panel.wait()
    run = panel.worker.runs[-1]
    assert (run.pack, run.dials["strength"].numbers) == ("night", (0.8,))
    assert run.pack_sha256 is None, "whatever is installed now"
    assert panel.document.titles == ["Paper", "Night α 0.80", "Photo", "Night α 0.80"]


def test_a_layer_that_goes_away_in_mid_run_is_told_and_can_be_brought_back(panel: Panel) -> None:
    panel.open()
    panel.worker.is_slow = True
    panel.controller.apply()
    panel.wait()
    children = panel.document.root.children
    children.remove(panel.photo)
    panel.worker.is_slow = False
    panel.wait()
    assert "“Photo” is no longer there" in panel.message
    assert panel.document.titles == ["Paper"] and panel.document.steps == []
    children.append(panel.photo)
    panel.controller.last_error.retry()
    panel.wait()
    assert panel.document.titles == ["Paper", "Photo", "Night α 0.50"]
    assert len(panel.worker.runs) == 1, "the result was kept"


def test_a_picture_that_is_closed_in_mid_run_ends_it(panel: Panel) -> None:
    panel.open()
    panel.worker.is_slow = True
    panel.controller.apply()
    panel.wait()
    panel.document.close()
    panel.wait()
    assert "picture was closed" in panel.message and panel.remedy == "none"
    assert panel.controller.progress is None
    Krita.instance().opened.append(Document(photo()))
    panel.worker.is_slow = False
    panel.controller.apply()
    panel.wait()
    assert Krita.instance().opened[-1].steps == ["Add Layer"]


def test_only_dials_that_were_turned_are_remembered_for_the_next_session(panel: Panel) -> None:
    panel.open()
    panel.controller.apply()
    panel.wait()
    assert panel.saved().dials == {}
    assert panel.saved().recent_packs == ("night",)
    panel.turn(0.8)
    panel.controller.apply()
    panel.wait()
    assert panel.saved().dials == {"night": {"strength": (0.8,)}}
    panel.controller.state.dials[0].reset()
    panel.controller.apply()
    panel.wait()
    assert panel.saved().dials == {}


def test_a_fill_is_a_layer_over_the_hole_and_the_next_one_goes_above_it(panel: Panel) -> None:
    panel.open()
    panel.controller.choose_task(COMPLETION)
    panel.wait()
    assert "Nothing is selected" in panel.controller.watch.problem
    assert not panel.controller.watch.can_apply
    panel.document.select(20, 20, 6, 4)
    panel.wait()
    assert panel.controller.watch.can_apply
    preview = panel.worker.previews[-1]
    assert preview.mask.role == "selection" and (preview.grow_px, preview.feather_px) == (8, 8)
    panel.controller.set_options(replace(panel.controller.state.options, seed=3))
    panel.controller.apply()
    panel.wait()
    assert panel.document.titles == ["Paper", "Photo", "Faces α 0.50"]
    assert (panel.worker.runs[-1].seed, panel.worker.runs[-1].is_cutout) == (3, True)
    fill = panel.document.root.children[-1]
    assert fill.childNodes() == [], "its own edge is its mask"
    panel.controller.apply()
    panel.wait()
    assert len(panel.document.steps) == 2
    assert bytes(panel.worker.runs[1].pixels.data) == bytes(panel.worker.runs[0].pixels.data)
    assert panel.document.root.children[-1].title == "Faces α 0.50"


def test_all_selected_leaves_nothing_to_fill_from(panel: Panel) -> None:
    panel.open()
    panel.controller.choose_task(COMPLETION)
    panel.document.select(0, 0, 64, 48)
    panel.wait()
    assert "Everything is selected" in panel.controller.watch.problem
    assert panel.message == "" and not panel.controller.watch.can_apply


def test_each_task_is_offered_while_there_are_packs_for_it(panel: Panel) -> None:
    assert panel.controller.has_packs(COMPLETION), "there may be one"
    panel.worker.packs = [pack("night")]
    panel.open()
    assert panel.controller.has_packs(STYLIZE) and not panel.controller.has_packs(COMPLETION)
    with pytest.raises(PackNotFoundError, match="completion pack"):
        panel.controller.choose_task(COMPLETION)
    assert panel.saved().choices["krita.has_completion"] == "no"


def test_a_task_that_is_chosen_before_the_packs_are_known_is_chosen_then(panel: Panel) -> None:
    panel.controller.show_panel(1, True)
    panel.controller.choose_task(COMPLETION)
    panel.wait()
    assert panel.controller.state.pack is not None
    assert panel.controller.state.pack.id == "faces"


def test_an_installed_pack_is_chosen(panel: Panel) -> None:
    panel.open()
    panel.turn(0.9)
    panel.controller.install_pack("/packs/new.dynpack")
    panel.wait()
    state = panel.controller.state
    assert state.pack is not None and state.pack.id == "new"
    assert state.dials[0].alpha == 0.5


def test_a_pack_that_is_installed_already_can_be_replaced(panel: Panel) -> None:
    panel.open()
    panel.worker.error = PackInstallError("night is installed already; use '--replace'")
    panel.controller.install_pack("/packs/night.dynpack")
    panel.wait()
    shown = panel.controller.last_error.shown
    assert shown is not None and shown[1].text == "Replace the installed one"
    panel.worker.error = None
    panel.controller.last_error.retry()
    panel.wait()
    assert panel.worker.asked.count("install") == 2 and panel.message == ""


def test_the_selection_limits_the_result_by_a_mask_on_the_new_layer(panel: Panel) -> None:
    panel.open()
    panel.document.select(10, 10, 20, 20, value=100)
    panel.controller.apply()
    panel.wait()
    result = panel.document.root.children[-1]
    (mask,) = result.childNodes()
    assert mask.type() == "transparencymask"
    assert mask.pixelData(9, 10, 2, 1) == bytes([0, 100])
    assert panel.worker.runs[-1].mask is None
    options = panel.controller.state.options
    panel.document.active = panel.photo
    panel.controller.set_options(replace(options, follows_selection=True, target="in_place"))
    panel.controller.apply()
    panel.wait()
    assert panel.worker.runs[-1].mask.role == "both"


@pytest.mark.parametrize(("target", "title"), [("replace", "Night α 0.50"), ("in_place", "Photo")])
def test_a_replaced_layer_is_one_step_that_undo_takes_back(
    panel: Panel, target: str, title: str
) -> None:
    panel.open()
    options = panel.controller.state.options
    panel.controller.set_options(replace(options, target=target))
    original = panel.photo.pixelData(0, 0, 64, 48)
    panel.controller.apply()
    panel.wait()
    document = panel.document
    assert document.titles == ["Paper", title]
    assert document.steps == ["Convert to Paint Layer"]
    assert document.root.children[-1].pixelData(0, 0, 64, 48) != original
    document.undo()
    assert document.root.children[-1] is panel.photo
    assert panel.photo.pixelData(0, 0, 64, 48) == original


def test_an_unsaved_place_for_the_result_is_refused_before_anything_is_asked(panel: Panel) -> None:
    panel.photo.is_locked = True
    panel.open()
    options = replace(panel.controller.state.options, target="in_place")
    panel.controller.set_options(options)
    assert "locked" in panel.controller.watch.problem
    with pytest.raises(UsageError, match="Choose another place"):
        panel.controller.apply()
    assert panel.worker.runs == []


def test_without_a_picture_the_panel_says_what_to_do(panel: Panel) -> None:
    panel.document.close()
    panel.open()
    assert "No picture is open" in panel.controller.watch.problem
    assert panel.before is None
    with pytest.raises(UsageError, match="No picture is open"):
        panel.controller.apply()


def test_a_group_gives_what_it_shows(panel: Panel) -> None:
    group = Node("Group", "grouplayer", children=[photo(seed=2)])
    group.parent = panel.document.root
    group.plane = group.children[0].plane.copy()
    panel.document.root.children.append(group)
    panel.document.active = group
    panel.open()
    assert "what the group shows" in panel.controller.watch.text
    panel.controller.apply()
    panel.wait()
    assert panel.document.titles[-1] == "Night α 0.50"


def test_diagnostics_name_the_host_and_the_last_error(panel: Panel) -> None:
    panel.open()
    panel.worker.die()
    panel.turn(0.1)
    panel.wait()
    text = panel.controller.diagnostics()
    assert "krita 5.2.9" in text and "gone" in text


def test_a_result_with_a_mask_is_edited_within_the_mask(panel: Panel) -> None:
    panel.open()
    panel.controller.set_options(replace(panel.controller.state.options, follows_selection=True))
    panel.document.select(10, 10, 20, 20)
    panel.controller.apply()
    panel.wait()
    panel.document.selected = None
    panel.controller.edit_again()
    panel.turn(0.9)
    panel.controller.apply()
    panel.wait()
    result = panel.document.root.children[-1]
    assert result.title == "Night α 0.90"
    (mask,) = result.childNodes()
    assert mask.pixelData(9, 10, 3, 1) == bytes([0, 255, 255])
    maps = [one.mask for one in panel.worker.runs]
    assert maps[0].role == "alpha_map" and maps[0] == maps[1], "what was selected then"
