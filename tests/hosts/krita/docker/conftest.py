"""One Krita for all tests of this room, with the photo open and the panel in use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ...conftest import output_folder
from ...debian.roots import Root
from ...shared_host import SharedHost
from ..person import DIAL, DOCKER, Person, open_person

STYLE = "The Starry Night"


@pytest.fixture(scope="package")
def shared(root: Root, installed_home: Path) -> Iterator[SharedHost[Person]]:
    output = output_folder(root, "krita")
    with SharedHost(lambda: open_person(root, home=installed_home, output=output)) as shared:
        yield shared


@pytest.fixture
def person(shared: SharedHost[Person], request: pytest.FixtureRequest) -> Person:
    """Somebody at a Krita that the tests share: each leaves nothing but the photo."""
    return shared.for_test(request.node)


@pytest.fixture
def ready(person: Person) -> Iterator[Person]:
    """The panel open with The Starry Night, and afterwards nothing but the photo."""
    is_open = "is_shown('dynamic_style_pack_button')"
    stylizes = f"find_widget('{DOCKER}').controller.state.task.id == 'style_transfer'"
    if not person.look(f"{is_open} and {stylizes}"):  # other tests leave it closed, or at filling
        person.menu("Stylize Layer…")
    person.wait_until(f"{is_open} and {stylizes}")
    if not person.look(f"find_widget('{DOCKER}').controller.state.pack.title == {STYLE!r}"):
        person.choose_pack(STYLE)
    person.wait_until(f"find_widget('{DIAL}').isVisible()")
    person.look(
        f"dial = find_widget('{DIAL}')\ndial.model.reset()\ndial.show_model()\ndial.changed.emit()"
    )
    yield person
    person.look("[layer.remove() for layer in layers()[1:]]")
    person.settle()
    person.look("document().setActiveNode(layers()[0])")
