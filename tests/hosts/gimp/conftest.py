"""A session without a screen for the tests of scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..debian.inside import Session
from ..debian.roots import Root
from .topics import console_session


@pytest.fixture(scope="package")
def session(root: Root, installed_home: Path) -> Iterator[Session]:
    """One for all of this room, with the backend that the first script has started."""
    with console_session(root, installed_home) as session:
        yield session
