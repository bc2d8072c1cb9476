"""One GIMP for all tests of this room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ...conftest import output_folder
from ...debian.roots import Root
from ..image_state import prepare
from ..person import Person, open_person


@pytest.fixture(scope="package")
def opened(root: Root, installed_home: Path) -> Iterator[Person]:
    with open_person(root, home=installed_home, output=output_folder(root, "gimp")) as opened:
        yield opened


@pytest.fixture
def person(opened: Person) -> Iterator[Person]:
    """Somebody at a GIMP that the tests share: each leaves the image and the backend as it found
    them. Nothing is selected.
    """
    prepare(opened)
    yield opened
    opened.clear()
