"""What of the preview lies over the canvas, and when nothing does."""

from __future__ import annotations

from ..krita_stand_in import Document, Krita, photo
from ..panel import Panel, samples_of


def test_nothing_is_laid_over_the_canvas_before_that_is_wanted(panel: Panel) -> None:
    panel.open()
    panel.turn(0.9)
    panel.wait()
    assert panel.after is not None
    assert panel.controller.canvas.picture is None


def test_the_preview_lies_over_its_part_of_the_document(panel: Panel) -> None:
    switch_on(panel)
    picture = panel.controller.canvas.picture
    assert picture is not None and panel.after is not None
    assert picture.place.document == panel.document
    assert tuple(picture.place.region) == (0, 0, 64, 48)
    assert (samples_of(picture.pixels) == samples_of(panel.after[0])).all()
    panel.turn(0.2)
    panel.wait()
    assert panel.controller.canvas.picture is not picture, "an old preview stays"
    assert panel.document.titles == ["Paper", "Photo"] and panel.document.steps == []


def test_it_is_remembered_for_the_next_time(panel: Panel) -> None:
    switch_on(panel)
    assert panel.saved().choices["krita.preview_on_canvas"] == "yes"
    panel.controller.canvas.switch(False)
    assert panel.controller.canvas.picture is None
    assert panel.saved().choices["krita.preview_on_canvas"] == "no"


def test_it_ends_with_the_panel(panel: Panel) -> None:
    switch_on(panel)
    panel.controller.show_panel(1, False)
    assert panel.controller.canvas.picture is None


def test_it_ends_with_the_document(panel: Panel) -> None:
    switch_on(panel)
    Krita.instance().opened.clear()
    panel.wait()
    assert panel.controller.canvas.picture is None


def test_it_ends_with_the_layer(panel: Panel) -> None:
    switch_on(panel)
    panel.worker.is_slow = True
    Krita.instance().opened.append(Document(photo()))
    panel.wait()
    assert panel.controller.canvas.picture is None, "the preview of another layer stays"


def test_another_packs_preview_does_not_stay(panel: Panel) -> None:
    switch_on(panel)
    panel.worker.is_slow = True
    panel.controller.choose_pack("wave")
    assert panel.controller.canvas.picture is None


def test_what_has_been_painted_over_does_not_stay(panel: Panel) -> None:
    switch_on(panel)
    panel.worker.is_slow = True
    panel.photo.plane.samples[:] = 7
    panel.wait(2000)
    assert panel.controller.canvas.picture is None


def test_the_result_itself_takes_its_place(panel: Panel) -> None:
    switch_on(panel)
    panel.controller.apply()
    panel.wait(3000)
    assert len(panel.document.titles) == 3, "there is no result"
    assert panel.controller.canvas.picture is None


def test_a_dial_at_rest_gets_more_pixels_than_the_panel_has(panel: Panel) -> None:
    Krita.instance().opened.append(Document(photo(size=(1600, 20)), size=(1600, 20)))
    panel.open()
    panel.controller.canvas.switch(True)
    panel.wait()
    panel.turn(0.9)
    panel.wait(2000)
    widths = [one.pixels.width for one in panel.worker.previews]
    assert widths[-2:] == [512, 1024], "quick at first, then as fine as a canvas needs"
    picture = panel.controller.canvas.picture
    assert picture is not None and picture.pixels.width == 1024
    panel.controller.canvas.switch(False)
    panel.wait(2000)
    assert panel.worker.previews[-1].pixels.width == 512


def switch_on(panel: Panel) -> None:
    panel.open()
    panel.controller.canvas.switch(True)
    panel.turn(0.9)
    panel.wait()
    assert panel.controller.canvas.picture is not None
