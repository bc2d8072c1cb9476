"""New Style from Layer… in the real Krita: from the menu to a pack in the docker."""

from __future__ import annotations

from ...debian.inside import InsideError
from ...learning import ADD_TORCH, PHOTOS, add_photos, lay_down
from ...one_root import ON_LIGHT, ON_TORCH
from ..person import DOCKER, Person

AREA = "dynamic_style_style_run"
TEXT = "find_widget('dynamic_style_style_text').text()"
DIALOG = "dynamic_style_new_style_dialog"
ERROR = "find_widget('dynamic_style_new_style_error').text()"


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


def choose_photos(person: Person) -> None:
    """And the quality that takes no time."""
    fill_in(person, "dynamic_style_new_style_photos", PHOTOS)
    person.look("find_widget('dynamic_style_new_style_quality').setCurrentIndex(3)")  # Trial


def open_dialog(person: Person) -> None:
    person.menu("New Style from Layer…")
    person.wait_until(f"find_widget('{DIALOG}').isVisible()")
    fill_in(person, "dynamic_style_new_style_title", "Two Dogs")


@ON_LIGHT
def test_where_torch_is_missing_the_dialog_says_how_to_get_it(ready: Person) -> None:
    add_photos(ready.desk.session)
    open_dialog(ready)
    choose_photos(ready)
    start(ready, until=f"{ADD_TORCH!r} in {ERROR}")
    ready.desk.display.screenshot("new-style-without-torch")
    ready.look(f"find_widget('{DIALOG}').close()")
    ready.wait_until(f"not is_shown({DIALOG!r})")
    assert ready.layers() == ["Background"]


@ON_TORCH
def test_a_new_style_is_made_of_the_layer_and_chosen(ready: Person) -> None:
    lay_down(ready.desk.session)
    open_dialog(ready)
    start(ready, until=f"'folder of photos' in {ERROR}")
    ready.desk.display.screenshot("new-style-refused")

    choose_photos(ready)
    ready.desk.display.screenshot("new-style")
    start(ready, until=f"find_widget('{AREA}').isVisible()")
    ready.wait_until(f"not is_shown({DIALOG!r})")
    ready.wait_until("find_widget('dynamic_style_style_sheet').isVisible()", timeout_s=300)
    ready.desk.display.screenshot("new-style-runs")
    ready.wait_until(f"'is ready' in {TEXT}", timeout_s=300)
    chosen = f"find_widget('{DOCKER}').controller.state.pack"
    ready.wait_until(f"{chosen} is not None and {chosen}.title == 'Two Dogs'")
    ready.wait_for_preview()
    ready.desk.display.screenshot("new-style-ready")
    ready.press("dynamic_style_style_dismiss")
    ready.wait_until(f"not is_shown({AREA!r})")
    assert ready.layers() == ["Background"]
