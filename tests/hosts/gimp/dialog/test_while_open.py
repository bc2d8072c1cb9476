"""An image that is closed, or a layer that is removed, while the dialog for it is open in GIMP."""

from __future__ import annotations

from ...debian.inside import wait_for
from ..person import SLOW_S, Person

IMAGES = "len(Gimp.get_images())"
TWO_MESSAGES_PX = 250  # one takes 160


def test_a_layer_removed_before_ok_is_said_in_the_dialog(person: Person) -> None:
    person.open()
    person.wait_for_preview()
    person.gimp.evaluate(
        "image = Gimp.get_images()[0]\n"
        "image.insert_layer(image.get_layers()[0].copy(), None, 0)\n"
        "image.remove_layer(image.get_layers()[1])"
    )
    person.press("OK")
    person.wait_until("'was removed' in find_widget('notice').get_text()")
    person.screenshot("removed")
    person.cancel()
    person.undo()
    person.undo()
    assert not [w for w in person.desk.display.windows("gimp") if "Message" in w.title]
    assert len(person.layers()) == 1


def test_an_image_closed_in_mid_run_is_said_once(person: Person) -> None:
    person.open()
    person.choose_pack("starry-night")
    display = person.desk.display
    with person.desk.held_backend():
        person.press("OK")
        person.wait_for_run()
        display.activate(person.gimp.window)
        display.key("ctrl+w")  # nothing is to be saved, so that nothing is asked
        wait_for("it is closed", lambda: person.gimp.evaluate(IMAGES) == 0, timeout_s=30)
    person.wait_for_end()
    window = display.wait_for_window("GIMP Message", class_name="gimp", timeout_s=SLOW_S)
    person.screenshot("closed")
    told = person.desk.session.run("xdotool", "getwindowgeometry", "--shell", window.number)
    height = int(dict(line.split("=", 1) for line in told.stdout.split())["HEIGHT"])
    assert height < TWO_MESSAGES_PX  # GIMP puts a further one below the first
    assert "invalid ID" not in person.gimp.started.output
    display.key("Escape")
    person.open_photo()
