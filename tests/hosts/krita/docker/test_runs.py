"""Apply in the real Krita: one undo step, again, and what ends a run before its end."""

from __future__ import annotations

import pytest

from ..person import DIAL, DOCKER, Person


def test_apply_is_one_undo_step_and_edit_again_renders_anew(ready: Person) -> None:
    ready.apply()
    ready.desk.display.screenshot("applied")
    assert ready.layers() == ["Background", "The Starry Night α 0.70"]
    ready.wait_until("find_widget('dynamic_style_preview').tag == ''", timeout_s=30)
    ready.undo()
    assert ready.layers() == ["Background"]
    ready.redo()
    assert ready.layers() == ["Background", "The Starry Night α 0.70"]
    first = ready.look("bytes(layers()[1].pixelData(0, 0, 90, 60)).hex()")

    ready.choose_pack("Composition VII")
    ready.look("document().setActiveNode(layers()[1])")
    ready.wait_until("find_widget('dynamic_style_edit_again').isVisible()")
    ready.press("dynamic_style_edit_again")
    ready.wait_until(f"find_widget('{DIAL}').model.spec.title == 'Strength'")
    ready.wait_until("find_widget('dynamic_style_apply').text() == 'Update Layer'")
    assert ready.dial(DIAL) == pytest.approx(0.7)
    ready.look(f"find_widget('{DIAL}_alpha_number').setValue(0.2)")
    ready.wait_for_preview()
    ready.desk.display.screenshot("editing")
    ready.apply()
    assert ready.layers() == ["Background", "The Starry Night α 0.20"]
    assert ready.look("bytes(layers()[1].pixelData(0, 0, 90, 60)).hex()") != first
    ready.undo()
    assert ready.layers() == ["Background", "The Starry Night α 0.70"]
    assert ready.look("bytes(layers()[1].pixelData(0, 0, 90, 60)).hex()") == first
    ready.look("document().setActiveNode(layers()[0])")
    ready.wait_until("find_widget('dynamic_style_apply').text() == 'Apply'")


def test_repeat_last_needs_no_panel(ready: Person) -> None:
    ready.apply()
    ready.look("document().setActiveNode(layers()[0])")
    ready.look(f"[w.close() for w in find_widgets({DOCKER!r})]")
    ready.menu("Repeat Last")
    ready.wait_until("len(layers()) == 3")
    ready.settle()
    assert ready.layers() == ["Background", *["The Starry Night α 0.70"] * 2]
    ready.menu("Open Panel")
    ready.wait_until("find_widget('dynamic_style_body').isVisible()")


def test_cancel_ends_the_run_and_changes_nothing(ready: Person) -> None:
    with ready.slow_run(), ready.desk.held_backend():
        ready.desk.display.screenshot("running")
        ready.press("dynamic_style_cancel")
        ready.wait_until("find_widget('dynamic_style_apply').isVisible()", timeout_s=5)
    assert ready.layers() == ["Background"]
    assert not ready.look("is_shown('dynamic_style_error')")
    ready.apply()
    assert len(ready.layers()) == 2


def test_a_killed_backend_is_told_and_the_second_try_works(ready: Person) -> None:
    with ready.slow_run():
        ready.desk.kill_backend()
        ready.wait_until("find_widget('dynamic_style_error').isVisible()")
    ready.desk.display.screenshot("killed")
    assert "connection" in ready.look("find_widget('dynamic_style_error_text').text()")
    assert ready.layers() == ["Background"]
    ready.press_until("dynamic_style_error_copy", "QtWidgets.QApplication.clipboard().text()")
    told = ready.look("QtWidgets.QApplication.clipboard().text()")
    assert "ConnectionLostError" in told and "/home/artist" not in told
    ready.press("dynamic_style_error_remedy")
    ready.wait_until("find_widget('dynamic_style_state').text().startswith('Backend ')")
    ready.wait_until("not is_shown('dynamic_style_error')")
    ready.apply()
    assert ready.layers() == ["Background", "The Starry Night α 0.70"]


def test_a_picture_that_is_closed_ends_its_run_and_the_message_stays(ready: Person) -> None:
    ready.desk.add_picture("second.png", size=(600, 400))
    ready.look(
        "made = Krita.instance().openDocument('/exchange/second.png')\n"
        "Krita.instance().activeWindow().addView(made)\nNone"
    )
    ready.wait_until("document() == made and document().activeNode() is not None")
    with ready.slow_run():
        ready.look("made.setModified(False)\nmade.close()")
        ready.wait_until("find_widget('dynamic_style_error').isVisible()")
        ready.wait_until("find_widget('dynamic_style_apply').isVisible()", timeout_s=20)
    told = "find_widget('dynamic_style_error_text').text()"
    assert "closed" in ready.look(told)
    ready.look("document().setActiveNode(layers()[0])")
    ready.wait_for_preview()
    assert "closed" in ready.look(told), "the message has vanished"
    ready.desk.display.screenshot("closed")
    assert ready.layers() == ["Background"]
    ready.press("dynamic_style_error_dismiss")
