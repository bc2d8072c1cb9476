"""What happens in the dialog, without a display: the worker's answers and the user's wishes come in
any order, and the window shows what is true.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Plugin
from ..dialog_stand_ins import opening
from ..gimp_stand_in import LOOP
from ..samples import pack_entry

TICK_MS, REFINE_MS = 200, 250


@pytest.fixture
def opened(plugin: Plugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with opening(plugin, tmp_path, monkeypatch) as open_:
        yield open_


def recipe(plugin: Plugin, **changes: Any) -> Any:
    dials = {"strength": (0.2,), "wave": (0.4,)}
    made = plugin.recipe.Recipe("style_transfer", "starry-night", None, "Starry Night", dials)
    return plugin.run_settings.Settings(replace(made, **changes))


def test_the_layer_is_shown_while_packs_are_looked_for(opened: Any) -> None:
    dialog = opened()
    assert dialog.view.part == (600, 400) and dialog.view.before.width == 512
    assert dialog.view.in_place_of_packs == "Looking for styles…"
    assert dialog.view.status == "Starting the backend…" and dialog.view.is_working
    assert not dialog.view.can_run
    dialog.list("a", "b")
    assert (dialog.view.packs, dialog.view.chosen) == (["a", "b"], "a")
    assert [dial.alpha for dial in dialog.view.dials] == [0.7, 0.0]
    assert dialog.view.can_run and dialog.view.status == "Preview"


def test_a_turned_dial_asks_for_a_preview_and_shows_it(opened: Any) -> None:
    dialog = opened()
    dialog.list("a")
    dialog.answer(1)
    assert dialog.view.after is not None
    dialog.view.dials[0].set(0.3)
    dialog.session.turn(is_dragging=True)
    assert dialog.newest.dials["strength"].numbers == (0.3,)
    assert (dialog.newest.pack, dialog.newest.working_size_px) == ("a", 512)
    dialog.view.after = None
    dialog.answer(2)
    assert dialog.view.after is not None
    LOOP.fire(REFINE_MS)
    assert max(dialog.worker.previews) == 2  # the mouse still holds the dial
    dialog.session.turn()
    assert max(dialog.worker.previews) == 2  # the same is not asked for twice
    LOOP.fire(REFINE_MS)
    assert dialog.newest.working_size_px == 600  # the pack's own, of a smaller layer
    dialog.answer(3)
    assert dialog.view.status == "This is how the result will look"
    assert not dialog.view.is_working


def test_what_is_asked_for_waits_for_no_older_preview(opened: Any) -> None:
    dialog = opened()
    dialog.list("a")
    dialog.view.dials[0].set(0.9)
    dialog.session.turn()
    dialog.answer(2)
    dialog.view.after = None
    dialog.answer(1)
    assert dialog.view.after is None


def test_ok_runs_and_hands_back_what_to_place(plugin: Plugin, opened: Any) -> None:
    dialog = opened()
    dialog.list("a")
    dialog.session.run()
    (ticket,) = dialog.worker.runs
    request = dialog.worker.runs[ticket]
    assert (request.pixels.width, request.preview_stream) == (600, None)
    assert dialog.view.is_busy and dialog.view.fraction == 0.0
    assert "no preview" in dialog.worker.asked
    dialog.tell("RunProgress", ticket, 0.5, "painting", None)
    assert dialog.view.status == "Making the result: Painting, 50 %"
    result = plugin.messages.Result(request.job, request.pixels, {})
    dialog.tell("RunFinished", ticket + 1, result)  # of no run here
    assert not dialog.view.has_ended and dialog.session.painted is None
    dialog.answer(ticket)
    assert dialog.view.has_ended
    painted = dialog.session.painted
    assert painted.settings.recipe.pack == "a"
    assert painted.subjects == dialog.sources and len(painted.results) == 1
    assert plugin.saved_settings.load_settings().recent_packs == ("a",)


def test_layers_are_painted_one_after_the_other(opened: Any) -> None:
    dialog = opened(layers=3)
    dialog.list("a")
    dialog.session.run()
    for index in range(3):
        ticket = max(dialog.worker.runs)
        assert len(dialog.worker.runs) == index + 1 and not dialog.view.has_ended
        dialog.tell("RunProgress", ticket, 0.5, "painting", 9.0)
        assert dialog.view.fraction == pytest.approx((index + 0.5) / 3)
        assert ("9 s left" in dialog.view.status) == (index == 2)
        dialog.answer(ticket)
    assert dialog.view.has_ended and len(dialog.session.painted.results) == 3


def test_a_layer_that_goes_away_during_a_run_is_said(opened: Any) -> None:
    dialog = opened(layers=2)
    dialog.list("a")
    dialog.session.run()
    dialog.image.take_away(dialog.image.layers[1])
    dialog.answer(max(dialog.worker.runs))
    assert "was removed from the image" in dialog.view.notice[0]
    assert dialog.session.painted is None and not dialog.view.has_ended
    assert not dialog.view.is_busy and dialog.view.fraction is None
    dialog.session.run()
    assert len(dialog.worker.runs) == 1 and "was removed" in dialog.view.notice[0]


def test_a_layer_that_has_gone_is_asked_for_nothing_more(opened: Any) -> None:
    dialog = opened()
    dialog.image.select(0, 0, 300, 400)
    dialog.list("a")
    dialog.session.set_options(replace(dialog.view.options, target="in_place"), "soft")
    dialog.image.take_away(dialog.image.layers[0])
    dialog.session.run()
    assert "was removed from the image" in dialog.view.notice[0]
    dialog.view.dials[0].set(0.3)
    dialog.session.turn()
    assert "was removed from the image" in dialog.view.notice[0]
    assert dialog.worker.runs == {} and not dialog.view.is_working


def test_cancel_stops_a_run_and_then_ends_the_dialog(plugin: Plugin, opened: Any) -> None:
    dialog = opened()
    dialog.list("a")
    dialog.session.run()
    ticket = max(dialog.worker.runs)
    assert dialog.session.cancel()
    assert dialog.worker.asked[-1] == "cancel" and dialog.view.is_busy
    dialog.fail(plugin.errors.JobCancelledError("stopped"), asked="run", ticket=ticket)
    assert dialog.view.notice == ("Stopped. The image was not changed.", "hint")
    assert not dialog.view.is_busy and dialog.view.fraction is None
    assert max(dialog.worker.previews) > ticket  # there is a preview again
    assert not dialog.session.cancel()
    dialog.answer(max(dialog.worker.previews))
    assert dialog.view.notice is not None  # stays until it is read


def test_a_dead_backend_is_said_and_started_again(plugin: Plugin, opened: Any) -> None:
    dialog = opened()
    dialog.list("a")
    dialog.session.run()
    lost = plugin.errors.ConnectionLostError("gone")
    dialog.tell("StateChanged", "lost", "")
    dialog.fail(lost, asked="run", ticket=max(dialog.worker.runs))
    assert "connection to the backend was lost" in dialog.view.notice[0]
    assert dialog.view.notice[1] == "restart"
    assert dialog.view.can_run and dialog.session.painted is None
    dialog.session.retry(plugin.error_actions.remedy_for(lost))
    assert dialog.worker.asked[-2:] == ["restart", "packs"]
    assert dialog.view.status == "Starting the backend…"
    dialog.view.dials[0].set(0.3)
    dialog.session.turn()
    before = len(dialog.worker.previews)
    dialog.list("a")
    assert dialog.view.notice is None and dialog.view.dials[0].alpha == 0.3
    assert len(dialog.worker.previews) == before + 1  # the last was asked of the dead one
    assert dialog.newest.dials["strength"].numbers == (0.3,)


def test_try_again_does_again_what_has_failed(plugin: Plugin, opened: Any) -> None:
    dialog = opened()
    dialog.list("a")
    error = plugin.errors.DeviceError("busy")
    dialog.fail(error, asked="preview", ticket=1)
    assert dialog.view.notice[1] == "retry" and not dialog.view.is_working
    before = len(dialog.worker.previews)
    dialog.session.retry(plugin.error_actions.remedy_for(error))
    assert len(dialog.worker.previews) == before + 1
    dialog.answer(max(dialog.worker.previews))
    assert dialog.view.notice is None
    dialog.session.run()
    dialog.fail(error, asked="run", ticket=max(dialog.worker.runs))
    dialog.session.retry(plugin.error_actions.remedy_for(error))
    assert len(dialog.worker.runs) == 2


def test_a_backend_that_is_installed_meanwhile_is_found(plugin: Plugin, opened: Any) -> None:
    dialog = opened()
    record = plugin.launch.record_path()
    record.unlink()
    dialog.fail(plugin.errors.BackendError("none is installed"), asked="packs")
    assert dialog.view.in_place_of_packs == "" and dialog.view.notice is not None
    LOOP.fire(TICK_MS)
    assert dialog.worker.asked == ["packs"]
    record.write_text("{}")
    LOOP.fire(TICK_MS)
    LOOP.fire(TICK_MS)
    assert dialog.worker.asked == ["packs", "packs"]


def test_a_slow_preview_is_said(
    plugin: Plugin, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(plugin.dialog_preview.time, "monotonic", lambda: now[0])
    dialog = opened()
    dialog.list("a")
    LOOP.fire(TICK_MS)
    now[0] += 2
    LOOP.fire(TICK_MS)
    assert "still waiting for the backend" in dialog.view.status
    dialog.answer(1)
    assert dialog.view.status == "Preview"


def test_the_dialog_begins_as_it_was_left(plugin: Plugin, opened: Any) -> None:
    dialog = opened(start=recipe(plugin, preserve_color=True, working_size_px=384))
    dialog.list("a", "starry-night")
    assert dialog.view.chosen == "starry-night" and dialog.view.notice is None
    assert [dial.alpha for dial in dialog.view.dials] == [0.2, 0.4]
    assert (dialog.view.options.preserve_color, dialog.newest.working_size_px) == (True, 384)
    dialog.session.reset()
    assert [dial.alpha for dial in dialog.view.dials] == [0.7, 0.0]
    assert not dialog.view.options.preserve_color and not dialog.newest.preserve_color


def test_a_pack_that_has_gone_is_named_and_can_be_installed(plugin: Plugin, opened: Any) -> None:
    dialog = opened(start=recipe(plugin))
    dialog.list("a")
    assert dialog.view.chosen == "a"
    assert "'Starry Night' is not installed" in dialog.view.notice[0]
    assert dialog.view.notice[1] == "install_pack"
    dialog.session.take_installed(pack_entry(plugin, id_="new"))
    assert dialog.view.notice is None and dialog.worker.asked[-1] == "packs"
    dialog.list("a", "new")
    assert dialog.view.chosen == "new" and dialog.view.notice is None


def test_without_a_pack_nothing_can_be_run(opened: Any) -> None:
    dialog = opened()
    dialog.list()
    assert dialog.view.notice == ("No style is installed yet.", "install_pack")
    dialog.session.run()
    assert not dialog.view.can_run and dialog.worker.runs == {}


def test_dials_are_kept_for_each_pack(plugin: Plugin, opened: Any) -> None:
    dialog = opened()
    dialog.list("a", "b")
    dialog.view.dials[0].set(0.3)
    dialog.session.turn()
    dialog.session.choose("b")
    assert dialog.newest.pack == "b" and dialog.view.dials[0].alpha == 0.7
    assert plugin.saved_settings.load_settings().dials["a"]["strength"] == (0.3,)
    dialog.session.choose("a")
    assert dialog.view.dials[0].alpha == 0.3
    dialog.answer(min(dialog.worker.previews))
    assert dialog.view.after is None  # of another pack


def test_a_pack_that_follows_no_selection_does_not_end_the_wish(
    plugin: Plugin, opened: Any
) -> None:
    dialog = opened()
    dialog.image.select(0, 0, 300, 400)
    follows, whole = (pack_entry(plugin, id_=name) for name in ("a", "b"))
    whole = replace(whole, dials=(replace(whole.dials[0], taps=()), whole.dials[1]))
    dialog.tell("PacksListed", (follows, whole), ())
    options = replace(dialog.view.options, follows_selection=True)
    dialog.session.set_options(options, "ignore")
    assert dialog.newest.mask.role == "alpha_map"
    dialog.session.choose("b")
    assert dialog.newest.pack == "b" and dialog.newest.mask.role == "selection"
    dialog.session.choose("a")
    assert dialog.newest.pack == "a" and dialog.newest.mask.role == "alpha_map"


def test_an_option_changes_the_preview(opened: Any) -> None:
    dialog = opened()
    dialog.image.select(0, 0, 300, 400)
    dialog.list("a")
    assert dialog.newest.mask.role == "selection"
    options = replace(dialog.view.options, follows_selection=True, preserve_color=True)
    dialog.session.set_options(options, "ignore")
    assert dialog.newest.mask.role == "alpha_map" and dialog.newest.preserve_color
    dialog.session.set_options(replace(options, follows_selection=False), "ignore")
    assert dialog.newest.mask is None


def test_what_cannot_be_done_is_said_before_a_run(opened: Any) -> None:
    dialog = opened()
    dialog.list("a")
    dialog.image.layers[0].is_locked = True
    dialog.session.set_options(replace(dialog.view.options, target="in_place"), "soft")
    dialog.session.run()
    assert "are locked" in dialog.view.notice[0]
    assert dialog.worker.runs == {} and not dialog.view.is_busy


def test_diagnostics_say_the_last_error(plugin: Plugin, opened: Any) -> None:
    dialog = opened()
    dialog.list("a")
    dialog.tell("StateChanged", "lost", "it has ended")
    dialog.fail(plugin.errors.ConnectionLostError("socket 7 is dead"), asked="preview", ticket=1)
    text = dialog.session.diagnostics()
    assert "lost it has ended" in text and "socket 7 is dead" in text and "gimp 3.0.4" in text
