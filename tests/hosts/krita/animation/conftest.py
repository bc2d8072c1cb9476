"""A Krita for the tests of animations alone: Krita itself may end while it imports frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ...conftest import output_folder
from ...debian.roots import Root
from ..person import Person, open_person


@pytest.fixture(scope="package")
def person(root: Root, installed_home: Path) -> Iterator[Person]:
    """Somebody at a Krita that the tests share: each leaves nothing but the photo."""
    folder = output_folder(root, "krita_animation")
    with open_person(root, home=installed_home, output=folder) as opened:
        yield opened
