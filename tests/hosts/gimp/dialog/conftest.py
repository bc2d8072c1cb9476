"""One GIMP for all tests of this room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ...conftest import output_folder
from ...debian.roots import Root
from ...shared_host import SharedHost
from ..image_state import prepare
from ..person import Person, open_person


@pytest.fixture(scope="package")
def shared(root: Root, installed_home: Path) -> Iterator[SharedHost[Person]]:
    output = output_folder(root, "gimp")
    with SharedHost(lambda: open_person(root, home=installed_home, output=output)) as shared:
        yield shared


@pytest.fixture
def person(shared: SharedHost[Person], request: pytest.FixtureRequest) -> Person:
    """Somebody at a GIMP that the tests share: each leaves the image and the backend as it found
    them. Nothing is selected.
    """
    person = shared.for_test(request.node)
    prepare(person)
    return person
