from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..panel import Panel


@pytest.fixture
def panel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Panel]:
    """A panel on a picture with a photo; it is not open yet."""
    panel = Panel(monkeypatch)
    yield panel
    panel.controller.close()
    panel.saved()
