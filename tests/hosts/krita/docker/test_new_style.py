"""New Style from Layer… in the real Krita: from the menu to a pack in the docker."""

from __future__ import annotations

from ...debian.inside import InsideError
from ...learning import PHOTOS, lay_down
from ..person import DOCKER, Person, widgets

AREA = "dynamic_style_style_run"
TEXT = "find_widget('dynamic_style_style_text').text()"
DIALOG = "dynamic_style_new_style_dialog"


def fill_in(person: Person, name: str, text: str) -> None:
    person.desk.display.click(*person.krita.widget(name).centre)
    person.desk.display.key("ctrl+a")
    person.desk.display.type(text)


def start(person: Person, *, until: str) -> None:
    """Press Start, again where the click was lost on the way to a busy Krita."""
    for tries_left in (2, 1, 0):
        person.desk.display.click(*person.krita.widget("dynamic_style_new_style_start").centre)
        try:
            person.wait_until(until, timeout_s=30)
            return
        except InsideError:
            if not tries_left:
                raise


def test_a_new_style_is_made_of_the_layer_and_chosen(ready: Person) -> None:
    lay_down(ready.desk.session)
    ready.menu("New Style from Layer…")
    ready.wait_until(f"find_widget('{DIALOG}').isVisible()")
    fill_in(ready, "dynamic_style_new_style_title", "Two Dogs")
    start(ready, until="find_widget('dynamic_style_new_style_error').isVisible()")
    ready.desk.display.screenshot("new-style-refused")
    assert "folder of photos" in ready.look("find_widget('dynamic_style_new_style_error').text()")

    fill_in(ready, "dynamic_style_new_style_photos", PHOTOS)
    ready.look("find_widget('dynamic_style_new_style_quality').setCurrentIndex(3)")  # Trial
    ready.desk.display.screenshot("new-style")
    start(ready, until=f"find_widget('{AREA}').isVisible()")
    ready.wait_until(f"not any(w.isVisible() for w in {widgets(DIALOG)})")
    ready.wait_until("find_widget('dynamic_style_style_sheet').isVisible()", timeout_s=300)
    ready.desk.display.screenshot("new-style-runs")
    ready.wait_until(f"'is ready' in {TEXT}", timeout_s=300)
    chosen = f"find_widget('{DOCKER}').controller.state.pack"
    ready.wait_until(f"{chosen} is not None and {chosen}.title == 'Two Dogs'")
    ready.wait_for_preview()
    ready.desk.display.screenshot("new-style-ready")
    ready.press("dynamic_style_style_dismiss")
    ready.wait_until(f"not any(w.isVisible() for w in {widgets(AREA)})")
    assert ready.layers() == ["Background"]
