"""A room's Krita, made ready for a test; each room has its own `person`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .person import DIAL, DOCKER, Person, widgets


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
