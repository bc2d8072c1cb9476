"""One Krita for all tests of this room, with the photo open and the panel in use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ...conftest import output_folder
from ...debian.roots import Root
from ..person import DIAL, DOCKER, Person, open_person, widgets


@pytest.fixture(scope="package")
def person(root: Root, installed_home: Path) -> Iterator[Person]:
    """Somebody at a Krita that the tests share: each leaves nothing but the photo."""
    with open_person(root, home=installed_home, output=output_folder(root, "krita")) as opened:
        yield opened


@pytest.fixture
def ready(person: Person) -> Iterator[Person]:
    """The panel open with The Starry Night, and afterwards nothing but the photo."""
    is_open = f"any(w.isVisible() for w in {widgets('dynamic_style_pack_button')})"
    stylizes = f"find_widget('{DOCKER}').controller.state.task.id == 'style_transfer'"
    if not person.look(f"{is_open} and {stylizes}"):  # other tests leave it closed, or at filling
        person.menu("Stylize Layer…")
    person.wait_until(f"{is_open} and {stylizes}")
    person.choose_pack("The Starry Night")
    person.wait_until(f"find_widget('{DIAL}').isVisible()")
    person.look(
        f"dial = find_widget('{DIAL}')\ndial.model.reset()\ndial.show_model()\ndial.changed.emit()"
    )
    yield person
    person.look("[layer.remove() for layer in layers()[1:]]")
    person.settle()
    person.look("document().setActiveNode(layers()[0])")
