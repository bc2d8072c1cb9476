"""All frames of a layer in one run: what is made, as one step, and what ends it early."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from dynamic_style_krita.plugin.frames import dial_curves
from dynamic_style_krita.plugin.tasks.completion_task import COMPLETION
from dynamic_style_krita.protocol.errors import UsageError

from ..krita_stand_in import Document, Krita, Node, all_pixels, clip, photo
from ..panel import Panel

BOX = (0, 0, 64, 48)


@pytest.fixture
def film(panel: Panel) -> Iterator[Panel]:
    """A picture with an animated layer, which is chosen, and the panel open on it."""
    panel.document.root.children.append(layer := clip(0, 4, 8))
    layer.parent = panel.document.root
    panel.document.active = layer
    panel.document.playback = panel.document.clip = (0, 11)
    panel.open()
    panel.controller.animation.watch(1, True)
    panel.wait()
    yield panel
    assert Krita.instance().hidden == [], "invisible pictures are closed"


def frames_of(node: Node) -> dict[int, bytes]:
    """The pixels of all keyframes that show something."""
    read = {time: node.pixelDataAtTime(*BOX, time) for time in node.frames}
    return {time: data for time, data in read.items() if any(data)}


def inverted(data: bytes) -> bytes:
    samples = np.frombuffer(data, np.uint8).reshape(-1, 4).copy()
    samples[:, :3] = 255 - samples[:, :3]
    return samples.tobytes()


def test_each_keyframe_is_stylized_into_one_new_layer_as_one_step(film: Panel) -> None:
    source, before = film.document.active, list(all_pixels(film.document))
    assert source is not None
    assert film.controller.animation.count == 3 and film.controller.animation.keys == (0, 4, 8)
    film.controller.animation.apply()
    film.wait()
    assert film.message == ""
    assert film.document.titles == ["Paper", "Photo", "Clip", "Night α 0.50"]
    assert film.document.steps == ["Add Layer"] and film.document.time == 0
    result = film.document.root.children[-1]
    assert film.document.activeNode() is result
    assert frames_of(result) == {t: inverted(data) for t, data in frames_of(source).items()}
    assert list(all_pixels(film.document))[: len(before)] == before
    film.document.undo()
    assert film.document.titles == ["Paper", "Photo", "Clip"]


def test_a_moving_dial_gives_a_keyframe_for_every_frame(film: Panel) -> None:
    animation = film.controller.animation
    animation.set_points("strength", ((2, 0.0), (6, 1.0)))
    assert animation.count == 6
    animation.apply()
    film.wait()
    assert [run.dials["strength"].numbers[0] for run in film.worker.runs] == [
        0.0, 0.25, 0.5, 0.75, 1.0, 1.0,
    ]  # fmt: skip
    result = film.document.root.children[-1]
    assert sorted(result.frames) == [0, 3, 4, 5, 6, 8]
    assert result.title == "Night α 0.00–1.00"
    assert result.pixelDataAtTime(*BOX, 3) == result.pixelDataAtTime(*BOX, 0), "of a held frame"


def test_a_part_of_the_frames_leaves_nothing_around_it(film: Panel) -> None:
    animation = film.controller.animation
    animation.set_span(3, 6)
    animation.apply()
    film.wait()
    result = film.document.root.children[-1]
    assert sorted(result.frames) == [0, 3, 4, 7]
    assert sorted(frames_of(result)) == [3, 4]


def test_a_result_of_frames_is_edited_again_with_its_curves(film: Panel) -> None:
    animation, source = film.controller.animation, film.document.active
    assert source is not None
    film.turn(0.25)
    animation.set_points("strength", ((2, 0.0), (6, 1.0)))
    animation.set_ease("smooth")
    animation.set_span(1, 7)
    animation.apply()
    film.wait()
    result = film.document.activeNode()
    asked = [run.dials for run in film.worker.runs]
    animation.set_points("strength", ())
    animation.set_ease("linear")
    animation.set_span(0, 11)
    film.turn(0.9)
    film.wait()
    assert film.controller.watch.recipe is not None, "the button is not offered"
    shown: list[bool] = []
    animation.wanted.connect(lambda: shown.append(True))

    film.controller.edit_again()
    film.wait()
    assert shown and not film.controller.is_editing
    assert film.document.activeNode() is source
    assert film.controller.state.dials[0].alpha == 0.25
    assert animation.points("strength") == ((2, 0.0), (6, 1.0))
    assert (animation.ease, animation.span) == ("smooth", (1, 7))
    animation.apply()
    film.wait()
    assert film.message == ""
    assert [run.dials for run in film.worker.runs] == asked * 2
    again = film.document.activeNode()
    assert film.document.root.children[-2:] == [result, again], "it is covered by the earlier one"


def test_frames_with_more_keys_than_are_kept_are_not_edited_as_one_picture(
    film: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dial_curves, "MAX_KEYS_TEXT", 8)
    film.controller.animation.set_points("strength", ((0, 0.0), (8, 1.0)))
    film.controller.animation.apply()
    film.wait()
    result = film.document.activeNode()
    assert result is not None and result.name().startswith("Night")
    assert film.controller.watch.recipe is None, "it would be replaced by one picture"


def test_frames_whose_source_has_gone_cannot_be_edited(film: Panel) -> None:
    source = film.document.active
    assert source is not None
    film.controller.animation.apply()
    film.wait()
    film.document.root.children.remove(source)
    film.wait()
    with pytest.raises(UsageError, match=r"from which .* was made, is no longer"):
        film.controller.edit_again()


def test_the_playback_range_is_followed_until_the_user_sets_another(film: Panel) -> None:
    animation = film.controller.animation
    assert animation.span == (0, 11)
    film.document.playback = (4, 8)
    film.wait()
    assert animation.span == (4, 8) and animation.count == 2
    animation.set_span(9, 8)
    assert animation.span == (9, 9)
    film.document.playback = (0, 3)
    film.wait()
    assert animation.span == (9, 9)
    Krita.instance().opened.append(other := Document(photo()))
    film.wait()
    assert animation.span == other.playback


def test_a_still_layer_needs_a_moving_dial(film: Panel) -> None:
    film.document.active = film.photo
    film.wait()
    animation = film.controller.animation
    assert "is not animated and no dial moves" in animation.problem
    with pytest.raises(UsageError, match="no dial moves"):
        animation.apply()
    animation.set_points("strength", ((0, 0.0), (2, 1.0)))
    assert (animation.problem, animation.count) == ("", 3)
    animation.apply()
    film.wait()
    assert sorted(frames_of(film.document.root.children[2])) == [0, 1, 2]


def test_what_has_no_frames_of_its_own_is_told(film: Panel) -> None:
    group = Node("Group", "grouplayer", children=[photo()], parent=film.document.root)
    film.document.active = group
    film.wait()
    assert "“Group” has no frames of its own" in film.controller.animation.problem


def test_filling_selections_offers_no_frames(film: Panel) -> None:
    assert film.controller.animation.is_offered
    film.controller.choose_task(COMPLETION)
    assert not film.controller.animation.is_offered


def test_an_empty_frame_stays_one_and_costs_nothing(film: Panel) -> None:
    assert film.document.active is not None
    film.document.active.frames[4].samples[:] = 0
    film.controller.animation.apply()
    film.wait()
    result = film.document.root.children[-1]
    assert sorted(result.frames) == [0, 4, 8] and sorted(frames_of(result)) == [0, 8]
    assert len(film.worker.runs) == 2


def start_slowly(film: Panel, *, frames: int) -> None:
    """Start a run, and wait until so many frames are done."""
    film.worker.is_slow = True
    film.controller.animation.apply()
    film.wait()
    for _ in range(frames):
        film.worker.answer()
        film.wait()


def test_progress_counts_frames(film: Panel) -> None:
    start_slowly(film, frames=1)
    assert film.controller.progress is not None
    fraction, text = film.controller.progress
    assert fraction == pytest.approx(1 / 3) and text.startswith("Frame 2 of 3")
    film.controller.cancel()
    film.wait()


def test_cancel_keeps_what_is_done_as_a_layer_of_its_own(film: Panel) -> None:
    start_slowly(film, frames=2)
    film.controller.cancel()
    film.wait()
    assert film.document.titles[3:] == ["Night α 0.50 (2 of 3)"]
    assert film.document.steps == ["Add Layer"] and film.message == ""
    result = film.document.root.children[-1]
    assert sorted(result.frames) == [0, 4, 8] and sorted(frames_of(result)) == [0, 4]
    assert film.controller.progress is None


def test_what_grows_out_of_sight_is_not_saved_by_krita(film: Panel) -> None:
    """Krita saves modified pictures every few minutes, and would not find this one's folder."""
    start_slowly(film, frames=2)
    assert [document.is_modified for document in Krita.instance().hidden] == [False]
    film.controller.cancel()
    film.wait()


def test_cancel_before_the_first_frame_changes_nothing(film: Panel) -> None:
    start_slowly(film, frames=0)
    film.controller.cancel()
    film.wait()
    assert film.document.steps == [] and film.message == ""


def test_a_dead_backend_is_told_and_what_is_done_is_kept(film: Panel) -> None:
    start_slowly(film, frames=1)
    film.worker.die()
    film.wait()
    assert "connection to the backend was lost" in film.message
    assert "Frames kept, as a layer: 1." in film.message
    assert "Nothing was changed" not in film.message
    assert film.remedy == "restart"
    assert film.document.titles[3:] == ["Night α 0.50 (1 of 3)"]


def test_a_backend_that_is_dead_from_the_start_leaves_nothing(film: Panel) -> None:
    film.worker.die()
    film.controller.animation.apply()
    film.wait()
    assert "Nothing was changed" in film.message and film.document.steps == []


def test_a_closed_picture_ends_the_run(film: Panel) -> None:
    start_slowly(film, frames=1)
    film.document.close()
    film.wait()
    assert "picture was closed" in film.message and film.remedy == "none"
    assert film.controller.progress is None


def test_a_deleted_layer_keeps_its_frames_until_there_is_a_place(film: Panel) -> None:
    layer = film.document.active
    assert layer is not None
    start_slowly(film, frames=1)
    film.document.root.children.remove(layer)
    film.worker.is_slow = False
    film.wait()
    assert "“Clip” is no longer there" in film.message and film.remedy == "retry"
    film.document.root.children.append(layer)
    film.controller.last_error.retry()
    film.wait()
    assert film.document.titles[2:] == ["Clip", "Night α 0.50"]
    assert sorted(frames_of(film.document.root.children[-1])) == [0, 4, 8]
    assert len(film.worker.runs) == 3


def test_frames_that_found_no_place_are_let_go_with_the_next_run(film: Panel) -> None:
    layer = film.document.active
    assert layer is not None
    start_slowly(film, frames=1)
    film.document.root.children.remove(layer)
    film.worker.is_slow = False
    film.wait()
    assert len(Krita.instance().hidden) == 1
    film.document.active = film.photo
    film.controller.apply()
    film.wait()
    assert Krita.instance().hidden == []


def test_the_selection_becomes_a_mask_for_all_frames(film: Panel) -> None:
    film.document.select(0, 0, 32, 48)
    film.controller.animation.apply()
    film.wait()
    (mask,) = film.document.root.children[-1].children
    assert mask.kind == "transparencymask"
    assert mask.selection().pixelData(0, 0, 33, 1) == bytes([255] * 32 + [0])


def test_a_second_run_waits_its_turn(film: Panel) -> None:
    start_slowly(film, frames=0)
    with pytest.raises(UsageError, match="being stylized already"):
        film.controller.animation.apply()
    film.controller.cancel()
    film.wait()


def test_a_picture_that_closes_while_it_is_asked_for_its_layer_is_left_alone(film: Panel) -> None:
    """Krita handles all events that wait before it tells the active layer."""
    document = film.document
    layer = document.active

    def close_and_tell() -> Node | None:
        if not document.is_closed:
            document.close()
        return layer

    document.activeNode = close_and_tell  # type: ignore[method-assign]
    film.controller.animation.look()
    Krita.instance().opened.append(document)
    document.is_closed = False
    film.controller.watch.look()
    assert document.is_closed and film.message == ""
