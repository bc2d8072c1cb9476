"""Stylize… and Install Style Pack… in the real GIMP, by mouse and keyboard as a person does."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from ...debian.inside import CHECKOUT, wait_for
from ...one_root import IN_TRIXIE
from ..person import DIRTY, SLOW_S, Person

PATH = "[w for w in all_widgets() if isinstance(w, Gtk.Entry) and w.is_focus()][0]"
STYLES = [p for p in CHECKOUT.glob("weights/*/pack.json") if b'"style_transfer"' in p.read_bytes()]


def test_dialog_opens_from_the_menu_and_cancel_leaves_no_trace(person: Person) -> None:
    person.open_by_mouse("Stylize")
    person.wait_for_preview()
    person.screenshot("opened")
    first = "find_widget('packs').get_row_at_index(0)"  # the one used last, or that is fast
    assert person.look(f"find_widget('packs').get_selected_row() == {first}")
    assert person.look("len(find_widget('packs').get_children())") == len(STYLES)
    after = person.picture()
    person.desk.display.key("alt+b")
    before = person.picture()
    assert np.abs(after - before).mean() > 10
    person.press("Cancel")
    person.wait_for_end()
    assert person.layers() == ["photo.png"]
    assert person.gimp.evaluate(DIRTY) is False


@IN_TRIXIE
def test_every_control_has_an_accessible_name(person: Person) -> None:
    person.open()
    person.wait_for_preview()
    nameless = person.look(
        "import sitecustomize\n"
        "focused = [w for w in sitecustomize.all_widgets() if w.get_can_focus()]\n"
        "controls = [w.get_ancestor(Gtk.ComboBox) or w for w in focused]\n"
        "[w.get_name() for w in controls if not isinstance(w, (Gtk.ScrolledWindow, Gtk.Window))\n"
        " and not (w.get_accessible().get_name() or w.list_mnemonic_labels())]"
    )
    assert nameless == []
    person.cancel()


def test_dial_is_turned_by_mouse_keyboard_and_number(person: Person) -> None:
    person.open()
    person.choose_pack("starry-night")
    dials = "find_widget('dial-scale').get_ancestor(Gtk.ScrolledWindow).get_vadjustment()"
    assert person.look(f"{dials}.get_upper() <= {dials}.get_page_size()"), "a dial is out of sight"
    before = person.picture()
    slider = person.place_of("dial-strength")
    start = person.number("strength")
    person.desk.display.drag(slider.at(0.62, 0.3), slider.at(0.99, 0.3), release=False)
    try:
        wait_for(
            "the picture follows the dial while it is held",
            lambda: np.abs(person.picture() - before).mean() > 2,
            timeout_s=SLOW_S,
        )
        assert person.look("find_widget('preview-status').get_text()").startswith("Preview")
    finally:
        person.desk.display.release()
    person.wait_for_preview()
    person.screenshot("turned")
    assert person.number("strength") == pytest.approx(1.3)
    assert person.look("find_widget('beyond the trained range').get_mapped()")

    person.desk.display.key("Left", "Left")
    assert person.number("strength") == pytest.approx(1.28)
    person.press("reset-strength")
    assert person.number("strength") == pytest.approx(start) == 0.7

    person.desk.display.click(*person.place_of("number-wave").at(0.2, 0.5), count=3)
    person.desk.display.type("0.45\t")
    assert person.number("wave") == pytest.approx(0.45)
    person.wait_for_preview()
    person.screenshot("typed")
    person.cancel()
    assert person.layers() == ["photo.png"]


def test_blocks_are_turned_one_by_one(person: Person) -> None:
    person.open()
    person.choose_pack("the-great-wave")
    person.desk.display.click(*person.place_of("Blocks one by one").at(0.1, 0.5))  # the words
    person.wait_until("find_widget('dial-strength-1').get_allocated_width() > 1")
    person.wait_for_rest("dial-strength-1")
    slider = person.place_of("dial-strength-1")
    person.desk.display.click(*slider.at(0.9, 0.5))
    person.wait_for_preview()
    person.screenshot("blocks")
    numbers = [person.look(f"find_widget('dial-strength-{i}').get_value()") for i in range(3)]
    assert numbers[0] == numbers[2] == pytest.approx(0.2)
    assert numbers[1] > 0.2
    person.cancel()


def test_ok_makes_one_layer_and_one_undo_step(person: Person) -> None:
    person.open()
    person.choose_pack("starry-night")
    person.press("Split")
    person.screenshot("split")
    person.press("OK")
    person.wait_for_end()
    assert person.layers() == ["The Starry Night α 0.70", "photo.png"]
    person.screenshot("result")
    person.undo()
    wait_for("undone", lambda: person.layers() == ["photo.png"], timeout_s=10)
    assert person.gimp.evaluate(DIRTY) is False


def test_cancel_stops_a_run_and_leaves_no_trace(person: Person) -> None:
    person.open()
    person.choose_pack("composition-vii")
    person.work_long()
    person.wait_until("find_widget('preview-status').get_text().startswith('Preview')")
    picture = person.place_of("preview")
    person.press("OK")
    person.wait_until("find_widget('progress').get_fraction() > 0")
    with person.desk.held_backend():
        assert person.place_of("preview") == picture, "the bar moves the picture"
        person.screenshot("running")
        person.press("Cancel")
        person.wait_until("'Stopped' in find_widget('notice').get_text()")
    person.screenshot("stopped")
    person.cancel()
    assert person.layers() == ["photo.png"]
    assert person.gimp.evaluate(DIRTY) is False


def test_selection_limits_what_the_preview_changes(person: Person) -> None:
    person.gimp.evaluate(
        "image = Gimp.get_images()[0]\n"
        "image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 450, 675)"
    )
    person.open()
    person.wait_for_preview()
    person.choose("alt+l", "Home", "Down", "Return")  # a hard edge
    person.wait_for_preview()
    after = person.picture()
    person.screenshot("selection")
    person.desk.display.key("alt+b")
    before = person.picture()
    middle = after.shape[1] // 2
    assert np.abs(after - before)[:, : middle - 20].mean() > 10
    assert np.abs(after - before)[:, middle + 20 :].max() <= 8  # the widget's own rounding
    person.cancel()
    person.gimp.evaluate("Gimp.Selection.none(Gimp.get_images()[0])")
    person.undo()
    person.undo()


@IN_TRIXIE
def test_missing_backend_is_said_and_found_once_it_is_installed(person: Person) -> None:
    person.open()
    person.wait_for_preview()
    with person.uninstalled_backend():
        person.choose("alt+w", "Home", "Down", "Return")
        person.wait_until("'not set up' in find_widget('notice').get_text()")
        person.screenshot("no-backend")
    person.wait_for_preview()
    person.cancel()


@IN_TRIXIE
def test_backend_killed_during_a_run_is_said_and_started_again(person: Person) -> None:
    person.open()
    person.choose_pack("composition-vii")
    person.work_long()
    person.press("OK")
    person.wait_until("find_widget('progress').get_fraction() > 0")
    person.desk.kill_backend()
    person.wait_until("find_widget('Restart the backend').get_mapped()")
    person.screenshot("killed")
    person.press("Restart the backend")
    person.choose("alt+w", "Home", "Return")
    person.wait_for_preview()
    person.cancel()
    assert person.layers() == ["photo.png"]
    assert person.gimp.evaluate(DIRTY) is False


def test_pack_is_installed_from_a_file(person: Person) -> None:
    source = CHECKOUT / "weights/the-great-wave"
    copy = person.desk.exchange / "the-great-wave"
    shutil.copytree(source, copy)
    person.open("p", shows="Install Style Pack")
    person.wait_for_rest("Install Style Pack")
    person.desk.display.type("/")  # makes the entry for a path appear
    person.wait_until(f"{PATH}.get_text() == '/'")
    person.desk.display.type("exchange/the-great-wave/pack.json")
    person.wait_until(f"{PATH}.get_text() == '/exchange/the-great-wave/pack.json'")
    person.screenshot("install")
    person.desk.display.key("Return")
    person.wait_until("'already' in find_widget('notice').get_text()")
    person.screenshot("install-again")
    person.press("Replace it")
    person.wait_for_end()
    installed = person.desk.home / ".local/share/dynamic-style/packs/the-great-wave/pack.json"
    assert installed.read_bytes() == (source / "pack.json").read_bytes()
