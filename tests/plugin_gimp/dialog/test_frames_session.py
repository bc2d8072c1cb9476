"""The dialog of Stylize Layers as Frames…, without a display."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ..conftest import Plugin
from ..dialog_stand_ins import NotingWorker
from ..gimp_stand_in import Image
from ..samples import pack_entry


class View:
    """A FramesView. notice: (text, kind of remedy), None while hidden."""

    def __init__(self) -> None:
        self.packs: list[str] = []
        self.chosen = self.progress = ""
        self.fraction: float | None = None
        self.notice: tuple[str, str] | None = None
        self.is_busy = self.can_run = self.has_ended = False

    def show_packs(self, packs: Any, *, chosen: str) -> None:
        self.packs, self.chosen = [pack.id for pack in packs], chosen

    def show_progress(self, fraction: float | None, text: str) -> None:
        self.fraction, self.progress = fraction, text

    def set_busy(self, is_busy: bool, *, has_pack: bool) -> None:
        self.is_busy, self.can_run = is_busy, has_pack and not is_busy

    def show_error(self, text: str, remedy: Any) -> None:
        self.notice = (text, remedy.kind)

    def show_hint(self, text: str) -> None:
        self.notice = (text, "hint")

    def hide_notice(self) -> None:
        self.notice = None

    def end(self) -> None:
        self.has_ended = True


class Dialog:
    """A session over three frames, with a pack listed."""

    def __init__(self, plugin: Plugin) -> None:
        self.plugin = plugin
        self.image = Image(60, 40)
        for number in range(3):
            self.image.add(f"frame {number} (100ms)", np.full((40, 60, 4), 255))
        self.view = View()
        self.wishes = plugin.frame_wishes.FrameWishes(
            "starry-night", "0=0.1,2=0.9", "linear", "all", "", False
        )
        self.session = plugin.frames_session.FramesSession(
            self.view, self.image, tuple(self.image.layers), self.wishes
        )
        self.worker: NotingWorker = self.session._worker
        self.session.open()
        self.tell("PacksListed", (pack_entry(plugin),), ())

    def tell(self, name: str, *members: Any) -> None:
        self.worker.tell(getattr(self.plugin.events, name)(*members))

    def answer(self) -> None:
        """The frame that was asked for last is there, all black."""
        ticket = max(self.worker.runs)
        request = self.worker.runs[ticket]
        pixels = replace(request.pixels, data=bytes(len(request.pixels.data)))
        self.tell("RunFinished", ticket, self.plugin.messages.Result(request.job, pixels, {}))

    def fail(self, error: Any) -> None:
        remedy = self.plugin.error_actions.remedy_for(error)
        self.tell("RunFailed", max(self.worker.runs), error, remedy, "run")

    def place(self) -> int:
        made = self.session.made
        return int(self.plugin.placing_frames.place_frames(made.jobs, made.results))


@pytest.fixture
def dialog(plugin: Plugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dialog]:
    monkeypatch.setenv("DYNAMIC_STYLE_CONFIG", str(tmp_path))
    monkeypatch.setattr(plugin.main_thread_worker, "Worker", NotingWorker)
    opened = Dialog(plugin)
    yield opened
    opened.session.close()
    assert opened.worker.is_closed
    if opened.session.made is not None:
        opened.session.made.results.close()


def test_all_frames_are_made_and_then_placed_as_one_step(dialog: Dialog) -> None:
    view = dialog.view
    assert (view.packs, view.chosen, view.can_run) == (["starry-night"], "starry-night", True)
    dialog.session.run(dialog.wishes)
    assert view.is_busy and view.progress == "Frame 1 of 3"
    dialog.answer()
    assert view.progress.startswith("Frame 2 of 3") and view.fraction == pytest.approx(1 / 3)
    dialog.answer()
    dialog.answer()
    assert view.has_ended and dialog.image.changes == 0, "nothing is touched while it is open"
    asked = [run.dials["strength"].numbers[0] for run in dialog.worker.runs.values()]
    assert asked == [0.1, 0.5, 0.9]
    assert dialog.place() == 3 and dialog.image.groups == 1
    assert all(not layer.buffer.pixels.any() for layer in dialog.image.layers)


def test_cancel_leaves_the_image_as_it_was(dialog: Dialog) -> None:
    dialog.session.run(dialog.wishes)
    dialog.answer()
    assert dialog.session.cancel()
    dialog.fail(dialog.plugin.errors.JobCancelledError("cancelled"))
    assert dialog.view.notice == ("Stopped. The image was not changed.", "hint")
    assert dialog.session.made is None and dialog.view.can_run
    assert not dialog.session.cancel(), "a second one closes the dialog"


def test_stop_and_keep_places_what_is_done(dialog: Dialog) -> None:
    dialog.session.run(dialog.wishes)
    dialog.answer()
    dialog.answer()
    dialog.session.keep()
    dialog.fail(dialog.plugin.errors.JobCancelledError("cancelled"))
    assert dialog.view.has_ended
    assert dialog.place() == 2
    empty = [not layer.buffer.pixels.any() for layer in reversed(dialog.image.layers)]
    assert empty == [True, True, False]


def test_stop_and_keep_before_the_first_frame_leaves_all(dialog: Dialog) -> None:
    dialog.session.run(dialog.wishes)
    dialog.session.keep()
    dialog.fail(dialog.plugin.errors.JobCancelledError("cancelled"))
    assert dialog.session.made is None and not dialog.view.has_ended


def test_a_failure_names_the_layer_and_can_be_tried_again(dialog: Dialog) -> None:
    dialog.session.run(dialog.wishes)
    dialog.answer()
    dialog.fail(dialog.plugin.errors.ConnectionLostError("gone"))
    assert dialog.view.notice is not None
    text, kind = dialog.view.notice
    assert "Frame 1, the layer 'frame 1 (100ms)': The connection" in text and kind == "restart"
    assert dialog.session.made is None and dialog.view.can_run
    dialog.session.run(dialog.wishes)
    for _ in range(3):
        dialog.answer()
    assert dialog.view.has_ended


def test_what_is_wrong_is_said_before_anything_is_asked(dialog: Dialog) -> None:
    dialog.session.run(replace(dialog.wishes, alpha="wind=0=1"))
    assert dialog.view.notice is not None and "no dial 'wind'" in dialog.view.notice[0]
    assert dialog.worker.runs == {} and not dialog.view.is_busy


def test_a_layer_that_goes_away_in_mid_run_is_told(dialog: Dialog) -> None:
    dialog.session.run(dialog.wishes)
    dialog.image.take_away(dialog.image.layers[1])
    dialog.answer()
    assert dialog.view.notice is not None
    assert "Frame 1, the layer 'frame 1 (100ms)': The layer was removed" in dialog.view.notice[0]


def test_frames_that_are_results_already_are_said(dialog: Dialog) -> None:
    assert dialog.view.notice is None
    dialog.session.run(dialog.wishes)
    for _ in range(3):
        dialog.answer()
    dialog.place()
    for layer in dialog.image.layers:
        layer.buffer.pixels[:] = 255  # the stand-in's results are transparent
    dialog.session.open()
    assert dialog.view.notice is not None and dialog.view.notice[1] == "hint"
    assert "are painted once more" in dialog.view.notice[0]
    last = dialog.plugin.saved_settings.load_settings().last_recipe
    assert last is not None and last.frames is None, "Repeat Last is about one layer"
