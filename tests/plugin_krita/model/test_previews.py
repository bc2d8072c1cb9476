"""When the panel asks for a preview, and which one it shows."""

from __future__ import annotations

import numpy as np
from dynamic_style_krita.plugin.tasks.completion_task import COMPLETION
from dynamic_style_krita.protocol.errors import UsageError

from ..krita_stand_in import Document, Krita, photo
from ..panel import SECOND_MS, Panel, samples_of


def test_nothing_is_asked_before_the_user_turns_to_the_panel(panel: Panel) -> None:
    panel.controller.show_panel(1, True)
    panel.wait()
    assert panel.worker.asked == []
    assert panel.controller.watch.text == "Layer: Photo", "which is said all the same"


def test_a_turned_dial_asks_for_a_preview_and_shows_it(panel: Panel) -> None:
    panel.open()
    panel.turn(0.9)
    panel.wait()
    request = panel.worker.previews[-1]
    assert request.dials["strength"].numbers == (0.9,)
    assert (request.pack, request.pixels.width) == ("night", 64)
    assert panel.after is not None and panel.after[1]
    before, after = samples_of(panel.before), samples_of(panel.after[0])
    assert np.array_equal(after[..., :3], 255 - before[..., :3])
    assert not panel.controller.preview.is_waiting
    assert panel.document.steps == [] and panel.document.titles == ["Paper", "Photo"]


def test_painting_is_previewed_anew(panel: Panel) -> None:
    panel.open()
    count = len(panel.worker.previews)
    panel.photo.plane.samples[:] = 7
    panel.wait(2000)
    assert len(panel.worker.previews) > count
    assert (samples_of(panel.worker.previews[-1].pixels) == 7).all()


def test_a_preview_of_another_pack_is_not_shown(panel: Panel) -> None:
    panel.open()
    panel.worker.is_slow = True
    panel.turn(0.9)
    panel.controller.choose_pack("wave")
    shown = len(panel.shown)
    panel.worker.answer()
    panel.wait(20)
    assert [one.pack for one in panel.worker.previews[-2:]] == ["night", "wave"]
    assert len(panel.shown) == shown + 1


def test_a_dial_at_rest_gets_the_results_own_strokes(panel: Panel) -> None:
    wide = photo(size=(1200, 20))
    Krita.instance().opened.append(Document(wide, size=(1200, 20)))
    panel.open()
    asked = [(one.pixels.width, one.working_size_px) for one in panel.worker.previews]
    assert asked == [(512, 512), (512, 768)], "quick at first, then as the pack works"
    panel.wait(5000)
    assert len(panel.worker.previews) == 2


def test_a_preview_that_comes_while_a_run_is_under_way_is_not_shown(panel: Panel) -> None:
    panel.open()
    panel.worker.is_slow = True
    panel.turn(0.9)
    shown = len(panel.shown)
    panel.worker.answer()  # the event waits to be fetched
    panel.controller.apply()
    panel.wait(20)
    assert len(panel.shown) == shown


def test_a_hidden_panel_asks_for_nothing_and_goes_on_when_it_is_shown(panel: Panel) -> None:
    panel.open()
    panel.controller.show_panel(1, False)
    count = len(panel.worker.previews)
    panel.turn(0.1)
    panel.wait()
    assert len(panel.worker.previews) == count
    panel.controller.show_panel(1, True)
    panel.wait()
    assert panel.worker.previews[-1].dials["strength"].numbers == (0.1,)


def test_a_preview_that_fails_is_told_and_tried_again(panel: Panel) -> None:
    panel.open()
    panel.worker.die()
    panel.turn(0.2)
    panel.wait()
    assert panel.remedy == "restart" and not panel.controller.preview.is_working
    panel.controller.restart()
    panel.wait()
    assert panel.message == ""
    assert panel.worker.previews[-1].dials["strength"].numbers == (0.2,)


def test_while_a_run_is_under_way_a_dial_asks_for_no_preview(panel: Panel) -> None:
    panel.open()
    panel.worker.is_slow = True
    panel.controller.apply()
    count = len(panel.worker.previews)
    panel.turn(0.7)
    panel.wait()
    assert len(panel.worker.previews) == count


def test_a_hole_is_previewed_also_where_all_of_the_picture_is_around_it(panel: Panel) -> None:
    panel.document.select(20, 20, 6, 4)
    panel.open()
    panel.controller.choose_task(COMPLETION)
    panel.wait()
    assert panel.worker.previews[-1].pack == "faces"
    assert panel.after is not None


def test_a_panel_at_rest_reads_nothing_anew_where_nothing_is_selected(panel: Panel) -> None:
    panel.open()
    panel.controller.choose_task(COMPLETION)
    panel.wait()
    told: list[bool] = []
    panel.controller.watch.pixels_changed.connect(lambda: told.append(True))
    panel.wait(3 * SECOND_MS)
    assert told == []


def test_a_message_stays_while_nothing_in_the_picture_changes(panel: Panel) -> None:
    panel.open()
    panel.controller.choose_task(COMPLETION)
    panel.wait()
    panel.controller.last_error.show_caught(UsageError("Nothing is selected."))
    panel.wait()
    assert panel.message == "Nothing is selected."
