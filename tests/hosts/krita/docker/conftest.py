"""One Krita for all tests of this room, with the photo open and the panel in use."""

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
    with open_person(root, home=installed_home, output=output_folder(root, "krita")) as opened:
        yield opened
